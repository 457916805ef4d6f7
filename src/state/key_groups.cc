// SPDX-License-Identifier: Apache-2.0
// The stable hash of keys. Nothing here may change: state on disk is found by it.
#include "state/key_groups.h"

#include <arrow/array.h>
#include <arrow/util/bit_util.h>

#include <bit>
#include <string>

#include "state/float_key.h"
#include "state/hash_bytes.h"
#include "state/nested_codec.h"

namespace tidemark::state {
namespace {

// Other constants than the tables' own hash has: the rows of one worker share some bits of this hash, and must be
// spread over a table all the same.
constexpr uint64_t kNullHash = 0x1D8AF066F8C7D3A5ull;
constexpr uint64_t kValueXor = 0x60BEE2BEE120FC15ull;
constexpr uint64_t kValueMultiplier = 0xA3B195354A39B70Dull;
constexpr uint64_t kCombineMultiplier = 0x1B03738712FAD5C9ull;
constexpr int kGroupBits = 7;
static_assert(kKeyGroups == 1 << kGroupBits);

uint64_t Mix(uint64_t value) {
  const auto product = static_cast<unsigned __int128>(value ^ kValueXor) * kValueMultiplier;
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

uint64_t DoubleBits(double value) { return std::bit_cast<uint64_t>(FloatKey(value)); }

/// Adds hash(row) of every row to `hashes`, which hold the columns before this one.
template <typename HashOf>
void Combine(const arrow::Array& column, std::vector<uint64_t>* hashes, HashOf hash_of) {
  const bool any_null = column.null_count() > 0;
  for (size_t row = 0; row < hashes->size(); ++row) {
    const bool is_null = any_null && column.IsNull(static_cast<int64_t>(row));
    const uint64_t hash = is_null ? kNullHash : hash_of(static_cast<int64_t>(row));
    (*hashes)[row] = (*hashes)[row] * kCombineMultiplier + hash;
  }
}

template <typename T>
void CombineIntegers(const arrow::Array& column, std::vector<uint64_t>* hashes) {
  const T* values = column.data()->GetValues<T>(1);
  Combine(column, hashes, [values](int64_t row) { return Mix(static_cast<uint64_t>(int64_t{values[row]})); });
}

template <typename Float>
void CombineFloats(const arrow::Array& column, std::vector<uint64_t>* hashes) {
  const Float* values = column.data()->GetValues<Float>(1);
  Combine(column, hashes, [values](int64_t row) { return Mix(DoubleBits(values[row])); });
}

void CombineDecimals(const arrow::Array& column, std::vector<uint64_t>* hashes) {
  struct Value {
    uint64_t low;
    uint64_t high;
  };
  const auto* values = column.data()->GetValues<Value>(1);
  Combine(column, hashes, [values](int64_t row) { return Mix(Mix(values[row].low) + values[row].high); });
}

void CombineNested(const arrow::Array& column, std::vector<uint64_t>* hashes) {
  std::string bytes;
  Combine(column, hashes, [&](int64_t row) {
    bytes.clear();
    EncodeNested(column, row, KeyCodec::Floats::kAsKeys, &bytes);
    return HashBytes(bytes);
  });
}

void CombineColumn(const arrow::Array& column, std::vector<uint64_t>* hashes) {
  switch (column.type_id()) {
    case arrow::Type::NA:
      return Combine(column, hashes, [](int64_t) { return kNullHash; });
    case arrow::Type::BOOL: {
      const auto& values = static_cast<const arrow::BooleanArray&>(column);
      return Combine(column, hashes, [&](int64_t row) { return Mix(values.Value(row) ? 1 : 0); });
    }
    case arrow::Type::INT8:
      return CombineIntegers<int8_t>(column, hashes);
    case arrow::Type::INT16:
      return CombineIntegers<int16_t>(column, hashes);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::TIME32:
    case arrow::Type::INTERVAL_MONTHS:
      return CombineIntegers<int32_t>(column, hashes);
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
      return CombineIntegers<int64_t>(column, hashes);
    case arrow::Type::FLOAT:
      return CombineFloats<float>(column, hashes);
    case arrow::Type::DOUBLE:
      return CombineFloats<double>(column, hashes);
    case arrow::Type::DECIMAL128:
      return CombineDecimals(column, hashes);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const auto& values = static_cast<const arrow::BinaryArray&>(column);
      return Combine(column, hashes, [&](int64_t row) {
        const std::string_view value = values.GetView(row);
        return HashBytes(value);
      });
    }
    default:
      return CombineNested(column, hashes);
  }
}

}  // namespace

arrow::Result<std::vector<uint8_t>> KeyGroups(std::span<const std::shared_ptr<arrow::Array>> keys, int64_t num_rows) {
  std::vector<uint64_t> hashes(static_cast<size_t>(num_rows), 0);
  for (const auto& key : keys) CombineColumn(*key, &hashes);
  std::vector<uint8_t> groups(static_cast<size_t>(num_rows));
  // Mixed once more: the combination of several columns alone leaves the top bits uneven.
  for (int64_t row = 0; row < num_rows; ++row)
    groups[row] = static_cast<uint8_t>(Mix(hashes[row]) >> (64 - kGroupBits));
  return groups;
}

}  // namespace tidemark::state
