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

/// A column of the type, one text for each row as CAST reads it; "NULL" is NULL. Of nested types: JSON as Arrow reads
/// it.
std::shared_ptr<arrow::Array> ColumnOf(const std::string& type, const std::vector<std::string>& values);

/// A literal whose text CAST reads; "NULL" gives NULL. The type is NOT NULL unless the value is NULL.
ExpressionPtr Literal(const std::string& type, const std::string& value);

/// Literals in one text: "INT 1 | STRING a b | DATE 2020-01-01 | INT NULL".
std::vector<ExpressionPtr> Literals(const std::string& text);

/// Column `index` of a type.
ExpressionPtr ColumnRef(int index, const std::string& type);

/// The call as the binder makes it: resolved, arguments cast. Aborts with the message if it does not resolve.
ExpressionPtr CallOf(const std::string& function, std::vector<ExpressionPtr> args);
/// The same, or why not.
arrow::Result<ExpressionPtr> TryCallOf(const std::string& function, std::vector<ExpressionPtr> args);

ExpressionPtr CastTo(ExpressionPtr value, const std::string& type);
ExpressionPtr TryCastTo(ExpressionPtr value, const std::string& type);

/// The expression's values over the columns as text, as FormatValue prints them, or {"ERROR: message"}.
std::vector<std::string> Evaluate(const ExpressionPtr& expression,
                                  const std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t num_rows,
                                  const FunctionContext& context = {});

/// The value of a constant expression, folded.
std::string EvaluateText(const ExpressionPtr& expression, const FunctionContext& context = {});

/// The value of a call whose arguments are columns, so that nothing is folded: each is given as a batch of three rows
/// (NULL, the value, the value again) sliced by one. Checks that constant arguments and mixtures of columns and
/// constants give the same, and returns the text.
std::string EvaluateEveryWay(const std::string& function, const std::vector<ExpressionPtr>& literals,
                             const FunctionContext& context = {});

/// One line of a table of function calls.
struct CallCase {
  const char* function;
  const char* arguments;  ///< as Literals reads them
  const char* type;       ///< of the result; empty: not checked
  const char* value;      ///< as FormatValue prints it; "ERROR ..." for a message that holds the rest
};

/// Checks every case with constants and columns.
void CheckCalls(const std::vector<CallCase>& cases, const FunctionContext& context = {});

}  // namespace tidemark::expr
