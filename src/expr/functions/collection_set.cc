// SPDX-License-Identifier: Apache-2.0
// ARRAY_CONCAT, ARRAY_UNION, ARRAY_EXCEPT, ARRAY_INTERSECT: one array out of several of a common type.
#include <limits>
#include <string>
#include <unordered_set>

#include "expr/functions/collection.h"
#include "expr/functions/list_column.h"

namespace tidemark::expr {
namespace {

constexpr size_t kAnyNumber = std::numeric_limits<size_t>::max();

/// The arguments of a call, their elements one behind the other.
struct Lists {
  std::vector<ListColumn> columns;
  std::vector<int64_t> begins;  ///< where each column's elements begin in `elements`
  std::shared_ptr<arrow::Array> elements;

  ElementRange Row(size_t column, int64_t row) const {
    const ElementRange range = columns[column].Row(row);
    return {begins[column] + range.begin, begins[column] + range.end};
  }
};

using Seen = std::unordered_set<std::string>;

class Combiner {
 public:
  explicit Combiner(const Lists& lists) : lists_(lists) {}

  void Concat(int64_t row, ListResult& result) {
    for (size_t i = 0; i < lists_.columns.size(); ++i) {
      ForEach(i, row, [&](int64_t at) { result.Add(at); });
    }
  }
  void Union(int64_t row, ListResult& result) {
    Seen seen;
    for (size_t i = 0; i < lists_.columns.size(); ++i) {
      ForEach(i, row, [&](int64_t at) {
        if (seen.emplace(Encode(at)).second) result.Add(at);
      });
    }
  }
  /// Elements of the first array, each once, that the second has (`wanted`) or has not.
  void Filter(int64_t row, bool wanted, ListResult& result) {
    Seen second;
    ForEach(1, row, [&](int64_t at) { second.emplace(Encode(at)); });
    Seen taken;
    ForEach(0, row, [&](int64_t at) {
      std::string key(Encode(at));
      if (second.contains(key) == wanted && taken.insert(std::move(key)).second) result.Add(at);
    });
  }

 private:
  template <typename Visit>
  void ForEach(size_t column, int64_t row, Visit visit) const {
    const ElementRange range = lists_.Row(column, row);
    for (int64_t at = range.begin; at < range.end; ++at) visit(at);
  }
  std::string_view Encode(int64_t at) { return encoded_.Encode(*lists_.elements, at); }

  const Lists& lists_;
  EncodedElements encoded_;
};

enum class Operation { kConcat, kUnion, kExcept, kIntersect };

class CombineKernel final : public ScalarKernel {
 public:
  CombineKernel(std::shared_ptr<arrow::DataType> type, Operation operation)
      : type_(std::move(type)), operation_(operation) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    Lists lists;
    arrow::ArrayVector pieces;
    bool scalar = true;
    int64_t begin = 0;
    for (const auto& arg : args) {
      scalar = scalar && arg.is_scalar();
      ARROW_ASSIGN_OR_RAISE(lists.columns.emplace_back(), ListColumn::Make(arg));
      pieces.push_back(lists.columns.back().elements());
      lists.begins.push_back(begin);
      begin += pieces.back()->length();
    }
    ARROW_ASSIGN_OR_RAISE(lists.elements, arrow::Concatenate(pieces));
    const int64_t count = scalar ? 1 : num_rows;
    ListResult result(count);
    Combiner combiner(lists);
    for (int64_t row = 0; row < count; ++row) {
      bool null = false;
      for (const auto& column : lists.columns) null = null || column.IsNull(row);
      if (null) {
        result.EndRowNull();
        continue;
      }
      Combine(combiner, row, result);
      result.EndRow();
    }
    return result.Finish(type_, *lists.elements, scalar);
  }

 private:
  void Combine(Combiner& combiner, int64_t row, ListResult& result) const {
    switch (operation_) {
      case Operation::kConcat:
        return combiner.Concat(row, result);
      case Operation::kUnion:
        return combiner.Union(row, result);
      case Operation::kExcept:
        return combiner.Filter(row, /*wanted=*/false, result);
      case Operation::kIntersect:
        return combiner.Filter(row, /*wanted=*/true, result);
    }
  }

  const std::shared_ptr<arrow::DataType> type_;
  const Operation operation_;
};

void AddCombine(FunctionRegistry* registry, const std::string& name, Operation operation,
                const std::string& description) {
  const bool any_number = operation == Operation::kConcat;
  ScalarFunction function = Define(name, {},
                                   [operation](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
                                     return std::make_unique<CombineKernel>(site.return_type.ToArrow(), operation);
                                   },
                                   {name + (any_number ? "(array, ...)" : "(array, array)"), description});
  function.resolve = ResolveCommon(name, TypeKind::kArray, any_number ? 1 : 2, any_number ? kAnyNumber : 2);
  registry->Add(std::move(function));
}

}  // namespace

void RegisterArraySet(FunctionRegistry* registry) {
  AddCombine(registry, "ARRAY_CONCAT", Operation::kConcat, "The elements of all arrays, one array after the other");
  AddCombine(registry, "ARRAY_UNION", Operation::kUnion, "The elements of both arrays, each once");
  AddCombine(registry, "ARRAY_EXCEPT", Operation::kExcept,
             "The elements of the first array that the second has not, each once");
  AddCombine(registry, "ARRAY_INTERSECT", Operation::kIntersect,
             "The elements of the first array that the second has too, each once");
}

}  // namespace tidemark::expr
