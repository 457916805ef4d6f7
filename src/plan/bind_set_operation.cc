// SPDX-License-Identifier: Apache-2.0
// Binds UNION, INTERSECT and EXCEPT: inputs are brought to common types column by column.
#include "plan/bind_set_operation.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "plan/bind_call.h"
#include "plan/bind_literal.h"
#include "plan/bind_type.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::ExpressionPtr;

namespace {

std::string OperationName(const sql::SetOperationBody& operation) {
  const bool all = operation.quantifier == sql::SetQuantifier::kAll;
  switch (operation.op) {
    case sql::SetOperator::kUnion:
      return all ? "UNION ALL" : "UNION";
    case sql::SetOperator::kIntersect:
      return all ? "INTERSECT ALL" : "INTERSECT";
    case sql::SetOperator::kExcept:
      return all ? "EXCEPT ALL" : "EXCEPT";
  }
  return "";
}

bool SameOperation(const sql::SetOperationBody& a, const sql::SetOperationBody& b) {
  return a.op == b.op && (a.quantifier == sql::SetQuantifier::kAll) == (b.quantifier == sql::SetQuantifier::kAll);
}

/// The inputs of `a UNION ALL b UNION ALL c`, which may as well be one operator.
void CollectInputs(const sql::QueryBody& body, const sql::SetOperationBody& top,
                   std::vector<const sql::QueryBody*>* inputs) {
  const auto* operation = body.TryAs<sql::SetOperationBody>();
  if (operation == nullptr || !SameOperation(*operation, top)) {
    inputs->push_back(&body);
    return;
  }
  CollectInputs(*operation->left, top, inputs);
  CollectInputs(*operation->right, top, inputs);
}

arrow::Result<Schema> CommonSchema(const std::vector<BoundRelation>& inputs, const sql::SetOperationBody& operation) {
  const std::string name = OperationName(operation);
  Schema schema = inputs[0].schema();
  for (size_t i = 1; i < inputs.size(); ++i) {
    const Schema& other = inputs[i].schema();
    if (other.size() != schema.size()) {
      return sql::SqlError(operation.op_range,
                           fmt::format("{} of queries with {} and {} columns", name, schema.size(), other.size()),
                           "All inputs must have as many columns.");
    }
    for (size_t column = 0; column < schema.size(); ++column) {
      auto common = CommonType({schema[column].type, other[column].type});
      if (!common.ok()) {
        return sql::SqlError(operation.op_range,
                             fmt::format("Column {} of {} is {} ('{}') on one side and {} ('{}') on the other",
                                         column + 1, name, TypeText(schema[column].type), schema[column].name,
                                         TypeText(other[column].type), other[column].name),
                             "Convert one with CAST(... AS type), or check the order of the columns.");
      }
      schema[column].type = *common;
    }
  }
  return schema;
}

/// `input` with the types and names of `schema`.
BoundRelation Align(BoundRelation input, const Schema& schema, sql::SourceRange range) {
  std::vector<OutputColumn> columns;
  for (int i = 0; i < input.width(); ++i) {
    ExpressionPtr column = ColumnOf(input.schema(), i);
    const std::string name = input.schema()[i].name;
    // A time attribute that other inputs lack is lost above; here the column passes as it is.
    column = CastTo(std::move(column), schema[i].type);
    columns.push_back({schema[i].name, std::move(column), name});
  }
  return Project(std::move(input), columns, range);
}

BoundRelation UnionAll(std::vector<BoundRelation> inputs, Schema schema, const std::string& name,
                       sql::SourceRange range) {
  BoundRelation result;
  for (size_t i = 0; i < schema.size(); ++i) {
    ColumnOrigin origin = inputs[0].origins[i];
    const bool all_timed = std::all_of(inputs.begin(), inputs.end(), [&](const BoundRelation& input) {
      return input.schema()[i].type.time_attribute() == inputs[0].schema()[i].type.time_attribute();
    });
    if (!all_timed) {
      origin = LoseTime({schema[i].name, schema[i].type.WithTimeAttribute(TimeAttribute::kRowtime)}, origin,
                        TimeLoss::Cause::kSetOperation, name);
      schema[i].type = schema[i].type.WithTimeAttribute(TimeAttribute::kNone);
    } else {
      schema[i].type = schema[i].type.WithTimeAttribute(inputs[0].schema()[i].type.time_attribute());
    }
    origin.window_role = WindowRole::kNone;
    result.origins.push_back(std::move(origin));
  }
  std::vector<LogicalPtr> plans;
  for (BoundRelation& input : inputs) plans.push_back(std::move(input.plan));
  auto node = std::make_shared<LogicalUnion>(std::move(schema), std::move(plans));
  node->range = range;
  result.plan = std::move(node);
  return result;
}

/// Every row of one side beside its columns: 1 in the column of its side, 0 in the other's.
BoundRelation MarkSide(BoundRelation input, bool is_left, sql::SourceRange range) {
  std::vector<OutputColumn> columns;
  for (int i = 0; i < input.width(); ++i) {
    columns.push_back({input.schema()[i].name, ColumnOf(input.schema(), i), input.schema()[i].name});
  }
  columns.push_back({"$left", BigIntLiteral(is_left ? 1 : 0), ""});
  columns.push_back({"$right", BigIntLiteral(is_left ? 0 : 1), ""});
  return Project(std::move(input), columns, range);
}

/// How many of `copies` equal rows on the left and on the right are in the result.
arrow::Result<ExpressionPtr> CopiesLeft(const Schema& counted, bool is_intersect, sql::SourceRange range) {
  const int width = static_cast<int>(counted.size()) - 2;
  ExpressionPtr left = ColumnOf(counted, width);
  ExpressionPtr right = ColumnOf(counted, width + 1);
  if (!is_intersect) return MakeBinary("-", std::move(left), std::move(right), range);
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr is_less, MakeBinary("<", left, right, range));
  const DataType type = left->type();
  return expr::Expression::Case({std::move(is_less), std::move(left), std::move(right)}, type);
}

/// INTERSECT ALL and EXCEPT ALL: equal rows are counted on both sides, and as many copies made as remain.
arrow::Result<BoundRelation> CountRows(BoundRelation left, BoundRelation right, Schema schema, const std::string& name,
                                       bool is_intersect, sql::SourceRange range) {
  const int width = static_cast<int>(schema.size());
  const DataType count = DataType::BigInt().NotNull();
  std::vector<BoundRelation> sides = {MarkSide(std::move(left), true, range), MarkSide(std::move(right), false, range)};
  schema.push_back({"$left", count});
  schema.push_back({"$right", count});
  BoundRelation both = UnionAll(std::move(sides), std::move(schema), name, range);

  std::vector<int> groups(width);
  std::iota(groups.begin(), groups.end(), 0);
  Schema counted;
  std::vector<ColumnOrigin> origins;
  GroupColumns(both, groups, name, &counted, &origins);
  std::vector<AggregateCall> calls;
  for (int side = width; side < width + 2; ++side) {
    AggregateCall sum;
    sum.name = "SUM";
    sum.args = {side};
    sum.type = count;
    sum.literal_args = {nullptr};
    calls.push_back(std::move(sum));
    counted.push_back({both.schema()[side].name, count});
    origins.emplace_back();
  }
  auto aggregate =
      std::make_shared<LogicalAggregate>(std::move(counted), std::move(both.plan), groups, std::move(calls));
  aggregate->range = range;
  BoundRelation counts{std::move(aggregate), std::move(origins)};

  Schema result(counts.schema().begin(), counts.schema().begin() + width);
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr copies, CopiesLeft(counts.schema(), is_intersect, range));
  auto repeated = std::make_shared<LogicalUnnest>(result, std::move(counts.plan), std::move(copies), groups);
  repeated->range = range;
  counts.origins.resize(width);
  return BoundRelation{std::move(repeated), std::move(counts.origins)};
}

/// The distinct rows of `left` that are (INTERSECT) or are not (EXCEPT) in `right`; NULLs count as equal.
arrow::Result<BoundRelation> MatchRows(BoundRelation left, BoundRelation right, JoinType type, sql::SourceRange range) {
  left = Distinct(std::move(left), range);
  const int width = left.width();
  std::vector<ExpressionPtr> equal;
  for (int i = 0; i < width; ++i) {
    const Field& field = right.schema()[i];
    ExpressionPtr other = expr::Expression::Column(width + i, field.type, field.name);
    ARROW_ASSIGN_OR_RAISE(auto same,
                          MakeBinary("IS NOT DISTINCT FROM", ColumnOf(left.schema(), i), std::move(other), range));
    equal.push_back(std::move(same));
  }
  auto node = std::make_shared<LogicalJoin>(left.schema(), std::move(left.plan), std::move(right.plan), type,
                                            MakeAnd(std::move(equal)));
  node->range = range;
  return BoundRelation{std::move(node), std::move(left.origins)};
}

}  // namespace

arrow::Result<BoundRelation> BindSetOperation(const sql::SetOperationBody& operation,
                                              const BindEnvironment& environment) {
  const bool all = operation.quantifier == sql::SetQuantifier::kAll;
  const bool is_union = operation.op == sql::SetOperator::kUnion;
  std::vector<const sql::QueryBody*> bodies;
  if (is_union) {
    CollectInputs(operation, operation, &bodies);
  } else {
    bodies = {operation.left.get(), operation.right.get()};
  }
  std::vector<BoundRelation> inputs;
  for (const sql::QueryBody* body : bodies) {
    ARROW_ASSIGN_OR_RAISE(BoundRelation input, BindQueryBody(*body, environment));
    inputs.push_back(std::move(input));
  }
  ARROW_ASSIGN_OR_RAISE(Schema schema, CommonSchema(inputs, operation));
  for (BoundRelation& input : inputs) input = Align(std::move(input), schema, operation.op_range);
  if (is_union) {
    BoundRelation united = UnionAll(std::move(inputs), std::move(schema), OperationName(operation), operation.op_range);
    return all ? united : Distinct(std::move(united), operation.op_range);
  }
  const bool is_intersect = operation.op == sql::SetOperator::kIntersect;
  if (all) {
    return CountRows(std::move(inputs[0]), std::move(inputs[1]), std::move(schema), OperationName(operation),
                     is_intersect, operation.op_range);
  }
  const JoinType type = is_intersect ? JoinType::kSemi : JoinType::kAnti;
  return MatchRows(std::move(inputs[0]), std::move(inputs[1]), type, operation.op_range);
}

}  // namespace tidemark::plan
