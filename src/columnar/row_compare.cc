// SPDX-License-Identifier: Apache-2.0
// Comparison by the width of the type; nested values by Arrow's own comparison.
#include "columnar/row_compare.h"

#include <arrow/array.h>
#include <arrow/compare.h>
#include <arrow/type.h>

#include <cstring>

namespace tidemark {
namespace {

/// Marks where `distinct(i)` for values that are both there, and where only one of them is.
template <typename Distinct>
void Mark(const arrow::Array& a, const std::vector<int32_t>& a_rows, const arrow::Array& b,
          const std::vector<int32_t>& b_rows, std::vector<uint8_t>* differs, Distinct distinct) {
  const bool any_null = a.null_count() > 0 || b.null_count() > 0;
  for (size_t i = 0; i < a_rows.size(); ++i) {
    if (any_null) {
      const bool a_null = a.IsNull(a_rows[i]);
      const bool b_null = b.IsNull(b_rows[i]);
      if (a_null || b_null) {
        if (a_null != b_null) (*differs)[i] = 1;
        continue;
      }
    }
    if (distinct(a_rows[i], b_rows[i])) (*differs)[i] = 1;
  }
}

struct Wide {
  uint64_t low;
  uint64_t high;
  bool operator!=(const Wide& other) const { return low != other.low || high != other.high; }
};

template <typename Bits>
void MarkFixed(const arrow::Array& a, const std::vector<int32_t>& a_rows, const arrow::Array& b,
               const std::vector<int32_t>& b_rows, std::vector<uint8_t>* differs) {
  const Bits* a_values = a.data()->GetValues<Bits>(1);
  const Bits* b_values = b.data()->GetValues<Bits>(1);
  Mark(a, a_rows, b, b_rows, differs, [=](int32_t i, int32_t j) { return a_values[i] != b_values[j]; });
}

}  // namespace

void MarkDifferences(const arrow::Array& a, const std::vector<int32_t>& a_rows, const arrow::Array& b,
                     const std::vector<int32_t>& b_rows, std::vector<uint8_t>* differs) {
  const arrow::Type::type id = a.type_id();
  if (id == arrow::Type::NA) return;
  if (id == arrow::Type::BOOL) {
    const auto& a_bits = static_cast<const arrow::BooleanArray&>(a);
    const auto& b_bits = static_cast<const arrow::BooleanArray&>(b);
    return Mark(a, a_rows, b, b_rows, differs,
                [&](int32_t i, int32_t j) { return a_bits.Value(i) != b_bits.Value(j); });
  }
  if (arrow::is_base_binary_like(id)) {
    const auto& a_text = static_cast<const arrow::BinaryArray&>(a);
    const auto& b_text = static_cast<const arrow::BinaryArray&>(b);
    return Mark(a, a_rows, b, b_rows, differs,
                [&](int32_t i, int32_t j) { return a_text.GetView(i) != b_text.GetView(j); });
  }
  if (arrow::is_fixed_width(id)) {
    switch (a.type()->byte_width()) {
      case 1:
        return MarkFixed<uint8_t>(a, a_rows, b, b_rows, differs);
      case 2:
        return MarkFixed<uint16_t>(a, a_rows, b, b_rows, differs);
      case 4:
        return MarkFixed<uint32_t>(a, a_rows, b, b_rows, differs);
      case 8:
        return MarkFixed<uint64_t>(a, a_rows, b, b_rows, differs);
      case 16:
        return MarkFixed<Wide>(a, a_rows, b, b_rows, differs);
      default:
        break;
    }
  }
  const auto options = arrow::EqualOptions::Defaults().nans_equal(true);
  Mark(a, a_rows, b, b_rows, differs, [&](int32_t i, int32_t j) { return !a.RangeEquals(i, i + 1, j, b, options); });
}

}  // namespace tidemark
