// SPDX-License-Identifier: Apache-2.0
// Conversions between the types of a file and those of a table.
#include "formats/parquet/column_conversion.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include <algorithm>

#include "formats/utf8_gate.h"

namespace tidemark::formats {
namespace {

using arrow::Type;

bool IsTextLike(Type::type id) {
  return id == Type::STRING || id == Type::LARGE_STRING || id == Type::STRING_VIEW || id == Type::BINARY ||
         id == Type::LARGE_BINARY || id == Type::BINARY_VIEW || id == Type::FIXED_SIZE_BINARY;
}

bool IsListLike(Type::type id) { return id == Type::LIST || id == Type::LARGE_LIST || id == Type::FIXED_SIZE_LIST; }

arrow::Status Mismatch(const arrow::DataType& from, const DataType& to, const std::string& path) {
  return arrow::Status::TypeError("Column '", path, "' is ", from.ToString(), " in the file, which cannot be read as ",
                                  to.WithTimeAttribute(TimeAttribute::kNone).ToString());
}

/// Scalars only.
bool ScalarFits(Type::type from, const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kNull:
      return true;
    case TypeKind::kBoolean:
      return from == Type::BOOL;
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return arrow::is_integer(from);
    case TypeKind::kFloat:
      return from == Type::FLOAT || from == Type::HALF_FLOAT;
    case TypeKind::kDouble:
      return arrow::is_floating(from) || arrow::is_integer(from);
    case TypeKind::kDecimal:
      return arrow::is_decimal(from) || arrow::is_integer(from);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return IsTextLike(from);
    case TypeKind::kDate:
      return arrow::is_date(from);
    case TypeKind::kTime:
      return arrow::is_time(from);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return from == Type::TIMESTAMP;
    default:
      return false;
  }
}

const arrow::DataType& ElementType(const arrow::DataType& list) { return *list.field(0)->type(); }

/// The nested file type as key and value of a map: a map, or an old list of pairs.
const arrow::DataType* EntriesType(const arrow::DataType& from) {
  if (from.id() == Type::MAP) return static_cast<const arrow::MapType&>(from).value_type().get();
  if (from.id() != Type::LIST) return nullptr;
  const arrow::DataType& element = ElementType(from);
  return element.id() == Type::STRUCT && element.num_fields() == 2 ? &element : nullptr;
}

DataType KeyOf(const DataType& to) { return to.kind() == TypeKind::kMap ? to.map_key() : to.element(); }
DataType ValueOf(const DataType& to) { return to.kind() == TypeKind::kMap ? to.map_value() : DataType::Int(); }

arrow::Result<std::shared_ptr<arrow::Array>> Cast(const std::shared_ptr<arrow::Array>& array,
                                                  const std::shared_ptr<arrow::DataType>& to) {
  arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(to);
  // A type with fewer digits cuts the rest off, as everywhere in SQL.
  options.allow_time_truncate = true;
  options.allow_float_truncate = true;
  ARROW_ASSIGN_OR_RAISE(auto result, arrow::compute::Cast(arrow::Datum(array), options));
  return result.make_array();
}

/// A timestamp without zone from a column of instants: the wall clock at that instant.
arrow::Result<std::shared_ptr<arrow::Array>> ToWallClock(const std::shared_ptr<arrow::Array>& array,
                                                         const std::string& zone) {
  const auto& type = static_cast<const arrow::TimestampType&>(*array->type());
  ARROW_ASSIGN_OR_RAISE(auto zoned, array->View(arrow::timestamp(type.unit(), zone)));
  ARROW_ASSIGN_OR_RAISE(auto local, arrow::compute::CallFunction("local_timestamp", {zoned}));
  return local.make_array();
}

/// Writers are trusted with their offsets (Arrow checks them), not with their text. Values that lie one after the other
/// are valid if all bytes together are, and none begins in the middle of a character.
arrow::Status CheckUtf8(const arrow::StringArray& array) {
  if (array.length() == 0) return arrow::Status::OK();
  const int32_t* offsets = array.raw_value_offsets();
  const auto* bytes = reinterpret_cast<const char*>(array.raw_data());
  const auto size = static_cast<size_t>(offsets[array.length()] - offsets[0]);
  bool valid = size == 0 || IsUtf8({bytes + offsets[0], size});
  for (int64_t i = 0; valid && i < array.length(); ++i) {
    valid = offsets[i] == offsets[array.length()] || (static_cast<unsigned char>(bytes[offsets[i]]) & 0xC0) != 0x80;
  }
  return valid ? arrow::Status::OK() : arrow::Status::Invalid("the text is not valid UTF-8");
}

arrow::Result<std::shared_ptr<arrow::Array>> ConvertScalar(std::shared_ptr<arrow::Array> array, const DataType& to,
                                                           const ColumnConversion& conversion) {
  const auto target = to.ToArrow();
  if (array->type_id() == Type::TIMESTAMP) {
    const auto& type = static_cast<const arrow::TimestampType&>(*array->type());
    const bool instants = !type.timezone().empty();
    if (to.kind() == TypeKind::kTimestamp && instants && conversion.wall_clock_zone != "UTC") {
      ARROW_ASSIGN_OR_RAISE(array, ToWallClock(array, conversion.wall_clock_zone));
    } else if (instants != (to.kind() == TypeKind::kTimestampLtz)) {
      // Same numbers, read as the other kind in UTC.
      ARROW_ASSIGN_OR_RAISE(array, array->View(arrow::timestamp(type.unit(), instants ? "" : "UTC")));
    }
  }
  if (array->type()->Equals(*target)) {
    if (to.is_character()) ARROW_RETURN_NOT_OK(CheckUtf8(static_cast<const arrow::StringArray&>(*array)));
    return array;
  }
  if (array->type_id() == Type::FIXED_SIZE_BINARY && to.is_character()) {
    ARROW_ASSIGN_OR_RAISE(array, Cast(array, arrow::binary()));
  }
  if (to.kind() == TypeKind::kDecimal && arrow::is_integer(array->type_id())) {
    // By way of a type that takes every integer; whether the value fits is checked in the second step.
    ARROW_ASSIGN_OR_RAISE(array, Cast(array, arrow::decimal128(DataType::kMaxDecimalPrecision, 0)));
  }
  return Cast(array, target);
}

arrow::Result<std::shared_ptr<arrow::Array>> ConvertRow(const std::shared_ptr<arrow::Array>& array, const DataType& to,
                                                        const std::string& path, const ColumnConversion& conversion) {
  const auto& rows = static_cast<const arrow::StructArray&>(*array);
  std::vector<std::shared_ptr<arrow::ArrayData>> fields;
  for (const auto& field : to.fields()) {
    const int index = rows.struct_type()->GetFieldIndex(field.name);
    if (index < 0) {
      ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(field.type.ToArrow(), rows.length()));
      fields.push_back(nulls->data());
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(auto converted,
                          ConvertColumn(rows.field(index), field.type, path + "." + field.name, conversion));
    fields.push_back(converted->data());
  }
  // The fields were sliced to the rows; a validity bitmap at an offset would not fit them any more.
  std::shared_ptr<arrow::Buffer> validity = rows.null_bitmap();
  if (validity && rows.offset() != 0) {
    ARROW_ASSIGN_OR_RAISE(validity, arrow::internal::CopyBitmap(arrow::default_memory_pool(), validity->data(),
                                                                rows.offset(), rows.length()));
  }
  return arrow::MakeArray(
      arrow::ArrayData::Make(to.ToArrow(), rows.length(), {std::move(validity)}, std::move(fields), rows.null_count()));
}

arrow::Result<std::shared_ptr<arrow::Array>> ConvertList(std::shared_ptr<arrow::Array> array, const DataType& to,
                                                         const std::string& path, const ColumnConversion& conversion) {
  if (array->type_id() != Type::LIST) {
    ARROW_ASSIGN_OR_RAISE(array, Cast(array, arrow::list(array->type()->field(0))));
  }
  const auto& list = static_cast<const arrow::ListArray&>(*array);
  ARROW_ASSIGN_OR_RAISE(auto elements, ConvertColumn(list.values(), to.element(), path, conversion));
  auto data = list.data()->Copy();
  data->type = to.ToArrow();
  data->child_data = {elements->data()};
  return arrow::MakeArray(std::move(data));
}

arrow::Result<std::shared_ptr<arrow::Array>> ConvertMap(const std::shared_ptr<arrow::Array>& array, const DataType& to,
                                                        const std::string& path, const ColumnConversion& conversion) {
  const auto& list = static_cast<const arrow::ListArray&>(*array);  // a map is one
  const auto& entries = static_cast<const arrow::StructArray&>(*list.values());
  ARROW_ASSIGN_OR_RAISE(auto keys, ConvertColumn(entries.field(0), KeyOf(to), path + ".key", conversion));
  ARROW_ASSIGN_OR_RAISE(auto values, ConvertColumn(entries.field(1), ValueOf(to), path + ".value", conversion));
  if (keys->null_count() > 0) return arrow::Status::Invalid("a key of map '", path, "' is NULL");
  const auto type = to.ToArrow();
  auto data = list.data()->Copy();
  data->type = type;
  data->child_data = {arrow::ArrayData::Make(static_cast<const arrow::MapType&>(*type).value_type(), entries.length(),
                                             {nullptr}, {keys->data(), values->data()}, 0)};
  return arrow::MakeArray(std::move(data));
}

}  // namespace

arrow::Status CheckConvertible(const arrow::DataType& from, const DataType& to, const std::string& path) {
  if (from.id() == Type::DICTIONARY) {
    return CheckConvertible(*static_cast<const arrow::DictionaryType&>(from).value_type(), to, path);
  }
  if (from.id() == Type::NA) return arrow::Status::OK();
  switch (to.kind()) {
    case TypeKind::kArray:
      if (!IsListLike(from.id())) return Mismatch(from, to, path);
      return CheckConvertible(ElementType(from), to.element(), path);
    case TypeKind::kMap:
    case TypeKind::kMultiset: {
      const arrow::DataType* entries = EntriesType(from);
      if (entries == nullptr) return Mismatch(from, to, path);
      ARROW_RETURN_NOT_OK(CheckConvertible(*entries->field(0)->type(), KeyOf(to), path + ".key"));
      return CheckConvertible(*entries->field(1)->type(), ValueOf(to), path + ".value");
    }
    case TypeKind::kRow:
      if (from.id() != Type::STRUCT) return Mismatch(from, to, path);
      for (const auto& field : to.fields()) {
        const auto found = static_cast<const arrow::StructType&>(from).GetFieldByName(field.name);
        if (found) ARROW_RETURN_NOT_OK(CheckConvertible(*found->type(), field.type, path + "." + field.name));
      }
      return arrow::Status::OK();
    default:
      return ScalarFits(from.id(), to) ? arrow::Status::OK() : Mismatch(from, to, path);
  }
}

arrow::Result<std::shared_ptr<arrow::Array>> ConvertColumn(const std::shared_ptr<arrow::Array>& array,
                                                           const DataType& to, const std::string& path,
                                                           const ColumnConversion& conversion) {
  if (array->type_id() == Type::NA && to.kind() != TypeKind::kNull)
    return arrow::MakeArrayOfNull(to.ToArrow(), array->length());
  if (array->type_id() == Type::DICTIONARY) {
    ARROW_ASSIGN_OR_RAISE(auto plain,
                          Cast(array, static_cast<const arrow::DictionaryType&>(*array->type()).value_type()));
    return ConvertColumn(plain, to, path, conversion);
  }
  switch (to.kind()) {
    case TypeKind::kRow:
      return ConvertRow(array, to, path, conversion);
    case TypeKind::kArray:
      return ConvertList(array, to, path, conversion);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return ConvertMap(array, to, path, conversion);
    default:
      break;
  }
  auto converted = ConvertScalar(array, to, conversion);
  if (!converted.ok()) {
    return converted.status().WithMessage(
        "column '", path, "' (", array->type()->ToString(), " in the file) does not fit ",
        to.WithTimeAttribute(TimeAttribute::kNone).ToString(), ": ", converted.status().message());
  }
  return converted;
}

}  // namespace tidemark::formats
