// SPDX-License-Identifier: Apache-2.0
// One run of an evaluation program over the rows of a batch, or over some of them.
#pragma once

#include <arrow/array.h>
#include <arrow/datum.h>
#include <arrow/result.h>

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "expr/evaluation_program.h"

namespace tidemark::expr {

/// Computes step values on demand and keeps them, so that a shared step runs once. A branch that only some rows reach
/// runs in a frame of its own over just those rows; values that the frame above has already are taken from there.
class EvaluationFrame {
 public:
  /// Over all rows of `batch`. Both must outlive the frame.
  EvaluationFrame(const EvaluationProgram& program, const Batch& batch);
  /// Over the rows of `parent` at `rows`, ascending. `parent` must outlive the frame.
  EvaluationFrame(EvaluationFrame* parent, std::shared_ptr<arrow::Int32Array> rows);

  int64_t num_rows() const { return num_rows_; }

  /// The value of a step: an array of num_rows() or a scalar.
  arrow::Result<arrow::Datum> Value(int id);

 private:
  arrow::Result<arrow::Datum> Compute(int id);
  arrow::Result<arrow::Datum> Column(int id);
  arrow::Result<arrow::Datum> Call(const EvaluationStep& step);
  arrow::Result<arrow::Datum> Logical(const EvaluationStep& step);
  arrow::Result<arrow::Datum> Case(const EvaluationStep& step);
  arrow::Result<arrow::Datum> Coalesce(const EvaluationStep& step);
  arrow::Result<arrow::Datum> Field(const EvaluationStep& step);

  /// The value of `id` at `rows` only, by a frame of its own.
  arrow::Result<arrow::Datum> ValueAt(int id, const std::vector<int32_t>& rows);

  const EvaluationProgram& program_;
  const Batch* batch_ = nullptr;
  EvaluationFrame* parent_ = nullptr;
  std::shared_ptr<arrow::Int32Array> rows_;
  int64_t num_rows_ = 0;
  std::vector<arrow::Datum> values_;
};

}  // namespace tidemark::expr
