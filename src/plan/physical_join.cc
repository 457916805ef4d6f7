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

}  // namespace

arrow::Result<Built> PhysicalBuilder::BuildJoin(const LogicalJoin& node, const Demand& demand) {
  const int left_columns = static_cast<int>(node.input(0).schema().size());
  const Schema& right_schema = node.input(1).schema();
  std::vector<ExpressionPtr> left_expressions;
  std::vector<ExpressionPtr> right_expressions;
  std::vector<bool> null_safe;
  std::vector<ExpressionPtr> residual;
  for (const auto& conjunct : Conjuncts(node.condition)) {
    if (auto pair = AsKeyPair(conjunct, left_columns, right_schema)) {
      left_expressions.push_back(pair->left);
      right_expressions.push_back(pair->right);
      null_safe.push_back(pair->null_safe);
    } else {
      residual.push_back(conjunct);
    }
  }
  std::vector<int> left_keys;
  std::vector<int> right_keys;
  const LogicalPtr left_input = Shared(WithKeyColumns(node.inputs()[0], left_expressions, &left_keys));
  const LogicalPtr right_input = Shared(WithKeyColumns(node.inputs()[1], right_expressions, &right_keys));

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
  ChangelogMode mode;
  const bool retracts = !left_mode.insert_only() || !right_mode.insert_only();
  // Of a changelog (a debezium table), what is final is not known before the end: it is joined as a stream is.
  const bool per_window = windows && !retracts;
  const auto is_event_time = [](const Field& field) { return field.type.is_rowtime(); };
  if (!per_window && std::any_of(node.schema().begin(), node.schema().end(), is_event_time)) {
    return sql::NotSupportedYet(node.range, "A window over a join of windows whose rows are changed later");
  }
  const bool final_only = per_window || (batch_mode_ && !retracts);
  if (!final_only) {
    mode.updates = left_mode.updates || right_mode.updates;
    mode.update_before = mode.updates;
    mode.deletes = retracts || (node.type != JoinType::kInner && node.type != JoinType::kSemi);
  }
  const bool left_only = node.type == JoinType::kSemi || node.type == JoinType::kAnti;
  const bool left_padded = node.type == JoinType::kRight || node.type == JoinType::kFull;
  const bool right_padded = node.type == JoinType::kLeft || node.type == JoinType::kFull;
  const auto physical_left = static_cast<int>(left.node->schema().size());
  Schema schema = Nullable(left.node->schema(), left_padded);
  if (!left_only) {
    for (auto& field : Nullable(right.node->schema(), right_padded)) schema.push_back(std::move(field));
  }
  const std::string label = "Join(" + ColumnNames(left.node->schema(), left_keys) + " = " +
                            ColumnNames(right.node->schema(), right_keys) + ")";
  auto join = std::make_shared<JoinNode>(schema, left.node, right.node, mode, left_keys.empty() ? "CrossJoin" : label);
  join->type = node.type;
  join->left_keys = left_keys;
  join->right_keys = right_keys;
  join->null_safe = null_safe;
  join->final_only = final_only;
  if (!residual.empty()) {
    std::vector<ExpressionPtr> replacements;
    for (int i = 0; i < left_columns; ++i)
      replacements.push_back(Expression::Column(i, schema[i].type, schema[i].name));
    for (size_t i = 0; i < right_schema.size(); ++i) {
      const int column = physical_left + static_cast<int>(i);
      replacements.push_back(Expression::Column(column, right_schema[i].type, right_schema[i].name));
    }
    join->residual = expr::ReplaceColumns(AndAll(std::move(residual)), replacements);
  }
  Built built{join, {}};
  if (per_window) built.node = PerWindow(join, {windows->first, windows->second});
  if (schema.size() == node.schema().size()) return built;
  std::vector<ExpressionPtr> outputs;  // without the key columns added above
  for (size_t i = 0; i < node.schema().size(); ++i) {
    const auto column =
        static_cast<int>(i) < left_columns ? static_cast<int>(i) : physical_left + static_cast<int>(i) - left_columns;
    outputs.push_back(Expression::Column(column, schema[column].type, schema[column].name));
  }
  built.node = std::make_shared<CalcNode>(node.schema(), built.node, nullptr, std::move(outputs), "Calc");
  return built;
}

}  // namespace tidemark::plan
