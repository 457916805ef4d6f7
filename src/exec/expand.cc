// SPDX-License-Identifier: Apache-2.0
// Each grouping set is one output batch that shares the input's columns; those outside the set are NULL.
#include "exec/expand.h"

#include <arrow/api.h>

namespace tidemark::exec {
namespace {

class Expand final : public StatelessOperator {
 public:
  explicit Expand(const plan::ExpandNode& node) : node_(node) {}

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    for (size_t set = 0; set < node_.kept.size(); ++set) {
      std::vector<std::shared_ptr<arrow::Array>> columns;
      for (size_t i = 0; i < batch.columns.size(); ++i) {
        if (node_.kept[set][i]) {
          columns.push_back(batch.columns[i]);
          continue;
        }
        ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(batch.columns[i]->type(), batch.num_rows));
        columns.push_back(std::move(nulls));
      }
      ARROW_ASSIGN_OR_RAISE(auto id, arrow::MakeArrayFromScalar(arrow::Int64Scalar(node_.ids[set]), batch.num_rows));
      columns.push_back(std::move(id));
      ARROW_RETURN_NOT_OK(out.Emit(batch.WithColumns(std::move(columns))));
    }
    return arrow::Status::OK();
  }

 private:
  const plan::ExpandNode& node_;
};

}  // namespace

std::unique_ptr<Operator> MakeExpandOperator(const plan::ExpandNode& node) { return std::make_unique<Expand>(node); }

}  // namespace tidemark::exec
