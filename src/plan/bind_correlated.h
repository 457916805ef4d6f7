// SPDX-License-Identifier: Apache-2.0
// Subqueries that may read columns of the query around them, taken apart into rows and conditions to join them by.
// Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plan/bind_environment.h"
#include "sql/ast_query.h"

namespace tidemark::plan {

/// The rows of a subquery as the right side of a join with the outer query.
struct SubqueryRows {
  BoundRelation relation;
  /// What the subquery selects, over `relation`; `names` are its column names.
  std::vector<expr::ExpressionPtr> list;
  std::vector<std::string> names;
  /// Conditions over `relation` and, as Placeholder::kOuter, columns of the outer query.
  std::vector<expr::ExpressionPtr> correlated;
  /// The subquery aggregates the rows that match an outer row: it gives one row even where `relation` has none for it.
  bool one_row_each = false;
  /// With `one_row_each`: columns of `relation` that are 0 where it has no row; the others are NULL.
  std::vector<int> zero_columns;
  /// Whether what is read from `zero_columns` is typed NOT NULL. A scalar subquery is nullable whatever it selects.
  bool not_null = false;
};

/// `inner = outer`, each side reading only one of the queries.
struct OuterEquality {
  expr::ExpressionPtr inner;
  expr::ExpressionPtr outer;
};
std::optional<OuterEquality> AsOuterEquality(const expr::Expression& condition);

/// `environment.outer` is the scope of the outer query.
arrow::Result<SubqueryRows> BindSubqueryRows(const sql::Query& query, const BindEnvironment& environment);

/// An expression of the subquery over the columns of `left` and, behind them, its own. `outer` gives what an outer
/// column is on the left.
using OuterColumn = std::function<arrow::Result<expr::ExpressionPtr>(int)>;
arrow::Result<expr::ExpressionPtr> OverBoth(const expr::ExpressionPtr& expression, int left_width,
                                            const OuterColumn& outer);

/// Outer columns of a relation that begins with the scope's columns.
OuterColumn ColumnsIn(const Schema& schema);

/// The same for an item of the list above a join that pads missing rows with NULLs.
expr::ExpressionPtr OverPadded(const expr::ExpressionPtr& expression, int left_width, const SubqueryRows& rows);

}  // namespace tidemark::plan
