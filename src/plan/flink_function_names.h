// SPDX-License-Identifier: Apache-2.0
// The names of the built-in functions of Flink SQL 2.2, so that one which tidemark lacks is told from a misspelled one.
#pragma once

#include <string_view>

namespace tidemark::plan {

/// `name` in upper case.
bool IsFlinkFunctionName(std::string_view name);

}  // namespace tidemark::plan
