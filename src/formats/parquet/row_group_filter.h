// SPDX-License-Identifier: Apache-2.0
// Decides from a row group's statistics whether any of its rows can pass the filters.
#pragma once

#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>

#include <string>
#include <vector>

#include "catalog/data_type.h"
#include "plan/physical_plan.h"

namespace tidemark::formats {

/// False only when it is certain that no row passes. May throw parquet::ParquetException.
bool RowGroupMayMatch(const parquet::FileMetaData& metadata, const parquet::arrow::SchemaManifest& manifest,
                      int row_group, const std::vector<plan::PushedFilter>& filters, const Schema& physical_schema,
                      const std::string& wall_clock_zone);

}  // namespace tidemark::formats
