// SPDX-License-Identifier: Apache-2.0
// Compares nested values row by row over their Arrow arrays.
#include "expr/functions/nested_equality.h"

#include <arrow/api.h>

#include <optional>

#include "expr/column_writer.h"

namespace tidemark::expr {
namespace {

/// TRUE, FALSE or NULL (nullopt).
using Ternary = std::optional<bool>;

bool EqualCells(const arrow::Array& a, int64_t a_row, const arrow::Array& b, int64_t b_row);

bool EqualLists(const arrow::ListArray& a, int64_t a_row, const arrow::ListArray& b, int64_t b_row) {
  const int64_t length = a.value_length(a_row);
  if (length != b.value_length(b_row)) return false;
  for (int64_t i = 0; i < length; ++i) {
    if (!EqualCells(*a.values(), a.value_offset(a_row) + i, *b.values(), b.value_offset(b_row) + i)) return false;
  }
  return true;
}

bool EqualMaps(const arrow::MapArray& a, int64_t a_row, const arrow::MapArray& b, int64_t b_row) {
  const int64_t length = a.value_length(a_row);
  if (length != b.value_length(b_row)) return false;
  for (int64_t i = a.value_offset(a_row); i < a.value_offset(a_row) + length; ++i) {
    bool found = false;
    for (int64_t j = b.value_offset(b_row); j < b.value_offset(b_row) + length && !found; ++j) {
      found = EqualCells(*a.keys(), i, *b.keys(), j) && EqualCells(*a.items(), i, *b.items(), j);
    }
    if (!found) return false;
  }
  return true;
}

/// Equality inside arrays and maps: two NULLs are equal.
bool EqualCells(const arrow::Array& a, int64_t a_row, const arrow::Array& b, int64_t b_row) {
  if (a.IsNull(a_row) || b.IsNull(b_row)) return a.IsNull(a_row) && b.IsNull(b_row);
  switch (a.type_id()) {
    case arrow::Type::MAP:
      return EqualMaps(static_cast<const arrow::MapArray&>(a), a_row, static_cast<const arrow::MapArray&>(b), b_row);
    case arrow::Type::LIST:
      return EqualLists(static_cast<const arrow::ListArray&>(a), a_row, static_cast<const arrow::ListArray&>(b), b_row);
    case arrow::Type::STRUCT: {
      const auto& left = static_cast<const arrow::StructArray&>(a);
      const auto& right = static_cast<const arrow::StructArray&>(b);
      for (int i = 0; i < left.num_fields(); ++i) {
        if (!EqualCells(*left.field(i), a_row, *right.field(i), b_row)) return false;
      }
      return true;
    }
    default:
      return a.RangeEquals(b, a_row, a_row + 1, b_row, arrow::EqualOptions::Defaults().nans_equal(true));
  }
}

/// Equality as the = operator has it: NULL if a side is NULL, and for ROWs if a field decides nothing.
Ternary Equal(const arrow::Array& a, int64_t a_row, const arrow::Array& b, int64_t b_row) {
  if (a.IsNull(a_row) || b.IsNull(b_row)) return std::nullopt;
  if (a.type_id() != arrow::Type::STRUCT) return EqualCells(a, a_row, b, b_row);
  const auto& left = static_cast<const arrow::StructArray&>(a);
  const auto& right = static_cast<const arrow::StructArray&>(b);
  Ternary all = true;
  for (int i = 0; i < left.num_fields(); ++i) {
    const Ternary field = Equal(*left.field(i), a_row, *right.field(i), b_row);
    if (field == Ternary(false)) return false;
    if (!field) all = std::nullopt;
  }
  return all;
}

arrow::Result<std::shared_ptr<arrow::Array>> ToArray(const arrow::Datum& datum) {
  if (datum.is_scalar()) return arrow::MakeArrayFromScalar(*datum.scalar(), 1);
  return datum.make_array();
}

class NestedEquality final : public ScalarKernel {
 public:
  explicit NestedEquality(bool negated) : negated_(negated) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const bool scalar = args[0].is_scalar() && args[1].is_scalar();
    const int64_t count = scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto left, ToArray(args[0]));
    ARROW_ASSIGN_OR_RAISE(auto right, ToArray(args[1]));
    ColumnWriter<bool> writer;
    ARROW_RETURN_NOT_OK(writer.Reset(count, nullptr));
    for (int64_t row = 0; row < count; ++row) {
      const Ternary equal = Equal(*left, args[0].is_scalar() ? 0 : row, *right, args[1].is_scalar() ? 0 : row);
      if (equal) {
        writer.Set(row, *equal != negated_);
      } else {
        ARROW_RETURN_NOT_OK(writer.SetNull(row));
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto data, writer.Finish(arrow::boolean()));
    if (!scalar) return arrow::Datum(std::move(data));
    ARROW_ASSIGN_OR_RAISE(auto value, arrow::MakeArray(data)->GetScalar(0));
    return arrow::Datum(std::move(value));
  }
  bool can_fail() const override { return false; }

 private:
  bool negated_;
};

}  // namespace

arrow::Result<std::unique_ptr<ScalarKernel>> MakeNestedEquality(const DataType& type, bool negated) {
  if (!type.is_nested()) return arrow::Status::TypeError("No comparison of ", type.ToString());
  return std::make_unique<NestedEquality>(negated);
}

}  // namespace tidemark::expr
