// SPDX-License-Identifier: Apache-2.0
// Binds joins: ON, USING, NATURAL, CROSS and the comma.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "plan/bind_call.h"
#include "plan/bind_expression.h"
#include "plan/bind_from.h"
#include "plan/bind_type.h"
#include "plan/placeholder.h"
#include "plan/state_ttl_hint.h"
#include "plan/trace_window.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using expr::ExpressionPtr;

JoinType TypeOf(sql::JoinType type) {
  switch (type) {
    case sql::JoinType::kLeft:
      return JoinType::kLeft;
    case sql::JoinType::kRight:
      return JoinType::kRight;
    case sql::JoinType::kFull:
      return JoinType::kFull;
    case sql::JoinType::kInner:
    case sql::JoinType::kCross:
    case sql::JoinType::kComma:
      break;
  }
  return JoinType::kInner;
}

std::string NameOf(const Scope& scope) {
  if (scope.relations().size() != 1 || scope.relations()[0].path.empty()) return "a subquery";
  return "'" + scope.relations()[0].path.back() + "'";
}

/// Columns that USING or NATURAL joins by, in order.
arrow::Result<std::vector<sql::Identifier>> CommonColumns(const sql::JoinRef& join, const Scope& left,
                                                          const Scope& right) {
  if (!join.natural) return join.using_columns;
  std::vector<sql::Identifier> common;
  for (const VisibleColumn& column : left.visible()) {
    const auto same = [&](const VisibleColumn& other) { return other.name == column.name; };
    if (std::none_of(right.visible().begin(), right.visible().end(), same)) continue;
    common.push_back({column.name, join.op_range});
  }
  return common;
}

arrow::Result<VisibleColumn> FindForUsing(const Scope& scope, const sql::Identifier& name) {
  ARROW_ASSIGN_OR_RAISE(auto column, scope.FindVisible(name));
  if (column) return *column;
  std::vector<std::string> known;
  for (const VisibleColumn& other : scope.visible()) known.push_back(other.name);
  std::string hint = sql::DidYouMean(name.value, known);
  if (hint.empty()) hint = "USING names columns that both sides have; else write ON a.x = b.y.";
  return sql::SqlError(name.range, fmt::format("Unknown column in USING: {} is not in {}", name.value, NameOf(scope)),
                       hint);
}

struct UsingJoin {
  std::vector<ExpressionPtr> equalities;
  std::vector<VisibleColumn> merged;
};

/// The condition and the merged columns of USING / NATURAL, over the joined columns `both`.
arrow::Result<UsingJoin> BindUsing(const sql::JoinRef& join, const FromItem& left, const FromItem& right,
                                   const Schema& both) {
  UsingJoin result;
  const int shift = left.relation.width();
  ARROW_ASSIGN_OR_RAISE(auto names, CommonColumns(join, left.scope, right.scope));
  for (const sql::Identifier& name : names) {
    ARROW_ASSIGN_OR_RAISE(VisibleColumn a, FindForUsing(left.scope, name));
    ARROW_ASSIGN_OR_RAISE(VisibleColumn b, FindForUsing(right.scope, name));
    const ExpressionPtr from_left = Retype(a.expression, both);
    const ExpressionPtr from_right = Retype(ShiftColumns(b.expression, shift), both);
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, MakeBinary("=", from_left, from_right, name.range));
    result.equalities.push_back(std::move(equal));
    ExpressionPtr value;
    const bool same_type = TypeText(from_left->type()) == TypeText(from_right->type());
    if (join.type == sql::JoinType::kFull || !same_type) {
      ARROW_ASSIGN_OR_RAISE(value, MakeCoalesce({from_left, from_right}, "USING", name.range));
    } else {
      value = join.type == sql::JoinType::kRight ? from_right : from_left;
    }
    result.merged.push_back({name.value, std::move(value)});
  }
  return result;
}

/// A join within windows gives its rows when a window ends, so the window's time is event time still, where it cannot
/// be padded with NULL.
bool KeepWindowTimes(const LogicalJoin& join, const BoundRelation& left, const BoundRelation& right, Schema* schema,
                     std::vector<ColumnOrigin>* origins) {
  const auto windows = WindowsOfJoin(join);
  if (!windows) return false;
  bool kept = false;
  const auto keep = [&](const BoundRelation& side, int time, int shift) {
    if (time < 0 || side.schema()[time].type.time_attribute() != TimeAttribute::kRowtime) return;
    (*schema)[time + shift].type = side.schema()[time].type;
    (*origins)[time + shift] = side.origins[time];
    (*origins)[time + shift].window_role = WindowRole::kNone;
    kept = true;
  };
  if (join.type == JoinType::kInner || join.type == JoinType::kLeft) keep(left, windows->first.time, 0);
  if (join.type == JoinType::kInner || join.type == JoinType::kRight) keep(right, windows->second.time, left.width());
  return kept;
}

}  // namespace

void AppendJoinSide(const BoundRelation& side, bool padded, const std::string& join, Schema* schema,
                    std::vector<ColumnOrigin>* origins) {
  for (size_t i = 0; i < side.schema().size(); ++i) {
    Field field = side.schema()[i];
    ColumnOrigin origin = LoseTime(field, side.origins[i], TimeLoss::Cause::kJoin, join);
    origin.window_role = WindowRole::kNone;
    origins->push_back(std::move(origin));
    field.type = field.type.WithTimeAttribute(TimeAttribute::kNone).WithNullable(padded || field.type.nullable());
    schema->push_back(std::move(field));
  }
}

arrow::Result<FromItem> BindJoin(const sql::JoinRef& join, const BindEnvironment& environment) {
  ARROW_ASSIGN_OR_RAISE(FromItem left, BindFrom(*join.left, environment));
  const auto* derived = join.right->TryAs<sql::DerivedTable>();
  if (derived != nullptr && derived->lateral) return BindLateral(std::move(left), join, *derived, environment);
  const auto* unnest = join.right->TryAs<sql::UnnestRef>();
  if (unnest != nullptr && (TypeOf(join.type) == JoinType::kInner || !BindUnnest(*unnest, environment).ok()))
    return BindUnnest(std::move(left), join, *unnest, environment);
  ARROW_ASSIGN_OR_RAISE(FromItem right, BindFrom(*join.right, environment));
  const JoinType type = TypeOf(join.type);
  const std::string text = fmt::format("{} with {}", NameOf(left.scope), NameOf(right.scope));
  Schema schema;
  BoundRelation joined;
  AppendJoinSide(left.relation, type == JoinType::kRight || type == JoinType::kFull, text, &schema, &joined.origins);
  AppendJoinSide(right.relation, type == JoinType::kLeft || type == JoinType::kFull, text, &schema, &joined.origins);
  ARROW_ASSIGN_OR_RAISE(Scope scope, Scope::Join(left.scope, right.scope, schema));
  ExpressionPtr condition;
  if (join.natural || !join.using_columns.empty()) {
    ARROW_ASSIGN_OR_RAISE(UsingJoin by_names, BindUsing(join, left, right, schema));
    if (!by_names.equalities.empty()) condition = MakeAnd(std::move(by_names.equalities));
    scope.MergeColumns(std::move(by_names.merged));
  } else if (join.condition) {
    ExpressionBinder binder(environment, scope, "ON");
    ARROW_ASSIGN_OR_RAISE(condition, binder.BindCondition(*join.condition));
  } else if (join.type != sql::JoinType::kCross && join.type != sql::JoinType::kComma) {
    return sql::SqlError(join.op_range, "JOIN without a condition",
                         "Add ON a.x = b.x or USING (x), or write CROSS JOIN.");
  }
  auto node = std::make_shared<LogicalJoin>(schema, left.relation.plan, right.relation.plan, type, condition);
  node->range = join.op_range;
  if (KeepWindowTimes(*node, left.relation, right.relation, &schema, &joined.origins)) {
    node = std::make_shared<LogicalJoin>(schema, left.relation.plan, right.relation.plan, type, condition);
    node->range = join.op_range;
    scope.TakeTypes(schema);
  }
  if (environment.state_ttl != nullptr) {
    node->input_ttl_ms = {environment.state_ttl->TtlMs(left.scope), environment.state_ttl->TtlMs(right.scope)};
  }
  joined.plan = std::move(node);
  return FromItem{std::move(joined), std::move(scope)};
}

}  // namespace tidemark::plan
