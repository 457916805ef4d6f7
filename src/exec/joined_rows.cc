// SPDX-License-Identifier: Apache-2.0
// Result rows of a join, column by column.
#include "exec/joined_rows.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include <utility>

namespace tidemark::exec {
namespace {

constexpr int kLeft = 0;
constexpr int kRight = 1;

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> TakeColumns(
    const std::vector<std::shared_ptr<arrow::Array>>& columns, const arrow::Array& indices) {
  std::vector<std::shared_ptr<arrow::Array>> taken;
  for (const auto& column : columns) {
    ARROW_ASSIGN_OR_RAISE(auto values,
                          arrow::compute::Take(*column, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
    taken.push_back(std::move(values));
  }
  return taken;
}

}  // namespace

arrow::Result<Batch> JoinedRows::Make(int input, const Batch& batch, const std::vector<int32_t>& own,
                                      const std::vector<JoinRow*>& other, bool with_right) const {
  Batch rows;
  rows.num_rows = static_cast<int64_t>(own.size());
  std::vector<std::shared_ptr<arrow::Array>> columns[2];
  if (input == kLeft || with_right) {
    ARROW_ASSIGN_OR_RAISE(columns[input], OwnColumns(input, batch, own));
  }
  if (input == kRight || with_right) {
    ARROW_ASSIGN_OR_RAISE(columns[1 - input], OtherColumns(1 - input, other));
  }
  rows.columns = std::move(columns[kLeft]);
  for (auto& column : columns[kRight]) rows.columns.push_back(std::move(column));
  return rows;
}

arrow::Result<JoinedRows::Columns> JoinedRows::OwnColumns(int input, const Batch& batch,
                                                          const std::vector<int32_t>& own) const {
  arrow::Int32Builder positions;
  ARROW_RETURN_NOT_OK(positions.Reserve(static_cast<int64_t>(own.size())));
  bool any = false;
  for (int32_t row : own) {
    any |= row >= 0;
    if (row >= 0)
      positions.UnsafeAppend(row);
    else
      positions.UnsafeAppendNull();
  }
  if (!any) return NullColumns(input, static_cast<int64_t>(own.size()));
  ARROW_ASSIGN_OR_RAISE(auto indices, positions.Finish());
  return TakeColumns(batch.columns, *indices);
}

arrow::Result<JoinedRows::Columns> JoinedRows::OtherColumns(int side, const std::vector<JoinRow*>& other) const {
  std::vector<JoinRow*> present;
  arrow::Int32Builder positions;
  ARROW_RETURN_NOT_OK(positions.Reserve(static_cast<int64_t>(other.size())));
  for (JoinRow* row : other) {
    if (row == nullptr) {
      positions.UnsafeAppendNull();
      continue;
    }
    positions.UnsafeAppend(static_cast<int32_t>(present.size()));
    present.push_back(row);
  }
  if (present.empty()) return NullColumns(side, static_cast<int64_t>(other.size()));
  ARROW_ASSIGN_OR_RAISE(auto columns, sides_[side].Columns(present));
  if (present.size() == other.size()) return columns;
  ARROW_ASSIGN_OR_RAISE(auto indices, positions.Finish());
  return TakeColumns(columns, *indices);
}

arrow::Result<JoinedRows::Columns> JoinedRows::NullColumns(int side, int64_t rows) const {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const auto& field : node_.inputs()[side]->schema()) {
    ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(field.type.ToArrow(), rows));
    columns.push_back(std::move(nulls));
  }
  return columns;
}

}  // namespace tidemark::exec
