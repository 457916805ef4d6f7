// SPDX-License-Identifier: Apache-2.0
// EXPLAIN: the physical plan as a tree a person can read.
#include <map>
#include <utility>

#include "plan/explain_details.h"
#include "plan/physical_plan.h"
#include "plan/planner.h"
#include "plan/state_bounds.h"

namespace tidemark::plan {
namespace {

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

  /// The signs of this plan, in words.
  std::string Legend() const {
    std::string legend = seen_.insert_only() ? "[I]: rows are only inserted" : "[I]: rows are inserted";
    if (seen_.updates && seen_.update_before) legend += ", [UB]: old rows of updates are taken back";
    if (seen_.updates) legend += ", [UA]: new rows of updates come";
    if (seen_.deletes) legend += ", [D]: rows are deleted";
    legend += "\n";
    if (has_exchange_) legend += "Exchange: each row goes to the worker that owns its key\n";
    if (!numbers_.empty()) legend += "#1: computed once for all that read it\n";
    return legend;
  }

 private:
  void CountUses(const PhysicalNode& node) {
    if (uses_[&node]++ > 0) return;
    has_exchange_ |= node.kind() == PhysicalNode::Kind::kExchange;
    seen_.updates |= node.changelog().updates;
    seen_.update_before |= node.changelog().updates && node.changelog().update_before;
    seen_.deletes |= node.changelog().deletes;
    for (const auto& input : node.inputs()) CountUses(*input);
  }

  std::map<const PhysicalNode*, int> uses_;
  std::map<const PhysicalNode*, size_t> numbers_;
  ChangelogMode seen_{false, false, false};
  bool has_exchange_ = false;
  std::string text_;
};

std::string Warnings(const PhysicalPlan& plan) {
  std::string text;
  for (const auto& state : UnboundedStates(plan))
    text += "warning: nothing bounds the state of " + state.ToString() + "\n";
  return text;
}

}  // namespace

std::string Explain(const PhysicalPlan& plan) {
  Printer printer(plan);
  for (const auto& sink : plan.sinks) printer.Print(*sink, "", "");
  return (plan.batch_mode ? "== Physical plan, batch ==\n" : "== Physical plan, streaming ==\n") + printer.text() +
         printer.Legend() + Warnings(plan);
}

}  // namespace tidemark::plan
