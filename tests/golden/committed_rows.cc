// SPDX-License-Identifier: Apache-2.0
// Rows that are prepared, then committed.
#include "golden/committed_rows.h"

#include <utility>

namespace tidemark::golden {

class CommittedRowsSink final : public connectors::Sink {
 public:
  CommittedRowsSink(const plan::SinkNode& node, CommittedRows* owner) : node_(node), owner_(owner) {}

  arrow::Status Write(const Batch& batch) override {
    written_.push_back(batch);
    return arrow::Status::OK();
  }
  arrow::Result<std::string> Prepare(int64_t checkpoint) override {
    if (written_.empty()) return std::string();
    std::string name = std::to_string(checkpoint) + "/" + std::to_string(owner_->next_++);
    owner_->prepared_[name] = std::exchange(written_, {});
    return name;
  }
  arrow::Status Commit(const std::string& prepared) override {
    const auto found = owner_->prepared_.find(prepared);
    if (found == owner_->prepared_.end()) return arrow::Status::UnknownError("nobody prepared '", prepared, "'");
    for (const Batch& batch : std::exchange(found->second, {})) {
      ARROW_RETURN_NOT_OK(owner_->rows_->Collect(node_, batch));
    }
    return arrow::Status::OK();
  }
  arrow::Status Close(bool /*complete*/) override {
    return written_.empty() ? arrow::Status::OK() : arrow::Status::UnknownError("rows behind the last checkpoint");
  }
  void Abort() override {}

 private:
  const plan::SinkNode& node_;
  CommittedRows* owner_;
  std::vector<Batch> written_;
};

arrow::Result<std::unique_ptr<connectors::Sink>> CommittedRows::MakeSink(const plan::SinkNode& node,
                                                                         const connectors::ConnectorContext& context) {
  if (node.table) return components_->MakeSink(node, context);
  return std::make_unique<CommittedRowsSink>(node, this);
}

}  // namespace tidemark::golden
