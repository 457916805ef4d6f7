// SPDX-License-Identifier: Apache-2.0
// From literals to typed constants, with Flink's types. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string>

#include "expr/expression.h"
#include "sql/ast_query.h"

namespace tidemark::plan {

/// 12 is INT, BIGINT or DECIMAL(p, 0) by its size; 1.50 DECIMAL(3, 2); 1e3 DOUBLE; 'abc' CHAR(3); TIMESTAMP
/// '... 00:00:00.123' TIMESTAMP(3). All NOT NULL but NULL itself.
arrow::Result<expr::ExpressionPtr> BindLiteral(const sql::Literal& literal);

/// A number written with digits, a point and perhaps a sign.
arrow::Result<expr::ExpressionPtr> BindNumber(const std::string& text, sql::SourceRange range);

/// A CHAR literal; symbols (units, flags) reach functions so.
expr::ExpressionPtr StringLiteral(const std::string& text);
expr::ExpressionPtr IntLiteral(int32_t value);
expr::ExpressionPtr BigIntLiteral(int64_t value);
expr::ExpressionPtr BooleanLiteral(bool value);
/// NULL of a type.
expr::ExpressionPtr NullLiteral(const DataType& type);

/// The negative of a numeric or interval literal; null for every other expression.
expr::ExpressionPtr NegatedLiteral(const expr::Expression& literal);

/// The value of an interval literal: months for YEAR, QUARTER, MONTH; milliseconds for the rest (bind_interval.cc).
struct IntervalValue {
  bool months = false;
  int64_t value = 0;
};
arrow::Result<IntervalValue> ParseInterval(const sql::Literal& literal);

}  // namespace tidemark::plan
