// SPDX-License-Identifier: Apache-2.0
// The parts of row kernels that do not depend on the lambda.
#include "expr/row_kernel.h"

#include <arrow/util/bitmap_ops.h>

namespace tidemark::expr {

arrow::Result<std::shared_ptr<arrow::Buffer>> AndValidity(std::shared_ptr<arrow::Buffer> accumulated,
                                                          const uint8_t* validity, int64_t offset, int64_t num_rows) {
  if (validity == nullptr) return accumulated;
  if (!accumulated) return arrow::internal::CopyBitmap(arrow::default_memory_pool(), validity, offset, num_rows);
  arrow::internal::BitmapAnd(accumulated->data(), 0, validity, offset, num_rows, 0, accumulated->mutable_data());
  return accumulated;
}

arrow::Result<arrow::Datum> AllNull(const std::shared_ptr<arrow::DataType>& type, bool scalar, int64_t num_rows) {
  if (scalar) return arrow::Datum(arrow::MakeNullScalar(type));
  ARROW_ASSIGN_OR_RAISE(auto array, arrow::MakeArrayOfNull(type, num_rows));
  return arrow::Datum(std::move(array));
}

}  // namespace tidemark::expr
