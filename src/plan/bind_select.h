// SPDX-License-Identifier: Apache-2.0
// Binds one SELECT: FROM, WHERE, GROUP BY, the list, HAVING, QUALIFY, DISTINCT, and the ORDER BY that follows it.
// Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "plan/bind_aggregate.h"
#include "plan/bind_from.h"
#include "plan/bind_over.h"
#include "plan/bind_subquery.h"

namespace tidemark::plan {

/// A relation to be sorted: its last `hidden` columns are there for the sort only.
struct SortedRelation {
  BoundRelation relation;
  std::vector<SortKey> keys;
  int hidden = 0;
};

/// Aggregates by keys that a correlated subquery compares with the outer query: one row per key.
struct KeyedRows {
  BoundRelation relation;                 ///< the keys, then the aggregates
  std::vector<expr::ExpressionPtr> list;  ///< what the SELECT gives, over `relation`
  std::vector<int> zero_columns;          ///< columns that are 0, not NULL, for a key without rows
};

/// Call in order: BindInput, BindList, then Finish or, for the rows alone, TakeInput.
class SelectBinder {
 public:
  SelectBinder(const sql::SelectBody& select, const BindEnvironment& environment);
  ~SelectBinder();

  /// Conditions of WHERE may use columns of the enclosing query; they are gathered in correlated().
  void AllowOuterColumns() { outer_allowed_ = true; }
  arrow::Status BindInput();
  arrow::Status BindList();
  /// The SELECT gives one row per group, or one row in all.
  bool aggregates() const;
  bool has_windows() const { return !overs_.empty(); }
  const std::vector<expr::ExpressionPtr>& correlated() const { return correlated_; }
  std::vector<std::string> names() const;

  /// The list's expressions over what TakeInput() gives. Before TakeInput. REQUIRES: nothing is aggregated.
  std::vector<expr::ExpressionPtr> TakeList();
  /// FROM and WHERE alone, with the scalar subqueries of the list.
  arrow::Result<BoundRelation> TakeInput();
  /// A SELECT of aggregates without GROUP BY, which gets `keys` as if they stood there.
  arrow::Result<KeyedRows> FinishByKeys(std::vector<GroupKey> keys);
  bool can_add_keys() const;
  /// The whole SELECT with ORDER BY.
  arrow::Result<SortedRelation> Finish(const std::vector<sql::OrderItem>& order_by);

 private:
  class InputExtension;
  class ListExtension;
  class OrderExtension;
  struct Output {
    std::string name;
    expr::ExpressionPtr expression;
    std::string text;
    const ExpressionBinder* binder;  ///< knows the places of its columns
  };
  struct Order {
    int output = 0;
    bool ascending = true;
    bool nulls_first = true;
  };

  // bind_select_list.cc
  arrow::Status BindItem(const sql::SelectItem& item);
  arrow::Status ExpandStar(const sql::Star& star);
  arrow::Status ExpandRowColumn(const sql::Star& star);
  arrow::Status AddFields(const expr::ExpressionPtr& row, sql::SourceRange range, const std::string& text);

  // bind_order.cc
  arrow::Status BindOrderBy(const std::vector<sql::OrderItem>& order_by);
  arrow::Result<int> BindOrderItem(const sql::OrderItem& item);
  arrow::Result<int> OrdinalOutput(const sql::Literal& literal) const;

  arrow::Status CheckGroupedWindow() const;
  arrow::Status BindConditions();
  /// Everything below the list: aggregation, HAVING, subqueries, ROW_NUMBER, QUALIFY.
  arrow::Result<BoundRelation> BuildBelowList();
  arrow::Result<BoundRelation> BuildAggregation();
  /// An expression as bound, over the columns of the relation that BuildBelowList gives.
  arrow::Result<expr::ExpressionPtr> Lift(const expr::ExpressionPtr& expression, const ExpressionBinder& binder) const;
  /// A column of the input, over what the list is computed from.
  arrow::Result<expr::ExpressionPtr> LiftColumn(int column) const;
  std::unique_ptr<ExpressionBinder> MakeBinder(const std::string& clause, ExpressionExtension* extension) const;

  const sql::SelectBody& select_;
  const BindEnvironment environment_;
  bool outer_allowed_ = false;
  FromItem input_;
  std::vector<expr::ExpressionPtr> correlated_;

  Aggregation aggregation_;
  ScalarSubqueries input_subqueries_;   ///< read below the aggregation
  ScalarSubqueries output_subqueries_;  ///< read above it
  OverCalls overs_;
  std::unique_ptr<InputExtension> input_extension_;
  std::unique_ptr<ListExtension> list_extension_;
  std::unique_ptr<OrderExtension> order_extension_;
  std::unique_ptr<ExpressionBinder> list_binder_;
  std::unique_ptr<ExpressionBinder> having_binder_;
  std::unique_ptr<ExpressionBinder> qualify_binder_;
  std::unique_ptr<ExpressionBinder> order_binder_;

  std::vector<Output> outputs_;  ///< the list, then what only ORDER BY reads
  UniqueNames names_;
  int visible_outputs_ = 0;
  expr::ExpressionPtr having_;
  expr::ExpressionPtr qualify_;
  Schema below_list_;  ///< columns of the aggregation, or of the input where nothing is aggregated
  std::vector<Order> order_;
};

/// ASC or DESC, and where NULLs go when nothing is written: they are the smallest values.
SortKey SortKeyOf(const sql::OrderItem& item, int column);
/// Refuses to sort by types that have no order.
arrow::Status CheckSortable(const DataType& type, sql::SourceRange range);

}  // namespace tidemark::plan
