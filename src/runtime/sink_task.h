// SPDX-License-Identifier: Apache-2.0
// SinkTask: the end of a dataflow on one worker: a table's sink, or the collector of a SELECT's rows.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "runtime/flow.h"
#include "runtime/job_control.h"
#include "runtime/not_null_guard.h"
#include "runtime/result_collector.h"

namespace tidemark::runtime {

/// Hands batches of several workers to the collector one at a time.
class SerialCollector {
 public:
  explicit SerialCollector(ResultCollector* collector) : collector_(collector) {}
  arrow::Status Collect(const plan::SinkNode& sink, const Batch& batch) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return collector_->Collect(sink, batch);
  }

 private:
  std::mutex mutex_;
  ResultCollector* collector_;
};

/// A connector's sink and whether it still needs Close or Abort. Aborts when neither came.
class OpenSink {
 public:
  /// `id`: names it in checkpoints.
  OpenSink(std::unique_ptr<connectors::Sink> sink, std::string id, std::string label)
      : sink_(std::move(sink)), id_(std::move(id)), label_(std::move(label)) {}
  ~OpenSink() { Abort(); }
  OpenSink(const OpenSink&) = delete;
  OpenSink& operator=(const OpenSink&) = delete;

  connectors::Sink* get() { return sink_.get(); }
  const std::string& id() const { return id_; }
  const std::string& label() const { return label_; }
  arrow::Status Close(bool complete);
  void Abort();

  bool has_prepared() const { return !prepared_.empty(); }
  /// So many checkpoints in a row have failed that nothing more should be written before one succeeds.
  bool is_full() const { return prepared_.size() >= kPreparedMax; }
  /// Prepares what was written since the last call, and remembers what Commit will need.
  arrow::Status Prepare(int64_t checkpoint);
  /// Commits everything that was prepared.
  arrow::Status Commit();
  /// What was prepared and not yet committed, for a checkpoint; Restore takes it up again.
  arrow::Status Save(state::StateWriter& out) const;
  arrow::Status Restore(const state::StateReader& in);

 private:
  static constexpr size_t kPreparedMax = 1000;

  std::vector<std::shared_ptr<std::string>> prepared_;  ///< checkpoints that are being written share them
  std::unique_ptr<connectors::Sink> sink_;
  std::string id_;
  std::string label_;
  bool open_ = true;
};

/// What a sink node does on one worker. Closing is the worker's business, when the whole job has ended.
class SinkTask final : public Consumer {
 public:
  /// Either `sink` or `collector` is null. All outlive the task. Of the metrics, rows_out are the rows written.
  SinkTask(const plan::SinkNode& node, bool drops_null_rows, OpenSink* sink, SerialCollector* collector,
           exec::OperatorMetrics* metrics, FailureSite* site, JobControl* control)
      : node_(node),
        guard_(node, drops_null_rows),
        sink_(sink),
        collector_(collector),
        metrics_(metrics),
        site_(site),
        control_(control) {}

  arrow::Status Push(int input, Batch batch) override;
  arrow::Status Advance(int input, EventTimeMs watermark) override;
  arrow::Status SetIdle(int /*input*/, bool /*idle*/) override { return arrow::Status::OK(); }
  arrow::Status End(int input, bool complete) override;
  arrow::Status Tick() override;
  void CollectSenders(std::vector<ExchangeSender*>* /*senders*/) override {}

 private:
  arrow::Status Write(Batch batch);

  const plan::SinkNode& node_;
  const NotNullGuard guard_;
  OpenSink* sink_;
  SerialCollector* collector_;
  exec::OperatorMetrics* metrics_;
  FailureSite* site_;
  JobControl* control_;
  bool ended_ = false;
};

}  // namespace tidemark::runtime
