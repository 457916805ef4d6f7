// SPDX-License-Identifier: Apache-2.0
// What the rewrites share: conjunctions, copies of nodes over new inputs, and the order in which the rewrites run.
#include "plan/rewrite.h"

#include <algorithm>
#include <limits>

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

bool StaysSmall(const Expression& upper, const std::vector<ExpressionPtr>& lower) {
  constexpr size_t kMergedNodesMax = 2000;
  if (upper.kind() == Expression::Kind::kColumn) return true;
  const size_t alone = expr::CountNodes(upper, {}, std::numeric_limits<size_t>::max());
  const size_t merged = expr::CountNodes(upper, lower, std::max(alone, kMergedNodesMax) + 1);
  return merged <= std::max(alone, kMergedNodesMax);
}

std::vector<ExpressionPtr> Conjuncts(const ExpressionPtr& condition) {
  if (!condition) return {};
  if (condition->kind() != Expression::Kind::kAnd) return {condition};
  std::vector<ExpressionPtr> conjuncts;
  for (const auto& child : condition->children()) {
    for (auto& conjunct : Conjuncts(child)) conjuncts.push_back(std::move(conjunct));
  }
  return conjuncts;
}

ExpressionPtr AndAll(std::vector<ExpressionPtr> conjuncts) {
  if (conjuncts.empty()) return nullptr;
  if (conjuncts.size() == 1) return conjuncts[0];
  return Expression::And(std::move(conjuncts));
}

std::vector<ExpressionPtr> IdentityColumns(const Schema& schema) {
  std::vector<ExpressionPtr> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    columns.push_back(Expression::Column(static_cast<int>(i), schema[i].type, schema[i].name));
  }
  return columns;
}

bool IsIdentityProjection(const std::vector<ExpressionPtr>& outputs, size_t input_columns) {
  if (outputs.size() != input_columns) return false;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i]->kind() != Expression::Kind::kColumn || outputs[i]->column_index() != static_cast<int>(i))
      return false;
  }
  return true;
}

LogicalPtr WithInputs(const LogicalNode& node, std::vector<LogicalPtr> inputs) {
  std::shared_ptr<LogicalNode> copy;
  switch (node.kind()) {
    case LogicalNode::Kind::kScan:
      copy = std::make_shared<LogicalScan>(static_cast<const LogicalScan&>(node));
      break;
    case LogicalNode::Kind::kValues:
      copy = std::make_shared<LogicalValues>(static_cast<const LogicalValues&>(node));
      break;
    case LogicalNode::Kind::kProject: {
      const auto& project = static_cast<const LogicalProject&>(node);
      copy = std::make_shared<LogicalProject>(node.schema(), inputs[0], project.expressions);
      break;
    }
    case LogicalNode::Kind::kFilter:
      copy = std::make_shared<LogicalFilter>(inputs[0], static_cast<const LogicalFilter&>(node).condition);
      break;
    case LogicalNode::Kind::kAggregate: {
      const auto& old = static_cast<const LogicalAggregate&>(node);
      auto aggregate = std::make_shared<LogicalAggregate>(node.schema(), inputs[0], old.group_columns, old.calls);
      aggregate->window = old.window;
      aggregate->time_column = old.time_column;
      aggregate->properties = old.properties;
      copy = aggregate;
      break;
    }
    case LogicalNode::Kind::kWindowTvf: {
      const auto& old = static_cast<const LogicalWindowTvf&>(node);
      auto tvf = std::make_shared<LogicalWindowTvf>(node.schema(), inputs[0], old.window, old.time_column);
      tvf->partition_columns = old.partition_columns;
      copy = tvf;
      break;
    }
    case LogicalNode::Kind::kJoin: {
      const auto& old = static_cast<const LogicalJoin&>(node);
      copy = std::make_shared<LogicalJoin>(node.schema(), inputs[0], inputs[1], old.type, old.condition);
      break;
    }
    case LogicalNode::Kind::kUnion:
      copy = std::make_shared<LogicalUnion>(node.schema(), std::move(inputs));
      break;
    case LogicalNode::Kind::kSort: {
      const auto& old = static_cast<const LogicalSort&>(node);
      copy = std::make_shared<LogicalSort>(inputs[0], old.keys, old.offset, old.limit);
      break;
    }
    case LogicalNode::Kind::kRank: {
      const auto& old = static_cast<const LogicalRank&>(node);
      copy = std::make_shared<LogicalRank>(node.schema(), inputs[0], old.partition_columns, old.keys);
      break;
    }
    case LogicalNode::Kind::kExpand: {
      const auto& old = static_cast<const LogicalExpand&>(node);
      copy = std::make_shared<LogicalExpand>(node.schema(), inputs[0], old.kept, old.ids);
      break;
    }
    case LogicalNode::Kind::kUnnest: {
      const auto& old = static_cast<const LogicalUnnest&>(node);
      auto unnest = std::make_shared<LogicalUnnest>(node.schema(), inputs[0], old.collection, old.kept);
      unnest->padded = old.padded;
      unnest->with_ordinality = old.with_ordinality;
      copy = unnest;
      break;
    }
  }
  copy->range = node.range;
  copy->input_ttl_ms = node.input_ttl_ms;
  return copy;
}

arrow::Result<BoundQuery> Optimize(BoundQuery query, const PlanContext& context) {
  query.root = FoldConstants(query.root, *context.functions);
  query.root = PushFilters(query.root);
  // What is left above an outer join may make it an inner one, and then sinks further.
  query.root = PushFilters(NarrowOuterJoins(query.root, *context.functions));
  query.root = PruneColumns(query.root);
  return query;
}

}  // namespace tidemark::plan
