// SPDX-License-Identifier: Apache-2.0
// Functions of other databases.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::plan {

/// What to write in Flink SQL instead of the function or table function of another database (PostgreSQL, MySQL, Spark,
/// BigQuery, Snowflake, DuckDB, SQL Server), as one sentence; empty where the name is not known. `name` is in upper
/// case.
std::string HintForForeignFunction(std::string_view name);

}  // namespace tidemark::plan
