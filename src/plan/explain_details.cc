// SPDX-License-Identifier: Apache-2.0
// What EXPLAIN says of each operator: what it reads, sends and remembers.
#include "plan/explain_details.h"

#include <arrow/scalar.h>

#include <algorithm>
#include <limits>
#include <map>

namespace tidemark::plan {
namespace {

using expr::ExpressionPtr;

/// Behind the state of operators that can keep it on disk.
constexpr char kSpills[] = "; on disk where memory is short";

/// The lines under an operator's name.
using Details = std::vector<std::string>;

std::string NotWritten(int64_t ttl_ms) { return "not written for " + time::DurationText(ttl_ms); }

/// When state is freed that is kept for `ttl_ms` (0: for ever) after it was written last.
std::string Freed(int64_t ttl_ms, const std::string& never) {
  if (ttl_ms == 0) return never;
  return "freed when " + NotWritten(ttl_ms);
}

std::string Join(const std::vector<std::string>& parts, const std::string& separator = ", ") {
  std::string joined;
  for (const auto& part : parts) joined += (joined.empty() ? "" : separator) + part;
  return joined;
}

std::string Names(const Schema& schema) {
  std::vector<std::string> names;
  for (const auto& field : schema) names.push_back(field.name);
  return Join(names);
}

std::string Names(const Schema& schema, const std::vector<int>& columns) {
  std::vector<std::string> names;
  for (int column : columns) names.push_back(schema[column].name);
  return Join(names);
}

/// "one row" or "one row per key (a, b)".
std::string OneRowPerKey(const Schema& schema, const std::vector<int>& key) {
  return key.empty() ? "one row" : "one row per key (" + Names(schema, key) + ")";
}

std::string Outputs(const Schema& schema, const std::vector<ExpressionPtr>& outputs) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string text = outputs[i]->ToString();
    texts.push_back(text == schema[i].name ? text : text + " AS " + schema[i].name);
  }
  return Join(texts);
}

std::string Calls(const std::vector<AggregateCall>& calls, const Schema& input) {
  std::vector<std::string> texts;
  for (const auto& call : calls) {
    std::string text = call.name + "(" + (call.distinct ? "DISTINCT " : "");
    text += call.args.empty() ? "*" : Names(input, call.args);
    text += ")";
    if (call.filter >= 0) text += " FILTER (WHERE " + input[call.filter].name + ")";
    texts.push_back(std::move(text));
  }
  return texts.empty() ? "(none)" : Join(texts);
}

std::string Keys(const std::vector<SortKey>& keys, const Schema& schema) {
  std::vector<std::string> texts;
  for (const auto& key : keys) {
    texts.push_back(schema[key.column].name + (key.ascending ? " ASC" : " DESC") +
                    (key.nulls_first == key.ascending ? ""
                     : key.nulls_first                ? " NULLS FIRST"
                                                      : " NULLS LAST"));
  }
  return Join(texts);
}

const char* OpText(PushedFilter::Op op) {
  switch (op) {
    case PushedFilter::Op::kEqual:
      return " = ";
    case PushedFilter::Op::kLess:
      return " < ";
    case PushedFilter::Op::kLessEqual:
      return " <= ";
    case PushedFilter::Op::kGreater:
      return " > ";
    case PushedFilter::Op::kGreaterEqual:
      return " >= ";
    case PushedFilter::Op::kIsNull:
      return " IS NULL";
    case PushedFilter::Op::kIsNotNull:
      return " IS NOT NULL";
  }
  return "";
}

/// "name", or "name(a, b(c))" where only those fields are read.
std::string FieldsText(const std::string& name, const DataType& type, const std::vector<std::vector<int>>& paths,
                       size_t depth) {
  std::map<int, std::vector<std::vector<int>>> by_field;
  for (const auto& path : paths) {
    if (path.size() == depth) return name;
    by_field[path[depth]].push_back(path);
  }
  std::vector<std::string> texts;
  for (const auto& [index, below] : by_field) {
    const Field& field = type.fields()[index];
    texts.push_back(FieldsText(field.name, field.type, below, depth + 1));
  }
  return name + "(" + Join(texts) + ")";
}

std::string ReadText(const SourceNode& node, int column) {
  const TableColumn& declared = node.table->columns[column];
  const auto used = node.used_fields.find(column);
  return used == node.used_fields.end() ? declared.name : FieldsText(declared.name, declared.type, used->second, 0);
}

/// The columns that are not read as they are: "name = expression".
std::vector<std::string> ComputedColumns(const SourceNode& node) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i]->kind() != expr::Expression::Kind::kColumn)
      texts.push_back(node.schema()[i].name + " = " + node.outputs[i]->ToString());
  }
  return texts;
}

/// A scalar of a filter as it stands in SQL.
std::string ValueText(const SourceNode& node, const PushedFilter& filter) {
  for (const auto& column : node.table->columns) {
    if (column.name == filter.column && filter.value)
      return expr::Expression::Literal(filter.value, column.type)->ToString();
  }
  return "";
}

Details SourceDetails(const SourceNode& node) {
  Details details;
  std::vector<std::string> columns;
  for (int column : node.read_columns) columns.push_back(ReadText(node, column));
  size_t stored = 0;
  for (const auto& column : node.table->columns) stored += column.kind != TableColumn::Kind::kComputed;
  details.push_back("reads: " + (columns.empty() ? std::string("no column, only the number of rows") : Join(columns)) +
                    " (" + std::to_string(columns.size()) + " of " + std::to_string(stored) + " columns)");
  const auto computed = ComputedColumns(node);
  if (!computed.empty()) details.push_back("computes: " + Join(computed));
  std::vector<std::string> pushed;
  for (const auto& filter : node.filters) {
    pushed.push_back(filter.column + OpText(filter.op) + ValueText(node, filter));
  }
  if (!pushed.empty()) details.push_back("pushed down to the reader: " + Join(pushed, " AND "));
  if (node.watermark) {
    details.push_back("watermark: " + node.schema()[node.rowtime_column].name + ", per split, from " +
                      node.watermark->ToString());
  }
  if (node.ordered)
    details.push_back("order: all splits are read in order by one worker, since a result above depends on it");
  return details;
}

Details WindowAggregateDetails(const WindowAggregateNode& node) {
  const Schema& input = node.inputs()[0]->schema();
  Details details{"aggregates: " + Calls(node.calls, input)};
  const std::string time = node.time_column >= 0 ? input[node.time_column].name : input[node.window_end_column].name;
  details.push_back("window: " + node.window.ToString() + " on " + time);
  const bool session = node.kind() == PhysicalNode::Kind::kSessionAggregate;
  const bool slices = !session && node.time_column >= 0 && node.window.kind != time::WindowKind::kTumble;
  const std::string unit = session  ? "open session"
                           : slices ? "slice of " + time::DurationText(time::SliceLength(node.window))
                                    : "window";
  const std::string end = session ? "the session" : slices ? "the last window that has the slice" : "the window";
  details.push_back("state: " + OneRowPerKey(input, node.group_columns) +
                    (node.group_columns.empty() ? " per " : " and ") + unit +
                    "; freed when the watermark passes the end of " + end);
  return details;
}

Details LocalWindowAggregateDetails(const LocalWindowAggregateNode& node) {
  const WindowAggregateNode& whole = *node.whole;
  const Schema& input = node.inputs()[0]->schema();
  const std::string time = whole.time_column >= 0 ? input[whole.time_column].name : input[whole.window_end_column].name;
  return {
      "aggregates: " + Calls(whole.calls, input), "window: " + whole.window.ToString() + " on " + time,
      "state: partial results of the rows on each worker, as many as fit its cache; sent on when there are more, or "
      "the watermark passes the end of a window"};
}

Details GlobalWindowAggregateDetails(const GlobalWindowAggregateNode& node) {
  Details details = WindowAggregateDetails(*node.whole);
  details[0] = "merges: " + Calls(node.whole->calls, node.whole->inputs()[0]->schema());
  return details;
}

/// `condition` over left ++ right, with the side in front of names that both sides have.
std::string JoinCondition(const JoinNode& node, const ExpressionPtr& condition) {
  const Schema& left = node.inputs()[0]->schema();
  const Schema& right = node.inputs()[1]->schema();
  const auto has = [](const Schema& schema, const std::string& name) {
    return std::any_of(schema.begin(), schema.end(), [&](const Field& field) { return field.name == name; });
  };
  std::vector<ExpressionPtr> named;
  const auto add = [&](const Schema& own, const Schema& other, const std::string& side) {
    for (const Field& field : own) {
      const std::string name = has(other, field.name) ? side + field.name : field.name;
      named.push_back(expr::Expression::Column(static_cast<int>(named.size()), field.type, name));
    }
  };
  add(left, right, "left.");
  add(right, left, "right.");
  return expr::ReplaceColumns(condition, named)->ToString();
}

std::string JoinState(const JoinNode& node) {
  if (node.left_keys.empty()) return "every row of both inputs, on one worker";
  const std::string left = Names(node.inputs()[0]->schema(), node.left_keys);
  const std::string right = Names(node.inputs()[1]->schema(), node.right_keys);
  return "every row of both inputs, by key (" + left + (left == right ? ")" : ") = (" + right + ")");
}

Details JoinDetails(const JoinNode& node, const std::string& freed) {
  static constexpr const char* kTypes[] = {"INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI"};
  Details details{std::string("type: ") + kTypes[static_cast<int>(node.type)]};
  if (node.residual) details.push_back("condition: " + JoinCondition(node, node.residual));
  details.push_back("state: " + JoinState(node) + "; " + freed);
  return details;
}

Details SortDetails(const SortNode& node, bool with_ttl) {
  Details details;
  if (!node.keys.empty()) details.push_back("by: " + Keys(node.keys, node.schema()));
  if (node.offset > 0) details.push_back("offset: " + std::to_string(node.offset));
  if (node.limit) details.push_back("limit: " + std::to_string(*node.limit));
  switch (node.mode) {
    case SortNode::Mode::kAtEnd:
      details.push_back("state: all rows; freed when the input ends");
      break;
    case SortNode::Mode::kByWatermark:
      details.push_back("state: rows after the watermark; freed as it passes them");
      break;
    case SortNode::Mode::kLimitOnly:
      details.push_back("state: a counter");
      break;
    case SortNode::Mode::kTopN:
      details.push_back("state: all rows, to replace one that is taken back; " +
                        Freed(with_ttl ? node.state_ttl_ms : 0, "never freed"));
      break;
  }
  return details;
}

Details GroupAggregateDetails(const GroupAggregateNode& node, bool with_ttl) {
  const Schema& input = node.inputs()[0]->schema();
  Details details;
  if (!node.calls.empty()) details.push_back("aggregates: " + Calls(node.calls, input));
  if (node.mini_batch_rows > 0)
    details.push_back("mini-batch: " + std::to_string(node.mini_batch_rows) + " rows or " +
                      std::to_string(node.mini_batch_latency_ms) + " ms");
  const std::string never =
      node.group_columns.empty() ? "kept to the end" : "never freed: nothing bounds the number of keys";
  details.push_back("state: " + OneRowPerKey(input, node.group_columns) + "; " +
                    (node.final_only ? "freed when the input ends" : Freed(with_ttl ? node.state_ttl_ms : 0, never)) +
                    (node.group_columns.empty() ? "" : kSpills));
  return details;
}

Details RankDetails(const RankNode& node, const std::string& freed) {
  const Schema& input = node.inputs()[0]->schema();
  Details details;
  if (!node.partition_columns.empty()) details.push_back("partition: " + Names(input, node.partition_columns));
  details.push_back("by: " + Keys(node.keys, input));
  details.push_back("ranks: " + std::to_string(node.first) + " to " +
                    (node.last == std::numeric_limits<int64_t>::max() ? "the last" : std::to_string(node.last)));
  details.push_back(std::string("state: ") + (node.input_retracts ? "all rows" : "the first rows") +
                    (node.partition_columns.empty() ? "; " : " of each partition; ") + freed);
  return details;
}

Details FirstRowDetails(const RankNode& node, bool with_ttl) {
  const Schema& input = node.inputs()[0]->schema();
  Details details;
  if (!node.partition_columns.empty()) details.push_back("partition: " + Names(input, node.partition_columns));
  details.push_back("by: " + Keys(node.keys, input) + ", the first row");
  const bool event_time = input[node.keys[0].column].type.time_attribute() == TimeAttribute::kRowtime;
  if (event_time) details.push_back("emits: when the watermark passes the row");
  details.push_back(std::string("state: ") + (event_time ? "rows ahead of the watermark, and " : "") +
                    "that a partition had its row; " +
                    Freed(with_ttl ? node.state_ttl_ms : 0, "never freed: nothing bounds the number of partitions") +
                    (node.partition_columns.empty() ? "" : kSpills));
  return details;
}

Details PerWindowDetails(const PerWindowNode& node) {
  const std::string freed = "freed when the watermark passes the end of the window";
  Details details = node.each->kind() == PhysicalNode::Kind::kJoin
                        ? JoinDetails(static_cast<const JoinNode&>(*node.each), freed)
                        : RankDetails(static_cast<const RankNode&>(*node.each), freed);
  details.insert(details.begin(), "window: " + node.window.ToString());
  return details;
}

Details SinkDetails(const SinkNode& node) {
  if (!node.table) return {"columns: " + Names(node.schema())};
  std::vector<std::string> written;
  for (const auto& column : node.table->columns) {
    if (column.kind == TableColumn::Kind::kPhysical) written.push_back(column.name);
  }
  return {"writes: " + Join(written)};
}

/// "(a, b), (a), ()": the columns that each copy of a row keeps, of those that some copy does not.
std::string GroupingSets(const ExpandNode& node) {
  std::vector<std::string> sets;
  for (const auto& kept : node.kept) {
    std::vector<int> columns;
    for (size_t i = 0; i < kept.size(); ++i) {
      const bool grouped =
          std::any_of(node.kept.begin(), node.kept.end(), [i](const std::vector<bool>& set) { return !set[i]; });
      if (grouped && kept[i]) columns.push_back(static_cast<int>(i));
    }
    sets.push_back("(" + Names(node.schema(), columns) + ")");
  }
  return Join(sets);
}

/// "freed when not written for 1 h", or for each input.
std::string JoinFreed(const JoinNode& node, bool with_ttl) {
  const std::string never = "never freed: nothing bounds it";
  if (node.final_only) return "freed when the input ends";
  if (!with_ttl || node.left_ttl_ms == node.right_ttl_ms) return Freed(with_ttl ? node.left_ttl_ms : 0, never);
  return "left rows " + Freed(node.left_ttl_ms, never) + ", right rows " + Freed(node.right_ttl_ms, never);
}

Details Of(const PhysicalNode& node, bool with_ttl) {
  switch (node.kind()) {
    case PhysicalNode::Kind::kSource:
      return SourceDetails(static_cast<const SourceNode&>(node));
    case PhysicalNode::Kind::kCalc: {
      const auto& calc = static_cast<const CalcNode&>(node);
      Details details;
      if (calc.condition) details.push_back("where: " + calc.condition->ToString());
      details.push_back("select: " + Outputs(node.schema(), calc.outputs));
      return details;
    }
    case PhysicalNode::Kind::kGroupAggregate:
      return GroupAggregateDetails(static_cast<const GroupAggregateNode&>(node), with_ttl);
    case PhysicalNode::Kind::kWindowAggregate:
    case PhysicalNode::Kind::kSessionAggregate:
      return WindowAggregateDetails(static_cast<const WindowAggregateNode&>(node));
    case PhysicalNode::Kind::kLocalWindowAggregate:
      return LocalWindowAggregateDetails(static_cast<const LocalWindowAggregateNode&>(node));
    case PhysicalNode::Kind::kGlobalWindowAggregate:
      return GlobalWindowAggregateDetails(static_cast<const GlobalWindowAggregateNode&>(node));
    case PhysicalNode::Kind::kJoin: {
      const auto& join = static_cast<const JoinNode&>(node);
      const std::string freed = JoinFreed(join, with_ttl);
      return JoinDetails(join, join.left_keys.empty() ? freed : freed + kSpills);
    }
    case PhysicalNode::Kind::kPerWindow:
      return PerWindowDetails(static_cast<const PerWindowNode&>(node));
    case PhysicalNode::Kind::kSort:
      return SortDetails(static_cast<const SortNode&>(node), with_ttl);
    case PhysicalNode::Kind::kRank: {
      const auto& rank = static_cast<const RankNode&>(node);
      if (rank.keeps_first) return FirstRowDetails(rank, with_ttl);
      const std::string freed = rank.final_only ? "freed when the input ends"
                                                : Freed(with_ttl ? rank.state_ttl_ms : 0,
                                                        "never freed: nothing bounds the number of partitions");
      return RankDetails(rank, rank.partition_columns.empty() || rank.input_retracts ? freed : freed + kSpills);
    }
    case PhysicalNode::Kind::kWindowAssign: {
      const auto& assign = static_cast<const WindowAssignNode&>(node);
      return {"window: " + assign.window.ToString() + " on " + node.schema()[assign.time_column].name};
    }
    case PhysicalNode::Kind::kChangelogNormalize: {
      const auto& normalize = static_cast<const ChangelogNormalizeNode&>(node);
      return {"state: the last row per key (" + Names(node.schema(), normalize.key_columns) +
              "); freed when the key is deleted" +
              (with_ttl && normalize.state_ttl_ms > 0 ? " or " + NotWritten(normalize.state_ttl_ms) : "") + kSpills};
    }
    case PhysicalNode::Kind::kSink:
      return SinkDetails(static_cast<const SinkNode&>(node));
    case PhysicalNode::Kind::kExpand:
      return {"grouping sets: " + GroupingSets(static_cast<const ExpandNode&>(node))};
    case PhysicalNode::Kind::kUnnest: {
      const auto& unnest = static_cast<const UnnestNode&>(node);
      return {"columns: " + Names(node.schema()) + (unnest.padded ? ", rows without elements too" : "")};
    }
    case PhysicalNode::Kind::kExchange:
    case PhysicalNode::Kind::kValues:
    case PhysicalNode::Kind::kUnion:
      return {};
  }
  return {};
}

}  // namespace

Details DetailsOf(const PhysicalNode& node) { return Of(node, /*with_ttl=*/true); }

Details DetailsOfComputation(const PhysicalNode& node) { return Of(node, /*with_ttl=*/false); }

}  // namespace tidemark::plan
