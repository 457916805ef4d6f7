// SPDX-License-Identifier: Apache-2.0
// Operators whose state follows the length of the stream.
#include "plan/state_bounds.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "plan/explain_details.h"

namespace tidemark::plan {
namespace {

constexpr char kWindowAdvice[] =
    "bound it with a window: GROUP BY window_start, window_end of TUMBLE, HOP, CUMULATE or SESSION";
/// Where a time-to-live would bound it as well.
const std::string kOrTtl = ", or forget what was not written for a while: SET 'table.exec.state.ttl'";

std::string ColumnList(const Schema& schema, const std::vector<int>& columns) {
  std::string text;
  for (int column : columns) text += (text.empty() ? "" : ", ") + schema[column].name;
  return text;
}

/// The first call that keeps every value, or every different one, it was given.
const AggregateCall* CallThatKeepsValues(const GroupAggregateNode& node) {
  static const std::set<std::string> kKeepers = {"ARRAY_AGG",      "COLLECT", "JSON_ARRAYAGG",
                                                 "JSON_OBJECTAGG", "LISTAGG", "PERCENTILE"};
  static const std::set<std::string> kKeepersOfRetracted = {"FIRST_VALUE", "LAST_VALUE", "MAX", "MIN"};
  const auto keeps = [&](const AggregateCall& call) {
    return call.distinct || kKeepers.contains(call.name) ||
           (node.input_retracts && kKeepersOfRetracted.contains(call.name));
  };
  const auto found = std::find_if(node.calls.begin(), node.calls.end(), keeps);
  return found == node.calls.end() ? nullptr : &*found;
}

std::optional<UnboundedState> OfGroupAggregate(const GroupAggregateNode& node) {
  if (node.final_only) return std::nullopt;
  // A group that is written again and again is never freed with what it keeps.
  if (node.state_ttl_ms > 0 && CallThatKeepsValues(node) == nullptr) return std::nullopt;
  const Schema& input = node.inputs()[0]->schema();
  const AggregateCall* keeper = CallThatKeepsValues(node);
  std::string reason;
  if (!node.group_columns.empty() && node.state_ttl_ms == 0)
    reason = "grows with the number of distinct keys (" + ColumnList(input, node.group_columns) + ")";
  if (keeper != nullptr) {
    reason += (reason.empty() ? "grows with" : ", and with") + std::string(" the values that ") + keeper->name +
              (keeper->distinct ? "(DISTINCT ...)" : "(...)") + " keeps";
  }
  if (reason.empty()) return std::nullopt;
  return UnboundedState{&node, node.label(), std::move(reason), kWindowAdvice + (keeper == nullptr ? kOrTtl : std::string())};
}

std::optional<UnboundedState> OfJoin(const JoinNode& node) {
  if (node.final_only || (node.left_ttl_ms > 0 && node.right_ttl_ms > 0)) return std::nullopt;
  const char* inputs = node.left_ttl_ms > 0    ? "keeps every row of its right input"
                       : node.right_ttl_ms > 0 ? "keeps every row of its left input"
                                               : "keeps every row of both inputs";
  return UnboundedState{&node, node.label(), inputs,
                        "join windows: the same TUMBLE, HOP or CUMULATE on both sides, and window_start and window_end "
                        "among the join's keys" +
                            kOrTtl};
}

/// Why a rank of rows that may be taken back grows. A partition that is written again and again never expires, and with
/// it the rows that nobody takes back.
std::string GrowthOfRetracted(int64_t ttl_ms) {
  return ttl_ms == 0 ? "keeps every row of its input, as rows may be taken back"
                     : "keeps every row of a partition while any of them is written, as rows may be taken back";
}

std::optional<UnboundedState> OfRank(const RankNode& node) {
  if (node.final_only || (node.state_ttl_ms > 0 && !node.input_retracts)) return std::nullopt;
  const Schema& input = node.inputs()[0]->schema();
  const std::string keys = ColumnList(input, node.partition_columns);
  std::string reason;
  if (node.keeps_first && !keys.empty()) {
    reason = "remembers every key (" + keys + ") that had its row";
  } else if (node.input_retracts) {
    reason = GrowthOfRetracted(node.state_ttl_ms);
  } else if (!keys.empty()) {
    reason = "grows with the number of distinct keys (" + keys + ")";
  } else if (node.last == std::numeric_limits<int64_t>::max()) {
    reason = "ranks every row of its input";
  }
  if (reason.empty()) return std::nullopt;
  return UnboundedState{&node, node.label(), std::move(reason),
                        "rank within windows: PARTITION BY window_start, window_end of a window table function" +
                            (node.input_retracts ? std::string() : kOrTtl)};
}

std::optional<UnboundedState> Of(const PhysicalNode& node) {
  switch (node.kind()) {
    case PhysicalNode::Kind::kGroupAggregate:
      return OfGroupAggregate(static_cast<const GroupAggregateNode&>(node));
    case PhysicalNode::Kind::kJoin:
      return OfJoin(static_cast<const JoinNode&>(node));
    case PhysicalNode::Kind::kRank:
      return OfRank(static_cast<const RankNode&>(node));
    case PhysicalNode::Kind::kSort:
      if (static_cast<const SortNode&>(node).mode != SortNode::Mode::kTopN) return std::nullopt;
      if (node.inputs()[0]->changelog().insert_only()) return std::nullopt;
      return UnboundedState{&node, node.label(), GrowthOfRetracted(static_cast<const SortNode&>(node).state_ttl_ms),
                            "sort results that are final: of windows, or of rows that are only inserted"};
    default:
      // Windows are freed by the watermark, the rest remembers what is bounded or nothing.
      return std::nullopt;
  }
}

/// Walks each node once; answers whether its input never ends.
class Walk {
 public:
  explicit Walk(std::vector<UnboundedState>* found) : found_(*found) {}

  bool Visit(const PhysicalNode& node) {
    if (const auto known = endless_.find(&node); known != endless_.end()) return known->second;
    bool endless = node.kind() == PhysicalNode::Kind::kSource && !static_cast<const SourceNode&>(node).bounded;
    for (const auto& input : node.inputs()) endless |= Visit(*input);
    if (endless) {
      if (auto state = Of(node)) found_.push_back(std::move(*state));
    }
    return endless_[&node] = endless;
  }

 private:
  std::vector<UnboundedState>& found_;
  std::map<const PhysicalNode*, bool> endless_;
};

}  // namespace

std::string StateText(const PhysicalNode& node) {
  constexpr std::string_view kPrefix = "state: ";
  for (const auto& detail : DetailsOf(node)) {
    if (detail.starts_with(kPrefix)) return detail.substr(kPrefix.size());
  }
  return "";
}

std::vector<UnboundedState> UnboundedStates(const PhysicalPlan& plan) {
  std::vector<UnboundedState> found;
  if (plan.batch_mode) return found;
  Walk walk(&found);
  for (const auto& sink : plan.sinks) walk.Visit(*sink);
  return found;
}

}  // namespace tidemark::plan
