// SPDX-License-Identifier: Apache-2.0
// Runs bound expressions over batches.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "expr/expression.h"
#include "expr/function.h"

namespace tidemark::expr {

/// A list of expressions made ready to run: kernels prepared, constants folded, equal subexpressions shared.
/// Owned and used by one worker. `context` must outlive it.
class Evaluator {
 public:
  static arrow::Result<std::unique_ptr<Evaluator>> Make(std::vector<ExpressionPtr> expressions,
                                                        const FunctionContext* context);
  virtual ~Evaluator() = default;

  /// One array of `batch.num_rows` per expression, of the expression's Arrow type.
  virtual arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Evaluate(const Batch& batch) = 0;
};

/// The value of an expression without column references. For literals in DDL, folding and tests.
arrow::Result<std::shared_ptr<arrow::Scalar>> EvaluateConstant(const ExpressionPtr& expression,
                                                               const FunctionContext& context);

/// Whether CAST from `from` to `to` exists at all (Flink's cast table); a TypeError naming both otherwise.
arrow::Status CheckCast(const DataType& from, const DataType& to);

/// Casts `value` as CAST (or TRY_CAST) does, with Flink's semantics. `value` is an array or scalar of `from`'s type.
arrow::Result<arrow::Datum> CastValue(const arrow::Datum& value, const DataType& from, const DataType& to, bool is_try,
                                      const FunctionContext& context);

/// One value as Flink prints it in a result table or changelog: NULL, 1.50, 2020-01-01 00:00:00.000, [1, 2], {k=v},
/// (for a nested ROW) +I[...]-less parenthesised form as in TableResult.print.
std::string FormatValue(const arrow::Array& array, int64_t row, const DataType& type, const FunctionContext& context);

}  // namespace tidemark::expr
