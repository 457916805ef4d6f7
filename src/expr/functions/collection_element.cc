// SPDX-License-Identifier: Apache-2.0
// CARDINALITY, ELEMENT, ARRAY_CONTAINS, ARRAY_POSITION: questions about the elements of an array.
#include <arrow/compute/api.h>

#include "expr/functions/collection.h"
#include "expr/functions/list_column.h"

namespace tidemark::expr {
namespace {

using Kernel = std::unique_ptr<ScalarKernel>;

arrow::Result<arrow::Datum> FinishColumn(arrow::Result<std::shared_ptr<arrow::ArrayData>> made, bool scalar) {
  ARROW_ASSIGN_OR_RAISE(auto data, std::move(made));
  if (!scalar) return arrow::Datum(std::move(data));
  ARROW_ASSIGN_OR_RAISE(auto value, arrow::MakeArray(data)->GetScalar(0));
  return arrow::Datum(std::move(value));
}

/// Arrow's maps are lists of entries: their offsets lie where a list's do.
class Cardinality final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto list, ListColumn::Make(args[0]));
    const int64_t count = list.is_scalar() ? 1 : num_rows;
    ColumnWriter<int32_t> writer;
    ARROW_RETURN_NOT_OK(writer.Reset(count, nullptr));
    for (int64_t row = 0; row < count; ++row) {
      if (list.IsNull(row)) {
        ARROW_RETURN_NOT_OK(writer.SetNull(row));
      } else {
        writer.Set(row, static_cast<int32_t>(list.Row(row).size()));
      }
    }
    return FinishColumn(writer.Finish(arrow::int32()), list.is_scalar());
  }
};

/// The only element; NULL of an empty array.
class Element final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto list, ListColumn::Make(args[0]));
    const int64_t count = list.is_scalar() ? 1 : num_rows;
    arrow::Int64Builder positions;
    for (int64_t row = 0; row < count; ++row) {
      const ElementRange range = list.IsNull(row) ? ElementRange{} : list.Row(row);
      if (range.size() > 1)
        return arrow::Status::Invalid("ELEMENT of an array with more than one element: ", range.size());
      ARROW_RETURN_NOT_OK(range.size() == 0 ? positions.AppendNull() : positions.Append(range.begin));
    }
    ARROW_ASSIGN_OR_RAISE(auto taken, positions.Finish());
    ARROW_ASSIGN_OR_RAISE(auto values, arrow::compute::Take(*list.elements(), *taken));
    if (!list.is_scalar()) return arrow::Datum(std::move(values));
    ARROW_ASSIGN_OR_RAISE(auto value, values->GetScalar(0));
    return arrow::Datum(std::move(value));
  }
};

/// The first place of the second argument among the elements of the first, from 1; 0 if there is none.
class FindElement {
 public:
  int32_t operator()(const ListColumn& list, const ValueColumn& sought, int64_t row) {
    const std::string_view wanted = wanted_.Encode(sought.array(), sought.Place(row));
    const ElementRange range = list.Row(row);
    for (int64_t at = range.begin; at < range.end; ++at) {
      if (each_.Encode(*list.elements(), at) == wanted) return static_cast<int32_t>(at - range.begin + 1);
    }
    return 0;
  }

 private:
  EncodedElements wanted_;
  EncodedElements each_;
};

/// ARRAY_CONTAINS (bool: NULL may be looked for) and ARRAY_POSITION (int: it may not).
template <typename T>
class Find final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto list, ListColumn::Make(args[0]));
    ARROW_ASSIGN_OR_RAISE(auto sought, ValueColumn::Make(args[1]));
    const bool scalar = list.is_scalar() && sought.is_scalar();
    const int64_t count = scalar ? 1 : num_rows;
    constexpr bool kPosition = std::is_same_v<T, int32_t>;
    ColumnWriter<T> writer;
    ARROW_RETURN_NOT_OK(writer.Reset(count, nullptr));
    for (int64_t row = 0; row < count; ++row) {
      if (list.IsNull(row) || (kPosition && sought.IsNull(row))) {
        ARROW_RETURN_NOT_OK(writer.SetNull(row));
      } else {
        writer.Set(row, static_cast<T>(find_(list, sought, row)));
      }
    }
    return FinishColumn(writer.Finish(kPosition ? arrow::int32() : arrow::boolean()), scalar);
  }

 private:
  FindElement find_;
};

template <typename T>
KernelFactory Make() {
  return [](const CallSite&) -> arrow::Result<Kernel> { return std::make_unique<T>(); };
}

}  // namespace

void RegisterArrayElement(FunctionRegistry* registry) {
  const auto counted = ArgWhere("ARRAY, MAP or MULTISET", [](const DataType& type) {
    return type.kind() == TypeKind::kArray || type.kind() == TypeKind::kMap || type.kind() == TypeKind::kMultiset;
  });
  registry->Add(Define("CARDINALITY", {Signature{{counted}, Returns(DataType::Int())}}, Make<Cardinality>(),
                       {"CARDINALITY(array or map)", "Number of elements or entries"}));
  registry->Add(DefineFallible("ELEMENT",
                               {Signature{{ArrayArg()},
                                          [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                                            const DataType& element = arguments[0].type.element();
                                            return element.WithNullable(element.nullable() || AnyNullable(arguments));
                                          }}},
                               Make<Element>(),
                               {"ELEMENT(array)", "The only element of an array; NULL if it is empty"}));
  ScalarFunction contains =
      Define("ARRAY_CONTAINS", {}, Make<Find<bool>>(),
             {"ARRAY_CONTAINS(array, element)", "Whether the array has the element, which may be NULL"});
  contains.resolve =
      ResolveArrayAndElement("ARRAY_CONTAINS", [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
        return DataType::Boolean().WithNullable(arguments[0].type.nullable());
      });
  registry->Add(std::move(contains));
  ScalarFunction position =
      Define("ARRAY_POSITION", {}, Make<Find<int32_t>>(),
             {"ARRAY_POSITION(array, element)", "Where the element first stands in the array, from 1; 0 if nowhere"});
  position.resolve = ResolveArrayAndElement("ARRAY_POSITION", Returns(DataType::Int()));
  registry->Add(std::move(position));
}

}  // namespace tidemark::expr
