// SPDX-License-Identifier: Apache-2.0
// ROW_NUMBER() OVER (PARTITION BY ... ORDER BY ...) in a SELECT. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <vector>

#include "plan/bind_expression.h"
#include "plan/relation.h"

namespace tidemark::plan {

/// The window function calls of one SELECT.
class OverCalls {
 public:
  /// A placeholder for the call's result. `binder` binds what stands in OVER; `windows` is the WINDOW clause.
  arrow::Result<expr::ExpressionPtr> Add(const sql::FunctionCall& call, const std::vector<sql::NamedWindow>& windows,
                                         ExpressionBinder* binder);
  bool empty() const { return calls_.empty(); }

  /// Turns an expression as bound into one over the columns of the relation given to Build.
  using Lift = std::function<arrow::Result<expr::ExpressionPtr>(const expr::ExpressionPtr&)>;

  /// Adds one column per call behind those of `relation`, and behind helper columns that partition and order need.
  arrow::Result<BoundRelation> Build(BoundRelation relation, const Lift& lift);
  /// The column of call `number` in what Build gave.
  int ColumnOfCall(int number) const { return calls_[number].column; }

 private:
  struct Key {
    expr::ExpressionPtr expression;
    SortKey order;
  };
  struct Call {
    std::vector<expr::ExpressionPtr> partition_by;
    std::vector<Key> order_by;
    sql::SourceRange range;
    int column = -1;
  };

  std::vector<Call> calls_;
};

}  // namespace tidemark::plan
