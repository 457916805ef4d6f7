// SPDX-License-Identifier: Apache-2.0
// Encoding of rows, column by column: first every row's length, then each column into its place.
#include "state/key_codec.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <cstring>
#include <limits>

#include "state/float_key.h"
#include "state/nested_codec.h"

namespace tidemark::state {
namespace {

using arrow::bit_util::GetBit;

/// Bytes of a value in an encoded row; 0 for types that vary.
int32_t FixedWidth(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return 0;
    case arrow::Type::BOOL:
      return 1;
    default:
      return arrow::is_fixed_width(type.id()) ? type.byte_width() : 0;
  }
}

bool HasFixedWidth(const arrow::DataType& type) { return type.id() == arrow::Type::NA || FixedWidth(type) > 0; }

/// Which rows are encoded and where each of them starts.
struct Targets {
  const std::vector<int32_t>* rows;  // null: all
  int64_t count;
  const int64_t* starts;  // null: stride
  int64_t stride;

  int64_t row(int64_t i) const { return rows ? (*rows)[i] : i; }
  int64_t start(int64_t i) const { return starts ? starts[i] : i * stride; }
};

template <typename T>
void EncodeColumn(const arrow::ArrayData& column, const Targets& targets, int32_t offset, uint8_t* bytes) {
  const T* values = column.GetValues<T>(1);
  const uint8_t* validity = column.GetNullCount() > 0 ? column.buffers[0]->data() : nullptr;
  for (int64_t i = 0; i < targets.count; ++i) {
    const int64_t row = targets.row(i);
    if (validity != nullptr && !GetBit(validity, column.offset + row)) continue;
    std::memcpy(bytes + targets.start(i) + offset, &values[row], sizeof(T));
  }
}

template <typename Float>
void EncodeFloatColumn(const arrow::ArrayData& column, KeyCodec::Floats floats, const Targets& targets, int32_t offset,
                       uint8_t* bytes) {
  const Float* values = column.GetValues<Float>(1);
  const uint8_t* validity = column.GetNullCount() > 0 ? column.buffers[0]->data() : nullptr;
  for (int64_t i = 0; i < targets.count; ++i) {
    const int64_t row = targets.row(i);
    if (validity != nullptr && !GetBit(validity, column.offset + row)) continue;
    const Float value = floats == KeyCodec::Floats::kAsKeys ? FloatKey(values[row]) : FloatInRow(values[row]);
    std::memcpy(bytes + targets.start(i) + offset, &value, sizeof(Float));
  }
}

void EncodeBoolColumn(const arrow::ArrayData& column, const Targets& targets, int32_t offset, uint8_t* bytes) {
  const arrow::BooleanArray values(std::make_shared<arrow::ArrayData>(column));
  for (int64_t i = 0; i < targets.count; ++i) {
    const int64_t row = targets.row(i);
    if (values.IsValid(row)) bytes[targets.start(i) + offset] = values.Value(row) ? 1 : 0;
  }
}

struct Wide {
  uint64_t words[2];
};

void EncodeFixed(const arrow::ArrayData& column, KeyCodec::Floats floats, const Targets& targets, int32_t offset,
                 uint8_t* bytes) {
  const bool exact = floats == KeyCodec::Floats::kExact;
  const arrow::Type::type id = column.type->id();
  if (id == arrow::Type::BOOL) return EncodeBoolColumn(column, targets, offset, bytes);
  if (id == arrow::Type::FLOAT && !exact) return EncodeFloatColumn<float>(column, floats, targets, offset, bytes);
  if (id == arrow::Type::DOUBLE && !exact) return EncodeFloatColumn<double>(column, floats, targets, offset, bytes);
  switch (FixedWidth(*column.type)) {
    case 1:
      return EncodeColumn<uint8_t>(column, targets, offset, bytes);
    case 2:
      return EncodeColumn<uint16_t>(column, targets, offset, bytes);
    case 4:
      return EncodeColumn<uint32_t>(column, targets, offset, bytes);
    case 8:
      return EncodeColumn<uint64_t>(column, targets, offset, bytes);
    case 16:
      return EncodeColumn<Wide>(column, targets, offset, bytes);
    default:
      return;  // the NULL type: nothing but its bit
  }
}

void EncodeNullBits(const arrow::Array& column, int column_index, const Targets& targets, uint8_t* bytes) {
  if (column.null_count() == 0) return;
  const auto bit = static_cast<uint8_t>(1u << (column_index % 8));
  for (int64_t i = 0; i < targets.count; ++i) {
    if (column.IsNull(targets.row(i))) bytes[targets.start(i) + column_index / 8] |= bit;
  }
}

/// The bytes of a column whose values vary in length: text as it lies in Arrow, nested values encoded first.
class VariableColumn {
 public:
  VariableColumn(const arrow::Array& column, KeyCodec::Floats floats) : column_(column) {
    if (const auto* text = dynamic_cast<const arrow::BinaryArray*>(&column)) {
      text_ = text;
      return;
    }
    encoded_offsets_.reserve(column.length() + 1);
    encoded_offsets_.push_back(0);
    for (int64_t row = 0; row < column.length(); ++row) {
      if (column.IsValid(row)) EncodeNested(column, row, floats, &encoded_);
      encoded_offsets_.push_back(static_cast<int64_t>(encoded_.size()));
    }
  }
  std::string_view Value(int64_t row) const {
    if (column_.IsNull(row)) return {};
    if (text_ != nullptr) return text_->GetView(row);
    return std::string_view(encoded_).substr(encoded_offsets_[row], encoded_offsets_[row + 1] - encoded_offsets_[row]);
  }

 private:
  const arrow::Array& column_;
  const arrow::BinaryArray* text_ = nullptr;
  std::string encoded_;
  std::vector<int64_t> encoded_offsets_;
};

/// The NULL bits of one column of encoded rows, as an Arrow validity bitmap (null when no row is NULL).
arrow::Result<std::shared_ptr<arrow::Buffer>> DecodeValidity(std::span<const uint8_t* const> rows, int column,
                                                             int64_t* null_count) {
  const int byte = column / 8;
  const int bit = column % 8;
  *null_count = 0;
  for (const uint8_t* row : rows) *null_count += (row[byte] >> bit) & 1;
  if (*null_count == 0) return nullptr;
  ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateEmptyBitmap(static_cast<int64_t>(rows.size())));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (((rows[i][byte] >> bit) & 1) == 0) arrow::bit_util::SetBit(bits->mutable_data(), static_cast<int64_t>(i));
  }
  return bits;
}

template <typename T>
void DecodeValues(std::span<const uint8_t* const> rows, int32_t offset, uint8_t* out) {
  for (size_t i = 0; i < rows.size(); ++i) std::memcpy(out + i * sizeof(T), rows[i] + offset, sizeof(T));
}

arrow::Result<std::shared_ptr<arrow::Array>> DecodeFixed(std::span<const uint8_t* const> rows, int column,
                                                         int32_t offset, const std::shared_ptr<arrow::DataType>& type) {
  const auto count = static_cast<int64_t>(rows.size());
  if (type->id() == arrow::Type::NA) return std::make_shared<arrow::NullArray>(count);
  int64_t null_count = 0;
  ARROW_ASSIGN_OR_RAISE(auto validity, DecodeValidity(rows, column, &null_count));
  std::shared_ptr<arrow::Buffer> values;
  if (type->id() == arrow::Type::BOOL) {
    ARROW_ASSIGN_OR_RAISE(values, arrow::AllocateEmptyBitmap(count));
    for (int64_t i = 0; i < count; ++i) {
      if (rows[i][offset] != 0) arrow::bit_util::SetBit(values->mutable_data(), i);
    }
  } else {
    const int32_t width = FixedWidth(*type);
    ARROW_ASSIGN_OR_RAISE(values, arrow::AllocateBuffer(count * width));
    switch (width) {
      case 1:
        DecodeValues<uint8_t>(rows, offset, values->mutable_data());
        break;
      case 2:
        DecodeValues<uint16_t>(rows, offset, values->mutable_data());
        break;
      case 4:
        DecodeValues<uint32_t>(rows, offset, values->mutable_data());
        break;
      case 8:
        DecodeValues<uint64_t>(rows, offset, values->mutable_data());
        break;
      default:
        DecodeValues<Wide>(rows, offset, values->mutable_data());
        break;
    }
  }
  return arrow::MakeArray(arrow::ArrayData::Make(type, count, {std::move(validity), std::move(values)}, null_count));
}

/// Decodes one column that varies; `cursors` stand at its length in each row, and after the call behind its bytes.
arrow::Result<std::shared_ptr<arrow::Array>> DecodeVariable(std::span<const uint8_t* const> rows, int column,
                                                            const std::shared_ptr<arrow::DataType>& type,
                                                            std::vector<const uint8_t*>* cursors) {
  const auto count = static_cast<int64_t>(rows.size());
  if (!arrow::is_base_binary_like(type->id())) return DecodeNestedColumn(rows, column, type, cursors);
  int64_t null_count = 0;
  ARROW_ASSIGN_OR_RAISE(auto validity, DecodeValidity(rows, column, &null_count));
  ARROW_ASSIGN_OR_RAISE(auto offsets, arrow::AllocateBuffer((count + 1) * sizeof(int32_t)));
  auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int64_t total = 0;
  for (int64_t i = 0; i < count; ++i) {
    offset[i] = static_cast<int32_t>(total);
    uint32_t length = 0;
    std::memcpy(&length, (*cursors)[i], sizeof(length));
    total += length;
    if (total > std::numeric_limits<int32_t>::max())
      return arrow::Status::CapacityError("Text of one batch exceeds 2 GiB");
  }
  offset[count] = static_cast<int32_t>(total);
  ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateBuffer(total));
  for (int64_t i = 0; i < count; ++i) {
    const int32_t length = offset[i + 1] - offset[i];
    const uint8_t* from = (*cursors)[i] + sizeof(uint32_t);
    std::memcpy(bytes->mutable_data() + offset[i], from, static_cast<size_t>(length));
    (*cursors)[i] = from + length;
  }
  return arrow::MakeArray(
      arrow::ArrayData::Make(type, count, {std::move(validity), std::move(offsets), std::move(bytes)}, null_count));
}

}  // namespace

KeyCodec::KeyCodec(std::vector<DataType> types, Floats floats) : types_(std::move(types)), floats_(floats) {
  fixed_bytes_ = static_cast<int32_t>(types_.size() + 7) / 8;
  for (size_t column = 0; column < types_.size(); ++column) {
    arrow_types_.push_back(types_[column].ToArrow());
    const bool has_fixed_width = HasFixedWidth(*arrow_types_[column]);
    column_offsets_.push_back(has_fixed_width ? fixed_bytes_ : -1);
    if (has_fixed_width) fixed_bytes_ += FixedWidth(*arrow_types_[column]);
    if (!has_fixed_width) variable_columns_.push_back(static_cast<int>(column));
  }
  if (fixed()) fixed_bytes_ = (fixed_bytes_ + 7) / 8 * 8;
}

arrow::Status KeyCodec::Encode(std::span<const std::shared_ptr<arrow::Array>> columns, int64_t num_rows,
                               const std::vector<int32_t>* rows, EncodedRows* encoded) const {
  for (size_t column = 0; column < types_.size(); ++column) {
    if (columns[column]->type_id() != arrow_types_[column]->id()) {
      return arrow::Status::TypeError("A column of type ", arrow_types_[column]->ToString(), " is stored as ",
                                      columns[column]->type()->ToString());
    }
  }
  Targets targets{rows, rows ? static_cast<int64_t>(rows->size()) : num_rows, nullptr, fixed_bytes_};
  encoded->offsets.clear();
  std::vector<VariableColumn> variable;
  int64_t total = targets.count * fixed_bytes_;
  if (!fixed()) {
    variable.reserve(variable_columns_.size());
    for (int column : variable_columns_) variable.emplace_back(*columns[column], floats_);
    encoded->offsets.resize(targets.count + 1);
    total = 0;
    for (int64_t i = 0; i < targets.count; ++i) {
      encoded->offsets[i] = total;
      int64_t length = fixed_bytes_;
      for (const VariableColumn& column : variable)
        length += 4 + static_cast<int64_t>(column.Value(targets.row(i)).size());
      if (length > std::numeric_limits<int32_t>::max()) return arrow::Status::CapacityError("A row exceeds 2 GiB");
      total += length;
    }
    encoded->offsets[targets.count] = total;
    targets.starts = encoded->offsets.data();
  }

  encoded->bytes.assign(static_cast<size_t>(total), 0);
  uint8_t* bytes = encoded->bytes.data();
  for (size_t column = 0; column < types_.size(); ++column) {
    EncodeNullBits(*columns[column], static_cast<int>(column), targets, bytes);
    if (column_offsets_[column] >= 0)
      EncodeFixed(*columns[column]->data(), floats_, targets, column_offsets_[column], bytes);
  }
  for (int64_t i = 0; !variable.empty() && i < targets.count; ++i) {
    uint8_t* at = bytes + targets.start(i) + fixed_bytes_;
    for (const VariableColumn& column : variable) {
      const std::string_view value = column.Value(targets.row(i));
      const auto length = static_cast<uint32_t>(value.size());
      std::memcpy(at, &length, sizeof(length));
      if (length > 0) std::memcpy(at + sizeof(length), value.data(), length);
      at += sizeof(length) + length;
    }
  }
  return arrow::Status::OK();
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeyCodec::Decode(std::span<const uint8_t* const> rows) const {
  std::vector<std::shared_ptr<arrow::Array>> columns(types_.size());
  std::vector<const uint8_t*> cursors;
  if (!fixed()) {
    cursors.reserve(rows.size());
    for (const uint8_t* row : rows) cursors.push_back(row + fixed_bytes_);
  }
  for (size_t column = 0; column < types_.size(); ++column) {
    const int index = static_cast<int>(column);
    if (column_offsets_[column] >= 0) {
      ARROW_ASSIGN_OR_RAISE(columns[column], DecodeFixed(rows, index, column_offsets_[column], arrow_types_[column]));
    } else {
      ARROW_ASSIGN_OR_RAISE(columns[column], DecodeVariable(rows, index, arrow_types_[column], &cursors));
    }
  }
  return columns;
}

}  // namespace tidemark::state
