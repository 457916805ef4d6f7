// SPDX-License-Identifier: Apache-2.0
// Exchange: sends rows to the worker that owns their key. The sending half ends a stage, the receiving half begins one.
//
// Watermarks across an exchange. Each sender promises for its own rows only, in its own channels; a receiver merges the
// channels by minimum, so what one worker promises never speaks for rows that another has yet to send. A sender may
// hold a watermark back (it does, while it gathers small batches), but never sends it before rows that preceded it.
#pragma once

#include <arrow/result.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/memory_budget.h"
#include "runtime/channel.h"
#include "runtime/flow.h"
#include "runtime/head.h"
#include "runtime/input_merge.h"
#include "runtime/parker.h"

namespace tidemark::runtime {

/// The channels of one exchange between all workers. Made once per job, used by the workers' halves.
class ExchangeChannels {
 public:
  /// `targets`: workers that receive: all of them, or 1 for "everything to worker 0".
  ExchangeChannels(int workers, int targets, int capacity);
  Channel* channel(int from, int to) { return channels_[from * targets_ + to].get(); }
  int workers() const { return workers_; }
  int targets() const { return targets_; }

 private:
  int workers_;
  int targets_;
  std::vector<std::unique_ptr<Channel>> channels_;
};

/// One worker's sending half. Never blocks: what a full channel does not take waits here, in order, and the worker
/// takes no new input for this stage until it is gone. So at most the result of one call lies here.
class ExchangeSender final : public Consumer {
 public:
  /// `parkers`: one per target, woken when something was sent. What waits counts against `memory` (null: no limit): the
  /// result of one call may be large, as of a join with many matches for each row.
  ExchangeSender(std::vector<int> hash_columns, ExchangeChannels* channels, int worker, std::vector<Parker*> parkers,
                 int64_t batch_rows, std::string label, FailureSite* site, MemoryBudget* memory);

  arrow::Status Push(int input, Batch batch) override;
  arrow::Status Advance(int input, EventTimeMs watermark) override;
  arrow::Status SetIdle(int input, bool idle) override;
  arrow::Status End(int input, bool complete) override;
  /// Behind everything that was given so far; nothing after the end.
  arrow::Status SendBarrier(int64_t checkpoint);
  /// Sends gathered rows and the watermark.
  arrow::Status Tick() override { return Flush(); }
  void CollectSenders(std::vector<ExchangeSender*>* senders) override;

  /// Every channel takes another message.
  bool HasRoom() const;
  /// Moves what waits into channels that have room. True when something moved.
  bool Drain();
  /// Everything given so far is in the channels.
  bool drained() const;
  std::string Describe() const;

 private:
  struct Target {
    Channel* channel = nullptr;
    Parker* parker = nullptr;
    std::vector<Batch> gathered;
    int64_t gathered_rows = 0;
    EventTimeMs sent_watermark = kMinWatermark;
    std::deque<Message> waiting;
  };
  static int64_t BytesOf(const Message& message);
  arrow::Status Scatter(const Batch& batch);
  arrow::Status Gather(Target& target, Batch batch);
  arrow::Status SendGathered(Target& target);
  arrow::Status Flush() override;
  arrow::Status Send(Target& target, Message message);

  const std::vector<int> hash_columns_;
  std::vector<Target> targets_;
  std::vector<uint8_t> target_of_group_;
  std::vector<std::vector<int32_t>> indices_;  // scratch, per target
  const int64_t batch_rows_;
  EventTimeMs watermark_ = kMinWatermark;
  bool ended_ = false;
  const std::string label_;
  FailureSite* site_;
  MemoryReservation waiting_memory_;
};

/// One worker's receiving half: a head that merges the channels from all workers.
class ExchangeReceiver final : public Head {
 public:
  /// `parkers`: one per sending worker, woken when its channel has room again. `chooser` may be null.
  ExchangeReceiver(ExchangeChannels* channels, int worker, std::vector<Parker*> parkers,
                   std::unique_ptr<WatermarkMerge> merge, std::string label, FailureSite* site, Chooser* chooser);

  arrow::Result<HeadStep> Step(int64_t now_micros) override;
  bool done() const override { return inputs_.all_ended(); }
  Outlet* outlet() override { return &outlet_; }
  std::string Describe() const override;
  /// A channel is not read on once its barrier has come, until every other one's has.
  void PassOver(int64_t checkpoint) override;
  arrow::Result<bool> Pass(int64_t checkpoint) override;
  arrow::Status Save(state::StateSnapshot::Part* part) const override;
  arrow::Status Restore(const state::StateReader& in) override;

 private:
  arrow::Status Handle(int from, Message message);
  arrow::Status PassOn(const MergedEvents& events);

  std::vector<Channel*> channels_;
  std::vector<Parker*> parkers_;
  std::vector<int64_t> barriers_;  ///< per channel: the last one that came
  int64_t passed_ = 0;             ///< the last checkpoint that Pass said yes to
  InputMerge inputs_;
  Outlet outlet_;
  size_t next_ = 0;
  const std::string label_;
  FailureSite* site_;
  Chooser* chooser_;
};

}  // namespace tidemark::runtime
