// SPDX-License-Identifier: Apache-2.0
// The one table from kinds of plan nodes to operators.
#include "exec/make_operator.h"

#include "exec/calc.h"
#include "exec/changelog_normalize.h"
#include "exec/expand.h"
#include "exec/first_row.h"
#include "exec/group_aggregate.h"
#include "exec/join.h"
#include "exec/local_window_aggregate.h"
#include "exec/per_window.h"
#include "exec/rank.h"
#include "exec/session_aggregate.h"
#include "exec/sort.h"
#include "exec/union.h"
#include "exec/unnest.h"
#include "exec/window_aggregate.h"
#include "exec/window_assign.h"

namespace tidemark::exec {
namespace {

template <typename Node>
const Node& As(const plan::PhysicalNode& node) {
  return static_cast<const Node&>(node);
}

}  // namespace

arrow::Result<std::unique_ptr<Operator>> MakeOperator(const plan::PhysicalNode& node) {
  using Kind = plan::PhysicalNode::Kind;
  switch (node.kind()) {
    case Kind::kCalc:
      return MakeCalcOperator(As<plan::CalcNode>(node));
    case Kind::kExpand:
      return MakeExpandOperator(As<plan::ExpandNode>(node));
    case Kind::kUnnest:
      return MakeUnnestOperator(As<plan::UnnestNode>(node));
    case Kind::kUnion:
      return MakeUnionOperator();
    case Kind::kWindowAssign:
      return MakeWindowAssignOperator(As<plan::WindowAssignNode>(node));
    case Kind::kGroupAggregate:
      return MakeGroupAggregateOperator(As<plan::GroupAggregateNode>(node));
    case Kind::kWindowAggregate:
      return MakeWindowAggregateOperator(As<plan::WindowAggregateNode>(node));
    case Kind::kLocalWindowAggregate:
      return MakeLocalWindowAggregateOperator(As<plan::LocalWindowAggregateNode>(node));
    case Kind::kGlobalWindowAggregate:
      return MakeGlobalWindowAggregateOperator(As<plan::GlobalWindowAggregateNode>(node));
    case Kind::kSessionAggregate:
      return MakeSessionAggregateOperator(As<plan::WindowAggregateNode>(node));
    case Kind::kJoin:
      return MakeJoinOperator(As<plan::JoinNode>(node));
    case Kind::kPerWindow:
      return MakePerWindowOperator(As<plan::PerWindowNode>(node));
    case Kind::kSort:
      return MakeSortOperator(As<plan::SortNode>(node));
    case Kind::kRank:
      return As<plan::RankNode>(node).keeps_first ? MakeFirstRowOperator(As<plan::RankNode>(node))
                                                  : MakeRankOperator(As<plan::RankNode>(node));
    case Kind::kChangelogNormalize:
      return MakeChangelogNormalizeOperator(As<plan::ChangelogNormalizeNode>(node));
    case Kind::kSource:
    case Kind::kValues:
    case Kind::kExchange:
    case Kind::kSink:
      break;
  }
  return arrow::Status::Invalid(node.label(), " is not an operator: the runtime makes it");
}

}  // namespace tidemark::exec
