// SPDX-License-Identifier: Apache-2.0
// Building bound expressions out of bound arguments: calls with implicit casts, common types. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <string>
#include <vector>

#include "expr/expression.h"
#include "expr/function.h"
#include "sql/source_range.h"

namespace tidemark::plan {

/// `function` called with `args`, each cast to what the signature asks. A TypeError becomes an error at `range`.
arrow::Result<expr::ExpressionPtr> MakeCall(const expr::ScalarFunction& function, std::vector<expr::ExpressionPtr> args,
                                            sql::SourceRange range);

/// The same for an operator or function of the binder's own choice; "not supported yet" when there is none.
arrow::Result<expr::ExpressionPtr> MakeNamedCall(const std::string& name, std::vector<expr::ExpressionPtr> args,
                                                 sql::SourceRange range);

/// "+", "<" and the like, with errors that name the operator and both types.
arrow::Result<expr::ExpressionPtr> MakeBinary(const std::string& op, expr::ExpressionPtr left,
                                              expr::ExpressionPtr right, sql::SourceRange range);

expr::ExpressionPtr MakeNot(expr::ExpressionPtr operand, sql::SourceRange range);

/// AND / OR of one or more conditions.
expr::ExpressionPtr MakeAnd(std::vector<expr::ExpressionPtr> operands);
expr::ExpressionPtr MakeOr(std::vector<expr::ExpressionPtr> operands);

/// `expression` as `type` by an implicit cast; NULLability stays. Nothing is added where the types agree.
expr::ExpressionPtr CastTo(expr::ExpressionPtr expression, const DataType& type);

/// The common type of `expressions`; `what` and `range` are for the error: "CASE has results of types INT and STRING".
arrow::Result<DataType> CommonTypeOf(const std::vector<expr::ExpressionPtr>& expressions, const std::string& what,
                                     sql::SourceRange range);

/// COALESCE of the arguments, cast to their common type.
arrow::Result<expr::ExpressionPtr> MakeCoalesce(std::vector<expr::ExpressionPtr> args, const std::string& what,
                                                sql::SourceRange range);

/// The argument as function resolvers see it. Valid as long as `expression` lives.
expr::ArgumentInfo ArgumentOf(const expr::ExpressionPtr& expression);

}  // namespace tidemark::plan
