// SPDX-License-Identifier: Apache-2.0
// The logical plan as text.
#include "plan/print_logical.h"

#include <fmt/format.h>

#include <string_view>

namespace tidemark::plan {
namespace {

std::string ColumnList(const Schema& schema, const std::vector<int>& columns) {
  std::string text;
  for (int column : columns) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{}#{}", schema[column].name, column);
  }
  return text;
}

std::string ExpressionList(const std::vector<expr::ExpressionPtr>& expressions) {
  std::string text;
  for (const auto& expression : expressions) {
    if (!text.empty()) text += ", ";
    text += expression->ToString();
  }
  return text;
}

const char* JoinTypeName(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "Inner";
    case JoinType::kLeft:
      return "Left";
    case JoinType::kRight:
      return "Right";
    case JoinType::kFull:
      return "Full";
    case JoinType::kSemi:
      return "Semi";
    case JoinType::kAnti:
      return "Anti";
  }
  return "?";
}

const char* PropertyName(WindowProperty property) {
  switch (property) {
    case WindowProperty::kStart:
      return "start";
    case WindowProperty::kEnd:
      return "end";
    case WindowProperty::kTime:
      return "rowtime";
    case WindowProperty::kProctime:
      return "proctime";
  }
  return "?";
}

std::string SortKeyList(const Schema& schema, const std::vector<SortKey>& keys) {
  std::string text;
  for (const SortKey& key : keys) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{}#{} {} NULLS {}", schema[key.column].name, key.column, key.ascending ? "ASC" : "DESC",
                        key.nulls_first ? "FIRST" : "LAST");
  }
  return text;
}

std::string CallToString(const Schema& input, const AggregateCall& call) {
  std::string text = call.name + "(";
  if (call.distinct) text += "DISTINCT ";
  text += call.args.empty() ? "*" : ColumnList(input, call.args);
  text += ")";
  if (!call.ignore_nulls) text += " RESPECT NULLS";
  if (call.filter >= 0) text += fmt::format(" FILTER({}#{})", input[call.filter].name, call.filter);
  return text;
}

std::string ScanToString(const LogicalScan& scan) {
  std::string text = "Scan[" + scan.table->name();
  for (size_t i = 0; i < scan.computed.size(); ++i) {
    if (scan.computed[i]) text += fmt::format(", {} := {}", scan.schema()[i].name, scan.computed[i]->ToString());
  }
  if (scan.watermark) {
    text += fmt::format(", watermark {} := {}", scan.schema()[scan.rowtime_column].name, scan.watermark->ToString());
  }
  return text + "]";
}

std::string ValuesToString(const LogicalValues& values) {
  std::string text = "Values[";
  for (size_t i = 0; i < values.rows.size(); ++i) {
    text += fmt::format("{}({})", i == 0 ? "" : ", ", ExpressionList(values.rows[i]));
  }
  return text + "]";
}

std::string ProjectToString(const LogicalProject& project) {
  std::string text = "Project[";
  for (size_t i = 0; i < project.expressions.size(); ++i) {
    if (i > 0) text += ", ";
    const expr::Expression& expression = *project.expressions[i];
    const std::string& name = project.schema()[i].name;
    std::string shown = expression.ToString();
    if (expression.kind() == expr::Expression::Kind::kColumn) {
      shown = fmt::format("{}#{}", project.input().schema()[expression.column_index()].name, expression.column_index());
      if (expression.column_name() == name) {
        text += shown;
        continue;
      }
    }
    text += name + " := " + shown;
  }
  return text + "]";
}

std::string AggregateToString(const LogicalAggregate& aggregate) {
  const Schema& input = aggregate.input().schema();
  std::string text = "Aggregate[group=(" + ColumnList(input, aggregate.group_columns) + ")";
  for (const AggregateCall& call : aggregate.calls) text += ", " + CallToString(input, call);
  if (aggregate.window) {
    text += fmt::format(", window={} on {}#{}", aggregate.window->ToString(), input[aggregate.time_column].name,
                        aggregate.time_column);
  }
  for (WindowProperty property : aggregate.properties) text += fmt::format(", {}", PropertyName(property));
  return text + "]";
}

std::string WindowTvfToString(const LogicalWindowTvf& tvf) {
  const Schema& input = tvf.input().schema();
  std::string text =
      fmt::format("WindowTvf[{} on {}#{}", tvf.window.ToString(), input[tvf.time_column].name, tvf.time_column);
  if (!tvf.partition_columns.empty()) text += ", partition=(" + ColumnList(input, tvf.partition_columns) + ")";
  return text + "]";
}

std::string SortToString(const LogicalSort& sort) {
  std::string text = "Sort[" + SortKeyList(sort.schema(), sort.keys);
  if (sort.offset > 0) text += fmt::format("{}offset={}", text.back() == '[' ? "" : ", ", sort.offset);
  if (sort.limit) text += fmt::format("{}limit={}", text.back() == '[' ? "" : ", ", *sort.limit);
  return text + "]";
}

std::string RankToString(const LogicalRank& rank) {
  const Schema& input = rank.input().schema();
  return fmt::format("Rank[{} := ROW_NUMBER, partition=({}), order=({})]", rank.schema().back().name,
                     ColumnList(input, rank.partition_columns), SortKeyList(input, rank.keys));
}

std::string ExpandToString(const LogicalExpand& expand) {
  std::string text = "Expand[";
  for (size_t set = 0; set < expand.kept.size(); ++set) {
    std::vector<int> dropped;
    for (size_t i = 0; i < expand.kept[set].size(); ++i) {
      if (!expand.kept[set][i]) dropped.push_back(static_cast<int>(i));
    }
    text += fmt::format("{}{}: NULL({})", set == 0 ? "" : ", ", expand.ids[set],
                        ColumnList(expand.input().schema(), dropped));
  }
  return text + "]";
}

std::string NodeToString(const LogicalNode& node) {
  switch (node.kind()) {
    case LogicalNode::Kind::kScan:
      return ScanToString(static_cast<const LogicalScan&>(node));
    case LogicalNode::Kind::kValues:
      return ValuesToString(static_cast<const LogicalValues&>(node));
    case LogicalNode::Kind::kProject:
      return ProjectToString(static_cast<const LogicalProject&>(node));
    case LogicalNode::Kind::kFilter:
      return "Filter[" + static_cast<const LogicalFilter&>(node).condition->ToString() + "]";
    case LogicalNode::Kind::kAggregate:
      return AggregateToString(static_cast<const LogicalAggregate&>(node));
    case LogicalNode::Kind::kWindowTvf:
      return WindowTvfToString(static_cast<const LogicalWindowTvf&>(node));
    case LogicalNode::Kind::kJoin: {
      const auto& join = static_cast<const LogicalJoin&>(node);
      return fmt::format("Join[{}{}]", JoinTypeName(join.type),
                         join.condition ? ", " + join.condition->ToString() : "");
    }
    case LogicalNode::Kind::kUnion:
      return "UnionAll";
    case LogicalNode::Kind::kSort:
      return SortToString(static_cast<const LogicalSort&>(node));
    case LogicalNode::Kind::kRank:
      return RankToString(static_cast<const LogicalRank&>(node));
    case LogicalNode::Kind::kExpand:
      return ExpandToString(static_cast<const LogicalExpand&>(node));
    case LogicalNode::Kind::kUnnest: {
      const auto& unnest = static_cast<const LogicalUnnest&>(node);
      return fmt::format("Unnest[{}{}{}]", unnest.collection->ToString(), unnest.padded ? ", padded" : "",
                         unnest.with_ordinality ? ", with ordinality" : "");
    }
  }
  return "?";
}

void AppendTree(const LogicalNode& node, int depth, std::string* out) {
  out->append(static_cast<size_t>(depth) * 2, ' ');
  *out += NodeToString(node) + "\n";
  for (const LogicalPtr& input : node.inputs()) AppendTree(*input, depth + 1, out);
}

}  // namespace

std::string LogicalToString(const LogicalNode& node) {
  std::string text;
  AppendTree(node, 0, &text);
  return text;
}

std::string SchemaToString(const Schema& schema) {
  std::string text;
  for (const Field& field : schema) {
    if (!text.empty()) text += ", ";
    text += field.name + " " + field.type.ToString();
  }
  return text;
}

}  // namespace tidemark::plan
