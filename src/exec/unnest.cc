// SPDX-License-Identifier: Apache-2.0
// Rows and elements are taken by two lists of indices, so that nothing is copied value by value.
#include "exec/unnest.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include "columnar/select_columns.h"
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

class Unnest final : public StatelessOperator {
 public:
  explicit Unnest(const plan::UnnestNode& node) : node_(node) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    ARROW_ASSIGN_OR_RAISE(collection_, expr::Evaluator::Make({node_.collection}, context.functions));
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_ASSIGN_OR_RAISE(const auto evaluated, collection_->Evaluate(batch));
    const arrow::Array& collection = *evaluated[0];
    const Batch rows = batch.WithColumns(SelectColumns(batch, node_.kept));
    Pairs pairs;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      int32_t count = 0;
      if (!collection.IsNull(row)) {
        ARROW_ASSIGN_OR_RAISE(count, AddElements(row, rows, collection, &pairs, out));
      }
      if (count == 0 && node_.padded) ARROW_RETURN_NOT_OK(AddMissing(static_cast<int32_t>(row), &pairs));
    }
    return Emit(rows, collection, &pairs, out);
  }

 private:
  TypeKind kind() const { return node_.collection->type().kind(); }

  static arrow::Status AddMissing(int32_t row, Pairs* pairs) {
    pairs->rows.push_back(row);
    ARROW_RETURN_NOT_OK(pairs->elements.AppendNull());
    return pairs->ordinals.AppendNull();
  }

  /// How many there are. REQUIRES: the collection of the row is not NULL.
  arrow::Result<int32_t> AddElements(int64_t row, const Batch& rows, const arrow::Array& collection, Pairs* pairs,
                                     Emitter& out) {
    int32_t count = 0;
    if (kind() == TypeKind::kBigInt) {
      const int64_t copies = static_cast<const arrow::Int64Array&>(collection).Value(row);
      ARROW_RETURN_NOT_OK(AddCopies(row, 0, copies, rows, collection, &count, pairs, out));
      return count;
    }
    const auto& list = static_cast<const arrow::ListArray&>(collection);
    const bool has_rows = kind() != TypeKind::kMap && node_.collection->type().element().kind() == TypeKind::kRow;
    const auto& first_of_entry = kind() == TypeKind::kArray ? list.values() : Keys(list);
    for (int32_t element = list.value_offset(row); element < list.value_offset(row + 1); ++element) {
      // As in Flink a NULL among rows is no row at all, and a NULL among other values is one.
      if (has_rows && first_of_entry->IsNull(element)) continue;
      int64_t copies = 1;
      if (kind() == TypeKind::kMultiset) {
        const auto& counts = *static_cast<const arrow::MapArray&>(collection).items();
        copies = static_cast<const arrow::Int32Array&>(counts).Value(element);
      }
      ARROW_RETURN_NOT_OK(AddCopies(row, element, copies, rows, collection, &count, pairs, out));
    }
    return count;
  }

  /// Emits whenever a batch is full: elements may be many.
  arrow::Status AddCopies(int64_t row, int32_t element, int64_t copies, const Batch& rows,
                          const arrow::Array& collection, int32_t* count, Pairs* pairs, Emitter& out) {
    for (int64_t copy = 0; copy < copies; ++copy) {
      pairs->rows.push_back(static_cast<int32_t>(row));
      ARROW_RETURN_NOT_OK(pairs->elements.Append(element));
      ARROW_RETURN_NOT_OK(pairs->ordinals.Append(++*count));
      if (static_cast<int64_t>(pairs->rows.size()) >= context().batch_rows)
        ARROW_RETURN_NOT_OK(Emit(rows, collection, pairs, out));
    }
    return arrow::Status::OK();
  }

  arrow::Status Emit(const Batch& rows, const arrow::Array& collection, Pairs* pairs, Emitter& out) {
    if (pairs->rows.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch result, Take(rows, pairs->rows));
    ARROW_ASSIGN_OR_RAISE(const auto indices, pairs->elements.Finish());
    ARROW_ASSIGN_OR_RAISE(auto ordinals, pairs->ordinals.Finish());
    ARROW_ASSIGN_OR_RAISE(const auto columns, ElementColumns(collection));
    for (const auto& column : columns) {
      ARROW_ASSIGN_OR_RAISE(auto taken, arrow::compute::Take(*column, *indices));
      result.columns.push_back(std::move(taken));
    }
    if (node_.with_ordinality) result.columns.push_back(std::move(ordinals));
    pairs->rows.clear();
    return EmitInPieces(result, context().batch_rows, out);
  }

  static const std::shared_ptr<arrow::Array>& Keys(const arrow::ListArray& map) {
    return static_cast<const arrow::MapArray&>(map).keys();
  }

  /// The columns that the elements of all rows consist of.
  arrow::Result<arrow::ArrayVector> ElementColumns(const arrow::Array& collection) const {
    if (kind() == TypeKind::kBigInt) return arrow::ArrayVector{};
    const auto& list = static_cast<const arrow::ListArray&>(collection);
    const auto& elements = kind() == TypeKind::kMultiset ? Keys(list) : list.values();
    if (elements->type_id() != arrow::Type::STRUCT) return arrow::ArrayVector{elements};
    return static_cast<const arrow::StructArray&>(*elements).Flatten();
  }

  const plan::UnnestNode& node_;
  std::unique_ptr<expr::Evaluator> collection_;
};

}  // namespace

std::unique_ptr<Operator> MakeUnnestOperator(const plan::UnnestNode& node) { return std::make_unique<Unnest>(node); }

}  // namespace tidemark::exec
