// SPDX-License-Identifier: Apache-2.0
// The aggregation operator of one SELECT: the columns it reads, grouping sets, and expressions lifted above it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "plan/bind_aggregate.h"
#include "plan/bind_call.h"
#include "plan/bind_literal.h"
#include "plan/placeholder.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

constexpr char kExpandName[] = "$expand_id";

/// The columns an aggregation reads, in a projection below it that holds each expression once.
class ArgumentColumns {
 public:
  /// Columns from `first_shared` on may be shared by equal expressions.
  int Add(const ExpressionPtr& expression, const std::string& text, size_t first_shared) {
    for (size_t i = first_shared; i < columns_.size(); ++i) {
      if (columns_[i].expression->Equals(*expression)) return static_cast<int>(i);
    }
    const bool column = expression->kind() == Expression::Kind::kColumn;
    columns_.push_back({column ? expression->column_name() : text, expression, text});
    return static_cast<int>(columns_.size()) - 1;
  }

  /// All are plain columns: the aggregation reads them where they are.
  bool all_plain() const {
    return std::all_of(columns_.begin(), columns_.end(),
                       [](const OutputColumn& c) { return IsInputColumn(*c.expression); });
  }
  const std::vector<OutputColumn>& columns() const { return columns_; }
  int input_column(int index) const { return columns_[index].expression->column_index(); }

 private:
  std::vector<OutputColumn> columns_;
};

/// What the operator reads, as columns of one relation.
struct AggregationInput {
  BoundRelation relation;
  std::vector<int> groups;
  std::vector<AggregateCall> calls;
  int time_column = -1;
};

/// Columns for keys, arguments, filters and the time column, in a projection where plain columns are not enough.
AggregationInput ProjectInput(const Aggregation& aggregation, BoundRelation input, bool separate_keys) {
  ArgumentColumns columns;
  AggregationInput result;
  for (const GroupKey& key : aggregation.group_by.keys)
    result.groups.push_back(columns.Add(key.expression, key.text, 0));
  const size_t first_shared = separate_keys ? columns.columns().size() : 0;
  for (const AggregateSite& site : aggregation.calls) {
    AggregateCall call;
    call.name = site.name;
    call.distinct = site.distinct;
    call.ignore_nulls = site.ignore_nulls;
    call.type = site.type;
    for (size_t i = 0; i < site.args.size(); ++i) {
      const ExpressionPtr& arg = site.args[i];
      call.args.push_back(columns.Add(arg, site.arg_texts[i], first_shared));
      call.literal_args.push_back(arg->kind() == Expression::Kind::kLiteral ? arg->literal() : nullptr);
    }
    if (site.filter) call.filter = columns.Add(site.filter, site.filter_text, first_shared);
    result.calls.push_back(std::move(call));
  }
  const auto& window = aggregation.group_by.window;
  if (window) result.time_column = columns.Add(window->time, window->time->column_name(), first_shared);

  if (!columns.all_plain() || separate_keys) {
    result.relation = Project(std::move(input), columns.columns(), aggregation.group_by.range);
    return result;
  }
  const auto in_input = [&](int* column) { *column = *column < 0 ? -1 : columns.input_column(*column); };
  for (int& group : result.groups) in_input(&group);
  for (AggregateCall& call : result.calls) {
    for (int& arg : call.args) in_input(&arg);
    in_input(&call.filter);
  }
  in_input(&result.time_column);
  result.relation = std::move(input);
  return result;
}

/// The keys are the first columns of `input`.
BoundRelation Expand(BoundRelation input, const GroupBy& group_by, const std::vector<int64_t>& ids) {
  Schema schema = input.schema();
  std::vector<std::vector<bool>> kept;
  for (const auto& set : group_by.sets) {
    std::vector<bool> columns(schema.size(), true);
    for (size_t key = 0; key < group_by.keys.size(); ++key) {
      columns[key] = std::find(set.begin(), set.end(), static_cast<int>(key)) != set.end();
      if (!columns[key]) schema[key].type = schema[key].type.WithNullable(true);
    }
    kept.push_back(std::move(columns));
  }
  schema.push_back({kExpandName, DataType::BigInt().NotNull()});
  std::vector<ColumnOrigin> origins = std::move(input.origins);
  origins.emplace_back();
  auto node = std::make_shared<LogicalExpand>(std::move(schema), std::move(input.plan), std::move(kept), ids);
  node->range = group_by.range;
  return {std::move(node), std::move(origins)};
}

ColumnOrigin ResultOrigin(const std::string& name, const DataType& type) {
  ColumnOrigin origin;
  if (type.is_timestamp() && type.time_attribute() == TimeAttribute::kNone) {
    origin.time_loss = std::make_shared<const TimeLoss>(TimeLoss{TimeLoss::Cause::kAggregation, name, name});
  }
  return origin;
}

const char* PropertyName(WindowProperty property) {
  switch (property) {
    case WindowProperty::kStart:
      return "START";
    case WindowProperty::kEnd:
      return "END";
    case WindowProperty::kTime:
      return "ROWTIME";
    case WindowProperty::kProctime:
      return "PROCTIME";
  }
  return "";
}

}  // namespace

std::vector<int64_t> Aggregation::ExpandIds() const {
  std::vector<int64_t> ids;
  const auto keys = static_cast<int>(group_by.keys.size());
  for (const auto& set : group_by.sets) {
    int64_t id = 0;
    for (int key = 0; key < keys; ++key) {
      if (std::find(set.begin(), set.end(), key) == set.end()) id |= int64_t{1} << key;
    }
    while (std::find(ids.begin(), ids.end(), id) != ids.end()) id += int64_t{1} << keys;
    ids.push_back(id);
  }
  return ids;
}

ExpressionPtr Aggregation::ByExpandId(const std::vector<int64_t>& values) const {
  const DataType type = DataType::BigInt().NotNull();
  const std::vector<int64_t> ids = ExpandIds();
  const bool all_same = std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == values[0]; });
  if (!has_expand() || all_same) return BigIntLiteral(values[0]);
  const ExpressionPtr id = MakePlaceholder(Placeholder::kExpandId, 0, type, kExpandName);
  std::vector<ExpressionPtr> children;
  for (size_t i = 0; i + 1 < ids.size(); ++i) {
    auto equal = MakeBinary("=", id, BigIntLiteral(ids[i]), group_by.range);
    children.push_back(equal.ValueOr(BooleanLiteral(false)));  // BIGINT = BIGINT is always there
    children.push_back(BigIntLiteral(values[i]));
  }
  children.push_back(BigIntLiteral(values.back()));
  return Expression::Case(std::move(children), type);
}

arrow::Result<ExpressionPtr> Aggregation::GroupingExpression(const std::vector<ExpressionPtr>& keys,
                                                             sql::SourceRange range) const {
  std::vector<int64_t> values(group_by.sets.size(), 0);
  for (const ExpressionPtr& wanted : keys) {
    const auto key = std::find_if(group_by.keys.begin(), group_by.keys.end(),
                                  [&](const GroupKey& candidate) { return candidate.expression->Equals(*wanted); });
    if (key == group_by.keys.end()) {
      return sql::SqlError(range, "GROUPING takes expressions of GROUP BY", "Name one that stands in GROUP BY.");
    }
    const int index = static_cast<int>(key - group_by.keys.begin());
    for (size_t set = 0; set < values.size(); ++set) {
      const auto& members = group_by.sets[set];
      const bool grouped = std::find(members.begin(), members.end(), index) != members.end();
      values[set] = values[set] * 2 + (grouped ? 0 : 1);
    }
  }
  return ByExpandId(values);
}

ExpressionPtr Aggregation::GroupIdExpression() const {
  std::vector<int64_t> values;
  for (int64_t id : ExpandIds()) values.push_back(id >> group_by.keys.size());
  return ByExpandId(values);
}

BoundRelation Aggregation::Build(BoundRelation input) const {
  AggregationInput below = ProjectInput(*this, std::move(input), has_expand());
  if (has_expand()) {
    below.relation = Expand(std::move(below.relation), group_by, ExpandIds());
    below.groups.push_back(below.relation.width() - 1);
  }
  BoundRelation result;
  Schema schema;
  GroupColumns(below.relation, below.groups, "GROUP BY", &schema, &result.origins);
  for (const AggregateSite& site : calls) {
    schema.push_back({site.text, site.type});
    result.origins.push_back(ResultOrigin(site.text, site.type));
  }
  for (WindowProperty property : properties) {
    schema.push_back({group_by.window->name + "_" + PropertyName(property), PropertyType(property)});
    result.origins.push_back(ResultOrigin(schema.back().name, schema.back().type));
  }
  auto node = std::make_shared<LogicalAggregate>(std::move(schema), std::move(below.relation.plan),
                                                 std::move(below.groups), std::move(below.calls));
  if (group_by.window) {
    node->window = group_by.window->spec;
    node->time_column = below.time_column;
    node->properties = properties;
  }
  node->range = group_by.range;
  node->input_ttl_ms[0] = input_ttl_ms;
  result.plan = std::move(node);
  return result;
}

arrow::Result<ExpressionPtr> Aggregation::Lift(const ExpressionPtr& expression, const Schema& schema,
                                               const ExpressionBinder& binder) const {
  const int keys = static_cast<int>(group_by.keys.size());
  const int first_call = keys + (has_expand() ? 1 : 0);
  const int first_property = first_call + static_cast<int>(calls.size());
  return Rewrite(expression, [&](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    for (int key = 0; key < keys; ++key) {
      if (group_by.keys[key].expression->Equals(*node)) return ColumnOf(schema, key);
    }
    if (auto call = PlaceholderNumber(*node, Placeholder::kAggregate)) return ColumnOf(schema, first_call + *call);
    if (auto property = PlaceholderNumber(*node, Placeholder::kWindowProperty)) {
      return ColumnOf(schema, first_property + *property);
    }
    if (PlaceholderNumber(*node, Placeholder::kExpandId)) return ColumnOf(schema, keys);
    if (IsInputColumn(*node)) return NotGrouped(*node, binder);
    return nullptr;
  });
}

arrow::Status Aggregation::NotGrouped(const Expression& column, const ExpressionBinder& binder) const {
  const std::string& name = column.column_name();
  const std::string message = fmt::format("Column '{}' is neither in GROUP BY nor inside an aggregate", name);
  std::string hint;
  if (group_by.keys.empty() && !group_by.window) {
    hint = fmt::format("Add GROUP BY {0}, or use an aggregate such as MAX({0}).", name);
  } else {
    hint = fmt::format("Add {0} to GROUP BY, or use an aggregate such as MAX({0}).", name);
  }
  for (const GroupKey& key : group_by.keys) {
    if (key.expression->kind() != Expression::Kind::kLiteral || !key.expression->type().is_integer()) continue;
    hint = fmt::format("GROUP BY {} groups by the number, not by a column of the SELECT list: write the column's name.",
                       key.text);
  }
  if (group_by.window && group_by.window->time->Equals(column)) {
    hint = fmt::format("Use {0}_START(...) or {0}_END(...) with the arguments of the window in GROUP BY.",
                       group_by.window->name);
  }
  return sql::SqlError(binder.PlaceOf(column), message, hint);
}

}  // namespace tidemark::plan
