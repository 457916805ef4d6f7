// SPDX-License-Identifier: Apache-2.0
// Encoding column values as bytes and reading them back.
#include "expr/aggregates/value_codec.h"

#include <arrow/api.h>

#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

namespace tidemark::expr {
namespace {

template <typename T>
void PutRaw(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <typename T>
bool TakeRaw(std::string_view* bytes, T* value) {
  if (bytes->size() < sizeof(T)) return false;
  std::memcpy(value, bytes->data(), sizeof(T));
  bytes->remove_prefix(sizeof(T));
  return true;
}

arrow::Status Damaged() { return arrow::Status::SerializationError("Damaged value in an accumulator"); }

template <typename ArrayType>
void PutPrimitive(const arrow::Array& array, int64_t row, std::string* out) {
  auto value = static_cast<const ArrayType&>(array).Value(row);
  if constexpr (std::is_floating_point_v<decltype(value)>) {
    if (std::isnan(value)) value = std::numeric_limits<decltype(value)>::quiet_NaN();
  }
  PutRaw(value, out);
}

void PutList(const arrow::Array& values, int64_t offset, int64_t length, std::string* out) {
  PutRaw(static_cast<uint32_t>(length), out);
  for (int64_t i = 0; i < length; ++i) AppendValue(values, offset + i, out);
}

template <typename BuilderType>
arrow::Status ReadPrimitive(std::string_view* bytes, arrow::ArrayBuilder* builder) {
  typename BuilderType::value_type value;
  if (!TakeRaw(bytes, &value)) return Damaged();
  return static_cast<BuilderType*>(builder)->Append(value);
}

arrow::Status ReadText(std::string_view* bytes, arrow::ArrayBuilder* builder) {
  uint32_t length = 0;
  if (!TakeRaw(bytes, &length) || bytes->size() < length) return Damaged();
  ARROW_RETURN_NOT_OK(static_cast<arrow::BinaryBuilder*>(builder)->Append(bytes->substr(0, length)));
  bytes->remove_prefix(length);
  return arrow::Status::OK();
}

arrow::Status ReadDecimal(std::string_view* bytes, arrow::ArrayBuilder* builder) {
  uint8_t raw[16];
  if (!TakeRaw(bytes, &raw)) return Damaged();
  return static_cast<arrow::Decimal128Builder*>(builder)->Append(arrow::Decimal128(raw));
}

arrow::Status ReadList(std::string_view* bytes, arrow::ListBuilder* builder) {
  uint32_t length = 0;
  if (!TakeRaw(bytes, &length)) return Damaged();
  ARROW_RETURN_NOT_OK(builder->Append());
  for (uint32_t i = 0; i < length; ++i) ARROW_RETURN_NOT_OK(ReadValue(bytes, builder->value_builder()));
  return arrow::Status::OK();
}

arrow::Status ReadMap(std::string_view* bytes, arrow::MapBuilder* builder) {
  uint32_t length = 0;
  if (!TakeRaw(bytes, &length)) return Damaged();
  ARROW_RETURN_NOT_OK(builder->Append());
  for (uint32_t i = 0; i < length; ++i) {
    // Arrow ends the process over a key that is NULL.
    if (bytes->empty() || bytes->front() == '\0') return Damaged();
    ARROW_RETURN_NOT_OK(ReadValue(bytes, builder->key_builder()));
    ARROW_RETURN_NOT_OK(ReadValue(bytes, builder->item_builder()));
  }
  return arrow::Status::OK();
}

arrow::Status ReadStruct(std::string_view* bytes, arrow::StructBuilder* builder) {
  ARROW_RETURN_NOT_OK(builder->Append());
  for (int i = 0; i < builder->num_fields(); ++i) ARROW_RETURN_NOT_OK(ReadValue(bytes, builder->field_builder(i)));
  return arrow::Status::OK();
}

uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Odd constants with about half of their bits set.
constexpr uint64_t kSeed = 0x9e3779b97f4a7c15;
constexpr uint64_t kFactor = 0xd1342543de82ef95;

}  // namespace

void AppendValue(const arrow::Array& array, int64_t row, std::string* out) {
  if (array.IsNull(row) || array.type_id() == arrow::Type::NA) {
    out->push_back('\0');
    return;
  }
  out->push_back('\1');
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return PutRaw(static_cast<uint8_t>(static_cast<const arrow::BooleanArray&>(array).Value(row)), out);
    case arrow::Type::INT8:
      return PutPrimitive<arrow::Int8Array>(array, row, out);
    case arrow::Type::INT16:
      return PutPrimitive<arrow::Int16Array>(array, row, out);
    case arrow::Type::INT32:
      return PutPrimitive<arrow::Int32Array>(array, row, out);
    case arrow::Type::INT64:
      return PutPrimitive<arrow::Int64Array>(array, row, out);
    case arrow::Type::FLOAT:
      return PutPrimitive<arrow::FloatArray>(array, row, out);
    case arrow::Type::DOUBLE:
      return PutPrimitive<arrow::DoubleArray>(array, row, out);
    case arrow::Type::DATE32:
      return PutPrimitive<arrow::Date32Array>(array, row, out);
    case arrow::Type::TIME32:
      return PutPrimitive<arrow::Time32Array>(array, row, out);
    case arrow::Type::TIMESTAMP:
      return PutPrimitive<arrow::TimestampArray>(array, row, out);
    case arrow::Type::DURATION:
      return PutPrimitive<arrow::DurationArray>(array, row, out);
    case arrow::Type::INTERVAL_MONTHS:
      return PutPrimitive<arrow::MonthIntervalArray>(array, row, out);
    case arrow::Type::DECIMAL128:
      out->append(reinterpret_cast<const char*>(static_cast<const arrow::Decimal128Array&>(array).GetValue(row)), 16);
      return;
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const auto text = static_cast<const arrow::BinaryArray&>(array).GetView(row);
      PutRaw(static_cast<uint32_t>(text.size()), out);
      out->append(text);
      return;
    }
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      return PutList(*list.values(), list.value_offset(row), list.value_length(row), out);
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      PutRaw(static_cast<uint32_t>(map.value_length(row)), out);
      for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
        AppendValue(*map.keys(), i, out);
        AppendValue(*map.items(), i, out);
      }
      return;
    }
    case arrow::Type::STRUCT: {
      const auto& fields = static_cast<const arrow::StructArray&>(array);
      for (int i = 0; i < fields.num_fields(); ++i) AppendValue(*fields.field(i), row, out);
      return;
    }
    default:
      assert(false && "a type that no DataType has");
  }
}

arrow::Status ReadValue(std::string_view* bytes, arrow::ArrayBuilder* builder) {
  uint8_t valid = 0;
  if (!TakeRaw(bytes, &valid) || valid > 1) return Damaged();
  if (valid == 0) return builder->AppendNull();
  switch (builder->type()->id()) {
    case arrow::Type::BOOL: {
      uint8_t value = 0;
      if (!TakeRaw(bytes, &value)) return Damaged();
      return static_cast<arrow::BooleanBuilder*>(builder)->Append(value != 0);
    }
    case arrow::Type::INT8:
      return ReadPrimitive<arrow::Int8Builder>(bytes, builder);
    case arrow::Type::INT16:
      return ReadPrimitive<arrow::Int16Builder>(bytes, builder);
    case arrow::Type::INT32:
      return ReadPrimitive<arrow::Int32Builder>(bytes, builder);
    case arrow::Type::INT64:
      return ReadPrimitive<arrow::Int64Builder>(bytes, builder);
    case arrow::Type::FLOAT:
      return ReadPrimitive<arrow::FloatBuilder>(bytes, builder);
    case arrow::Type::DOUBLE:
      return ReadPrimitive<arrow::DoubleBuilder>(bytes, builder);
    case arrow::Type::DATE32:
      return ReadPrimitive<arrow::Date32Builder>(bytes, builder);
    case arrow::Type::TIME32:
      return ReadPrimitive<arrow::Time32Builder>(bytes, builder);
    case arrow::Type::TIMESTAMP:
      return ReadPrimitive<arrow::TimestampBuilder>(bytes, builder);
    case arrow::Type::DURATION:
      return ReadPrimitive<arrow::DurationBuilder>(bytes, builder);
    case arrow::Type::INTERVAL_MONTHS:
      return ReadPrimitive<arrow::MonthIntervalBuilder>(bytes, builder);
    case arrow::Type::DECIMAL128:
      return ReadDecimal(bytes, builder);
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return ReadText(bytes, builder);
    case arrow::Type::LIST:
      return ReadList(bytes, static_cast<arrow::ListBuilder*>(builder));
    case arrow::Type::MAP:
      return ReadMap(bytes, static_cast<arrow::MapBuilder*>(builder));
    case arrow::Type::STRUCT:
      return ReadStruct(bytes, static_cast<arrow::StructBuilder*>(builder));
    default:
      return Damaged();
  }
}

arrow::Result<std::shared_ptr<arrow::Array>> ReadValues(const std::shared_ptr<arrow::DataType>& type,
                                                        const std::vector<std::string_view>& encoded) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), type, &builder));
  ARROW_RETURN_NOT_OK(builder->Reserve(static_cast<int64_t>(encoded.size())));
  for (std::string_view bytes : encoded) ARROW_RETURN_NOT_OK(ReadValue(&bytes, builder.get()));
  return builder->Finish();
}

uint64_t StableHash(std::string_view bytes) {
  uint64_t hash = kSeed ^ bytes.size();
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    TakeRaw(&bytes, &word);
    hash = Mix(hash ^ word, kFactor);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, bytes.data(), bytes.size());
  return Mix(Mix(hash ^ rest, kFactor), kSeed);
}

uint64_t StableHash(uint64_t value) { return Mix(Mix(value ^ kSeed, kFactor), kSeed); }

}  // namespace tidemark::expr
