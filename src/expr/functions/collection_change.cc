// SPDX-License-Identifier: Apache-2.0
// ARRAY_APPEND, ARRAY_PREPEND, ARRAY_REMOVE, ARRAY_REVERSE, ARRAY_SLICE, ARRAY_DISTINCT: an array out of another one.
#include <unordered_set>

#include "expr/functions/collection.h"
#include "expr/functions/list_column.h"

namespace tidemark::expr {
namespace {

/// A kernel whose `fill(list, others, row, result)` adds the elements of a row that is not NULL.
template <typename Fill>
class ListKernel final : public ScalarKernel {
 public:
  /// `strict`: NULL in any argument, not only the array, gives NULL.
  ListKernel(std::shared_ptr<arrow::DataType> type, bool strict, Fill fill)
      : type_(std::move(type)), strict_(strict), fill_(std::move(fill)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto list, ListColumn::Make(args[0]));
    std::vector<ValueColumn> others;
    bool scalar = list.is_scalar();
    for (const auto& arg : args.subspan(1)) {
      ARROW_ASSIGN_OR_RAISE(others.emplace_back(), ValueColumn::Make(arg));
      scalar = scalar && arg.is_scalar();
    }
    const int64_t count = scalar ? 1 : num_rows;
    ListResult result(count);
    for (int64_t row = 0; row < count; ++row) {
      bool null = list.IsNull(row);
      for (const auto& other : others) null = null || (strict_ && other.IsNull(row));
      if (null) {
        result.EndRowNull();
      } else {
        fill_(list, others, row, result);
        result.EndRow();
      }
    }
    return result.Finish(type_, *list.elements(), scalar);
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
  const bool strict_;
  Fill fill_;
};

template <typename Fill>
KernelFactory MakeList(bool strict, Fill fill) {
  return [strict, fill](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    return std::make_unique<ListKernel<Fill>>(site.return_type.ToArrow(), strict, fill);
  };
}

using Others = std::vector<ValueColumn>;

void Reverse(const ListColumn& list, const Others&, int64_t row, ListResult& result) {
  const ElementRange range = list.Row(row);
  for (int64_t at = range.end; at > range.begin; --at) result.Add(at - 1);
}

void Distinct(const ListColumn& list, const Others&, int64_t row, ListResult& result) {
  const ElementRange range = list.Row(row);
  std::unordered_set<std::string> seen;
  EncodedElements encoded;
  for (int64_t at = range.begin; at < range.end; ++at) {
    if (seen.emplace(encoded.Encode(*list.elements(), at)).second) result.Add(at);
  }
}

void Remove(const ListColumn& list, const Others& others, int64_t row, ListResult& result) {
  const ElementRange range = list.Row(row);
  EncodedElements sought;
  EncodedElements each;
  const std::string_view unwanted = sought.Encode(others[0].array(), others[0].Place(row));
  for (int64_t at = range.begin; at < range.end; ++at) {
    if (each.Encode(*list.elements(), at) != unwanted) result.Add(at);
  }
}

int64_t IntegerAt(const ValueColumn& column, int64_t row) {
  return static_cast<const arrow::Int64Array&>(column.array()).Value(column.Place(row));
}

/// Both offsets count from 1, negative ones from the end; what comes out as 0 is 1. Both are included.
void Slice(const ListColumn& list, const Others& others, int64_t row, ListResult& result) {
  const ElementRange range = list.Row(row);
  const int64_t size = range.size();
  auto from_front = [size](int64_t offset) {
    const int64_t place = offset < 0 ? size + offset + 1 : offset;
    return place == 0 ? 1 : place;
  };
  const int64_t first = from_front(IntegerAt(others[0], row));
  const int64_t last = others.size() > 1 ? from_front(IntegerAt(others[1], row)) : size;
  for (int64_t at = std::max<int64_t>(first, 1); at <= std::min(last, size); ++at) result.Add(range.begin + at - 1);
}

/// ARRAY_APPEND and ARRAY_PREPEND: the new elements stand behind the old ones in one source.
class Extend final : public ScalarKernel {
 public:
  Extend(std::shared_ptr<arrow::DataType> type, bool append) : type_(std::move(type)), append_(append) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto list, ListColumn::Make(args[0]));
    ARROW_ASSIGN_OR_RAISE(auto added, ValueColumn::Make(args[1]));
    const bool scalar = list.is_scalar() && added.is_scalar();
    const int64_t count = scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto source, arrow::Concatenate({list.elements(), added.shared()}));
    const int64_t added_begin = list.elements()->length();
    ListResult result(count);
    for (int64_t row = 0; row < count; ++row) {
      if (list.IsNull(row)) {
        result.EndRowNull();
        continue;
      }
      const ElementRange range = list.Row(row);
      if (!append_) result.Add(added_begin + added.Place(row));
      for (int64_t at = range.begin; at < range.end; ++at) result.Add(at);
      if (append_) result.Add(added_begin + added.Place(row));
      result.EndRow();
    }
    return result.Finish(type_, *source, scalar);
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
  const bool append_;
};

KernelFactory MakeExtend(bool append) {
  return [append](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    return std::make_unique<Extend>(site.return_type.ToArrow(), append);
  };
}

/// An array that can also hold the new element; nullable if any argument is.
arrow::Result<DataType> ExtendedType(std::span<const ArgumentInfo> arguments) {
  const DataType& element = arguments[0].type.element();
  return DataType::Array(element.WithNullable(element.nullable() || arguments[1].type.nullable()))
      .WithNullable(AnyNullable(arguments));
}

arrow::Result<DataType> SameArray(std::span<const ArgumentInfo> arguments) { return arguments[0].type; }

void AddWithElement(FunctionRegistry* registry, const std::string& name, ReturnRule returns, KernelFactory kernel,
                    const std::string& description) {
  ScalarFunction function = Define(name, {}, std::move(kernel), {name + "(array, element)", description});
  function.resolve = ResolveArrayAndElement(name, std::move(returns));
  registry->Add(std::move(function));
}

}  // namespace

void RegisterArrayChange(FunctionRegistry* registry) {
  AddWithElement(registry, "ARRAY_APPEND", ExtendedType, MakeExtend(/*append=*/true),
                 "The array with an element more at its end");
  AddWithElement(registry, "ARRAY_PREPEND", ExtendedType, MakeExtend(/*append=*/false),
                 "The array with an element more at its beginning");
  AddWithElement(registry, "ARRAY_REMOVE", SameArray, MakeList(/*strict=*/false, Remove),
                 "The array without the elements that equal the given one");
  const std::vector<Signature> one = {Signature{{ArrayArg()}, SameArray}};
  registry->Add(
      Define("ARRAY_REVERSE", one, MakeList(true, Reverse), {"ARRAY_REVERSE(array)", "The elements in reverse order"}));
  registry->Add(Define("ARRAY_DISTINCT", one, MakeList(true, Distinct),
                       {"ARRAY_DISTINCT(array)", "The array without repeated elements"}));
  registry->Add(Define("ARRAY_SLICE",
                       {Signature{{ArrayArg(), OrNull(CountArg()), OrNull(Optional(CountArg()))}, ReturnsArgument(0)}},
                       MakeList(true, Slice),
                       {"ARRAY_SLICE(array, first [, last])",
                        "The elements from one place to another, counted from 1, negative ones from the end"}));
}

}  // namespace tidemark::expr
