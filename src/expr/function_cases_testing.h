// SPDX-License-Identifier: Apache-2.0
// Function cases: files of SQL expressions with the type and the value that Flink gives for them.
#pragma once

#include <string>

#include "expr/expression.h"

namespace tidemark::expr {

/// A constant SQL expression, bound as the planner binds it: literals, CAST, constructors, calls. TypeError and the
/// like where it does not bind.
arrow::Result<ExpressionPtr> BindSql(const std::string& sql);

/// Checks each line of a file in the source tree: expression, type and value, separated by tabs. The value is what
/// FormatValue prints, with \\ \n \t \r \0 escaped; ERROR: evaluation fails; type INVALID: the expression does not
/// bind. Lines that begin with # are comments, empty ones are skipped. A call whose arguments are constants is
/// evaluated with columns as well, sliced, in every mixture with constants.
void CheckFunctionCases(const std::string& path);

}  // namespace tidemark::expr
