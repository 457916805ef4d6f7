// SPDX-License-Identifier: Apache-2.0
// The logical rewrites, one function each. Every one keeps the rows, their kinds and their time attributes.
#pragma once

#include <arrow/result.h>

#include <vector>

#include "plan/logical_plan.h"
#include "plan/planner.h"

namespace tidemark::plan {

/// Replaces constant subexpressions by their values. One whose evaluation fails stays, to fail when a row needs it.
LogicalPtr FoldConstants(const LogicalPtr& node, const expr::FunctionContext& functions);

/// Moves each conjunct of a filter as near to the sources as it may go: through projections, unions, the group columns
/// of aggregates, window TVFs (not SESSION, whose windows depend on the rows), and to the sides of joins that it reads;
/// what reads both sides of an inner join becomes part of the join condition.
LogicalPtr PushFilters(const LogicalPtr& node);

/// Makes inner joins of outer ones where the filter directly above drops every row that has no match.
LogicalPtr NarrowOuterJoins(const LogicalPtr& node, const expr::FunctionContext& functions);

/// Merges stacked projections and drops columns that nobody reads. The root keeps all its columns.
LogicalPtr PruneColumns(const LogicalPtr& root);

/// Whether `upper` over the columns of `lower` may become one expression: it must not grow without end where
/// projections stand upon each other (views that read views), as all that walks over expressions is recursive.
bool StaysSmall(const expr::Expression& upper, const std::vector<expr::ExpressionPtr>& lower);

/// The conjuncts of `condition`, nested ANDs flattened. Null gives none.
std::vector<expr::ExpressionPtr> Conjuncts(const expr::ExpressionPtr& condition);
/// Their AND; null for none.
expr::ExpressionPtr AndAll(std::vector<expr::ExpressionPtr> conjuncts);

/// A copy of `node` over other inputs whose schemas equal the old ones.
LogicalPtr WithInputs(const LogicalNode& node, std::vector<LogicalPtr> inputs);

/// One Column expression per field.
std::vector<expr::ExpressionPtr> IdentityColumns(const Schema& schema);
/// Whether `outputs` are the input's columns, all of them and in order.
bool IsIdentityProjection(const std::vector<expr::ExpressionPtr>& outputs, size_t input_columns);

}  // namespace tidemark::plan
