// SPDX-License-Identifier: Apache-2.0
// What the statistics of a Parquet row group say about a filter.
#pragma once

#include <vector>

#include "formats/parquet/parquet_reader.h"

namespace parquet {
class FileMetaData;
}

namespace tidemark::formats {

/// False only when no row of the group can fulfil all filters. Columns without usable statistics rule nothing out.
bool RowGroupMayMatch(const parquet::FileMetaData& metadata, int row_group, const std::vector<StatisticsFilter>& filters);

}  // namespace tidemark::formats
