// SPDX-License-Identifier: Apache-2.0
// EXPLAIN: the physical plan as a tree a person can read, with what each operator reads, sends and remembers.
#include <arrow/scalar.h>

#include <limits>
#include <map>
#include <utility>

#include "plan/physical_plan.h"
#include "plan/planner.h"

namespace tidemark::plan {
namespace {

using expr::ExpressionPtr;

/// The lines under an operator's name.
using Details = std::vector<std::string>;

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
  return names.empty() ? "(none)" : Join(names);
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

Details SourceDetails(const SourceNode& node) {
  Details details;
  std::vector<std::string> columns;
  for (int column : node.read_columns) columns.push_back(node.table->columns[column].name);
  size_t stored = 0;
  for (const auto& column : node.table->columns) stored += column.kind != TableColumn::Kind::kComputed;
  details.push_back("reads: " + (columns.empty() ? std::string("no column, only the number of rows") : Join(columns)) +
                    " (" + std::to_string(columns.size()) + " of " + std::to_string(stored) + " columns)");
  if (!node.outputs.empty()) details.push_back("computes: " + Outputs(node.schema(), node.outputs));
  std::vector<std::string> pushed;
  for (const auto& filter : node.filters) {
    pushed.push_back(filter.column + OpText(filter.op) + (filter.value ? filter.value->ToString() : ""));
  }
  if (!pushed.empty()) details.push_back("pushed down: " + Join(pushed, " AND "));
  if (node.watermark) {
    details.push_back("watermark: " + node.schema()[node.rowtime_column].name + ", per split, from " +
                      node.watermark->ToString());
  }
  if (node.ordered)
    details.push_back("order: all splits are read in order by one worker, since a result above depends on it");
  return details;
}

std::string WindowFreed(const WindowAggregateNode& node) {
  return node.kind() == PhysicalNode::Kind::kSessionAggregate
             ? "freed when the watermark passes the end of the session"
             : "freed when the watermark passes the end of the last window that needs the slice";
}

Details WindowAggregateDetails(const WindowAggregateNode& node) {
  const Schema& input = node.inputs()[0]->schema();
  Details details{"aggregates: " + Calls(node.calls, input)};
  const std::string time = node.time_column >= 0 ? input[node.time_column].name : input[node.window_end_column].name;
  details.push_back("window: " + node.window.ToString() + " on " + time);
  const bool session = node.kind() == PhysicalNode::Kind::kSessionAggregate;
  const std::string unit =
      session ? "per open session" : "per slice of " + std::to_string(time::SliceLength(node.window)) + " ms";
  details.push_back("state: one row per key (" + Names(input, node.group_columns) + ") " +
                    (node.time_column >= 0 ? unit : std::string("per window")) + "; " + WindowFreed(node));
  return details;
}

Details JoinDetails(const JoinNode& node, const std::string& freed) {
  static constexpr const char* kTypes[] = {"INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI"};
  Details details{std::string("type: ") + kTypes[static_cast<int>(node.type)]};
  if (node.residual) details.push_back("condition: " + node.residual->ToString());
  details.push_back("state: every row of both inputs, by key (" + Names(node.inputs()[0]->schema(), node.left_keys) +
                    ") = (" + Names(node.inputs()[1]->schema(), node.right_keys) + "); " + freed);
  return details;
}

Details SortDetails(const SortNode& node) {
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
      details.push_back("state: all rows, to replace one that is taken back; never freed");
      break;
  }
  return details;
}

Details GroupAggregateDetails(const GroupAggregateNode& node) {
  const Schema& input = node.inputs()[0]->schema();
  Details details;
  if (!node.calls.empty()) details.push_back("aggregates: " + Calls(node.calls, input));
  if (node.mini_batch_rows > 0)
    details.push_back("mini-batch: " + std::to_string(node.mini_batch_rows) + " rows or " +
                      std::to_string(node.mini_batch_latency_ms) + " ms");
  details.push_back("state: one row per key (" + Names(input, node.group_columns) + "); " +
                    (node.final_only ? "freed when the input ends" : "never freed: nothing bounds the number of keys"));
  return details;
}

Details RankDetails(const RankNode& node, const std::string& freed) {
  Details details{"partition: " + Names(node.inputs()[0]->schema(), node.partition_columns),
                  "by: " + Keys(node.keys, node.inputs()[0]->schema())};
  details.push_back("ranks: " + std::to_string(node.first) + " to " +
                    (node.last == std::numeric_limits<int64_t>::max() ? "the last" : std::to_string(node.last)));
  details.push_back(std::string("state: ") + (node.input_retracts ? "all rows" : "the first rows") +
                    " of each partition; " + freed);
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

Details DetailsOf(const PhysicalNode& node) {
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
      return GroupAggregateDetails(static_cast<const GroupAggregateNode&>(node));
    case PhysicalNode::Kind::kWindowAggregate:
    case PhysicalNode::Kind::kSessionAggregate:
      return WindowAggregateDetails(static_cast<const WindowAggregateNode&>(node));
    case PhysicalNode::Kind::kJoin: {
      const auto& join = static_cast<const JoinNode&>(node);
      return JoinDetails(join, join.final_only ? "freed when the input ends" : "never freed: nothing bounds it");
    }
    case PhysicalNode::Kind::kPerWindow:
      return PerWindowDetails(static_cast<const PerWindowNode&>(node));
    case PhysicalNode::Kind::kSort:
      return SortDetails(static_cast<const SortNode&>(node));
    case PhysicalNode::Kind::kRank: {
      const auto& rank = static_cast<const RankNode&>(node);
      return RankDetails(
          rank, rank.final_only ? "freed when the input ends" : "never freed: nothing bounds the number of partitions");
    }
    case PhysicalNode::Kind::kWindowAssign: {
      const auto& assign = static_cast<const WindowAssignNode&>(node);
      return {"window: " + assign.window.ToString() + " on " + node.schema()[assign.time_column].name};
    }
    case PhysicalNode::Kind::kChangelogNormalize: {
      const auto& normalize = static_cast<const ChangelogNormalizeNode&>(node);
      return {"state: the last row per key (" + Names(node.schema(), normalize.key_columns) +
              "); freed when the key is deleted"};
    }
    case PhysicalNode::Kind::kSink:
      return {"columns: " + Names(node.schema())};
    case PhysicalNode::Kind::kExchange: {
      const auto& exchange = static_cast<const ExchangeNode&>(node);
      return {exchange.hash_columns.empty() ? "all rows go to one worker"
                                            : "each row goes to the worker that owns its key"};
    }
    case PhysicalNode::Kind::kUnnest: {
      const auto& unnest = static_cast<const UnnestNode&>(node);
      return {"columns: " + Names(node.schema()) + (unnest.padded ? ", rows without elements too" : "")};
    }
    case PhysicalNode::Kind::kValues:
    case PhysicalNode::Kind::kUnion:
    case PhysicalNode::Kind::kExpand:
      return {};
  }
  return {};
}

/// Prints the plan as trees. What several operators read is printed where it is met first, with a number, and by that
/// number afterwards.
class Printer {
 public:
  explicit Printer(const PhysicalPlan& plan) {
    for (const auto& sink : plan.sinks) CountUses(*sink);
  }

  void Print(const PhysicalNode& node, const std::string& first, const std::string& rest) {
    text_ += first + node.label() + "  " + node.changelog().ToString();
    const bool is_shared = uses_[&node] > 1;
    const auto [number, is_new] =
        is_shared ? numbers_.try_emplace(&node, numbers_.size() + 1) : std::pair(numbers_.end(), true);
    if (is_shared) text_ += (is_new ? "  #" : "  = #") + std::to_string(number->second);
    text_ += "\n";
    if (!is_new) return;
    const bool has_inputs = !node.inputs().empty();
    for (const auto& detail : DetailsOf(node)) text_ += rest + (has_inputs ? "|    " : "     ") + detail + "\n";
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const bool last = i + 1 == node.inputs().size();
      Print(*node.inputs()[i], rest + "+- ", rest + (last ? "   " : "|  "));
    }
  }

  const std::string& text() const { return text_; }

 private:
  void CountUses(const PhysicalNode& node) {
    if (uses_[&node]++ > 0) return;
    for (const auto& input : node.inputs()) CountUses(*input);
  }

  std::map<const PhysicalNode*, int> uses_;
  std::map<const PhysicalNode*, size_t> numbers_;
  std::string text_;
};

}  // namespace

std::string Explain(const PhysicalPlan& plan) {
  Printer printer(plan);
  for (const auto& sink : plan.sinks) printer.Print(*sink, "", "");
  return (plan.batch_mode ? "== Physical plan, batch ==\n" : "== Physical plan, streaming ==\n") + printer.text();
}

}  // namespace tidemark::plan
