// SPDX-License-Identifier: Apache-2.0
// For tests: expressions written as short C++ and values written as text.
#pragma once

#include <arrow/array.h>

#include <string>
#include <vector>

#include "expr/expression.h"
#include "expr/function.h"

namespace tidemark::expr {

/// The type written as SQL does: "DECIMAL(5, 2)", "ARRAY<INT>", "ROW<a INT, b STRING> NOT NULL". Aborts on a mistake.
DataType TypeOf(const std::string& text);

/// A column of the type, one text for each row as CAST reads it; "NULL" is NULL. Of nested types: JSON as Arrow reads it.
std::shared_ptr<arrow::Array> ColumnOf(const std::string& type, const std::vector<std::string>& values);

/// A literal whose text CAST reads; "NULL" gives NULL. The type is NOT NULL unless the value is NULL.
ExpressionPtr Literal(const std::string& type, const std::string& value);

/// Column `index` of a type.
ExpressionPtr ColumnRef(int index, const std::string& type);

/// The call as the binder makes it: resolved, arguments cast. Aborts with the message if it does not resolve.
ExpressionPtr CallOf(const std::string& function, std::vector<ExpressionPtr> args);
/// The same, or why not.
arrow::Result<ExpressionPtr> TryCallOf(const std::string& function, std::vector<ExpressionPtr> args);

ExpressionPtr CastTo(ExpressionPtr value, const std::string& type);
ExpressionPtr TryCastTo(ExpressionPtr value, const std::string& type);

/// The expression's values over the columns as text, as FormatValue prints them, or {"ERROR: message"}.
std::vector<std::string> Evaluate(const ExpressionPtr& expression, const std::vector<std::shared_ptr<arrow::Array>>& columns,
                                  int64_t num_rows, const FunctionContext& context = {});

/// The value of a constant expression, folded.
std::string EvaluateText(const ExpressionPtr& expression, const FunctionContext& context = {});

/// The value of a call whose arguments are columns, so that nothing is folded: each is given as a batch of three rows
/// (NULL, the value, the value again) sliced by one. Checks that constant arguments and mixtures of columns and
/// constants give the same, and returns the text.
std::string EvaluateEveryWay(const std::string& function, const std::vector<ExpressionPtr>& literals,
                             const FunctionContext& context = {});

}  // namespace tidemark::expr
