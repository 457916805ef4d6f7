// SPDX-License-Identifier: Apache-2.0
// Placeholders: while an expression is bound, what is computed elsewhere (an aggregate, a subquery, a column of the
// outer query) stands in it as a column reference beyond all real columns. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <optional>
#include <string>

#include "expr/expression.h"

namespace tidemark::plan {

/// What a placeholder stands for. The values are far above any number of columns.
enum class Placeholder : int {
  kOuter = 1 << 20,           ///< column of the enclosing query
  kAggregate = 2 << 20,       ///< result of an aggregate call
  kOver = 3 << 20,            ///< result of ROW_NUMBER() OVER (...)
  kSubquery = 4 << 20,        ///< value of a scalar subquery
  kWindowProperty = 5 << 20,  ///< TUMBLE_START(...) and the like
  kExpandId = 6 << 20,        ///< which of several grouping sets a row belongs to
};

expr::ExpressionPtr MakePlaceholder(Placeholder space, int number, DataType type, const std::string& name);

/// The number given to MakePlaceholder; nullopt when `expression` is no placeholder of this space.
std::optional<int> PlaceholderNumber(const expr::Expression& expression, Placeholder space);

/// A reference to a real column of the input.
bool IsInputColumn(const expr::Expression& expression);

/// Whether a placeholder of this space stands anywhere in `expression`.
bool Contains(const expr::Expression& expression, Placeholder space);

/// Called top down: gives what stands in place of a subtree, or null to look at its children.
using Replacer = std::function<arrow::Result<expr::ExpressionPtr>(const expr::ExpressionPtr&)>;

/// `expression` with subtrees replaced. Where a replacement is nullable and its original was not, the types above it
/// become nullable too.
arrow::Result<expr::ExpressionPtr> Rewrite(const expr::ExpressionPtr& expression, const Replacer& replace);

/// `expression` with input columns moved up by `shift` (placeholders stay).
expr::ExpressionPtr ShiftColumns(const expr::ExpressionPtr& expression, int shift);

/// `expression` over a relation whose columns have other types than when it was bound (an outer join made them
/// nullable, a join took their time attribute).
expr::ExpressionPtr Retype(const expr::ExpressionPtr& expression, const std::vector<Field>& schema);

}  // namespace tidemark::plan
