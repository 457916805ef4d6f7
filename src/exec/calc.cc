// SPDX-License-Identifier: Apache-2.0
// Filter and projection. Only columns that the projection reads are copied by the filter.
#include "exec/calc.h"

#include <arrow/array.h>

#include <algorithm>

#include "expr/evaluator.h"

namespace tidemark::exec {
namespace {

class Calc final : public StatelessOperator {
 public:
  explicit Calc(const plan::CalcNode& node) : node_(node) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    if (node_.condition == nullptr) {
      ARROW_ASSIGN_OR_RAISE(outputs_, expr::Evaluator::Make(node_.outputs, context.functions));
      return arrow::Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(condition_, expr::Evaluator::Make({node_.condition}, context.functions));
    const Schema& input = node_.inputs()[0]->schema();
    std::vector<expr::ExpressionPtr> replacements(input.size());
    for (const auto& output : node_.outputs) {
      for (int column : expr::ReferencedColumns(*output)) {
        if (replacements[column] != nullptr) continue;
        const auto place = static_cast<int>(kept_columns_.size());
        replacements[column] = expr::Expression::Column(place, input[column].type, input[column].name);
        kept_columns_.push_back(column);
      }
    }
    std::vector<expr::ExpressionPtr> outputs;
    for (const auto& output : node_.outputs) outputs.push_back(expr::ReplaceColumns(output, replacements));
    ARROW_ASSIGN_OR_RAISE(outputs_, expr::Evaluator::Make(std::move(outputs), context.functions));
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    if (condition_ != nullptr) {
      ARROW_ASSIGN_OR_RAISE(const auto mask, condition_->Evaluate(batch));
      std::vector<std::shared_ptr<arrow::Array>> kept;
      kept.reserve(kept_columns_.size());
      for (int column : kept_columns_) kept.push_back(std::move(batch.columns[column]));
      ARROW_ASSIGN_OR_RAISE(batch, FilterRows(batch.WithColumns(std::move(kept)), *mask[0]));
      if (batch.num_rows == 0) return arrow::Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(auto columns, outputs_->Evaluate(batch));
    return out.Emit(batch.WithColumns(std::move(columns)));
  }

 private:
  const plan::CalcNode& node_;
  std::unique_ptr<expr::Evaluator> condition_;  ///< null: all rows
  std::unique_ptr<expr::Evaluator> outputs_;    ///< over kept_columns_ where there is a condition
  std::vector<int> kept_columns_;
};

}  // namespace

std::unique_ptr<Operator> MakeCalcOperator(const plan::CalcNode& node) { return std::make_unique<Calc>(node); }

}  // namespace tidemark::exec
