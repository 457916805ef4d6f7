// SPDX-License-Identifier: Apache-2.0
// Subqueries in expressions: scalar ones become columns joined to the input, IN and EXISTS semi and anti joins.
// Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <vector>

#include "plan/bind_expression.h"
#include "plan/bind_from.h"

namespace tidemark::plan {

/// The scalar subqueries met while expressions over one relation are bound.
class ScalarSubqueries {
 public:
  /// A placeholder for the subquery's one value. `scope` is that of the expressions around it.
  arrow::Result<expr::ExpressionPtr> Add(const sql::SubqueryExpression& subquery, const Scope& scope,
                                         const BindEnvironment& environment);
  bool empty() const { return subqueries_.empty(); }

  /// Joins each subquery's value to every row of `relation`, as columns behind its own.
  BoundRelation Attach(BoundRelation relation) const;
  /// `expression` with placeholders replaced by the columns that Attach added behind `width` others.
  expr::ExpressionPtr Resolve(const expr::ExpressionPtr& expression, int width) const;

 private:
  std::vector<BoundRelation> subqueries_;
};

/// Binds WHERE and puts filters, semi and anti joins on top of `input`, whose scope stays right. Conditions with
/// Placeholder::kOuter go to `correlated`; without it outer columns are refused.
arrow::Status BindWhere(const sql::SelectBody& select, const BindEnvironment& environment, FromItem* input,
                        std::vector<expr::ExpressionPtr>* correlated);

}  // namespace tidemark::plan
