// SPDX-License-Identifier: Apache-2.0
// Evaluator: a program for a list of expressions, run once per batch.
#include "expr/evaluator.h"

#include <arrow/api.h>
#include <arrow/compute/initialize.h>

#include "expr/evaluation_frame.h"
#include "expr/evaluation_program.h"

namespace tidemark::expr {
namespace {

/// arrow::compute keeps most of its kernels out of the registry until asked.
arrow::Status InitializeComputeOnce() {
  static const arrow::Status status = arrow::compute::Initialize();
  return status;
}

class ProgramEvaluator final : public Evaluator {
 public:
  ProgramEvaluator(std::unique_ptr<EvaluationProgram> program, std::vector<int> outputs)
      : program_(std::move(program)), outputs_(std::move(outputs)), constant_columns_(outputs_.size()) {}

  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Evaluate(const Batch& batch) override {
    EvaluationFrame frame(*program_, batch);
    std::vector<std::shared_ptr<arrow::Array>> columns;
    columns.reserve(outputs_.size());
    for (size_t i = 0; i < outputs_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto value, frame.Value(outputs_[i]));
      if (value.is_scalar()) {
        ARROW_ASSIGN_OR_RAISE(auto column, Spread(i, value.scalar(), batch.num_rows));
        columns.push_back(std::move(column));
      } else {
        columns.push_back(value.make_array());
      }
      const auto& expected = *program_->step(outputs_[i]).arrow_type;
      if (!columns.back()->type()->Equals(expected)) {
        return arrow::Status::Invalid("An expression gave ", columns.back()->type()->ToString(), " instead of ",
                                      expected.ToString());
      }
    }
    return columns;
  }

 private:
  /// A column of one value. Those of constants are kept for the next batch.
  arrow::Result<std::shared_ptr<arrow::Array>> Spread(size_t output, const std::shared_ptr<arrow::Scalar>& value,
                                                      int64_t num_rows) {
    if (!program_->step(outputs_[output]).constant) return arrow::MakeArrayFromScalar(*value, num_rows);
    auto& kept = constant_columns_[output];
    if (!kept || kept->length() < num_rows) {
      ARROW_ASSIGN_OR_RAISE(kept, arrow::MakeArrayFromScalar(*value, num_rows));
    }
    return kept->length() == num_rows ? kept : kept->Slice(0, num_rows);
  }

  std::unique_ptr<EvaluationProgram> program_;
  std::vector<int> outputs_;
  std::vector<std::shared_ptr<arrow::Array>> constant_columns_;
};

}  // namespace

arrow::Result<std::unique_ptr<Evaluator>> Evaluator::Make(std::vector<ExpressionPtr> expressions,
                                                          const FunctionContext* context) {
  ARROW_RETURN_NOT_OK(InitializeComputeOnce());
  auto program = std::make_unique<EvaluationProgram>(context);
  std::vector<int> outputs;
  for (const auto& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(const int id, program->Add(*expression));
    outputs.push_back(id);
  }
  return std::make_unique<ProgramEvaluator>(std::move(program), std::move(outputs));
}

arrow::Result<std::shared_ptr<arrow::Scalar>> EvaluateConstant(const ExpressionPtr& expression,
                                                               const FunctionContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto evaluator, Evaluator::Make({expression}, &context));
  ARROW_ASSIGN_OR_RAISE(auto columns, evaluator->Evaluate(Batch{1, {}, nullptr, nullptr}));
  return columns[0]->GetScalar(0);
}

}  // namespace tidemark::expr
