// SPDX-License-Identifier: Apache-2.0
// Merging branches: a copying loop for fixed-width values, Take over the joined pieces for everything else.
#include "expr/branch_result.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include "expr/column_reader.h"
#include "expr/column_writer.h"

namespace tidemark::expr {
namespace {

/// 16 bytes moved as one: decimals.
struct Wide {
  uint64_t low = 0;
  uint64_t high = 0;
};

template <typename T>
arrow::Result<std::shared_ptr<arrow::Array>> MergeFixed(const std::vector<BranchValues>& branches,
                                                        const std::vector<int32_t>& branch_of_row,
                                                        const std::shared_ptr<arrow::DataType>& type) {
  const auto num_rows = static_cast<int64_t>(branch_of_row.size());
  std::vector<ColumnReader<T>> readers;
  std::vector<int64_t> next(branches.size(), 0);
  bool any_nulls = false;
  for (const auto& branch : branches) {
    ARROW_ASSIGN_OR_RAISE(auto reader, ColumnReader<T>::Make(branch.values));
    any_nulls |= reader.may_have_nulls();
    readers.push_back(std::move(reader));
  }
  ColumnWriter<T> writer;
  ARROW_RETURN_NOT_OK(writer.Reset(num_rows, nullptr));
  for (int64_t row = 0; row < num_rows; ++row) {
    const int32_t branch = branch_of_row[row];
    const int64_t position = branches[branch].for_all_rows ? row : next[branch]++;
    if (any_nulls && readers[branch].IsNull(position)) {
      ARROW_RETURN_NOT_OK(writer.SetNull(row));
    } else {
      writer.Set(row, readers[branch].Value(position));
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto data, writer.Finish(type));
  return arrow::MakeArray(std::move(data));
}

arrow::Result<std::shared_ptr<arrow::Array>> MergeByTake(const std::vector<BranchValues>& branches,
                                                         const std::vector<int32_t>& branch_of_row) {
  arrow::ArrayVector pieces;
  std::vector<int64_t> start;
  std::vector<int64_t> next(branches.size(), 0);
  int64_t total = 0;
  for (const auto& branch : branches) {
    if (branch.values.is_scalar()) {
      ARROW_ASSIGN_OR_RAISE(auto piece, arrow::MakeArrayFromScalar(*branch.values.scalar(), 1));
      pieces.push_back(std::move(piece));
    } else {
      pieces.push_back(branch.values.make_array());
    }
    start.push_back(total);
    total += pieces.back()->length();
  }
  ARROW_ASSIGN_OR_RAISE(auto joined, arrow::Concatenate(pieces));
  arrow::Int64Builder positions;
  ARROW_RETURN_NOT_OK(positions.Reserve(static_cast<int64_t>(branch_of_row.size())));
  for (size_t row = 0; row < branch_of_row.size(); ++row) {
    const int32_t branch = branch_of_row[row];
    int64_t position = 0;
    if (!branches[branch].values.is_scalar()) {
      position = branches[branch].for_all_rows ? static_cast<int64_t>(row) : next[branch]++;
    }
    positions.UnsafeAppend(start[branch] + position);
  }
  ARROW_ASSIGN_OR_RAISE(auto indices, positions.Finish());
  return arrow::compute::Take(*joined, *indices, arrow::compute::TakeOptions::NoBoundsCheck());
}

}  // namespace

arrow::Result<std::shared_ptr<arrow::Array>> MergeBranches(const std::vector<BranchValues>& branches,
                                                           const std::vector<int32_t>& branch_of_row,
                                                           const std::shared_ptr<arrow::DataType>& type) {
  if (type->id() == arrow::Type::BOOL) return MergeFixed<bool>(branches, branch_of_row, type);
  if (type->id() == arrow::Type::DECIMAL128) return MergeFixed<Wide>(branches, branch_of_row, type);
  switch (arrow::is_primitive(type->id()) ? type->bit_width() : 0) {
    case 8:
      return MergeFixed<uint8_t>(branches, branch_of_row, type);
    case 16:
      return MergeFixed<uint16_t>(branches, branch_of_row, type);
    case 32:
      return MergeFixed<uint32_t>(branches, branch_of_row, type);
    case 64:
      return MergeFixed<uint64_t>(branches, branch_of_row, type);
    default:
      return MergeByTake(branches, branch_of_row);
  }
}

}  // namespace tidemark::expr
