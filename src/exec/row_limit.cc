// SPDX-License-Identifier: Apache-2.0
// Limits and sizes.
#include "exec/row_limit.h"

#include <arrow/array.h>
#include <arrow/buffer.h>

#include <limits>

namespace tidemark::exec {
namespace {

class NoRows final : public StatelessOperator {
 public:
  arrow::Status Push(int, Batch, Emitter&) override { return arrow::Status::OK(); }
};

int64_t BufferBytes(const arrow::ArrayData& data) {
  int64_t bytes = 0;
  for (const auto& buffer : data.buffers) bytes += buffer ? buffer->size() : 0;
  for (const auto& child : data.child_data) bytes += BufferBytes(*child);
  return bytes;
}

}  // namespace

int64_t RowsWanted(int64_t limit, int64_t offset) {
  return limit > std::numeric_limits<int64_t>::max() - offset ? std::numeric_limits<int64_t>::max() : limit + offset;
}

std::unique_ptr<Operator> MakeNoRowsOperator() { return std::make_unique<NoRows>(); }

int64_t BufferBytes(const Batch& batch) {
  int64_t bytes = 0;
  for (const auto& column : batch.columns) bytes += BufferBytes(*column->data());
  return bytes;
}

}  // namespace tidemark::exec
