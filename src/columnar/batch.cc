// SPDX-License-Identifier: Apache-2.0
// Slicing, taking, filtering and joining batches with their row kinds and watermarks.
#include "columnar/batch.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

namespace tidemark {
namespace {

template <typename T>
using SharedVector = std::shared_ptr<const std::vector<T>>;

template <typename T>
SharedVector<T> SliceVector(const SharedVector<T>& values, int64_t offset, int64_t length) {
  if (!values) return nullptr;
  return std::make_shared<const std::vector<T>>(values->begin() + offset, values->begin() + offset + length);
}

template <typename T>
SharedVector<T> TakeVector(const SharedVector<T>& values, const std::vector<int32_t>& indices) {
  if (!values) return nullptr;
  auto taken = std::make_shared<std::vector<T>>();
  taken->reserve(indices.size());
  for (int32_t index : indices) taken->push_back((*values)[index]);
  return taken;
}

}  // namespace

const char* RowKindName(RowKind kind) {
  switch (kind) {
    case RowKind::kInsert:
      return "+I";
    case RowKind::kUpdateBefore:
      return "-U";
    case RowKind::kUpdateAfter:
      return "+U";
    case RowKind::kDelete:
      return "-D";
  }
  return "??";
}

Batch Batch::WithColumns(std::vector<std::shared_ptr<arrow::Array>> new_columns) const {
  return Batch{num_rows, std::move(new_columns), row_kinds, row_watermarks, row_numbers, row_origins};
}

Batch Batch::Slice(int64_t offset, int64_t length) const {
  Batch slice;
  slice.num_rows = length;
  slice.columns.reserve(columns.size());
  for (const auto& column : columns) slice.columns.push_back(column->Slice(offset, length));
  slice.row_kinds = SliceVector(row_kinds, offset, length);
  slice.row_watermarks = SliceVector(row_watermarks, offset, length);
  slice.row_numbers = SliceVector(row_numbers, offset, length);
  slice.row_origins = SliceVector(row_origins, offset, length);
  return slice;
}

arrow::Result<Batch> Take(const Batch& batch, const std::vector<int32_t>& indices) {
  const auto count = static_cast<int64_t>(indices.size());
  // Wraps the caller's memory: it outlives the calls to the kernel below.
  arrow::Int32Array positions(count, arrow::Buffer::Wrap(indices.data(), indices.size()));
  Batch taken;
  taken.num_rows = count;
  taken.columns.reserve(batch.columns.size());
  for (const auto& column : batch.columns) {
    ARROW_ASSIGN_OR_RAISE(auto values,
                          arrow::compute::Take(*column, positions, arrow::compute::TakeOptions::NoBoundsCheck()));
    taken.columns.push_back(std::move(values));
  }
  taken.row_kinds = TakeVector(batch.row_kinds, indices);
  taken.row_watermarks = TakeVector(batch.row_watermarks, indices);
  taken.row_numbers = TakeVector(batch.row_numbers, indices);
  taken.row_origins = TakeVector(batch.row_origins, indices);
  return taken;
}

arrow::Result<Batch> FilterRows(const Batch& batch, const arrow::Array& mask) {
  const auto& bits = static_cast<const arrow::BooleanArray&>(mask);
  std::vector<int32_t> indices;
  indices.reserve(batch.num_rows);
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if (bits.IsValid(row) && bits.Value(row)) indices.push_back(static_cast<int32_t>(row));
  }
  if (static_cast<int64_t>(indices.size()) == batch.num_rows) return batch;
  return Take(batch, indices);
}

arrow::Result<Batch> Concatenate(const std::vector<Batch>& batches) {
  if (batches.size() == 1) return batches[0];
  Batch all;
  bool any_kinds = false;
  bool any_watermarks = false;
  bool any_numbers = false;
  bool any_origins = false;
  for (const auto& batch : batches) {
    all.num_rows += batch.num_rows;
    any_kinds |= batch.row_kinds != nullptr;
    any_watermarks |= batch.row_watermarks != nullptr;
    any_numbers |= batch.row_numbers != nullptr;
    any_origins |= batch.row_origins != nullptr;
  }
  for (size_t column = 0; column < batches[0].columns.size(); ++column) {
    arrow::ArrayVector pieces;
    for (const auto& batch : batches) pieces.push_back(batch.columns[column]);
    ARROW_ASSIGN_OR_RAISE(auto joined, arrow::Concatenate(pieces));
    all.columns.push_back(std::move(joined));
  }
  auto kinds = std::make_shared<std::vector<RowKind>>();
  auto watermarks = std::make_shared<std::vector<EventTimeMs>>();
  auto numbers = std::make_shared<std::vector<int64_t>>();
  auto origins = std::make_shared<std::vector<RowOrigin>>();
  for (const auto& batch : batches) {
    for (int64_t row = 0; any_kinds && row < batch.num_rows; ++row) kinds->push_back(batch.kind(row));
    for (int64_t row = 0; any_watermarks && row < batch.num_rows; ++row)
      watermarks->push_back(batch.watermark_before(row));
    for (int64_t row = 0; any_numbers && row < batch.num_rows; ++row) numbers->push_back(batch.number_in_split(row));
    for (int64_t row = 0; any_origins && row < batch.num_rows; ++row) origins->push_back(batch.origin(row));
  }
  if (any_kinds) all.row_kinds = std::move(kinds);
  if (any_watermarks) all.row_watermarks = std::move(watermarks);
  if (any_numbers) all.row_numbers = std::move(numbers);
  if (any_origins) all.row_origins = std::move(origins);
  return all;
}

}  // namespace tidemark
