// SPDX-License-Identifier: Apache-2.0
// The physical planner: walks the optimized logical plan from the sinks down, carrying what the consumer asks for, and
// comes back with operators, changelog modes and exchanges. Internal to plan/.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <vector>

#include "plan/physical_plan.h"
#include "plan/planner.h"

namespace tidemark::plan {

/// What a consumer asks of its input.
struct Demand {
  bool update_before = true;  ///< -U rows are needed, not only +U
  bool ordered = false;       ///< the result depends on the order of rows: read in order on one worker
  bool event_time = false;    ///< watermarks are needed
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

/// Where a relation carries the columns of a window TVF; -1: not there.
struct WindowColumns {
  std::optional<time::WindowSpec> window;
  int start = -1;
  int end = -1;
  int time = -1;
  bool local = false;  ///< over TIMESTAMP_LTZ, so that start and end are readings of the session's wall clock
};

/// Traces window_start, window_end and window_time through projections, filters and aggregations that keep them.
WindowColumns TraceWindow(const LogicalNode& node);

/// "name, name" of some columns: for labels.
std::string ColumnNames(const Schema& schema, const std::vector<int>& columns);

class PhysicalBuilder {
 public:
  explicit PhysicalBuilder(const PlanContext& context);

  arrow::Result<PhysicalPtr> BuildSink(const BoundQuery& query);
  bool all_bounded() const { return all_bounded_; }
  bool batch_mode() const { return batch_mode_; }

 private:
  arrow::Result<Built> Build(const LogicalPtr& node, const Demand& demand);
  arrow::Result<Built> BuildValues(const LogicalValues& node);
  arrow::Result<Built> BuildUnion(const LogicalUnion& node, const Demand& demand);
  arrow::Result<Built> BuildSort(const LogicalSort& node, const Demand& demand);
  arrow::Result<Built> BuildExpand(const LogicalExpand& node, const Demand& demand);
  arrow::Result<Built> BuildWindowAssign(const LogicalWindowTvf& node, const Demand& demand);

  // physical_calc.cc: sources, filters and projections
  arrow::Result<Built> BuildCalc(const LogicalPtr& node, const Demand& demand);
  arrow::Result<Built> BuildSource(const LogicalScan& scan, const std::vector<bool>& needed,
                                   const expr::ExpressionPtr& condition, const Demand& demand,
                                   std::vector<int>* position);
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

  // physical_join.cc
  arrow::Result<Built> BuildJoin(const LogicalJoin& node, const Demand& demand);

  /// Puts an exchange above `input` unless rows with equal `columns` are on one worker already. No columns: one worker.
  Built Distribute(Built input, const std::vector<int>& columns);

  const PlanContext& context_;
  bool batch_mode_;
  bool all_bounded_ = true;
};

}  // namespace tidemark::plan
