// SPDX-License-Identifier: Apache-2.0
// ARRAY columns as ranges of their elements, and ARRAY results as lists of element positions: functions of arrays then
// need nothing of the elements' type.
#pragma once

#include <arrow/api.h>
#include <arrow/datum.h>
#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace tidemark::expr {

/// The elements of one row: positions [begin, end) in the column's elements.
struct ElementRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
};

/// An ARRAY argument, column or constant.
class ListColumn {
 public:
  static arrow::Result<ListColumn> Make(const arrow::Datum& datum);

  bool is_scalar() const { return step_ == 0; }
  bool IsNull(int64_t row) const { return array_->IsNull(row * step_); }
  /// REQUIRES: !IsNull(row).
  ElementRange Row(int64_t row) const {
    const int64_t at = row * step_;
    return {array_->value_offset(at), array_->value_offset(at + 1)};
  }
  /// All elements; ranges are positions in here.
  const std::shared_ptr<arrow::Array>& elements() const { return elements_; }

 private:
  std::shared_ptr<arrow::ListArray> array_;
  std::shared_ptr<arrow::Array> elements_;
  int64_t step_ = 1;
};

/// Any column or constant by row number.
class ValueColumn {
 public:
  static arrow::Result<ValueColumn> Make(const arrow::Datum& datum);
  bool is_scalar() const { return step_ == 0; }
  bool IsNull(int64_t row) const { return array_->IsNull(row * step_); }
  const arrow::Array& array() const { return *array_; }
  const std::shared_ptr<arrow::Array>& shared() const { return array_; }
  /// The row's place in array().
  int64_t Place(int64_t row) const { return row * step_; }

 private:
  std::shared_ptr<arrow::Array> array_;
  int64_t step_ = 1;
};

/// An ARRAY result under construction, row by row, out of positions in a source of elements.
class ListResult {
 public:
  /// `count` rows.
  explicit ListResult(int64_t count) { offsets_.reserve(static_cast<size_t>(count) + 1); }

  void Add(int64_t position) { positions_.push_back(position); }
  void EndRow() { offsets_.push_back(static_cast<int32_t>(positions_.size())); }
  /// NULL instead of the elements added to this row.
  void EndRowNull();
  /// Elements added to the current row so far.
  int64_t row_size() const { return static_cast<int64_t>(positions_.size()) - offsets_.back(); }

  /// A list array of `type`, or the scalar of its only row.
  arrow::Result<arrow::Datum> Finish(const std::shared_ptr<arrow::DataType>& type, const arrow::Array& source,
                                     bool scalar);

 private:
  std::vector<int64_t> positions_;
  std::vector<int32_t> offsets_ = {0};
  std::vector<bool> nulls_;
  bool has_nulls_ = false;
};

/// The encoded elements of a range, by which they are compared (value_codec.h): NULLs are equal, 0.0 and -0.0 too; NaN
/// equals nothing.
class EncodedElements {
 public:
  /// Encodes element `position`; the view is good until the next call.
  std::string_view Encode(const arrow::Array& elements, int64_t position);

 private:
  std::string bytes_;
  uint64_t nans_ = 0;
};

}  // namespace tidemark::expr
