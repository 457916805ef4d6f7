// SPDX-License-Identifier: Apache-2.0
// Columns to words and back, by the width of the type.
#include "state/single_key.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <bit>
#include <cstring>

#include "state/float_key.h"

namespace tidemark::state {
namespace {

uint64_t Word(double value) { return std::bit_cast<uint64_t>(value); }
uint64_t Word(float value) { return std::bit_cast<uint32_t>(value); }

/// Fills `keys` with word(row) of every row that is not NULL.
template <typename Word>
void Read(const arrow::Array& column, const std::vector<int32_t>* rows, SingleKeyScratch* scratch, SingleKeys* keys,
          Word word) {
  const int64_t count = rows ? static_cast<int64_t>(rows->size()) : column.length();
  scratch->words.resize(static_cast<size_t>(count));
  uint64_t* words = scratch->words.data();
  if (column.null_count() == 0) {
    if (rows) {
      for (int64_t i = 0; i < count; ++i) words[i] = word((*rows)[i]);
    } else {
      for (int64_t i = 0; i < count; ++i) words[i] = word(i);
    }
    keys->count = count;
  } else {
    scratch->positions.resize(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = rows ? (*rows)[i] : i;
      if (column.IsNull(row)) {
        keys->null_positions.push_back(static_cast<int32_t>(i));
        continue;
      }
      scratch->positions[keys->count] = static_cast<int32_t>(i);
      words[keys->count++] = word(row);
    }
    keys->positions = scratch->positions.data();
  }
  keys->words = words;
}

template <typename T>
void ReadIntegers(const arrow::Array& column, const std::vector<int32_t>* rows, SingleKeyScratch* scratch,
                  SingleKeys* keys) {
  const T* values = column.data()->GetValues<T>(1);
  Read(column, rows, scratch, keys, [values](int64_t row) { return static_cast<uint64_t>(int64_t{values[row]}); });
}

template <typename Float>
void ReadFloats(const arrow::Array& column, KeyCodec::Floats floats, const std::vector<int32_t>* rows,
                SingleKeyScratch* scratch, SingleKeys* keys) {
  const Float* values = column.data()->GetValues<Float>(1);
  if (floats == KeyCodec::Floats::kAsKeys) {
    Read(column, rows, scratch, keys, [values](int64_t row) { return Word(FloatKey(values[row])); });
  } else {
    Read(column, rows, scratch, keys, [values](int64_t row) { return Word(FloatInRow(values[row])); });
  }
}

template <typename T>
void WriteIntegers(std::span<const uint64_t* const> words, uint8_t* out) {
  for (size_t i = 0; i < words.size(); ++i) {
    const T value = words[i] ? static_cast<T>(*words[i]) : T{0};
    std::memcpy(out + i * sizeof(T), &value, sizeof(T));
  }
}

}  // namespace

bool IsSingleWordKey(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      return true;
    default:
      return false;
  }
}

arrow::Result<SingleKeys> ReadSingleKeys(const arrow::Array& column, const DataType& type, KeyCodec::Floats floats,
                                         const std::vector<int32_t>* rows, SingleKeyScratch* scratch) {
  SingleKeys keys;
  const auto& data = *column.data();
  switch (column.type_id()) {
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
      if (rows == nullptr && column.null_count() == 0) {
        keys.words = data.GetValues<uint64_t>(1);
        keys.count = column.length();
      } else {
        ReadIntegers<int64_t>(column, rows, scratch, &keys);
      }
      return keys;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::TIME32:
    case arrow::Type::INTERVAL_MONTHS:
      ReadIntegers<int32_t>(column, rows, scratch, &keys);
      return keys;
    case arrow::Type::INT16:
      ReadIntegers<int16_t>(column, rows, scratch, &keys);
      return keys;
    case arrow::Type::INT8:
      ReadIntegers<int8_t>(column, rows, scratch, &keys);
      return keys;
    case arrow::Type::DOUBLE:
      ReadFloats<double>(column, floats, rows, scratch, &keys);
      return keys;
    case arrow::Type::FLOAT:
      ReadFloats<float>(column, floats, rows, scratch, &keys);
      return keys;
    case arrow::Type::BOOL: {
      const uint8_t* bits = data.buffers[1]->data();
      const int64_t offset = data.offset;
      Read(column, rows, scratch, &keys,
           [=](int64_t row) { return uint64_t{arrow::bit_util::GetBit(bits, offset + row)}; });
      return keys;
    }
    default:
      return arrow::Status::TypeError("A key column of type ", type.ToString(), " is stored as ",
                                      column.type()->ToString());
  }
}

arrow::Result<std::shared_ptr<arrow::Array>> SingleKeyColumn(std::span<const uint64_t* const> words,
                                                             const DataType& type) {
  const auto arrow_type = type.ToArrow();
  const auto count = static_cast<int64_t>(words.size());
  std::shared_ptr<arrow::Buffer> validity;
  int64_t null_count = 0;
  for (const uint64_t* word : words) null_count += word == nullptr;
  if (null_count > 0) {
    ARROW_ASSIGN_OR_RAISE(validity, arrow::AllocateEmptyBitmap(count));
    for (int64_t i = 0; i < count; ++i) {
      if (words[i] != nullptr) arrow::bit_util::SetBit(validity->mutable_data(), i);
    }
  }
  std::shared_ptr<arrow::Buffer> values;
  if (arrow_type->id() == arrow::Type::BOOL) {
    ARROW_ASSIGN_OR_RAISE(values, arrow::AllocateEmptyBitmap(count));
    for (int64_t i = 0; i < count; ++i) {
      if (words[i] != nullptr && *words[i] != 0) arrow::bit_util::SetBit(values->mutable_data(), i);
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(values, arrow::AllocateBuffer(count * arrow_type->byte_width()));
    switch (arrow_type->byte_width()) {
      case 1:
        WriteIntegers<uint8_t>(words, values->mutable_data());
        break;
      case 2:
        WriteIntegers<uint16_t>(words, values->mutable_data());
        break;
      case 4:
        WriteIntegers<uint32_t>(words, values->mutable_data());
        break;
      default:
        WriteIntegers<uint64_t>(words, values->mutable_data());
        break;
    }
  }
  return arrow::MakeArray(
      arrow::ArrayData::Make(arrow_type, count, {std::move(validity), std::move(values)}, null_count));
}

}  // namespace tidemark::state
