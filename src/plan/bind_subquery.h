// SPDX-License-Identifier: Apache-2.0
// Subqueries in expressions: scalar ones become columns joined to the input, IN and EXISTS semi and anti joins.
// Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <vector>

#include "plan/bind_correlated.h"
#include "plan/bind_expression.h"
#include "plan/bind_from.h"

namespace tidemark::plan {

/// The subqueries used as values while expressions over one relation are bound (bind_subquery_value.cc).
class ScalarSubqueries {
 public:
  /// A placeholder for the subquery's one value. `scope` is that of the expressions around it.
  arrow::Result<expr::ExpressionPtr> Add(const sql::SubqueryExpression& subquery, const Scope& scope,
                                         const BindEnvironment& environment);
  /// EXISTS or IN as a BOOLEAN value. `binder` binds the operand of IN over `scope`.
  arrow::Result<expr::ExpressionPtr> AddTest(const SubqueryTest& test, const Scope& scope,
                                             const BindEnvironment& environment, ExpressionBinder* binder);
  bool empty() const { return subqueries_.empty(); }

  /// Joins each subquery's rows to those of `relation`, as columns behind its own. `outer` says what a column of the
  /// scope is in `relation`.
  arrow::Result<BoundRelation> Attach(BoundRelation relation, const OuterColumn& outer) const;
  /// The same for a relation that begins with the columns of the scope.
  arrow::Result<BoundRelation> Attach(BoundRelation relation) const;
  /// `expression` with placeholders replaced by what Attach added behind `width` columns.
  expr::ExpressionPtr Resolve(const expr::ExpressionPtr& expression, int width) const;

 private:
  arrow::Result<expr::ExpressionPtr> AddIn(const SubqueryTest& test, SubqueryRows rows, ExpressionBinder* binder);
  /// Gives a placeholder for each item of the list, which has at most kItemsMax.
  std::vector<expr::ExpressionPtr> AddRows(SubqueryRows rows);

  static constexpr int kItemsMax = 2;

  std::vector<SubqueryRows> subqueries_;
};

/// Binds WHERE and puts filters, semi and anti joins on top of `input`, whose scope stays right. Conditions with
/// Placeholder::kOuter go to `correlated`; without it outer columns are refused.
arrow::Status BindWhere(const sql::SelectBody& select, const BindEnvironment& environment, FromItem* input,
                        std::vector<expr::ExpressionPtr>* correlated);

}  // namespace tidemark::plan
