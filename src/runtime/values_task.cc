// SPDX-License-Identifier: Apache-2.0
// Constant rows as a batch.
#include "runtime/values_task.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>

#include <algorithm>
#include <utility>

#include "expr/evaluator.h"
#include "state/state_columns.h"

namespace tidemark::runtime {
namespace {

arrow::Result<Batch> EvaluateRows(const plan::ValuesNode& node, const expr::FunctionContext& functions) {
  Batch batch;
  batch.num_rows = static_cast<int64_t>(node.rows.size());
  for (size_t column = 0; column < node.schema().size(); ++column) {
    ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(node.schema()[column].type.ToArrow()));
    for (const auto& row : node.rows) {
      ARROW_ASSIGN_OR_RAISE(const auto value, expr::EvaluateConstant(row[column], functions));
      ARROW_RETURN_NOT_OK(builder->AppendScalar(*value));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, builder->Finish());
    batch.columns.push_back(std::move(array));
  }
  return batch;
}

}  // namespace

arrow::Result<std::unique_ptr<ValuesTask>> ValuesTask::Make(const plan::ValuesNode& node, int64_t batch_rows,
                                                            const expr::FunctionContext& functions,
                                                            exec::OperatorMetrics* metrics, FailureSite* site) {
  auto rows = EvaluateRows(node, functions);
  if (!rows.ok()) return site->Note(rows.status(), node.label());
  return std::unique_ptr<ValuesTask>(new ValuesTask(node, std::move(rows).ValueUnsafe(), batch_rows, metrics, site));
}

arrow::Result<HeadStep> ValuesTask::Step(int64_t /*now_micros*/) {
  if (emitted_ < rows_.num_rows) {
    const int64_t count = std::min(batch_rows_, rows_.num_rows - emitted_);
    Batch part = rows_.Slice(emitted_, count);
    emitted_ += count;
    ARROW_RETURN_NOT_OK(outlet_.Emit(std::move(part)));
  } else {
    done_ = true;
    ARROW_RETURN_NOT_OK(outlet_.End(/*complete=*/true));
  }
  return HeadStep{.progress = true};
}

arrow::Status ValuesTask::Save(state::StateSnapshot::Part* part) const {
  ARROW_ASSIGN_OR_RAISE(auto column, state::Int64Column({emitted_}));
  return state::MakeSnapshotWriter(part)->Write("emitted", Batch{1, {std::move(column)}}, state::RowOwner::OneWorker());
}

arrow::Status ValuesTask::Restore(const state::StateReader& in) {
  ARROW_ASSIGN_OR_RAISE(const auto rows, state::ReadRows(in, "emitted", {}, {arrow::int64()}));
  if (rows.empty()) return arrow::Status::OK();
  emitted_ = std::clamp<int64_t>(state::Int64Values(rows[0], 0)[0], 0, rows_.num_rows);
  return arrow::Status::OK();
}

}  // namespace tidemark::runtime
