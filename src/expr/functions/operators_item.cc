// SPDX-License-Identifier: Apache-2.0
// Taking values apart: subscripts of arrays, maps and rows (ITEM).
#include <arrow/api.h>
#include <arrow/compute/api_vector.h>

#include "expr/functions/datum_array.h"
#include "expr/functions/operators.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"

namespace tidemark::expr {
namespace {

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

arrow::Result<std::unique_ptr<ScalarKernel>> MakeItem(const CallSite& site) {
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

}  // namespace

void RegisterItem(FunctionRegistry* registry) {
  registry->Add({.name = "ITEM",
                 .resolve = ResolveItem,
                 .make_kernel = MakeItem,
                 .can_fail = false,
                 .signature_text = "array[index], map[key], row[index]",
                 .description =
                     "An element of an array (counted from 1), the value of a key, or a field; NULL if there is none"});
}

}  // namespace tidemark::expr
