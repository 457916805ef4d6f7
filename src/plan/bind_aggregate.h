// SPDX-License-Identifier: Apache-2.0
// GROUP BY and aggregate calls while a SELECT is bound. Expressions above the aggregation are bound over the input
// first, with placeholders for aggregates; Aggregation then puts the operator below them. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <vector>

#include "plan/bind_expression.h"
#include "plan/relation.h"

namespace tidemark::plan {

/// One key of GROUP BY, over the columns of the input.
struct GroupKey {
  expr::ExpressionPtr expression;
  std::string text;
};

/// GROUP BY TUMBLE(ts, ...) and the like.
struct GroupWindow {
  std::string name;  ///< "TUMBLE"
  time::WindowSpec spec;
  expr::ExpressionPtr time;  ///< a column of the input
};

struct GroupBy {
  std::vector<GroupKey> keys;
  /// Indexes into `keys`. One set: plain grouping.
  std::vector<std::vector<int>> sets;
  std::optional<GroupWindow> window;
  sql::SourceRange range;
};

/// An aggregate call, its arguments over the columns of the input and cast as it wants them.
struct AggregateSite {
  std::string name;
  std::vector<expr::ExpressionPtr> args;
  std::vector<std::string> arg_texts;  ///< parallel to args
  expr::ExpressionPtr filter;
  std::string filter_text;
  bool distinct = false;
  bool ignore_nulls = true;
  DataType type;
  std::string text;
};

/// Binds GROUP BY's elements; `binder` binds over the input. No GROUP BY gives one empty set (bind_group_by.cc).
arrow::Result<GroupBy> BindGroupBy(const sql::SelectBody& select, const BoundRelation& input, ExpressionBinder* binder);

/// `TUMBLE(ts, INTERVAL ...)` of GROUP BY or of TUMBLE_START(...) (bind_group_window.cc).
arrow::Result<GroupWindow> BindGroupWindow(const sql::FunctionCall& call, const std::string& window,
                                           const BoundRelation& input, ExpressionBinder* binder);
/// TUMBLE, HOP, SESSION.
bool IsGroupWindowName(const std::string& upper_name);
/// The window and the property that TUMBLE_START and the like name; nullopt for other functions.
struct NamedProperty {
  std::string window;
  WindowProperty property;
};
std::optional<NamedProperty> FindWindowProperty(const std::string& upper_name);

/// Binds an aggregate call. `binder` binds its arguments over the input.
arrow::Result<AggregateSite> BindAggregateCall(const sql::FunctionCall& call, ExpressionBinder* binder);

/// Everything that is computed by the aggregation of one SELECT (bind_aggregation.cc).
struct Aggregation {
  GroupBy group_by;
  std::vector<AggregateSite> calls;
  std::vector<WindowProperty> properties;
  std::optional<int64_t> input_ttl_ms;  ///< see LogicalNode::input_ttl_ms

  /// The number of an equal call, which is added if it is new.
  int AddCall(AggregateSite site);
  int AddProperty(WindowProperty property);
  DataType PropertyType(WindowProperty property) const;
  /// GROUPING(keys), GROUPING_ID(keys) or GROUP_ID() as an expression over Placeholder::kExpandId.
  arrow::Result<expr::ExpressionPtr> GroupingExpression(const std::vector<expr::ExpressionPtr>& keys,
                                                        sql::SourceRange range) const;
  expr::ExpressionPtr GroupIdExpression() const;

  /// The operator over `input`. schema(): keys, the expand id where there are several sets, calls, properties.
  BoundRelation Build(BoundRelation input) const;
  /// `expression`, bound over the input, over the columns of Build() instead, which are `schema`. A column that is
  /// neither grouped nor aggregated is an error at the place that `binder` knows.
  arrow::Result<expr::ExpressionPtr> Lift(const expr::ExpressionPtr& expression, const Schema& schema,
                                          const ExpressionBinder& binder) const;

 private:
  bool has_expand() const { return group_by.sets.size() > 1; }
  /// The value of the expand id for each set: bit i is set when key i is not grouped by; equal sets are told apart
  /// above.
  std::vector<int64_t> ExpandIds() const;
  expr::ExpressionPtr ByExpandId(const std::vector<int64_t>& values) const;
  arrow::Status NotGrouped(const expr::Expression& column, const ExpressionBinder& binder) const;
};

}  // namespace tidemark::plan
