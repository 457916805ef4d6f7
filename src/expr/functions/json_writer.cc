// SPDX-License-Identifier: Apache-2.0
// One writer per kind of type; nested ones hold those of their parts.
#include "expr/functions/json_writer.h"

#include <arrow/api.h>
#include <arrow/util/base64.h>

#include <algorithm>
#include <cmath>

#include "expr/decimal_math.h"
#include "expr/evaluator.h"
#include "expr/functions/json_document.h"
#include "expr/number_text.h"
#include "expr/temporal_text.h"
#include "expr/time_zone.h"

namespace tidemark::expr {
namespace {

using WriterPtr = std::unique_ptr<JsonWriter>;

/// A writer out of a function that appends the value at a row.
template <typename F>
class LeafWriter final : public JsonWriter {
 public:
  explicit LeafWriter(F write) : write_(std::move(write)) {}

 protected:
  arrow::Status WriteValue(const arrow::Array& array, int64_t row, std::string* out) override {
    write_(array, row, out);
    return arrow::Status::OK();
  }

 private:
  F write_;
};

template <typename F>
WriterPtr Leaf(F write) {
  return std::make_unique<LeafWriter<F>>(std::move(write));
}

template <typename T>
T ValueAt(const arrow::Array& array, int64_t row) {
  return array.data()->GetValues<T>(1)[row];
}

template <typename T>
WriterPtr IntegerWriter() {
  return Leaf(
      [](const arrow::Array& array, int64_t row, std::string* out) { *out += std::to_string(ValueAt<T>(array, row)); });
}

template <typename T>
WriterPtr FloatingWriter() {
  return Leaf([](const arrow::Array& array, int64_t row, std::string* out) {
    const auto value = static_cast<double>(ValueAt<T>(array, row));
    char text[kNumberTextMax];
    const std::string_view number(text, static_cast<size_t>(FormatDouble(value, text)));
    // JSON has no number for infinity.
    std::isfinite(value) ? WriteBigDecimal(number, out) : WriteJsonString(number, out);
  });
}

WriterPtr DecimalWriter(int32_t scale) {
  return Leaf([scale](const arrow::Array& array, int64_t row, std::string* out) {
    const auto* bytes = array.data()->buffers[1]->data() + (array.offset() + row) * 16;
    WriteBigDecimal(DecimalText(ToInt128(arrow::Decimal128(bytes)), scale), out);
  });
}

WriterPtr TimestampWriter(const DataType& type) {
  const bool instant = type.kind() == TypeKind::kTimestampLtz;
  const int32_t precision = type.precision();
  return Leaf([=](const arrow::Array& array, int64_t row, std::string* out) {
    char text[kTemporalTextMax];
    const int length = FormatTimestamp(ValueAt<int64_t>(array, row), precision, text);
    std::string written(text, static_cast<size_t>(length));
    std::replace(written.begin(), written.end(), ' ', 'T');
    if (written.find('.') != std::string::npos) {
      written.erase(written.find_last_not_of('0') + 1);
      if (written.back() == '.') written.pop_back();
    }
    *out += '"' + written + (instant ? "Z\"" : "\"");
  });
}

class ArrayWriter final : public JsonWriter {
 public:
  explicit ArrayWriter(WriterPtr element) : element_(std::move(element)) {}

 protected:
  arrow::Status WriteValue(const arrow::Array& array, int64_t row, std::string* out) override {
    const auto& list = static_cast<const arrow::ListArray&>(array);
    *out += '[';
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      if (i > list.value_offset(row)) *out += ',';
      ARROW_RETURN_NOT_OK(element_->Write(*list.values(), i, out));
    }
    *out += ']';
    return arrow::Status::OK();
  }

 private:
  WriterPtr element_;
};

/// Maps and, whose values are counts, multisets.
class MapWriter final : public JsonWriter {
 public:
  explicit MapWriter(WriterPtr value) : value_(std::move(value)) {}

 protected:
  arrow::Status WriteValue(const arrow::Array& array, int64_t row, std::string* out) override {
    const auto& map = static_cast<const arrow::MapArray&>(array);
    JsonMembers members;
    for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
      if (map.keys()->IsNull(i)) return arrow::Status::Invalid("A map with a NULL key has no JSON form");
      std::string value;
      ARROW_RETURN_NOT_OK(value_->Write(*map.items(), i, &value));
      members.Put(static_cast<const arrow::BinaryArray&>(*map.keys()).GetView(i), std::move(value));
    }
    members.Write(out);
    return arrow::Status::OK();
  }

 private:
  WriterPtr value_;
};

class RowWriter final : public JsonWriter {
 public:
  RowWriter(std::vector<std::string> names, std::vector<WriterPtr> fields)
      : names_(std::move(names)), fields_(std::move(fields)) {}

 protected:
  arrow::Status WriteValue(const arrow::Array& array, int64_t row, std::string* out) override {
    const auto& record = static_cast<const arrow::StructArray&>(array);
    JsonMembers members;
    for (size_t i = 0; i < fields_.size(); ++i) {
      std::string value;
      ARROW_RETURN_NOT_OK(fields_[i]->Write(*record.field(static_cast<int>(i)), row, &value));
      members.Put(names_[i], std::move(value));
    }
    members.Write(out);
    return arrow::Status::OK();
  }

 private:
  std::vector<std::string> names_;
  std::vector<WriterPtr> fields_;
};

arrow::Result<WriterPtr> MakeNested(const DataType& type) {
  std::vector<std::string> names;
  std::vector<WriterPtr> parts;
  for (const Field& field : type.fields()) {
    names.push_back(field.name);
    ARROW_ASSIGN_OR_RAISE(auto part, JsonWriter::Make(field.type));
    parts.push_back(std::move(part));
  }
  switch (type.kind()) {
    case TypeKind::kArray:
      return std::make_unique<ArrayWriter>(std::move(parts[0]));
    case TypeKind::kMap:
      return std::make_unique<MapWriter>(std::move(parts[1]));
    case TypeKind::kMultiset:
      return std::make_unique<MapWriter>(IntegerWriter<int32_t>());
    default:
      return std::make_unique<RowWriter>(std::move(names), std::move(parts));
  }
}

WriterPtr TextWriter() {
  return Leaf([](const arrow::Array& array, int64_t row, std::string* out) {
    WriteJsonString(static_cast<const arrow::BinaryArray&>(array).GetView(row), out);
  });
}

WriterPtr BytesWriter() {
  return Leaf([](const arrow::Array& array, int64_t row, std::string* out) {
    *out += '"' + arrow::util::base64_encode(static_cast<const arrow::BinaryArray&>(array).GetView(row)) + '"';
  });
}

WriterPtr BooleanWriter() {
  return Leaf([](const arrow::Array& array, int64_t row, std::string* out) {
    *out += static_cast<const arrow::BooleanArray&>(array).Value(row) ? "true" : "false";
  });
}

}  // namespace

arrow::Status CheckJsonType(const DataType& type) {
  const auto refuse = [&](const char* why) {
    return arrow::Status::TypeError(type.WithNullable(true).ToString(), " has no JSON form", why);
  };
  if (type.kind() == TypeKind::kMap && !type.map_key().is_character()) return refuse(": its keys are no text");
  if (type.kind() == TypeKind::kMultiset && !type.element().is_character()) return refuse(": its elements are no text");
  for (const Field& field : type.fields()) ARROW_RETURN_NOT_OK(CheckJsonType(field.type));
  if (type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime || type.is_interval())
    return refuse("; CAST it to STRING");
  return arrow::Status::OK();
}

arrow::Result<std::unique_ptr<JsonWriter>> JsonWriter::Make(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return BooleanWriter();
    case TypeKind::kTinyInt:
      return IntegerWriter<int8_t>();
    case TypeKind::kSmallInt:
      return IntegerWriter<int16_t>();
    case TypeKind::kInt:
      return IntegerWriter<int32_t>();
    case TypeKind::kBigInt:
      return IntegerWriter<int64_t>();
    case TypeKind::kFloat:
      return FloatingWriter<float>();
    case TypeKind::kDouble:
      return FloatingWriter<double>();
    case TypeKind::kDecimal:
      return DecimalWriter(type.scale());
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return TextWriter();
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return BytesWriter();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return TimestampWriter(type);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return MakeNested(type);
    default:
      return Leaf([](const arrow::Array&, int64_t, std::string* out) { *out += "null"; });
  }
}

arrow::Status JsonWriter::Write(const arrow::Array& array, int64_t row, std::string* out) {
  if (!array.IsNull(row)) return WriteValue(array, row, out);
  *out += "null";
  return arrow::Status::OK();
}

void JsonMembers::Write(std::string* out) {
  std::stable_sort(members_.begin(), members_.end(),
                   [](const auto& a, const auto& b) { return Utf16Less(a.first, b.first); });
  *out += '{';
  bool first = true;
  for (size_t i = 0; i < members_.size(); ++i) {
    if (i + 1 < members_.size() && members_[i + 1].first == members_[i].first) continue;
    if (!first) *out += ',';
    first = false;
    WriteJsonString(members_[i].first, out);
    *out += ':';
    *out += members_[i].second;
  }
  *out += '}';
}

}  // namespace tidemark::expr
