// SPDX-License-Identifier: Apache-2.0
// Building and taking apart values: ARRAY[...], MAP[...], ROW(...), subscripts (ITEM) and || .
#include <arrow/api.h>
#include <arrow/compute/api_vector.h>

#include "expr/functions/operators.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"

namespace tidemark::expr {
namespace {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;
using ArrayResult = arrow::Result<std::shared_ptr<arrow::Array>>;

ArrayResult ToArray(const arrow::Datum& datum, int64_t num_rows) {
  if (datum.is_scalar()) return arrow::MakeArrayFromScalar(*datum.scalar(), num_rows);
  return datum.make_array();
}

bool AllScalar(std::span<const arrow::Datum> args) {
  for (const auto& arg : args) {
    if (!arg.is_scalar()) return false;
  }
  return true;
}

arrow::Result<arrow::Datum> Finish(const std::shared_ptr<arrow::Array>& array, bool scalar) {
  if (!scalar) return arrow::Datum(array);
  ARROW_ASSIGN_OR_RAISE(auto value, array->GetScalar(0));
  return arrow::Datum(std::move(value));
}

/// Columns woven into one: row 0 of each, row 1 of each, ...
ArrayResult Interleave(std::span<const arrow::Datum> columns, int64_t num_rows) {
  arrow::ArrayVector pieces;
  std::vector<int64_t> start;
  std::vector<int64_t> step;
  int64_t total = 0;
  for (const auto& column : columns) {
    ARROW_ASSIGN_OR_RAISE(auto piece, ToArray(column, 1));
    start.push_back(total);
    step.push_back(column.is_scalar() ? 0 : 1);
    total += piece->length();
    pieces.push_back(std::move(piece));
  }
  ARROW_ASSIGN_OR_RAISE(auto joined, arrow::Concatenate(pieces));
  arrow::Int64Builder positions;
  ARROW_RETURN_NOT_OK(positions.Reserve(num_rows * static_cast<int64_t>(columns.size())));
  for (int64_t row = 0; row < num_rows; ++row) {
    for (size_t i = 0; i < columns.size(); ++i) positions.UnsafeAppend(start[i] + row * step[i]);
  }
  ARROW_ASSIGN_OR_RAISE(auto indices, positions.Finish());
  return arrow::compute::Take(*joined, *indices, arrow::compute::TakeOptions::NoBoundsCheck());
}

/// Offsets 0, n, 2n, ...
arrow::Result<std::shared_ptr<arrow::Buffer>> EvenOffsets(int64_t num_rows, int64_t each) {
  if (num_rows * each > std::numeric_limits<int32_t>::max())
    return arrow::Status::CapacityError("An array column grew too big");
  ARROW_ASSIGN_OR_RAISE(auto offsets, arrow::AllocateBuffer((num_rows + 1) * static_cast<int64_t>(sizeof(int32_t))));
  auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
  for (int64_t row = 0; row <= num_rows; ++row) out[row] = static_cast<int32_t>(row * each);
  return std::shared_ptr<arrow::Buffer>(std::move(offsets));
}

// ---- ARRAY

arrow::Result<ResolvedSignature> ResolveArray(std::span<const ArgumentInfo> arguments) {
  if (arguments.empty()) return arrow::Status::TypeError("ARRAY[] needs at least one element");
  std::vector<DataType> types;
  for (const auto& argument : arguments) types.push_back(argument.type.WithTimeAttribute(TimeAttribute::kNone));
  auto element = CommonType(types);
  if (element.ok() && element->kind() == TypeKind::kNull) return BareNullError("ARRAY[...] of nothing else");
  if (!element.ok()) return arrow::Status::TypeError("ARRAY needs elements of one type, not ", TypeListText(arguments));
  ResolvedSignature resolved;
  for (const auto& type : types) resolved.argument_types.push_back(element->WithNullable(type.nullable()));
  resolved.return_type = DataType::Array(*element).NotNull();
  return resolved;
}

class ArrayKernel final : public ScalarKernel {
 public:
  explicit ArrayKernel(const DataType& type) : type_(type.ToArrow()) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const bool scalar = AllScalar(args);
    const int64_t count = scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto elements, Interleave(args, count));
    ARROW_ASSIGN_OR_RAISE(auto offsets, EvenOffsets(count, static_cast<int64_t>(args.size())));
    return Finish(std::make_shared<arrow::ListArray>(type_, count, std::move(offsets), std::move(elements)), scalar);
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
};

// ---- MAP

arrow::Result<ResolvedSignature> ResolveMap(std::span<const ArgumentInfo> arguments) {
  if (arguments.empty() || arguments.size() % 2 != 0) {
    return arrow::Status::TypeError("MAP needs keys and values in turn: MAP[key, value, ...]");
  }
  std::vector<DataType> keys;
  std::vector<DataType> values;
  for (size_t i = 0; i < arguments.size(); ++i) {
    (i % 2 == 0 ? keys : values).push_back(arguments[i].type.WithTimeAttribute(TimeAttribute::kNone));
  }
  auto key = CommonType(keys);
  auto value = CommonType(values);
  if (!key.ok() || !value.ok()) {
    return arrow::Status::TypeError("MAP needs keys of one type and values of one type, not ", TypeListText(arguments));
  }
  for (const auto& argument : arguments) {
    if (argument.type.kind() == TypeKind::kNull) return BareNullError("MAP[...]");
  }
  ResolvedSignature resolved;
  for (size_t i = 0; i < arguments.size(); ++i) {
    resolved.argument_types.push_back((i % 2 == 0 ? *key : *value).WithNullable(arguments[i].type.nullable()));
  }
  resolved.return_type = DataType::Map(*key, *value).NotNull();
  return resolved;
}

/// Of equal keys the last value counts.
class MapKernel final : public ScalarKernel {
 public:
  explicit MapKernel(const DataType& type) : type_(std::static_pointer_cast<arrow::MapType>(type.ToArrow())) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const bool scalar = AllScalar(args);
    const int64_t count = scalar ? 1 : num_rows;
    const auto entries = static_cast<int64_t>(args.size() / 2);
    std::vector<arrow::Datum> key_columns;
    std::vector<arrow::Datum> value_columns;
    for (size_t i = 0; i < args.size(); i += 2) {
      key_columns.push_back(args[i]);
      value_columns.push_back(args[i + 1]);
    }
    ARROW_ASSIGN_OR_RAISE(auto keys, Interleave(key_columns, count));
    ARROW_ASSIGN_OR_RAISE(auto values, Interleave(value_columns, count));
    if (keys->null_count() > 0) return arrow::Status::Invalid("A key of MAP[...] is NULL, which map keys cannot be");
    ARROW_ASSIGN_OR_RAISE(auto offsets, EvenOffsets(count, entries));
    if (entries > 1) {
      ARROW_ASSIGN_OR_RAISE(offsets, DropEqualKeys(count, entries, &keys, &values));
    }
    return Finish(
        std::make_shared<arrow::MapArray>(type_, count, std::move(offsets), std::move(keys), std::move(values)),
        scalar);
  }

 private:
  /// Keeps one entry per key; returns the offsets of what is left.
  static arrow::Result<std::shared_ptr<arrow::Buffer>> DropEqualKeys(int64_t count, int64_t entries,
                                                                     std::shared_ptr<arrow::Array>* keys,
                                                                     std::shared_ptr<arrow::Array>* values) {
    arrow::Int64Builder kept_keys;
    arrow::Int64Builder kept_values;
    arrow::TypedBufferBuilder<int32_t> offsets;
    ARROW_RETURN_NOT_OK(offsets.Append(0));
    for (int64_t row = 0; row < count; ++row) {
      const int64_t begin = row * entries;
      const int64_t end = begin + entries;
      for (int64_t i = begin; i < end; ++i) {
        bool first = true;
        for (int64_t j = begin; j < i && first; ++j) first = !(*keys)->RangeEquals(**keys, i, i + 1, j);
        if (!first) continue;
        int64_t last = i;
        for (int64_t j = i + 1; j < end; ++j) {
          if ((*keys)->RangeEquals(**keys, i, i + 1, j)) last = j;
        }
        ARROW_RETURN_NOT_OK(kept_keys.Append(i));
        ARROW_RETURN_NOT_OK(kept_values.Append(last));
      }
      ARROW_RETURN_NOT_OK(offsets.Append(static_cast<int32_t>(kept_keys.length())));
    }
    ARROW_ASSIGN_OR_RAISE(auto key_rows, kept_keys.Finish());
    ARROW_ASSIGN_OR_RAISE(auto value_rows, kept_values.Finish());
    ARROW_ASSIGN_OR_RAISE(*keys, arrow::compute::Take(**keys, *key_rows));
    ARROW_ASSIGN_OR_RAISE(*values, arrow::compute::Take(**values, *value_rows));
    return offsets.Finish();
  }

  std::shared_ptr<arrow::MapType> type_;
};

// ---- ROW

arrow::Result<ResolvedSignature> ResolveRow(std::span<const ArgumentInfo> arguments) {
  if (arguments.empty()) return arrow::Status::TypeError("ROW() needs at least one field");
  ResolvedSignature resolved;
  std::vector<Field> fields;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const DataType type = arguments[i].type.WithTimeAttribute(TimeAttribute::kNone);
    if (type.kind() == TypeKind::kNull) return BareNullError("ROW(...)");
    resolved.argument_types.push_back(arguments[i].type);
    fields.push_back({"EXPR$" + std::to_string(i), type});
  }
  resolved.return_type = DataType::Row(std::move(fields)).NotNull();
  return resolved;
}

class RowConstructor final : public ScalarKernel {
 public:
  explicit RowConstructor(const DataType& type) : type_(type.ToArrow()) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const bool scalar = AllScalar(args);
    const int64_t count = scalar ? 1 : num_rows;
    arrow::ArrayVector fields;
    for (const auto& arg : args) {
      ARROW_ASSIGN_OR_RAISE(auto field, ToArray(arg, count));
      fields.push_back(std::move(field));
    }
    return Finish(std::make_shared<arrow::StructArray>(type_, count, std::move(fields)), scalar);
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
};

// ---- ITEM

arrow::Result<ResolvedSignature> ResolveRowItem(std::span<const ArgumentInfo> arguments) {
  const DataType& row = arguments[0].type;
  const arrow::Scalar* literal = arguments[1].literal;
  if (!arguments[1].type.is_integer() || literal == nullptr || !literal->is_valid) {
    return arrow::Status::TypeError("A field of a ROW is taken by name or by a literal number from 1");
  }
  ARROW_ASSIGN_OR_RAISE(auto wide, literal->CastTo(arrow::int64()));
  const int64_t index = static_cast<const arrow::Int64Scalar&>(*wide).value;
  if (index < 1 || index > static_cast<int64_t>(row.fields().size())) {
    return arrow::Status::TypeError("A ROW of ", row.fields().size(), " fields has no field ", index);
  }
  const DataType& field = row.fields()[index - 1].type;
  return ResolvedSignature{{row, DataType::BigInt().NotNull()}, field.WithNullable(field.nullable() || row.nullable())};
}

arrow::Result<ResolvedSignature> ResolveItem(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return arrow::Status::TypeError("A subscript takes a value and an index");
  const DataType& base = arguments[0].type;
  const DataType& index = arguments[1].type;
  if (index.kind() == TypeKind::kNull) return BareNullError("A subscript");
  if (base.kind() == TypeKind::kArray && index.is_integer()) {
    const arrow::Scalar* literal = arguments[1].literal;
    if (literal != nullptr && literal->is_valid) {
      ARROW_ASSIGN_OR_RAISE(auto wide, literal->CastTo(arrow::int64()));
      const int64_t value = static_cast<const arrow::Int64Scalar&>(*wide).value;
      if (value < 1)
        return arrow::Status::TypeError("Elements of an ARRAY are counted from 1, so there is none at ", value);
    }
    return ResolvedSignature{{base, DataType::BigInt().WithNullable(index.nullable())},
                             base.element().WithNullable(true)};
  }
  if (base.kind() == TypeKind::kMap) {
    const DataType& key = base.map_key();
    if (!IsImplicitlyCastable(index, key) && !(index.is_integer() && key.is_integer())) {
      return arrow::Status::TypeError("The keys of this map are ", key.WithNullable(true).ToString(), ", not ",
                                      index.WithNullable(true).ToString());
    }
    const bool stays = key.is_character() && index.is_character();
    return ResolvedSignature{{base, stays ? index : key.WithNullable(index.nullable())},
                             base.map_value().WithNullable(true)};
  }
  if (base.kind() == TypeKind::kRow) return ResolveRowItem(arguments);
  return arrow::Status::TypeError("A subscript takes an ARRAY, MAP or ROW, not ", base.WithNullable(true).ToString());
}

/// The value at a position of a flat child array for each row; NULL where the position is.
ArrayResult TakeItems(const arrow::Array& items, arrow::Int64Builder* positions) {
  ARROW_ASSIGN_OR_RAISE(auto indices, positions->Finish());
  return arrow::compute::Take(items, *indices, arrow::compute::TakeOptions::NoBoundsCheck());
}

/// 1-based; NULL where there is no such element.
class ArrayItem final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const bool scalar = AllScalar(args);
    const int64_t count = scalar ? 1 : num_rows;
    const int64_t step = args[0].is_scalar() ? 0 : 1;
    ARROW_ASSIGN_OR_RAISE(auto base, ToArray(args[0], 1));
    ARROW_ASSIGN_OR_RAISE(auto index, ColumnReader<int64_t>::Make(args[1]));
    const auto& list = static_cast<const arrow::ListArray&>(*base);
    arrow::Int64Builder positions;
    ARROW_RETURN_NOT_OK(positions.Reserve(count));
    for (int64_t row = 0; row < count; ++row) {
      const int64_t at = row * step;
      const bool there =
          list.IsValid(at) && !index.IsNull(row) && index.Value(row) >= 1 && index.Value(row) <= list.value_length(at);
      if (there) {
        positions.UnsafeAppend(list.value_offset(at) + index.Value(row) - 1);
      } else {
        positions.UnsafeAppendNull();
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto items, TakeItems(*list.values(), &positions));
    return Finish(items, scalar);
  }
};

/// The value of a key; NULL where the map has no such key.
class MapItem final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const bool scalar = AllScalar(args);
    const int64_t count = scalar ? 1 : num_rows;
    const int64_t step = args[0].is_scalar() ? 0 : 1;
    const int64_t key_step = args[1].is_scalar() ? 0 : 1;
    ARROW_ASSIGN_OR_RAISE(auto base, ToArray(args[0], 1));
    ARROW_ASSIGN_OR_RAISE(auto keys, ToArray(args[1], 1));
    const auto& map = static_cast<const arrow::MapArray&>(*base);
    arrow::Int64Builder positions;
    ARROW_RETURN_NOT_OK(positions.Reserve(count));
    for (int64_t row = 0; row < count; ++row) {
      const int64_t found = Find(map, row * step, *keys, row * key_step);
      if (found >= 0) {
        positions.UnsafeAppend(found);
      } else {
        positions.UnsafeAppendNull();
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto items, TakeItems(*map.items(), &positions));
    return Finish(items, scalar);
  }

 private:
  static int64_t Find(const arrow::MapArray& map, int64_t row, const arrow::Array& keys, int64_t key_row) {
    if (map.IsNull(row) || keys.IsNull(key_row)) return -1;
    const arrow::Array& own = *map.keys();
    const bool text = own.type_id() == arrow::Type::STRING;
    for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
      const bool equal = text ? static_cast<const arrow::StringArray&>(own).GetView(i) ==
                                    static_cast<const arrow::StringArray&>(keys).GetView(key_row)
                              : own.RangeEquals(keys, i, i + 1, key_row);
      if (equal) return i;
    }
    return -1;
  }
};

class RowItem final : public ScalarKernel {
 public:
  explicit RowItem(int index) : index_(index) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t) override {
    ARROW_ASSIGN_OR_RAISE(auto base, ToArray(args[0], 1));
    ARROW_ASSIGN_OR_RAISE(auto field, static_cast<const arrow::StructArray&>(*base).GetFlattenedField(index_));
    return Finish(field, args[0].is_scalar());
  }

 private:
  int index_;
};

KernelResult MakeItem(const CallSite& site) {
  switch (site.arguments[0].type.kind()) {
    case TypeKind::kArray:
      return std::make_unique<ArrayItem>();
    case TypeKind::kMap:
      return std::make_unique<MapItem>();
    default:
      break;
  }
  const arrow::Scalar* literal = site.arguments[1].literal;
  if (literal == nullptr) return arrow::Status::Invalid("A field of a ROW is taken by a literal number");
  ARROW_ASSIGN_OR_RAISE(auto wide, literal->CastTo(arrow::int64()));
  return std::make_unique<RowItem>(static_cast<int>(static_cast<const arrow::Int64Scalar&>(*wide).value) - 1);
}

// ---- ||

arrow::Result<DataType> ConcatenationType(std::span<const ArgumentInfo> arguments) {
  const DataType& a = arguments[0].type;
  const DataType& b = arguments[1].type;
  const bool nullable = AnyNullable(arguments);
  if (!a.is_character() || !b.is_character()) return DataType::String().WithNullable(nullable);
  const int64_t length = std::min<int64_t>(int64_t{a.length()} + b.length(), DataType::kMaxLength);
  const bool fixed = a.kind() == TypeKind::kChar && b.kind() == TypeKind::kChar;
  const auto characters = static_cast<int32_t>(length);
  return (fixed ? DataType::Char(characters) : DataType::VarChar(characters)).WithNullable(nullable);
}

KernelFactory Made(std::function<std::unique_ptr<ScalarKernel>(const DataType&)> make) {
  return [make](const CallSite& site) -> KernelResult { return make(site.return_type); };
}

}  // namespace

void RegisterConstructors(FunctionRegistry* registry) {
  registry->Add({.name = "ARRAY",
                 .resolve = ResolveArray,
                 .make_kernel = Made([](const DataType& type) { return std::make_unique<ArrayKernel>(type); }),
                 .can_fail = false,
                 .signature_text = "ARRAY[a, b, ...]",
                 .description = "An array of the given elements"});
  registry->Add({.name = "MAP",
                 .resolve = ResolveMap,
                 .make_kernel = Made([](const DataType& type) { return std::make_unique<MapKernel>(type); }),
                 .signature_text = "MAP[key, value, ...]",
                 .description = "A map of the given keys and values"});
  registry->Add({.name = "ROW",
                 .resolve = ResolveRow,
                 .make_kernel = Made([](const DataType& type) { return std::make_unique<RowConstructor>(type); }),
                 .can_fail = false,
                 .signature_text = "ROW(a, b, ...)",
                 .description = "A row of the given fields"});
  registry->Add({.name = "ITEM",
                 .resolve = ResolveItem,
                 .make_kernel = MakeItem,
                 .can_fail = false,
                 .signature_text = "array[index], map[key], row[index]",
                 .description =
                     "An element of an array (counted from 1), the value of a key, or a field; NULL if there is none"});
  registry->Add({.name = "||",
                 .resolve = ResolveBy("||", {{{StringArg(), StringArg()}, ConcatenationType}}),
                 .make_kernel = MapRows([](std::string_view a, std::string_view b, StringSink& out) {
                   out.Append(a);
                   out.Append(b);
                 }),
                 .can_fail = false,
                 .signature_text = "a || b",
                 .description = "Both texts, one after the other"});
}

}  // namespace tidemark::expr
