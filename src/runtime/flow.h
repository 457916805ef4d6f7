// SPDX-License-Identifier: Apache-2.0
// Flow: how the parts of one worker call each other within a stage. An Outlet is the sending end, a Consumer the
// receiving one. A call returns when everything downstream up to the next exchange or sink has seen it.
#pragma once

#include <arrow/status.h>

#include <string>
#include <vector>

#include "exec/operator.h"
#include "state/state_snapshot.h"

namespace tidemark::runtime {

class ExchangeSender;

/// Takes what the parts above give, by input number. For each input: batches, watermarks and idleness in any order,
/// then End exactly once, then nothing.
class Consumer {
 public:
  virtual ~Consumer() = default;
  virtual arrow::Status Push(int input, Batch batch) = 0;
  /// Never kMaxWatermark; rises strictly per input.
  virtual arrow::Status Advance(int input, EventTimeMs watermark) = 0;
  virtual arrow::Status SetIdle(int input, bool idle) = 0;
  /// `complete`: the input was read to its end, else the job was stopped.
  virtual arrow::Status End(int input, bool complete) = 0;
  /// Called often, also while no input comes.
  virtual arrow::Status Tick() = 0;
  /// Adds the exchange senders that a call of Push may reach.
  virtual void CollectSenders(std::vector<ExchangeSender*>* senders) = 0;
};

/// Hands everything to each connected consumer.
class Outlet final : public exec::Emitter {
 public:
  /// `metrics` may be null.
  explicit Outlet(exec::OperatorMetrics* metrics = nullptr) : metrics_(metrics) {}

  void Connect(Consumer* consumer, int input) { edges_.push_back({consumer, input}); }

  arrow::Status Emit(Batch batch) override;
  /// Watermarks that do not rise, and kMaxWatermark, go no further.
  arrow::Status EmitWatermark(EventTimeMs watermark) override;
  arrow::Status SetIdle(bool idle);
  arrow::Status End(bool complete);

  EventTimeMs watermark() const { return watermark_; }

  /// What was said last, for a checkpoint: the table "runtime.outlet".
  arrow::Status Save(state::StateWriter& out) const;
  /// Says it again to what is connected, which then knows what it knew. Nothing when the job is new.
  arrow::Status Resume(const state::StateReader& in);
  void CollectSenders(std::vector<ExchangeSender*>* senders);

 private:
  struct Edge {
    Consumer* consumer;
    int input;
  };
  std::vector<Edge> edges_;
  exec::OperatorMetrics* metrics_;
  EventTimeMs watermark_ = kMinWatermark;
  bool idle_ = false;
};

/// Remembers which part of a worker failed first: the innermost, since errors travel outward.
class FailureSite {
 public:
  /// Returns `status` as it is.
  arrow::Status Note(arrow::Status status, const std::string& label) {
    if (!status.ok() && label_.empty()) label_ = label;
    return status;
  }
  /// `status` with the label in front of its message, unless it already names it.
  arrow::Status Place(const arrow::Status& status) const;

 private:
  std::string label_;
};

}  // namespace tidemark::runtime
