// SPDX-License-Identifier: Apache-2.0
// Splitting batches by key group, gathering small ones, and merging channels.
#include "runtime/exchange.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "columnar/select_columns.h"
#include "exec/row_limit.h"
#include "state/key_groups.h"

namespace tidemark::runtime {

ExchangeChannels::ExchangeChannels(int workers, int targets, int capacity) : workers_(workers), targets_(targets) {
  for (int i = 0; i < workers * targets; ++i) channels_.push_back(std::make_unique<Channel>(capacity));
}

ExchangeSender::ExchangeSender(std::vector<int> hash_columns, ExchangeChannels* channels, int worker,
                               std::vector<Parker*> parkers, int64_t batch_rows, std::string label, FailureSite* site,
                               MemoryBudget* memory)
    : hash_columns_(std::move(hash_columns)),
      targets_(channels->targets()),
      indices_(channels->targets()),
      batch_rows_(batch_rows),
      label_(std::move(label)),
      site_(site),
      waiting_memory_(memory, label_) {
  for (int to = 0; to < channels->targets(); ++to) {
    targets_[to].channel = channels->channel(worker, to);
    targets_[to].parker = parkers[to];
  }
  for (int group = 0; group < state::kKeyGroups; ++group) {
    target_of_group_.push_back(static_cast<uint8_t>(state::WorkerOfKeyGroup(group, channels->workers())));
  }
}

arrow::Status ExchangeSender::Push(int /*input*/, Batch batch) {
  if (targets_.size() == 1) return site_->Note(Gather(targets_[0], std::move(batch)), label_);
  return site_->Note(Scatter(batch), label_);
}

arrow::Status ExchangeSender::Scatter(const Batch& batch) {
  const auto keys = SelectColumns(batch, hash_columns_);
  ARROW_ASSIGN_OR_RAISE(const auto groups, state::KeyGroups(keys, batch.num_rows));
  for (auto& rows : indices_) rows.clear();
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    indices_[target_of_group_[groups[row]]].push_back(static_cast<int32_t>(row));
  }
  for (size_t to = 0; to < targets_.size(); ++to) {
    if (indices_[to].empty()) continue;
    if (static_cast<int64_t>(indices_[to].size()) == batch.num_rows) return Gather(targets_[to], batch);
    ARROW_ASSIGN_OR_RAISE(Batch part, Take(batch, indices_[to]));
    ARROW_RETURN_NOT_OK(Gather(targets_[to], std::move(part)));
  }
  return arrow::Status::OK();
}

arrow::Status ExchangeSender::Gather(Target& target, Batch batch) {
  // A part of a quarter batch is worth a message of its own: joining it to others would copy it a second time.
  if (target.gathered.empty() && batch.num_rows * 4 >= batch_rows_) {
    return Send(target, std::move(batch));
  }
  target.gathered_rows += batch.num_rows;
  target.gathered.push_back(std::move(batch));
  if (target.gathered_rows * 2 >= batch_rows_) return SendGathered(target);
  return arrow::Status::OK();
}

arrow::Status ExchangeSender::SendGathered(Target& target) {
  if (target.gathered.empty()) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(Batch joined, Concatenate(target.gathered));
  target.gathered.clear();
  target.gathered_rows = 0;
  return Send(target, std::move(joined));
}

arrow::Status ExchangeSender::Flush() {
  for (Target& target : targets_) {
    ARROW_RETURN_NOT_OK(site_->Note(SendGathered(target), label_));
    if (target.sent_watermark >= watermark_) continue;
    target.sent_watermark = watermark_;
    ARROW_RETURN_NOT_OK(site_->Note(Send(target, WatermarkMessage{watermark_}), label_));
  }
  return arrow::Status::OK();
}

arrow::Status ExchangeSender::Advance(int /*input*/, EventTimeMs watermark) {
  watermark_ = std::max(watermark_, watermark);  // sent by the next Tick
  return arrow::Status::OK();
}

arrow::Status ExchangeSender::SetIdle(int /*input*/, bool idle) {
  ARROW_RETURN_NOT_OK(Flush());
  for (Target& target : targets_) ARROW_RETURN_NOT_OK(site_->Note(Send(target, IdleMessage{idle}), label_));
  return arrow::Status::OK();
}

arrow::Status ExchangeSender::SendBarrier(int64_t checkpoint) {
  if (ended_) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(Flush());
  for (Target& target : targets_) ARROW_RETURN_NOT_OK(site_->Note(Send(target, BarrierMessage{checkpoint}), label_));
  return arrow::Status::OK();
}

arrow::Status ExchangeSender::End(int /*input*/, bool complete) {
  ARROW_RETURN_NOT_OK(Flush());
  ended_ = true;
  for (Target& target : targets_) ARROW_RETURN_NOT_OK(site_->Note(Send(target, EndMessage{complete}), label_));
  return arrow::Status::OK();
}

int64_t ExchangeSender::BytesOf(const Message& message) {
  const auto* batch = std::get_if<Batch>(&message);
  return batch == nullptr ? 0 : exec::BufferBytes(*batch);
}

arrow::Status ExchangeSender::Send(Target& target, Message message) {
  if (target.waiting.empty() && target.channel->TryPush(message)) {
    target.parker->Notify();
    return arrow::Status::OK();
  }
  const auto is_barrier = [](const Message& each) { return std::holds_alternative<BarrierMessage>(each); };
  if (is_barrier(message) && !target.waiting.empty() && is_barrier(target.waiting.back())) {
    // The one before it was given up, or another could not follow: it would wait there for nothing, as may many.
    target.waiting.back() = std::move(message);
    return arrow::Status::OK();
  }
  const int64_t bytes = BytesOf(message);
  target.waiting.push_back(std::move(message));
  return waiting_memory_.Set(waiting_memory_.bytes() + bytes);
}

bool ExchangeSender::Drain() {
  bool moved = false;
  for (Target& target : targets_) {
    bool moved_here = false;
    while (!target.waiting.empty() && !target.channel->full()) {
      const int64_t bytes = BytesOf(target.waiting.front());
      target.channel->TryPush(target.waiting.front());
      target.waiting.pop_front();
      (void)waiting_memory_.Set(waiting_memory_.bytes() - bytes);  // giving back cannot fail
      moved_here = true;
    }
    if (moved_here) target.parker->Notify();
    moved |= moved_here;
  }
  return moved;
}

bool ExchangeSender::HasRoom() const {
  return std::all_of(targets_.begin(), targets_.end(),
                     [](const Target& target) { return target.waiting.empty() && !target.channel->full(); });
}

bool ExchangeSender::drained() const {
  return std::all_of(targets_.begin(), targets_.end(),
                     [](const Target& target) { return target.waiting.empty() && target.gathered.empty(); });
}

void ExchangeSender::CollectSenders(std::vector<ExchangeSender*>* senders) {
  auto* self = const_cast<ExchangeSender*>(this);
  if (std::find(senders->begin(), senders->end(), self) == senders->end()) senders->push_back(self);
}

std::string ExchangeSender::Describe() const {
  std::string text = label_ + " sends:";
  for (const Target& target : targets_) {
    text += " [" + std::to_string(target.channel->size()) + "/" + std::to_string(target.channel->capacity()) +
            " queued, " + std::to_string(target.waiting.size()) + " waiting, " + std::to_string(target.gathered_rows) +
            " rows gathered]";
  }
  return text;
}

namespace {

std::vector<Channel*> ChannelsTo(ExchangeChannels* channels, int worker) {
  std::vector<Channel*> into;
  for (int from = 0; from < channels->workers(); ++from) into.push_back(channels->channel(from, worker));
  return into;
}

}  // namespace

ExchangeReceiver::ExchangeReceiver(ExchangeChannels* channels, int worker, std::vector<Parker*> parkers,
                                   std::unique_ptr<WatermarkMerge> merge, std::string label, FailureSite* site,
                                   Chooser* chooser)
    : channels_(ChannelsTo(channels, worker)),
      parkers_(std::move(parkers)),
      barriers_(channels_.size(), 0),
      inputs_(channels->workers(), std::move(merge)),
      label_(std::move(label)),
      site_(site),
      chooser_(chooser) {}

arrow::Result<HeadStep> ExchangeReceiver::Step(int64_t /*now_micros*/) {
  const size_t count = channels_.size();
  if (chooser_ != nullptr) next_ = static_cast<size_t>(chooser_->Choose(static_cast<int>(count)));
  for (size_t i = 0; i < count; ++i) {
    const size_t from = (next_ + i) % count;
    if (barriers_[from] > passed_) continue;
    auto message = channels_[from]->TryPop();
    if (!message) continue;
    next_ = from + 1;
    parkers_[from]->Notify();
    ARROW_RETURN_NOT_OK(Handle(static_cast<int>(from), std::move(*message)));
    return HeadStep{.progress = true};
  }
  return HeadStep{};
}

arrow::Status ExchangeReceiver::Handle(int from, Message message) {
  if (auto* batch = std::get_if<Batch>(&message)) {
    auto taken = inputs_.Take(from, std::move(*batch));
    if (!taken.ok()) return site_->Note(taken.status(), label_);
    return outlet_.Emit(std::move(taken).ValueUnsafe());
  }
  if (const auto* barrier = std::get_if<BarrierMessage>(&message)) {
    barriers_[from] = barrier->checkpoint;
    return arrow::Status::OK();
  }
  arrow::Result<MergedEvents> events = MergedEvents{};
  if (const auto* advance = std::get_if<WatermarkMessage>(&message)) events = inputs_.Advance(from, advance->watermark);
  if (const auto* idle = std::get_if<IdleMessage>(&message)) events = inputs_.SetIdle(from, idle->idle);
  if (const auto* end = std::get_if<EndMessage>(&message)) events = inputs_.End(from, end->complete);
  if (!events.ok()) return site_->Note(events.status(), label_);
  return PassOn(*events);
}

arrow::Status ExchangeReceiver::PassOn(const MergedEvents& events) {
  if (events.idle && !*events.idle) ARROW_RETURN_NOT_OK(outlet_.SetIdle(false));
  if (events.watermark) ARROW_RETURN_NOT_OK(outlet_.EmitWatermark(*events.watermark));
  if (events.idle && *events.idle) ARROW_RETURN_NOT_OK(outlet_.SetIdle(true));
  return events.ended ? outlet_.End(events.complete) : arrow::Status::OK();
}

void ExchangeReceiver::PassOver(int64_t checkpoint) { passed_ = std::max(passed_, checkpoint); }

arrow::Result<bool> ExchangeReceiver::Pass(int64_t checkpoint) {
  // One is under way at a time: those before it are over, and this worker may not have heard that they were given up.
  PassOver(checkpoint - 1);
  for (size_t from = 0; from < channels_.size(); ++from) {
    if (barriers_[from] < checkpoint && !inputs_.ended(static_cast<int>(from))) return false;
  }
  passed_ = checkpoint;
  return true;
}

arrow::Status ExchangeReceiver::Save(state::StateSnapshot::Part* part) const {
  part->watermark = inputs_.watermark();
  return outlet_.Save(*state::MakeSnapshotWriter(part));
}

arrow::Status ExchangeReceiver::Restore(const state::StateReader& in) {
  inputs_.Restore(in.watermark());
  return arrow::Status::OK();
}

std::string ExchangeReceiver::Describe() const {
  std::string text = label_ + " receives:";
  for (size_t from = 0; from < channels_.size(); ++from) {
    text += inputs_.ended(static_cast<int>(from)) ? " ended" : " " + std::to_string(channels_[from]->size());
  }
  return text + ", watermark " + std::to_string(inputs_.watermark());
}

}  // namespace tidemark::runtime
