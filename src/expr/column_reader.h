// SPDX-License-Identifier: Apache-2.0
// ColumnReader<T>: reads a column argument, be it an array (sliced or not) or a scalar, as plain C++ values.
#pragma once

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/datum.h>
#include <arrow/result.h>
#include <arrow/scalar.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace tidemark::expr {

/// What readers of all value types share: the values' validity, and whether one value stands for all rows.
/// Does not own the Datum's memory beyond sharing its ArrayData.
class ColumnReaderBase {
 public:
  /// True when the argument is a scalar (or an array of length 1 made from one): every row reads the same value.
  bool is_scalar() const { return step_ == 0; }
  bool may_have_nulls() const { return all_null_ || validity_ != nullptr; }
  /// Every row is NULL.
  bool all_null() const { return all_null_; }
  bool IsNull(int64_t row) const {
    if (all_null_) return true;
    return validity_ != nullptr && !arrow::bit_util::GetBit(validity_, offset_ + row * step_);
  }
  /// Null when no value is NULL. Bit of row r: validity_offset() + r. REQUIRES: !is_scalar().
  const uint8_t* validity() const { return validity_; }
  int64_t validity_offset() const { return offset_; }

 protected:
  arrow::Status Open(const arrow::Datum& datum) {
    if (datum.is_scalar()) {
      ARROW_ASSIGN_OR_RAISE(auto array, arrow::MakeArrayFromScalar(*datum.scalar(), 1));
      data_ = array->data();
      step_ = 0;
    } else {
      data_ = datum.array();
      step_ = 1;
    }
    offset_ = data_->offset;
    all_null_ = data_->type->id() == arrow::Type::NA || (step_ == 0 && data_->GetNullCount() > 0);
    if (!all_null_ && data_->GetNullCount() > 0) validity_ = data_->buffers[0]->data();
    return arrow::Status::OK();
  }

  std::shared_ptr<arrow::ArrayData> data_;
  const uint8_t* validity_ = nullptr;
  int64_t offset_ = 0;
  int64_t step_ = 1;
  bool all_null_ = false;
};

/// T is the C++ value type: intN_t, float, double (also for dates, times, timestamps and intervals, by their width).
template <typename T>
class ColumnReader : public ColumnReaderBase {
 public:
  static arrow::Result<ColumnReader> Make(const arrow::Datum& datum) {
    ColumnReader reader;
    ARROW_RETURN_NOT_OK(reader.Open(datum));
    if (!reader.all_null_) reader.values_ = reader.data_->template GetValues<T>(1);
    return reader;
  }
  /// REQUIRES: !IsNull(row).
  T Value(int64_t row) const { return values_[row * step_]; }
  /// What lies in the row's slot, NULL or not. REQUIRES: !all_null() && (!is_scalar() || row == 0).
  T Slot(int64_t row) const { return values_[row]; }
  /// The values in a row. REQUIRES: !all_null(). Of length 1 for a scalar.
  const T* values() const { return values_; }

 private:
  const T* values_ = nullptr;
};

template <>
class ColumnReader<bool> : public ColumnReaderBase {
 public:
  static arrow::Result<ColumnReader> Make(const arrow::Datum& datum) {
    ColumnReader reader;
    ARROW_RETURN_NOT_OK(reader.Open(datum));
    if (!reader.all_null_) reader.bits_ = reader.data_->buffers[1]->data();
    return reader;
  }
  bool Value(int64_t row) const { return arrow::bit_util::GetBit(bits_, offset_ + row * step_); }
  bool Slot(int64_t row) const { return arrow::bit_util::GetBit(bits_, offset_ + row); }
  /// Bit of row r: validity_offset() + r.
  const uint8_t* bits() const { return bits_; }

 private:
  const uint8_t* bits_ = nullptr;
};

/// utf8 and binary. Views stay good as long as the reader lives.
template <>
class ColumnReader<std::string_view> : public ColumnReaderBase {
 public:
  static arrow::Result<ColumnReader> Make(const arrow::Datum& datum) {
    ColumnReader reader;
    ARROW_RETURN_NOT_OK(reader.Open(datum));
    if (reader.all_null_) return reader;
    reader.offsets_ = reader.data_->GetValues<int32_t>(1);
    // An array of empty strings may come without a data buffer.
    const auto& buffer = reader.data_->buffers[2];
    reader.bytes_ = buffer ? reinterpret_cast<const char*>(buffer->data()) : "";
    return reader;
  }
  std::string_view Value(int64_t row) const { return Slot(row * step_); }
  std::string_view Slot(int64_t row) const {
    const int32_t* offset = offsets_ + row;
    return {bytes_ + offset[0], static_cast<size_t>(offset[1] - offset[0])};
  }

 private:
  const int32_t* offsets_ = nullptr;
  const char* bytes_ = nullptr;
};

/// The unscaled value; the scale is in the argument's DataType.
template <>
class ColumnReader<arrow::Decimal128> : public ColumnReaderBase {
 public:
  static arrow::Result<ColumnReader> Make(const arrow::Datum& datum) {
    ColumnReader reader;
    ARROW_RETURN_NOT_OK(reader.Open(datum));
    if (!reader.all_null_) reader.bytes_ = reader.data_->buffers[1]->data() + reader.offset_ * kWidth;
    return reader;
  }
  arrow::Decimal128 Value(int64_t row) const { return arrow::Decimal128(bytes_ + row * step_ * kWidth); }
  arrow::Decimal128 Slot(int64_t row) const { return arrow::Decimal128(bytes_ + row * kWidth); }

 private:
  static constexpr int64_t kWidth = 16;
  const uint8_t* bytes_ = nullptr;
};

}  // namespace tidemark::expr
