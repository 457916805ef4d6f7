// SPDX-License-Identifier: Apache-2.0
// What the clauses of a SELECT allow in their expressions beyond scalar functions. Internal to the binder.
#pragma once

#include "plan/bind_select.h"

namespace tidemark::plan {

/// Below the aggregation: keys of GROUP BY and arguments of aggregates. Scalar subqueries only.
class SelectBinder::InputExtension final : public ExpressionExtension {
 public:
  explicit InputExtension(SelectBinder* select) : select_(select) {}
  arrow::Result<expr::ExpressionPtr> BindCall(const sql::FunctionCall& call) override;
  arrow::Result<expr::ExpressionPtr> BindScalarSubquery(const sql::SubqueryExpression& subquery) override;
  arrow::Result<expr::ExpressionPtr> BindSubqueryTest(const SubqueryTest& test, ExpressionBinder* binder) override;

 private:
  SelectBinder* select_;
};

/// Above it: aggregates, GROUPING, the properties of GROUP BY windows, ROW_NUMBER() OVER.
class SelectBinder::ListExtension : public ExpressionExtension {
 public:
  explicit ListExtension(SelectBinder* select) : select_(select) {}
  arrow::Result<expr::ExpressionPtr> BindCall(const sql::FunctionCall& call) override;
  arrow::Result<expr::ExpressionPtr> BindScalarSubquery(const sql::SubqueryExpression& subquery) override;
  arrow::Result<expr::ExpressionPtr> BindSubqueryTest(const SubqueryTest& test, ExpressionBinder* binder) override;

 protected:
  SelectBinder* select_;

 private:
  arrow::Result<expr::ExpressionPtr> BindAggregate(const sql::FunctionCall& call);
  arrow::Result<expr::ExpressionPtr> BindWindowProperty(const sql::FunctionCall& call, const NamedProperty& named);
  arrow::Result<expr::ExpressionPtr> BindGrouping(const sql::FunctionCall& call, const std::string& name);
};

/// ORDER BY and QUALIFY: aliases of the list as well, before the columns of the input.
class SelectBinder::OrderExtension final : public ListExtension {
 public:
  using ListExtension::ListExtension;
  arrow::Result<expr::ExpressionPtr> BindColumn(const sql::ColumnRef& column) override;
};

}  // namespace tidemark::plan
