// SPDX-License-Identifier: Apache-2.0
// Physical planning of regular joins: equality conditions become keys, the rest a residual condition.
#include <algorithm>

#include "expr/function.h"
#include "plan/physical_builder.h"
#include "plan/rewrite.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

struct KeyPair {
  ExpressionPtr left;   ///< over left columns
  ExpressionPtr right;  ///< over right columns
  bool null_safe = false;
};

enum class Side { kNone, kLeft, kRight, kBoth };

Side SideOf(const Expression& expression, int left_columns) {
  const auto columns = expr::ReferencedColumns(expression);
  if (columns.empty()) return Side::kNone;
  if (columns.back() < left_columns) return Side::kLeft;
  return columns.front() >= left_columns ? Side::kRight : Side::kBoth;
}

std::optional<KeyPair> AsKeyPair(const ExpressionPtr& conjunct, int left_columns, const Schema& right_schema) {
  if (conjunct->kind() != Expression::Kind::kCall || conjunct->children().size() != 2) return std::nullopt;
  const std::string& name = conjunct->function()->name;
  const bool null_safe = name == "IS NOT DISTINCT FROM";
  if (name != "=" && !null_safe) return std::nullopt;
  ExpressionPtr left = conjunct->children()[0];
  ExpressionPtr right = conjunct->children()[1];
  if (SideOf(*left, left_columns) == Side::kRight) std::swap(left, right);
  if (SideOf(*left, left_columns) != Side::kLeft || SideOf(*right, left_columns) != Side::kRight) return std::nullopt;
  if (!left->deterministic() || !right->deterministic()) return std::nullopt;
  // The key's bytes are hashed on both sides, so both must be of one type.
  if (!left->type().ToArrow()->Equals(*right->type().ToArrow())) return std::nullopt;
  std::vector<ExpressionPtr> replacements(left_columns + right_schema.size());
  for (size_t i = 0; i < right_schema.size(); ++i) {
    replacements[left_columns + i] =
        Expression::Column(static_cast<int>(i), right_schema[i].type, right_schema[i].name);
  }
  return KeyPair{left, expr::ReplaceColumns(right, replacements), null_safe};
}

/// `input` with each key expression as a column; those that are columns already stay where they are.
LogicalPtr WithKeyColumns(const LogicalPtr& input, const std::vector<ExpressionPtr>& keys, std::vector<int>* columns) {
  Schema schema = input->schema();
  std::vector<ExpressionPtr> expressions = IdentityColumns(schema);
  for (const auto& key : keys) {
    if (key->kind() == Expression::Kind::kColumn) {
      columns->push_back(key->column_index());
      continue;
    }
    columns->push_back(static_cast<int>(schema.size()));
    schema.push_back({"$key" + std::to_string(columns->size() - 1), key->type()});
    expressions.push_back(key);
  }
  if (schema.size() == input->schema().size()) return input;
  return PruneColumns(std::make_shared<LogicalProject>(std::move(schema), input, std::move(expressions)));
}

Schema Nullable(Schema schema, bool nullable) {
  for (auto& field : schema) {
    if (nullable) field.type = field.type.WithNullable(true);
  }
  return schema;
}

/// The condition in two: pairs of keys, and what is looked at for each pair of rows that has equal ones.
struct JoinCondition {
  std::vector<ExpressionPtr> left_keys;   ///< over left columns
  std::vector<ExpressionPtr> right_keys;  ///< over right columns
  std::vector<bool> null_safe;
  std::vector<ExpressionPtr> residual;  ///< over both inputs' columns
};

JoinCondition SplitCondition(const LogicalJoin& node) {
  JoinCondition condition;
  const int left_columns = static_cast<int>(node.input(0).schema().size());
  for (const auto& conjunct : Conjuncts(node.condition)) {
    if (auto pair = AsKeyPair(conjunct, left_columns, node.input(1).schema())) {
      condition.left_keys.push_back(pair->left);
      condition.right_keys.push_back(pair->right);
      condition.null_safe.push_back(pair->null_safe);
    } else {
      condition.residual.push_back(conjunct);
    }
  }
  return condition;
}

/// Both inputs' columns side by side; those of a side that may be missing take NULL.
Schema JoinedSchema(JoinType type, const Schema& left, const Schema& right) {
  const bool left_only = type == JoinType::kSemi || type == JoinType::kAnti;
  const bool left_padded = type == JoinType::kRight || type == JoinType::kFull;
  const bool right_padded = type == JoinType::kLeft || type == JoinType::kFull;
  Schema schema = Nullable(left, left_padded);
  if (left_only) return schema;
  for (auto& field : Nullable(right, right_padded)) schema.push_back(std::move(field));
  return schema;
}

/// Of a join that gives rows before its inputs end.
ChangelogMode ModeOf(JoinType type, const ChangelogMode& left, const ChangelogMode& right) {
  ChangelogMode mode;
  mode.updates = left.updates || right.updates;
  mode.update_before = mode.updates;
  mode.deletes = !left.insert_only() || !right.insert_only() || (type != JoinType::kInner && type != JoinType::kSemi);
  return mode;
}

/// The rest of the condition over the joined columns: the right ones begin at `right_begins`, behind added keys.
ExpressionPtr ResidualOver(const LogicalJoin& node, const Schema& joined, int right_begins,
                           std::vector<ExpressionPtr> residual) {
  if (residual.empty()) return nullptr;
  const int left_columns = static_cast<int>(node.input(0).schema().size());
  const Schema& right_schema = node.input(1).schema();
  std::vector<ExpressionPtr> replacements;
  for (int i = 0; i < left_columns; ++i) replacements.push_back(Expression::Column(i, joined[i].type, joined[i].name));
  for (size_t i = 0; i < right_schema.size(); ++i) {
    const int column = right_begins + static_cast<int>(i);
    replacements.push_back(Expression::Column(column, right_schema[i].type, right_schema[i].name));
  }
  return expr::ReplaceColumns(AndAll(std::move(residual)), replacements);
}

/// `joined` without the key columns that were added to its inputs.
PhysicalPtr WithoutKeyColumns(const LogicalJoin& node, PhysicalPtr joined, const Schema& schema, int right_begins) {
  if (schema.size() == node.schema().size()) return joined;
  const int left_columns = static_cast<int>(node.input(0).schema().size());
  std::vector<ExpressionPtr> outputs;
  for (int i = 0; i < static_cast<int>(node.schema().size()); ++i) {
    const int column = i < left_columns ? i : right_begins + i - left_columns;
    outputs.push_back(Expression::Column(column, schema[column].type, schema[column].name));
  }
  return std::make_shared<CalcNode>(node.schema(), std::move(joined), nullptr, std::move(outputs), "Calc");
}

}  // namespace

arrow::Result<Built> PhysicalBuilder::BuildJoin(const LogicalJoin& node, const Demand& demand) {
  JoinCondition condition = SplitCondition(node);
  std::vector<int> left_keys;
  std::vector<int> right_keys;
  const LogicalPtr left_input = Shared(WithKeyColumns(node.inputs()[0], condition.left_keys, &left_keys));
  const LogicalPtr right_input = Shared(WithKeyColumns(node.inputs()[1], condition.right_keys, &right_keys));

  Demand below = demand;
  below.update_before = true;
  const auto windows = WindowsOfJoin(node);
  below.event_time = windows.has_value();  // a regular join gives no time attributes
  ARROW_ASSIGN_OR_RAISE(Built left, Build(left_input, below));
  ARROW_ASSIGN_OR_RAISE(Built right, Build(right_input, below));
  // Both sides must be spread by the same columns in the same order, so a side spread by fewer is spread again.
  const auto spread = [&](Built side, const std::vector<int>& keys) {
    if (side.distribution.kind == Distribution::Kind::kHashed && side.distribution.columns != keys)
      side.distribution = {};
    if (side.distribution.kind == Distribution::Kind::kSingleton && !keys.empty()) side.distribution = {};
    return Distribute(std::move(side), keys);
  };
  left = spread(std::move(left), left_keys);
  right = spread(std::move(right), right_keys);

  const auto& left_mode = left.node->changelog();
  const auto& right_mode = right.node->changelog();
  const bool retracts = !left_mode.insert_only() || !right_mode.insert_only();
  // Of a changelog (a debezium table), what is final is not known before the end: it is joined as a stream is.
  const bool per_window = windows && !retracts;
  const auto is_event_time = [](const Field& field) { return field.type.is_rowtime(); };
  if (!per_window && std::any_of(node.schema().begin(), node.schema().end(), is_event_time)) {
    return sql::NotSupportedYet(node.range, "A window over a join of windows whose rows are changed later");
  }
  const bool final_only = per_window || (batch_mode_ && !retracts);
  const auto right_begins = static_cast<int>(left.node->schema().size());
  const Schema schema = JoinedSchema(node.type, left.node->schema(), right.node->schema());
  const std::string label = "Join(" + ColumnNames(left.node->schema(), left_keys) + " = " +
                            ColumnNames(right.node->schema(), right_keys) + ")";
  auto join = std::make_shared<JoinNode>(schema, left.node, right.node,
                                         final_only ? ChangelogMode() : ModeOf(node.type, left_mode, right_mode),
                                         left_keys.empty() ? "CrossJoin" : label);
  join->type = node.type;
  join->left_keys = left_keys;
  join->right_keys = right_keys;
  join->null_safe = condition.null_safe;
  join->final_only = final_only;
  if (!final_only) {
    join->left_ttl_ms = StateTtlMs(node, 0);
    join->right_ttl_ms = StateTtlMs(node, 1);
  }
  join->residual = ResidualOver(node, schema, right_begins, std::move(condition.residual));
  PhysicalPtr joined = join;
  if (per_window) joined = PerWindow(join, {windows->first, windows->second});
  return Built{WithoutKeyColumns(node, std::move(joined), schema, right_begins), {}};
}

}  // namespace tidemark::plan
