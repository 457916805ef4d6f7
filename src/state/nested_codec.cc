// SPDX-License-Identifier: Apache-2.0
// Recursive encoding and decoding of nested values.
#include "state/nested_codec.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>

#include <cstring>

#include "state/float_key.h"

namespace tidemark::state {
namespace {

template <typename T>
void AppendRaw(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename Float>
void AppendFloat(Float value, KeyCodec::Floats floats, std::string* bytes) {
  switch (floats) {
    case KeyCodec::Floats::kAsKeys:
      return AppendRaw(FloatKey(value), bytes);
    case KeyCodec::Floats::kAsRows:
      return AppendRaw(FloatInRow(value), bytes);
    case KeyCodec::Floats::kExact:
      return AppendRaw(value, bytes);
  }
}

void EncodeElements(const arrow::Array& elements, int64_t begin, int64_t end, KeyCodec::Floats floats,
                    std::string* bytes) {
  AppendRaw(static_cast<uint32_t>(end - begin), bytes);
  for (int64_t i = begin; i < end; ++i) EncodeNested(elements, i, floats, bytes);
}

template <typename T>
T ReadRaw(const uint8_t** at) {
  T value;
  std::memcpy(&value, *at, sizeof(value));
  *at += sizeof(value);
  return value;
}

/// Reads what EncodeNested wrote and appends it to `builder`.
arrow::Status DecodeValue(const uint8_t** at, arrow::ArrayBuilder* builder);

arrow::Status DecodeFixedWidth(const uint8_t** at, arrow::ArrayBuilder* builder) {
  const int32_t width = builder->type()->byte_width();
  const uint8_t* bytes = *at;
  *at += width;
  switch (builder->type()->id()) {
    case arrow::Type::INT8:
      return static_cast<arrow::Int8Builder*>(builder)->Append(static_cast<int8_t>(*bytes));
    case arrow::Type::INT16:
      return static_cast<arrow::Int16Builder*>(builder)->Append(ReadRaw<int16_t>(&bytes));
    case arrow::Type::INT32:
      return static_cast<arrow::Int32Builder*>(builder)->Append(ReadRaw<int32_t>(&bytes));
    case arrow::Type::INT64:
      return static_cast<arrow::Int64Builder*>(builder)->Append(ReadRaw<int64_t>(&bytes));
    case arrow::Type::FLOAT:
      return static_cast<arrow::FloatBuilder*>(builder)->Append(ReadRaw<float>(&bytes));
    case arrow::Type::DOUBLE:
      return static_cast<arrow::DoubleBuilder*>(builder)->Append(ReadRaw<double>(&bytes));
    case arrow::Type::DATE32:
      return static_cast<arrow::Date32Builder*>(builder)->Append(ReadRaw<int32_t>(&bytes));
    case arrow::Type::TIME32:
      return static_cast<arrow::Time32Builder*>(builder)->Append(ReadRaw<int32_t>(&bytes));
    case arrow::Type::TIMESTAMP:
      return static_cast<arrow::TimestampBuilder*>(builder)->Append(ReadRaw<int64_t>(&bytes));
    case arrow::Type::DURATION:
      return static_cast<arrow::DurationBuilder*>(builder)->Append(ReadRaw<int64_t>(&bytes));
    case arrow::Type::INTERVAL_MONTHS:
      return static_cast<arrow::MonthIntervalBuilder*>(builder)->Append(ReadRaw<int32_t>(&bytes));
    case arrow::Type::DECIMAL128:
      return static_cast<arrow::Decimal128Builder*>(builder)->Append(bytes);
    default:
      return arrow::Status::NotImplemented("State of type ", builder->type()->ToString(), " is not supported yet");
  }
}

arrow::Status DecodeStruct(const uint8_t** at, arrow::StructBuilder* builder) {
  ARROW_RETURN_NOT_OK(builder->Append());
  for (int field = 0; field < builder->num_fields(); ++field) {
    ARROW_RETURN_NOT_OK(DecodeValue(at, builder->field_builder(field)));
  }
  return arrow::Status::OK();
}

arrow::Status DecodeMap(const uint8_t** at, arrow::MapBuilder* builder) {
  ARROW_RETURN_NOT_OK(builder->Append());
  const auto count = ReadRaw<uint32_t>(at);
  for (uint32_t i = 0; i < count; ++i) {
    ARROW_RETURN_NOT_OK(DecodeValue(at, builder->key_builder()));
    ARROW_RETURN_NOT_OK(DecodeValue(at, builder->item_builder()));
  }
  return arrow::Status::OK();
}

arrow::Status DecodeList(const uint8_t** at, arrow::ListBuilder* builder) {
  ARROW_RETURN_NOT_OK(builder->Append());
  const auto count = ReadRaw<uint32_t>(at);
  for (uint32_t i = 0; i < count; ++i) ARROW_RETURN_NOT_OK(DecodeValue(at, builder->value_builder()));
  return arrow::Status::OK();
}

arrow::Status DecodeValue(const uint8_t** at, arrow::ArrayBuilder* builder) {
  const uint8_t valid = *(*at)++;
  if (valid == 0) return builder->AppendNull();
  switch (builder->type()->id()) {
    case arrow::Type::BOOL:
      return static_cast<arrow::BooleanBuilder*>(builder)->Append(*(*at)++ != 0);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const auto length = ReadRaw<uint32_t>(at);
      const uint8_t* bytes = *at;
      *at += length;
      return static_cast<arrow::BinaryBuilder*>(builder)->Append(bytes, static_cast<int32_t>(length));
    }
    case arrow::Type::STRUCT:
      return DecodeStruct(at, static_cast<arrow::StructBuilder*>(builder));
    case arrow::Type::MAP:
      return DecodeMap(at, static_cast<arrow::MapBuilder*>(builder));
    case arrow::Type::LIST:
      return DecodeList(at, static_cast<arrow::ListBuilder*>(builder));
    default:
      return DecodeFixedWidth(at, builder);
  }
}

}  // namespace

void EncodeNested(const arrow::Array& array, int64_t row, KeyCodec::Floats floats, std::string* bytes) {
  if (array.IsNull(row)) {
    bytes->push_back(0);
    return;
  }
  bytes->push_back(1);
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      bytes->push_back(static_cast<const arrow::BooleanArray&>(array).Value(row) ? 1 : 0);
      return;
    case arrow::Type::FLOAT:
      return AppendFloat(static_cast<const arrow::FloatArray&>(array).Value(row), floats, bytes);
    case arrow::Type::DOUBLE:
      return AppendFloat(static_cast<const arrow::DoubleArray&>(array).Value(row), floats, bytes);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const std::string_view value = static_cast<const arrow::BinaryArray&>(array).GetView(row);
      AppendRaw(static_cast<uint32_t>(value.size()), bytes);
      bytes->append(value);
      return;
    }
    case arrow::Type::STRUCT: {
      const auto& values = static_cast<const arrow::StructArray&>(array);
      for (int field = 0; field < values.num_fields(); ++field) {
        EncodeNested(*values.field(field), row, floats, bytes);
      }
      return;
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      AppendRaw(static_cast<uint32_t>(map.value_length(row)), bytes);
      for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
        EncodeNested(*map.keys(), i, floats, bytes);
        EncodeNested(*map.items(), i, floats, bytes);
      }
      return;
    }
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      return EncodeElements(*list.values(), list.value_offset(row), list.value_offset(row + 1), floats, bytes);
    }
    default: {
      const int32_t width = array.type()->byte_width();
      bytes->append(reinterpret_cast<const char*>(array.data()->buffers[1]->data()) + (array.offset() + row) * width,
                    static_cast<size_t>(width));
      return;
    }
  }
}

arrow::Result<std::shared_ptr<arrow::Array>> DecodeNestedColumn(std::span<const uint8_t* const> rows, int column,
                                                                const std::shared_ptr<arrow::DataType>& type,
                                                                std::vector<const uint8_t*>* cursors) {
  ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(type));
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint8_t* at = (*cursors)[i];
    const auto length = ReadRaw<uint32_t>(&at);
    (*cursors)[i] = at + length;
    if ((rows[i][column / 8] >> (column % 8)) & 1) {
      ARROW_RETURN_NOT_OK(builder->AppendNull());
    } else {
      ARROW_RETURN_NOT_OK(DecodeValue(&at, builder.get()));
    }
  }
  return builder->Finish();
}

}  // namespace tidemark::state
