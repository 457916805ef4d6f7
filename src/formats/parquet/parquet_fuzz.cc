// SPDX-License-Identifier: Apache-2.0
// Fuzzes reading of Parquet files: any bytes give rows or an error.
#include <arrow/array.h>
#include <arrow/scalar.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "formats/parquet/parquet_reader.h"
#include "io/memory_file_system.h"

namespace {

using tidemark::DataType;
using tidemark::formats::ParquetFile;
using tidemark::formats::ParquetReadRequest;

ParquetReadRequest Request() {
  const DataType row = DataType::Row({{"x", DataType::Int()}, {"y", DataType::Array(DataType::String())}});
  ParquetReadRequest request;
  request.physical_schema = {{"a", DataType::BigInt()},
                             {"s", DataType::String()},
                             {"t", DataType::Timestamp(3)},
                             {"p", DataType::Decimal(10, 2)},
                             {"r", row},
                             {"absent", DataType::Int()}};
  request.projection = {0, 1, 2, 3, 4, 5};
  request.used_fields = {{4, {{1}}}};
  request.filters = {{"a", tidemark::plan::PushedFilter::Op::kGreater, arrow::MakeScalar(int64_t{3})}};
  request.batch_rows = 3;
  return request;
}

arrow::Status ReadAll(const std::string& bytes) {
  static const ParquetReadRequest request = Request();
  tidemark::io::MemoryFileSystem files;
  files.Put("/f.parquet", bytes);
  ARROW_ASSIGN_OR_RAISE(auto file,
                        ParquetFile::Open(&files, "/f.parquet", static_cast<int64_t>(bytes.size()), &request));
  for (int group = 0; group < file->row_groups(); ++group) {
    (void)file->MayMatch(group);
    (void)file->BytesOf(group);
    ARROW_RETURN_NOT_OK(file->Start(group));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const auto batch, file->Next());
      if (!batch) break;
      for (const auto& column : batch->columns) {
        if (column->length() == batch->num_rows && column->Validate().ok()) continue;
        std::fprintf(stderr, "not a valid column\n");
        std::abort();
      }
    }
  }
  return arrow::Status::OK();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // What is wrong with a file is a user's to read.
  (void)ReadAll(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
