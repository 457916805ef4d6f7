// SPDX-License-Identifier: Apache-2.0
// Name, options and checks of the parquet format.
#include "formats/parquet/parquet_format.h"

#include "formats/parquet/parquet_options.h"

namespace tidemark::formats {
namespace {

arrow::Status Check(const TableOptions& options, const Schema& schema) {
  ARROW_RETURN_NOT_OK(ParquetOptions::Parse(options).status());
  return CheckParquetTypes(schema);
}

}  // namespace

const Format& ParquetFormat() {
  static const Format format = {
      .name = "parquet", .options = ParquetOptions::Specs(), .splittable = false, .check = Check};
  return format;
}

}  // namespace tidemark::formats
