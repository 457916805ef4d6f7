// SPDX-License-Identifier: Apache-2.0
// ARRAY_SORT, ARRAY_MAX, ARRAY_MIN. Elements are compared by their sort keys: NaN is the greatest number.
#include <arrow/compute/api.h>

#include <algorithm>

#include "columnar/sort_key.h"
#include "expr/functions/collection.h"
#include "expr/functions/list_column.h"

namespace tidemark::expr {
namespace {

arrow::Result<SortKeys> KeysOf(const ListColumn& list) {
  SortKeys keys;
  Batch batch;
  batch.num_rows = list.elements()->length();
  batch.columns = {list.elements()};
  ARROW_RETURN_NOT_OK(EncodeSortKeys(batch, {SortColumn{}}, &keys));
  return keys;
}

class Sort final : public ScalarKernel {
 public:
  explicit Sort(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto list, ListColumn::Make(args[0]));
    std::vector<ColumnReader<bool>> flags;
    bool scalar = list.is_scalar();
    for (const auto& arg : args.subspan(1)) {
      ARROW_ASSIGN_OR_RAISE(flags.emplace_back(), ColumnReader<bool>::Make(arg));
      scalar = scalar && arg.is_scalar();
    }
    ARROW_ASSIGN_OR_RAISE(const SortKeys keys, KeysOf(list));
    const int64_t count = scalar ? 1 : num_rows;
    ListResult result(count);
    for (int64_t row = 0; row < count; ++row) {
      bool null = list.IsNull(row);
      for (const auto& flag : flags) null = null || flag.IsNull(row);
      if (null) {
        result.EndRowNull();
        continue;
      }
      const bool ascending = flags.empty() || flags[0].Value(row);
      const bool nulls_first = flags.size() > 1 ? flags[1].Value(row) : ascending;
      SortRow(*list.elements(), keys, list.Row(row), ascending, nulls_first, result);
      result.EndRow();
    }
    return result.Finish(type_, *list.elements(), scalar);
  }

 private:
  void SortRow(const arrow::Array& elements, const SortKeys& keys, const ElementRange& range, bool ascending,
               bool nulls_first, ListResult& result) {
    order_.clear();
    nulls_.clear();
    for (int64_t at = range.begin; at < range.end; ++at) (elements.IsNull(at) ? nulls_ : order_).push_back(at);
    std::stable_sort(order_.begin(), order_.end(), [&](int64_t a, int64_t b) {
      return ascending ? keys.key(a) < keys.key(b) : keys.key(b) < keys.key(a);
    });
    if (nulls_first) AddAll(nulls_, result);
    AddAll(order_, result);
    if (!nulls_first) AddAll(nulls_, result);
  }
  static void AddAll(const std::vector<int64_t>& positions, ListResult& result) {
    for (int64_t at : positions) result.Add(at);
  }

  const std::shared_ptr<arrow::DataType> type_;
  std::vector<int64_t> order_;
  std::vector<int64_t> nulls_;
};

/// NULLs are passed over; NULL of an array with nothing else.
class Extreme final : public ScalarKernel {
 public:
  explicit Extreme(bool max) : max_(max) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto list, ListColumn::Make(args[0]));
    ARROW_ASSIGN_OR_RAISE(const SortKeys keys, KeysOf(list));
    const int64_t count = list.is_scalar() ? 1 : num_rows;
    arrow::Int64Builder positions;
    for (int64_t row = 0; row < count; ++row) {
      int64_t best = -1;
      const ElementRange range = list.IsNull(row) ? ElementRange{} : list.Row(row);
      for (int64_t at = range.begin; at < range.end; ++at) {
        if (list.elements()->IsNull(at)) continue;
        if (best < 0 || (max_ ? keys.key(best) < keys.key(at) : keys.key(at) < keys.key(best))) best = at;
      }
      ARROW_RETURN_NOT_OK(best < 0 ? positions.AppendNull() : positions.Append(best));
    }
    ARROW_ASSIGN_OR_RAISE(auto taken, positions.Finish());
    ARROW_ASSIGN_OR_RAISE(auto values, arrow::compute::Take(*list.elements(), *taken));
    if (!list.is_scalar()) return arrow::Datum(std::move(values));
    ARROW_ASSIGN_OR_RAISE(auto value, values->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  const bool max_;
};

Parameter OrderedArrayArg() {
  return ArgWhere("ARRAY of numbers, texts, dates, times or booleans", [](const DataType& type) {
    if (type.kind() != TypeKind::kArray) return false;
    const DataType& element = type.element();
    return element.is_numeric() || element.is_character() || element.is_binary() || element.is_datetime() ||
           element.kind() == TypeKind::kBoolean;
  });
}

void AddExtreme(FunctionRegistry* registry, const std::string& name, bool max) {
  auto element = [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
    return arguments[0].type.element().WithNullable(true);
  };
  registry->Add(Define(
      name, {Signature{{OrderedArrayArg()}, element}},
      [max](const CallSite&) -> arrow::Result<std::unique_ptr<ScalarKernel>> { return std::make_unique<Extreme>(max); },
      {name + "(array)", max ? "The greatest element that is not NULL" : "The least element that is not NULL"}));
}

}  // namespace

void RegisterArrayOrder(FunctionRegistry* registry) {
  registry->Add(
      Define("ARRAY_SORT",
             {Signature{{OrderedArrayArg(), Optional(BooleanArg()), Optional(BooleanArg())}, ReturnsArgument(0)}},
             [](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
               return std::make_unique<Sort>(site.return_type.ToArrow());
             },
             {"ARRAY_SORT(array [, ascending [, nulls_first]])",
              "The elements in order; NULLs come first in ascending order"}));
  AddExtreme(registry, "ARRAY_MAX", /*max=*/true);
  AddExtreme(registry, "ARRAY_MIN", /*max=*/false);
}

}  // namespace tidemark::expr
