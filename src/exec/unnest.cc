// SPDX-License-Identifier: Apache-2.0
// Rows and elements are taken by two lists of indices, so that nothing is copied value by value.
#include "exec/unnest.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include <algorithm>

#include "exec/batch_collector.h"
#include "expr/evaluator.h"

namespace tidemark::exec {
namespace {

/// Which elements come out beside which rows.
struct Pairs {
  std::vector<int32_t> rows;
  arrow::Int32Builder elements;  ///< null: a row without elements
  arrow::Int32Builder ordinals;  ///< from 1
};

class Unnest final : public Operator {
 public:
  explicit Unnest(const plan::UnnestNode& node) : node_(node) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    ARROW_ASSIGN_OR_RAISE(collection_, expr::Evaluator::Make({node_.collection}, context.functions));
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_ASSIGN_OR_RAISE(const auto evaluated, collection_->Evaluate(batch));
    const auto& lists = static_cast<const arrow::ListArray&>(*evaluated[0]);
    std::vector<std::shared_ptr<arrow::Array>> kept;
    for (int column : node_.kept) kept.push_back(batch.columns[column]);
    const Batch rows = batch.WithColumns(std::move(kept));
    const int64_t elements_at_once = std::max<int64_t>(1, context().batch_rows);
    // A row's elements may be many: they come out in pieces.
    Pairs pairs;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const int32_t count = lists.IsNull(row) ? 0 : lists.value_length(row);
      if (count == 0 && node_.padded) ARROW_RETURN_NOT_OK(AddMissing(static_cast<int32_t>(row), &pairs));
      for (int32_t i = 0; i < count; ++i) {
        pairs.rows.push_back(static_cast<int32_t>(row));
        ARROW_RETURN_NOT_OK(pairs.elements.Append(lists.value_offset(row) + i));
        ARROW_RETURN_NOT_OK(pairs.ordinals.Append(i + 1));
        if (static_cast<int64_t>(pairs.rows.size()) >= elements_at_once)
          ARROW_RETURN_NOT_OK(Emit(rows, lists, &pairs, out));
      }
    }
    return Emit(rows, lists, &pairs, out);
  }

 private:
  static arrow::Status AddMissing(int32_t row, Pairs* pairs) {
    pairs->rows.push_back(row);
    ARROW_RETURN_NOT_OK(pairs->elements.AppendNull());
    return pairs->ordinals.AppendNull();
  }

  arrow::Status Emit(const Batch& rows, const arrow::ListArray& lists, Pairs* pairs, Emitter& out) {
    if (pairs->rows.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch result, Take(rows, pairs->rows));
    ARROW_ASSIGN_OR_RAISE(const auto indices, pairs->elements.Finish());
    ARROW_ASSIGN_OR_RAISE(auto ordinals, pairs->ordinals.Finish());
    ARROW_ASSIGN_OR_RAISE(const auto columns, ElementColumns(*lists.values()));
    for (const auto& column : columns) {
      ARROW_ASSIGN_OR_RAISE(auto taken, arrow::compute::Take(*column, *indices));
      result.columns.push_back(std::move(taken));
    }
    if (node_.with_ordinality) result.columns.push_back(std::move(ordinals));
    pairs->rows.clear();
    return EmitInPieces(result, context().batch_rows, out);
  }

  /// The columns that elements consist of; those of a ROW that is NULL are NULL.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> ElementColumns(const arrow::Array& values) const {
    if (values.type_id() != arrow::Type::STRUCT)
      return std::vector<std::shared_ptr<arrow::Array>>{arrow::MakeArray(values.data())};
    return static_cast<const arrow::StructArray&>(values).Flatten();
  }

  const plan::UnnestNode& node_;
  std::unique_ptr<expr::Evaluator> collection_;
};

}  // namespace

std::unique_ptr<Operator> MakeUnnestOperator(const plan::UnnestNode& node) { return std::make_unique<Unnest>(node); }

}  // namespace tidemark::exec
