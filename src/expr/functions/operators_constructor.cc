// SPDX-License-Identifier: Apache-2.0
// Building values: ARRAY[...], MAP[...], ROW(...) and || .
#include <arrow/api.h>
#include <arrow/compute/api_vector.h>

#include "expr/functions/datum_array.h"
#include "expr/functions/operators.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"

namespace tidemark::expr {
namespace {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

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
