// SPDX-License-Identifier: Apache-2.0
// The order-preserving encoding of column values.
//
// Per column: one byte that puts NULLs before or behind the rest, then the value. Integers: big-endian with the sign
// bit flipped. Floats: their bits, all of them flipped when negative, else the sign bit. Text: its bytes with 0 written
// as 0 255, ended by 0 0, so that a prefix comes first. Descending: every byte of the value inverted. A NULL of fixed
// width has zeros for its value.
#include "columnar/sort_key.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace tidemark {
namespace {

constexpr char kBeforeValues = 0;
constexpr char kValue = 1;
constexpr char kBehindValues = 2;

char NullMark(const SortColumn& column) { return column.nulls_first ? kBeforeValues : kBehindValues; }

template <typename Unsigned>
Unsigned BigEndian(Unsigned value) {
  if constexpr (sizeof(Unsigned) == 1) return value;
  if constexpr (std::endian::native == std::endian::big) return value;
  if constexpr (sizeof(Unsigned) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(Unsigned) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(Unsigned) == 8) return __builtin_bswap64(value);
}

/// Bits that compare as unsigned numbers the way the values compare.
template <typename T>
auto Comparable(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
    if (value == 0) value = 0;
    const auto bits = std::bit_cast<Bits>(value);
    constexpr Bits kSign = Bits{1} << (sizeof(T) * 8 - 1);
    return static_cast<Bits>(bits & kSign ? ~bits : bits | kSign);
  } else {
    using Bits = std::make_unsigned_t<T>;
    return static_cast<Bits>(static_cast<Bits>(value) ^ (Bits{1} << (sizeof(T) * 8 - 1)));
  }
}

/// Bytes of an encoded value of fixed width; -1 for text, -2 for types without an order.
int64_t EncodedWidth(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return 0;
    case arrow::Type::BOOL:
      return 1;
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return -1;
    case arrow::Type::DECIMAL128:
      return 16;
    default:
      return arrow::is_fixed_width(type.id()) && !arrow::is_nested(type.id()) ? type.byte_width() : -2;
  }
}

size_t EncodedTextLength(std::string_view text) {
  return text.size() + static_cast<size_t>(std::count(text.begin(), text.end(), '\0')) + 2;
}

/// Writes one column into every row's key. `ends` are where the row's next column starts.
class ColumnEncoder {
 public:
  ColumnEncoder(const arrow::Array& array, const SortColumn& column, char* bytes, std::vector<size_t>* ends)
      : array_(array), column_(column), bytes_(bytes), ends_(*ends) {}

  void Encode() {
    switch (array_.type_id()) {
      case arrow::Type::NA:
        return EncodeFixed(0, [](int64_t, char*) {});
      case arrow::Type::BOOL: {
        const auto& values = static_cast<const arrow::BooleanArray&>(array_);
        return EncodeFixed(1, [&](int64_t row, char* out) { *out = values.Value(row) ? 1 : 0; });
      }
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        return EncodeText();
      case arrow::Type::FLOAT:
        return EncodeNumbers<float>();
      case arrow::Type::DOUBLE:
        return EncodeNumbers<double>();
      case arrow::Type::DECIMAL128:
        return EncodeDecimals();
      default:
        break;
    }
    switch (array_.type()->byte_width()) {
      case 1:
        return EncodeNumbers<int8_t>();
      case 2:
        return EncodeNumbers<int16_t>();
      case 4:
        return EncodeNumbers<int32_t>();
      default:
        return EncodeNumbers<int64_t>();
    }
  }

 private:
  template <typename Write>
  void EncodeFixed(size_t width, Write write) {
    const bool any_null = array_.null_count() > 0;
    for (size_t row = 0; row < ends_.size(); ++row) {
      char* out = bytes_ + ends_[row];
      ends_[row] += 1 + width;
      if (any_null && array_.IsNull(static_cast<int64_t>(row))) {
        *out = NullMark(column_);
        std::memset(out + 1, 0, width);
        continue;
      }
      *out = kValue;
      write(static_cast<int64_t>(row), out + 1);
      for (size_t i = 1; !column_.ascending && i <= width; ++i) out[i] = static_cast<char>(~out[i]);
    }
  }

  template <typename T>
  void EncodeNumbers() {
    const T* values = array_.data()->GetValues<T>(1);
    EncodeFixed(sizeof(T), [values](int64_t row, char* out) {
      const auto bits = BigEndian(Comparable(values[row]));
      std::memcpy(out, &bits, sizeof(bits));
    });
  }

  void EncodeDecimals() {
    struct Value {
      uint64_t low;
      int64_t high;
    };
    const auto* values = array_.data()->GetValues<Value>(1);
    EncodeFixed(sizeof(Value), [values](int64_t row, char* out) {
      const uint64_t words[2] = {BigEndian(Comparable(values[row].high)), BigEndian(values[row].low)};
      std::memcpy(out, words, sizeof(words));
    });
  }

  void EncodeText() {
    const auto& values = static_cast<const arrow::BinaryArray&>(array_);
    for (size_t row = 0; row < ends_.size(); ++row) {
      char* out = bytes_ + ends_[row];
      if (values.IsNull(static_cast<int64_t>(row))) {
        *out = NullMark(column_);
        ends_[row] += 1;
        continue;
      }
      *out++ = kValue;
      char* const begin = out;
      for (char c : values.GetView(static_cast<int64_t>(row))) {
        *out++ = c;
        if (c == 0) *out++ = static_cast<char>(255);
      }
      *out++ = 0;
      *out++ = 0;
      for (char* at = begin; !column_.ascending && at < out; ++at) *at = static_cast<char>(~*at);
      ends_[row] = static_cast<size_t>(out - bytes_);
    }
  }

  const arrow::Array& array_;
  const SortColumn column_;
  char* const bytes_;
  std::vector<size_t>& ends_;
};

}  // namespace

SortPrefix SortPrefix::Of(std::string_view key) {
  uint64_t words[2] = {0, 0};
  std::memcpy(words, key.data(), std::min<size_t>(key.size(), sizeof(words)));
  return {BigEndian(words[0]), BigEndian(words[1])};
}

arrow::Status EncodeSortKeys(const Batch& batch, const std::vector<SortColumn>& columns, SortKeys* keys) {
  size_t fixed_bytes = 0;
  for (const SortColumn& column : columns) {
    const arrow::Array& array = *batch.columns[column.column];
    const int64_t width = EncodedWidth(*array.type());
    if (width == -2) {
      return arrow::Status::NotImplemented("ORDER BY a column of type ", array.type()->ToString(),
                                           " is not supported yet");
    }
    if (width >= 0) fixed_bytes += 1 + static_cast<size_t>(width);
  }
  const auto num_rows = static_cast<size_t>(batch.num_rows);
  std::vector<size_t> lengths(num_rows, fixed_bytes);
  for (const SortColumn& column : columns) {
    const arrow::Array& array = *batch.columns[column.column];
    if (EncodedWidth(*array.type()) != -1) continue;
    const auto& text = static_cast<const arrow::BinaryArray&>(array);
    for (size_t row = 0; row < num_rows; ++row) {
      const auto at = static_cast<int64_t>(row);
      lengths[row] += 1 + (text.IsNull(at) ? 0 : EncodedTextLength(text.GetView(at)));
    }
  }
  keys->offsets.resize(num_rows + 1);
  keys->offsets[0] = 0;
  for (size_t row = 0; row < num_rows; ++row) keys->offsets[row + 1] = keys->offsets[row] + lengths[row];
  keys->bytes.resize(keys->offsets[num_rows]);

  std::vector<size_t> ends(keys->offsets.begin(), keys->offsets.end() - 1);
  for (const SortColumn& column : columns) {
    ColumnEncoder(*batch.columns[column.column], column, keys->bytes.data(), &ends).Encode();
  }
  return arrow::Status::OK();
}

std::vector<int32_t> SortedOrder(const SortKeys& keys) {
  struct Place {
    SortPrefix prefix;
    int32_t row;
  };
  const size_t num_rows = keys.offsets.size() - 1;
  bool decided = true;  // no key is longer than its prefix
  std::vector<Place> places(num_rows);
  for (size_t row = 0; row < num_rows; ++row) {
    const std::string_view key = keys.key(static_cast<int64_t>(row));
    places[row] = {SortPrefix::Of(key), static_cast<int32_t>(row)};
    decided &= key.size() <= SortPrefix::kBytes;
  }
  std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    if (!decided) {
      const int order = keys.key(a.row).compare(keys.key(b.row));
      if (order != 0) return order < 0;
    }
    return a.row < b.row;
  });
  std::vector<int32_t> order(num_rows);
  for (size_t i = 0; i < num_rows; ++i) order[i] = places[i].row;
  return order;
}

}  // namespace tidemark
