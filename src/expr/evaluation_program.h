// SPDX-License-Identifier: Apache-2.0
// Expressions compiled to a graph of steps in which equal subexpressions are one step and constants are folded.
#pragma once

#include <arrow/scalar.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "expr/expression.h"
#include "expr/function.h"

namespace tidemark::expr {

/// One step: what a distinct subexpression computes from other steps.
struct EvaluationStep {
  /// kLiteral also for folded subexpressions, kCall also for casts.
  Expression::Kind kind = Expression::Kind::kLiteral;
  DataType type;
  std::shared_ptr<arrow::DataType> arrow_type;
  std::vector<int> inputs;                  ///< ids of earlier steps
  int index = 0;                            ///< kColumn, kField
  std::shared_ptr<arrow::Scalar> constant;  ///< kLiteral
  std::unique_ptr<ScalarKernel> kernel;     ///< kCall
  /// Some row may make it, or a step below it, give an error. Then it runs only for the rows that need it.
  bool can_fail = false;
  bool deterministic = true;
  /// What makes two steps equal beside kind, type, index and inputs.
  const ScalarFunction* function = nullptr;
  bool is_try = false;
};

/// Owned and used by one worker, as kernels are.
class EvaluationProgram {
 public:
  /// `context` must outlive the program.
  explicit EvaluationProgram(const FunctionContext* context) : context_(context) {}

  /// Adds the steps of `expression`; returns the id of the one that gives its value.
  arrow::Result<int> Add(const Expression& expression);

  const EvaluationStep& step(int id) const { return steps_[id]; }
  int num_steps() const { return static_cast<int>(steps_.size()); }

 private:
  arrow::Result<std::vector<int>> AddChildren(const Expression& expression);
  arrow::Result<int> AddCall(const Expression& expression);
  arrow::Result<int> AddCast(const Expression& expression);
  arrow::Result<int> AddLogical(const Expression& expression);
  /// The id of an equal step, or a new one, folded where all its inputs are constants.
  arrow::Result<int> Intern(EvaluationStep step);
  void TryFold(int id);
  int AddConstant(std::shared_ptr<arrow::Scalar> value, const DataType& type);

  const FunctionContext* context_;
  std::vector<EvaluationStep> steps_;
  std::unordered_multimap<size_t, int> ids_by_hash_;
};

}  // namespace tidemark::expr
