// SPDX-License-Identifier: Apache-2.0
// Wrappers that break one rule each.
#include "golden/broken_rules.h"

#include <utility>

namespace tidemark::golden {
namespace {

using connectors::kafka::ExactlyOnceSettings;
using connectors::kafka::Marker;
using connectors::kafka::PreparedReader;
using connectors::kafka::PreparingWriter;
using connectors::kafka::TransactionPort;

class PortWithoutMarkers final : public TransactionPort {
 public:
  explicit PortWithoutMarkers(std::unique_ptr<TransactionPort> port) : port_(std::move(port)) {}
  arrow::Result<Marker> ReadMarker(const std::string& /*topic*/) override { return Marker{}; }
  arrow::Status Write(const PreparedReader& reader, const std::string& topic, bool* again) override {
    return port_->Write(reader, topic, again);
  }

 private:
  const std::unique_ptr<TransactionPort> port_;
};

class WrongSink final : public connectors::Sink {
 public:
  WrongSink(BrokenRule rule, std::unique_ptr<connectors::Sink> sink, int64_t resumed_checkpoint)
      : rule_(rule), sink_(std::move(sink)), resumed_checkpoint_(resumed_checkpoint) {}

  arrow::Status Write(const Batch& batch) override { return sink_->Write(batch); }
  arrow::Result<std::string> Prepare(int64_t checkpoint) override {
    ARROW_ASSIGN_OR_RAISE(std::string prepared, sink_->Prepare(checkpoint));
    if (rule_ == BrokenRule::kCommitsEarly && !prepared.empty()) ARROW_RETURN_NOT_OK(sink_->Commit(prepared));
    return prepared;
  }
  arrow::Status Commit(const std::string& prepared) override {
    ARROW_ASSIGN_OR_RAISE(const PreparedReader reader, PreparedReader::Open(prepared));
    if (rule_ == BrokenRule::kCommitsOnce && reader.checkpoint() <= resumed_checkpoint_) return arrow::Status::OK();
    return sink_->Commit(prepared);
  }
  void Recycle(std::string prepared) override { sink_->Recycle(std::move(prepared)); }
  bool CommitsApart() const override { return sink_->CommitsApart(); }
  bool HasRoom() const override { return sink_->HasRoom(); }
  arrow::Status Close(bool complete) override { return sink_->Close(complete); }
  void Abort() override { sink_->Abort(); }

 private:
  const BrokenRule rule_;
  const std::unique_ptr<connectors::Sink> sink_;
  const int64_t resumed_checkpoint_;
};

}  // namespace

std::vector<BrokenRule> AllBrokenRules() {
  return {BrokenRule::kCommitsEarly, BrokenRule::kCommitsOnce, BrokenRule::kIgnoresMarkers, BrokenRule::kForgetsWorkers,
          BrokenRule::kTrustsNewest};
}

const char* NameOf(BrokenRule rule) {
  switch (rule) {
    case BrokenRule::kNone:
      return "none";
    case BrokenRule::kCommitsEarly:
      return "commits before the checkpoint is complete";
    case BrokenRule::kCommitsOnce:
      return "does not commit again what a resumed checkpoint had prepared";
    case BrokenRule::kIgnoresMarkers:
      return "ignores markers";
    case BrokenRule::kForgetsWorkers:
      return "does not fence workers that only an earlier run had";
    case BrokenRule::kTrustsNewest:
      return "goes on although a later checkpoint was lost";
  }
  return "";
}

connectors::ConnectorContext Break(BrokenRule rule, connectors::ConnectorContext context) {
  if (rule == BrokenRule::kForgetsWorkers) context.workers_ever = context.workers;
  if (rule == BrokenRule::kTrustsNewest) context.set_back = true;
  return context;
}

ExactlyOnceSettings Break(BrokenRule rule, ExactlyOnceSettings settings) {
  if (rule != BrokenRule::kIgnoresMarkers) return settings;
  settings.open =
      [open = settings.open](const PreparingWriter& writer) -> arrow::Result<std::unique_ptr<TransactionPort>> {
    ARROW_ASSIGN_OR_RAISE(auto port, open(writer));
    return std::make_unique<PortWithoutMarkers>(std::move(port));
  };
  return settings;
}

std::unique_ptr<connectors::Sink> Break(BrokenRule rule, std::unique_ptr<connectors::Sink> sink,
                                        const connectors::ConnectorContext& context) {
  if (rule != BrokenRule::kCommitsEarly && rule != BrokenRule::kCommitsOnce) return sink;
  return std::make_unique<WrongSink>(rule, std::move(sink), context.resumed_checkpoint);
}

}  // namespace tidemark::golden
