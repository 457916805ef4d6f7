// SPDX-License-Identifier: Apache-2.0
// GROUP BY: keys, grouping sets, ROLLUP, CUBE, and the window of GROUP BY TUMBLE(...).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "plan/bind_aggregate.h"
#include "plan/bind_type.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {
namespace {

using KeySet = std::vector<int>;

constexpr size_t kGroupingSetsMax = 4096;
constexpr size_t kKeysOfSetsMax = 48;  // one bit each in the id of a set

arrow::Status CheckCount(size_t count, sql::SourceRange range) {
  if (count <= kGroupingSetsMax) return arrow::Status::OK();
  return sql::SqlError(range, fmt::format("More than {} grouping sets", kGroupingSetsMax),
                       "Name the sets that are needed in GROUPING SETS.");
}

KeySet Union(const KeySet& a, const KeySet& b) {
  KeySet all = a;
  for (int key : b) {
    if (std::find(all.begin(), all.end(), key) == all.end()) all.push_back(key);
  }
  return all;
}

class GroupByBinder {
 public:
  GroupByBinder(const BoundRelation& input, ExpressionBinder* binder, GroupBy* result)
      : input_(input), binder_(binder), result_(result) {}

  /// The grouping sets of one element.
  arrow::Result<std::vector<KeySet>> Bind(const sql::GroupingElement& element) {
    switch (element.kind) {
      case sql::GroupingKind::kSet: {
        ARROW_ASSIGN_OR_RAISE(KeySet set, BindSet(element));
        return std::vector<KeySet>{std::move(set)};
      }
      case sql::GroupingKind::kGroupingSets:
        return BindSets(element);
      case sql::GroupingKind::kRollup:
        return BindRollup(element);
      case sql::GroupingKind::kCube:
        return BindCube(element);
    }
    return arrow::Status::UnknownError("Grouping element of an unknown kind");
  }

 private:
  arrow::Result<KeySet> BindSet(const sql::GroupingElement& element) {
    KeySet set;
    for (const auto& expression : element.expressions) {
      ARROW_ASSIGN_OR_RAISE(const bool window, BindWindow(*expression));
      if (window) continue;
      ARROW_ASSIGN_OR_RAISE(auto key, binder_->Bind(*expression));
      if (key->type().kind() == TypeKind::kMap || key->type().kind() == TypeKind::kMultiset) {
        return sql::NotSupportedYet(expression->range, "GROUP BY of a " + TypeText(key->type()));
      }
      const int index = AddKey({std::move(key), sql::ToSql(*expression)});
      if (std::find(set.begin(), set.end(), index) == set.end()) set.push_back(index);
    }
    return set;
  }

  arrow::Result<bool> BindWindow(const sql::Expression& expression) {
    const auto* call = expression.TryAs<sql::FunctionCall>();
    if (call == nullptr || call->name.parts.size() != 1) return false;
    const std::string name = UpperCaseName(call->name.last().value);
    if (!IsGroupWindowName(name)) return false;
    if (result_->window) {
      return sql::SqlError(expression.range, "GROUP BY names two windows",
                           "Use one window; a second one goes around this query.");
    }
    ARROW_ASSIGN_OR_RAISE(result_->window, BindGroupWindow(*call, name, input_, binder_));
    return true;
  }

  int AddKey(GroupKey key) {
    for (size_t i = 0; i < result_->keys.size(); ++i) {
      if (result_->keys[i].expression->Equals(*key.expression)) return static_cast<int>(i);
    }
    result_->keys.push_back(std::move(key));
    return static_cast<int>(result_->keys.size()) - 1;
  }

  arrow::Result<std::vector<KeySet>> BindSets(const sql::GroupingElement& element) {
    std::vector<KeySet> all;
    for (const auto& child : element.children) {
      ARROW_ASSIGN_OR_RAISE(auto sets, Bind(child));
      all.insert(all.end(), sets.begin(), sets.end());
      ARROW_RETURN_NOT_OK(CheckCount(all.size(), element.range));
    }
    return all;
  }

  /// The first n children together, for every n from all to none.
  arrow::Result<std::vector<KeySet>> BindRollup(const sql::GroupingElement& element) {
    std::vector<KeySet> sets = {{}};
    for (const auto& child : element.children) {
      ARROW_ASSIGN_OR_RAISE(KeySet set, BindSet(child));
      sets.push_back(Union(sets.back(), set));
    }
    std::reverse(sets.begin(), sets.end());
    return sets;
  }

  /// Every subset of the children, from all to none.
  arrow::Result<std::vector<KeySet>> BindCube(const sql::GroupingElement& element) {
    std::vector<KeySet> sets = {{}};
    for (auto child = element.children.rbegin(); child != element.children.rend(); ++child) {
      ARROW_RETURN_NOT_OK(CheckCount(sets.size() * 2, element.range));
      ARROW_ASSIGN_OR_RAISE(KeySet set, BindSet(*child));
      std::vector<KeySet> with_child;
      for (const KeySet& other : sets) with_child.push_back(Union(set, other));
      with_child.insert(with_child.end(), sets.begin(), sets.end());
      sets = std::move(with_child);
    }
    return sets;
  }

  const BoundRelation& input_;
  ExpressionBinder* binder_;
  GroupBy* result_;
};

/// GROUP BY a, ROLLUP (b, c): every set of the one together with every set of the other.
arrow::Result<std::vector<KeySet>> Combine(const std::vector<KeySet>& left, const std::vector<KeySet>& right,
                                           sql::SourceRange range) {
  ARROW_RETURN_NOT_OK(CheckCount(left.size() * right.size(), range));
  std::vector<KeySet> combined;
  for (const KeySet& a : left) {
    for (const KeySet& b : right) combined.push_back(Union(a, b));
  }
  return combined;
}

void RemoveEqualSets(std::vector<KeySet>* sets) {
  std::vector<KeySet> distinct;
  std::vector<KeySet> sorted_seen;
  for (KeySet& set : *sets) {
    KeySet sorted = set;
    std::sort(sorted.begin(), sorted.end());
    if (std::find(sorted_seen.begin(), sorted_seen.end(), sorted) != sorted_seen.end()) continue;
    sorted_seen.push_back(std::move(sorted));
    distinct.push_back(std::move(set));
  }
  *sets = std::move(distinct);
}

}  // namespace

arrow::Result<GroupBy> BindGroupBy(const sql::SelectBody& select, const BoundRelation& input,
                                   ExpressionBinder* binder) {
  GroupBy result;
  result.sets = {{}};
  GroupByBinder group_binder(input, binder, &result);
  for (const sql::GroupingElement& element : select.group_by) {
    result.range = sql::Cover(result.range, element.range);
    ARROW_ASSIGN_OR_RAISE(auto sets, group_binder.Bind(element));
    ARROW_ASSIGN_OR_RAISE(result.sets, Combine(result.sets, sets, element.range));
  }
  if (select.group_by_quantifier == sql::SetQuantifier::kDistinct) RemoveEqualSets(&result.sets);
  if (result.sets.size() > 1 && result.keys.size() > kKeysOfSetsMax) {
    return sql::SqlError(result.range, fmt::format("More than {} keys in grouping sets", kKeysOfSetsMax));
  }
  if (result.window && result.sets.size() > 1) {
    return sql::NotSupportedYet(
        result.range, "GROUPING SETS together with " + result.window->name + " in GROUP BY",
        "Use the window as a table function and group by window_start and window_end in every set.");
  }
  return result;
}

}  // namespace tidemark::plan
