// SPDX-License-Identifier: Apache-2.0
// Building blocks of bound relations: projection, filter and DISTINCT that keep track of where columns come from.
#include "plan/relation.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "plan/bind_literal.h"
#include "plan/placeholder.h"
#include "plan/rewrite.h"

namespace tidemark::plan {
namespace {

using expr::Expression;

bool IsIdentity(const BoundRelation& input, const std::vector<OutputColumn>& columns) {
  if (columns.size() != input.schema().size()) return false;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Expression& expression = *columns[i].expression;
    if (expression.kind() != Expression::Kind::kColumn || expression.column_index() != static_cast<int>(i))
      return false;
    if (columns[i].name != input.schema()[i].name) return false;
  }
  return true;
}

ColumnOrigin OriginOf(const BoundRelation& input, const OutputColumn& column) {
  const Expression& expression = *column.expression;
  if (expression.kind() == Expression::Kind::kColumn) return input.origins[expression.column_index()];
  ColumnOrigin origin;
  if (expression.type().is_timestamp() && expression.type().time_attribute() == TimeAttribute::kNone) {
    origin.time_loss =
        std::make_shared<const TimeLoss>(TimeLoss{TimeLoss::Cause::kExpression, column.name, column.text});
  }
  return origin;
}

void CountReads(const Expression& expression, std::vector<int>* reads) {
  if (expression.kind() == Expression::Kind::kColumn) ++(*reads)[expression.column_index()];
  for (const auto& child : expression.children()) CountReads(*child, reads);
}

/// Whether `upper` may be computed from the input of `lower` directly: no expression of `lower` is then computed twice.
bool MayMerge(const std::vector<expr::ExpressionPtr>& upper, const LogicalProject& lower) {
  std::vector<int> reads(lower.expressions.size(), 0);
  for (const auto& expression : upper) CountReads(*expression, &reads);
  for (size_t i = 0; i < reads.size(); ++i) {
    if (reads[i] > 1 && !lower.expressions[i]->children().empty()) return false;
    if (reads[i] > 1 && !lower.expressions[i]->deterministic()) return false;
  }
  return std::ranges::all_of(upper, [&](const auto& expression) { return StaysSmall(*expression, lower.expressions); });
}

/// `expression` over the input of a projection whose columns it reads. A cast of NULL becomes NULL of that type.
expr::ExpressionPtr Compose(const expr::ExpressionPtr& expression, const std::vector<expr::ExpressionPtr>& lower) {
  auto composed = Rewrite(expression, [&lower](const expr::ExpressionPtr& node) -> arrow::Result<expr::ExpressionPtr> {
    if (node->kind() == Expression::Kind::kColumn) return lower[node->column_index()];
    const bool cast =
        node->kind() == Expression::Kind::kCast && node->children()[0]->kind() == Expression::Kind::kColumn;
    if (!cast) return nullptr;
    const Expression& inner = *lower[node->children()[0]->column_index()];
    if (inner.kind() != Expression::Kind::kLiteral || inner.type().kind() != TypeKind::kNull) return nullptr;
    return NullLiteral(node->type());
  });
  return *composed;  // the replacer never fails
}

}  // namespace

BoundRelation Project(BoundRelation input, const std::vector<OutputColumn>& columns, sql::SourceRange range) {
  if (IsIdentity(input, columns)) return input;
  Schema schema;
  std::vector<expr::ExpressionPtr> expressions;
  std::vector<ColumnOrigin> origins;
  for (const OutputColumn& column : columns) {
    schema.push_back({column.name, column.expression->type()});
    expressions.push_back(column.expression);
    origins.push_back(OriginOf(input, column));
  }
  LogicalPtr below = std::move(input.plan);
  if (below->kind() == LogicalNode::Kind::kProject) {
    const auto& lower = static_cast<const LogicalProject&>(*below);
    if (MayMerge(expressions, lower)) {
      for (auto& expression : expressions) expression = Compose(expression, lower.expressions);
      below = LogicalPtr(lower.inputs()[0]);
    }
  }
  auto project = std::make_shared<LogicalProject>(std::move(schema), std::move(below), std::move(expressions));
  project->range = range;
  return {std::move(project), std::move(origins)};
}

BoundRelation Filter(BoundRelation input, expr::ExpressionPtr condition, sql::SourceRange range) {
  auto filter = std::make_shared<LogicalFilter>(std::move(input.plan), std::move(condition));
  filter->range = range;
  return {std::move(filter), std::move(input.origins)};
}

BoundRelation Distinct(BoundRelation input, sql::SourceRange range) {
  std::vector<int> groups(input.schema().size());
  std::iota(groups.begin(), groups.end(), 0);
  Schema schema;
  std::vector<ColumnOrigin> origins;
  GroupColumns(input, groups, "DISTINCT", &schema, &origins);
  auto aggregate = std::make_shared<LogicalAggregate>(std::move(schema), std::move(input.plan), std::move(groups),
                                                      std::vector<AggregateCall>{});
  aggregate->range = range;
  return {std::move(aggregate), std::move(origins)};
}

void GroupColumns(const BoundRelation& input, const std::vector<int>& columns, const std::string& clause,
                  Schema* schema, std::vector<ColumnOrigin>* origins) {
  const auto groups_by = [&](WindowRole role, int window_id) {
    return std::any_of(columns.begin(), columns.end(), [&](int column) {
      return input.origins[column].window_role == role && input.origins[column].window_id == window_id;
    });
  };
  for (int column : columns) {
    const ColumnOrigin& origin = input.origins[column];
    const bool keeps_time = origin.window_role == WindowRole::kTime &&
                            groups_by(WindowRole::kStart, origin.window_id) &&
                            groups_by(WindowRole::kEnd, origin.window_id);
    Field field = input.schema()[column];
    origins->push_back(keeps_time ? origin : LoseTime(field, origin, TimeLoss::Cause::kAggregation, clause));
    if (!keeps_time) field.type = field.type.WithTimeAttribute(TimeAttribute::kNone);
    schema->push_back(std::move(field));
  }
}

ColumnOrigin LoseTime(const Field& field, const ColumnOrigin& origin, TimeLoss::Cause cause,
                      const std::string& subject) {
  if (field.type.time_attribute() == TimeAttribute::kNone) return origin;
  ColumnOrigin lost = origin;
  lost.time_loss = std::make_shared<const TimeLoss>(TimeLoss{cause, field.name, subject});
  return lost;
}

expr::ExpressionPtr ColumnOf(const Schema& schema, int index) {
  return Expression::Column(index, schema[index].type, schema[index].name);
}

std::string UniqueNames::Add(const std::string& name) {
  std::string unique = name;
  for (int attempt = 0; !used_.insert(unique).second; ++attempt) unique = name + std::to_string(attempt);
  return unique;
}

}  // namespace tidemark::plan
