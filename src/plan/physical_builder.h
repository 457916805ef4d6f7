// SPDX-License-Identifier: Apache-2.0
// The physical planner: walks the optimized logical plan from the sinks down, carrying what the consumer asks for, and
// comes back with operators, changelog modes and exchanges. Internal to plan/.
#pragma once

#include <arrow/result.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/column_use.h"
#include "plan/physical_plan.h"
#include "plan/planner.h"
#include "plan/share_subplans.h"
#include "plan/trace_window.h"

namespace tidemark::plan {

/// What a consumer asks of its input.
struct Demand {
  bool update_before = true;  ///< -U rows are needed, not only +U
  bool ordered = false;       ///< the result depends on the order of rows: read in order on one worker
  bool event_time = false;    ///< watermarks are needed
  auto operator<=>(const Demand&) const = default;
};

/// How rows lie on the workers.
struct Distribution {
  enum class Kind { kAny, kHashed, kSingleton };
  Kind kind = Kind::kAny;
  std::vector<int> columns;  ///< kHashed
};

struct Built {
  PhysicalPtr node;
  Distribution distribution;
};

/// What the readers of one table need of it, taken together: one source then serves them all.
struct SourceNeeds {
  ColumnUses outputs;  ///< columns of the table
  bool watermark = false;
  bool ordered = false;
};

/// The readers that may share a source: those of one table that push the same filters down.
using SourceKey = std::pair<const TableDefinition*, std::string>;

/// What the first pass over a job's queries found out, and the second builds by.
struct Survey {
  SubplanSharing sharing;
  std::map<SourceKey, SourceNeeds> sources;
  /// What the consumers of a subplan ask of it, taken together; those that want old rows of updates apart from those
  /// that do not.
  std::map<std::pair<const LogicalNode*, bool>, Demand> demands;
};

/// "name, name" of some columns: for labels.
std::string ColumnNames(const Schema& schema, const std::vector<int>& columns);

/// `each`, which handles the rows of one window, as an operator that does so for every window of its inputs.
PhysicalPtr PerWindow(PhysicalPtr each, const std::vector<WindowColumns>& inputs);

/// Plans are built twice: the first pass notes what is asked of each table and each shared subplan; the second makes
/// one source and one physical subplan of it, that serve all their consumers.
class PhysicalBuilder {
 public:
  enum class Pass { kSurvey, kBuild };
  /// `survey` outlives the builder; the first pass fills it.
  PhysicalBuilder(const PlanContext& context, Pass pass, Survey* survey);

  arrow::Result<PhysicalPtr> BuildSink(const BoundQuery& query);
  bool all_bounded() const { return all_bounded_; }
  bool batch_mode() const { return batch_mode_; }

 private:
  /// A subplan built before, for the same demand.
  struct Memory {
    LogicalPtr node;  // keeps the key's address in use
    Built built;
    bool bounded = true;
  };

  /// How long state is kept after it was written last; 0: for ever. Batches end, and keep all they need until then.
  int64_t StateTtlMs() const;
  /// The same of one input of a join or an aggregation, for which a hint may say more.
  int64_t StateTtlMs(const LogicalNode& node, int input) const;

  arrow::Result<Built> Build(const LogicalPtr& node, const Demand& asked);
  arrow::Result<Built> BuildNew(const LogicalPtr& node, const Demand& demand);
  arrow::Result<Built> BuildValues(const LogicalValues& node);
  arrow::Result<Built> BuildUnion(const LogicalUnion& node, const Demand& demand);
  arrow::Result<Built> BuildSort(const LogicalSort& node, const Demand& demand);
  arrow::Result<Built> BuildExpand(const LogicalExpand& node, const Demand& demand);
  arrow::Result<Built> BuildUnnest(const LogicalUnnest& node, const Demand& demand);
  arrow::Result<Built> BuildWindowAssign(const LogicalWindowTvf& node, const Demand& demand);

  // physical_source.cc: `position` says where each of the table's columns is in the result, -1: nowhere
  arrow::Result<Built> BuildSource(const LogicalScan& scan, const std::vector<bool>& needed,
                                   const expr::ExpressionPtr& condition, const Demand& demand,
                                   std::vector<int>* position);
  PhysicalPtr MakeSource(const LogicalScan& scan, const SourceNeeds& needs, std::vector<PushedFilter> filters,
                         std::vector<int>* position);

  // physical_calc.cc: filters, projections and ranks
  arrow::Result<Built> BuildCalc(const LogicalPtr& node, const Demand& demand);
  arrow::Result<Built> BuildRank(const LogicalRank& rank, const expr::ExpressionPtr& condition, bool rank_is_read,
                                 const Demand& demand, expr::ExpressionPtr* rest);
  arrow::Result<Built> Normalize(Built source, const TableDefinition& table, const sql::SourceRange& range);

  // physical_aggregate.cc
  arrow::Result<Built> BuildAggregate(const LogicalAggregate& node, const Demand& demand);
  arrow::Result<Built> BuildGroupAggregate(const LogicalAggregate& node, const Demand& demand);
  arrow::Result<Built> BuildLegacyWindowAggregate(const LogicalAggregate& node, const Demand& demand);
  arrow::Result<Built> BuildWindowAggregate(const LogicalAggregate& node, const WindowColumns& window,
                                            const Demand& demand);
  arrow::Result<std::optional<Built>> BuildFusedWindowAggregate(const LogicalAggregate& node,
                                                                const WindowColumns& window, const Demand& demand);
  arrow::Result<Built> FinishWindowAggregate(const LogicalAggregate& node, const WindowColumns& window, Built aggregate,
                                             const std::vector<int>& plain_groups);

  // physical_window_phases.cc
  /// Whether a window aggregation of `input` is done in two phases, local and global: with the same results for any
  /// number of workers, and fewer rows between them.
  bool TakesTwoPhases(const Built& input, const std::vector<int>& group_columns,
                      const std::vector<AggregateCall>& calls, const time::WindowSpec& window) const;
  /// `whole`, whose input has no exchange yet, in two phases.
  PhysicalPtr InTwoPhases(const std::shared_ptr<const WindowAggregateNode>& whole);

  // physical_join.cc
  arrow::Result<Built> BuildJoin(const LogicalJoin& node, const Demand& demand);

  /// `node` as the node that stands for all equal subplans.
  LogicalPtr Shared(const LogicalPtr& node) { return share_subplans_ ? survey_->sharing.Share(node) : node; }

  /// Whether rows with equal `columns` are on one worker.
  static bool IsDistributed(const Distribution& have, const std::vector<int>& columns);
  /// Puts an exchange above `input` unless rows with equal `columns` are on one worker already. No columns: one worker.
  Built Distribute(Built input, const std::vector<int>& columns);

  const PlanContext& context_;
  const Pass pass_;
  Survey* const survey_;
  const bool batch_mode_;
  const bool share_subplans_;
  const bool share_sources_;
  bool all_bounded_ = true;
  std::map<std::pair<const LogicalNode*, Demand>, Memory> built_;
  std::map<SourceKey, std::pair<PhysicalPtr, std::vector<int>>> made_sources_;
  std::map<std::pair<PhysicalPtr, std::vector<int>>, PhysicalPtr> exchanges_;
};

}  // namespace tidemark::plan
