// SPDX-License-Identifier: Apache-2.0
// PlanShape: a physical plan seen as a graph: its nodes in order, and on which workers each runs.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "plan/physical_plan.h"

namespace tidemark::runtime {

/// Computed once per job. Nodes are numbered so that inputs come before what they feed; shared nodes appear once.
class PlanShape {
 public:
  PlanShape(const plan::PhysicalPlan& plan, int workers);

  const std::vector<const plan::PhysicalNode*>& nodes() const { return nodes_; }
  int IndexOf(const plan::PhysicalNode& node) const { return index_.at(&node); }

  /// All rows of this node are on worker 0: constants, ordered sources, exchanges to one worker, and whatever has only
  /// such inputs. Other workers do not run it at all, so that a global aggregate gives one row and not one per worker.
  bool OnlyOnWorker0(const plan::PhysicalNode& node) const { return only_on_worker_0_[IndexOf(node)]; }
  bool RunsOn(const plan::PhysicalNode& node, int worker) const { return worker == 0 || !OnlyOnWorker0(node); }

  /// An exchange whose rows are where they belong already: no channel is needed.
  bool IsPassThrough(const plan::ExchangeNode& exchange) const;

  /// A window aggregation of two phases between which there is no channel. Its second phase takes the rows of the first
  /// one's input and does all, and the first is passed by.
  bool IsOnePhase(const plan::GlobalWindowAggregateNode& node) const;
  bool IsOnePhase(const plan::LocalWindowAggregateNode& node) const { return one_phase_.contains(&node); }

  /// Exchanges passed on the longest way from a source to this node: later stages are served first.
  int Depth(const plan::PhysicalNode& node) const { return depth_[IndexOf(node)]; }

 private:
  void Visit(const plan::PhysicalNode& node);

  const int workers_;
  std::vector<const plan::PhysicalNode*> nodes_;
  std::unordered_map<const plan::PhysicalNode*, int> index_;
  std::vector<bool> only_on_worker_0_;
  std::unordered_set<const plan::PhysicalNode*> one_phase_;  ///< local phases
  std::vector<int> depth_;
};

/// Row order or changes between rows matter, so one worker reads all splits, one after the other.
bool IsOrderedSource(const plan::SourceNode& source);

}  // namespace tidemark::runtime
