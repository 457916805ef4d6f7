// SPDX-License-Identifier: Apache-2.0
// The parquet format as a table's options name it. Whole files are read by parquet_reader.h and written by
// parquet_writer.h; there is no decoder of single records.
#pragma once

#include "formats/format.h"

namespace tidemark::formats {

const Format& ParquetFormat();

}  // namespace tidemark::formats
