// SPDX-License-Identifier: Apache-2.0
// Barriers through a worker's stages, its snapshot, its commits.
#include "runtime/worker_checkpoint.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "runtime/source_task.h"

namespace tidemark::runtime {
namespace {

/// Between two batches: some milliseconds.
constexpr int64_t kRowsAtATime = 16'384;

}  // namespace

WorkerCheckpoint::WorkerCheckpoint(int worker, Dataflow* dataflow, CheckpointCoordinator* coordinator,
                                   JobControl* control, Background* background)
    : worker_(worker),
      dataflow_(dataflow),
      coordinator_(coordinator),
      control_(control),
      background_(background),
      last_(coordinator->requested()),
      committed_(coordinator->completed()),
      stage_passed_(dataflow->stages.size()),
      sender_passed_(dataflow->senders.size()) {}

arrow::Result<bool> WorkerCheckpoint::Step(int64_t now_micros) {
  if (worker_ == 0) coordinator_->RequestWhenDue(now_micros);
  if (number_ == 0 && coordinator_->requested() > last_) {
    last_ = number_ = coordinator_->requested();
    passed_ = saved_ = false;
    std::fill(stage_passed_.begin(), stage_passed_.end(), false);
    std::fill(sender_passed_.begin(), sender_passed_.end(), false);
  }
  if (number_ == 0 && !committing_ && !SinksHaveRoom()) coordinator_->RequestEarly();
  bool moved = false;
  if (number_ != 0 && !saved_ && coordinator_->is_given_up(number_)) {
    for (auto& stage : dataflow_->stages) stage.head->PassOver(number_);
    number_ = 0;
    moved = true;
  }
  if (number_ != 0 && !passed_) {
    ARROW_ASSIGN_OR_RAISE(moved, LetThrough());
  }
  if (number_ != 0 && passed_ && !saved_ && coordinator_->all_passed(number_)) {
    ARROW_RETURN_NOT_OK(BeginSave());
    moved = true;
  }
  // The next one may be requested before this worker hears that the others had saved this one, when it failed.
  if (number_ != 0 && saved_ && (coordinator_->requested() > number_ || coordinator_->all_saved())) {
    stopped_ = coordinator_->requested() == number_ && coordinator_->is_last();
    number_ = 0;
    moved = true;
  }
  if (number_ == 0 && coordinator_->completed() > committed_) {
    committed_ = coordinator_->completed();
    ARROW_RETURN_NOT_OK(BeginCommit());
    moved = true;
  }
  if (committing_ && commits_done_.load(std::memory_order_acquire)) {
    ARROW_RETURN_NOT_OK(FinishCommit());
    moved = true;
  }
  return moved;
}

arrow::Status WorkerCheckpoint::BeginCommit() {
  committing_ = true;
  commits_done_.store(false, std::memory_order_relaxed);
  std::vector<OpenSink*> apart;
  for (const auto& sink : dataflow_->sinks) {
    if (sink->has_prepared() && sink->get()->CommitsApart()) {
      apart.push_back(sink.get());
    } else {
      ARROW_RETURN_NOT_OK(dataflow_->site->Note(sink->Commit(), sink->label()));
    }
  }
  if (apart.empty()) {
    commits_done_.store(true, std::memory_order_relaxed);
    return arrow::Status::OK();
  }
  if (background_ == nullptr) {
    thread_ = std::make_unique<ThreadBackground>();
    background_ = thread_.get();
  }
  background_->Run([this, apart] { CommitApart(apart); });
  return arrow::Status::OK();
}

void WorkerCheckpoint::CommitApart(const std::vector<OpenSink*>& sinks) {
  try {
    for (OpenSink* sink : sinks) {
      commit_label_ = sink->label();
      commit_status_ = sink->Commit();
      if (!commit_status_.ok()) break;
    }
  } catch (const std::bad_alloc&) {
    commit_status_ = arrow::Status::OutOfMemory("The process ran out of memory");
  } catch (const std::exception& exception) {
    commit_status_ = arrow::Status::UnknownError("Unexpected exception: ", exception.what());
  }
  commits_done_.store(true, std::memory_order_release);
  control_->WakeAll();
}

arrow::Status WorkerCheckpoint::FinishCommit() {
  ARROW_RETURN_NOT_OK(dataflow_->site->Note(commit_status_, commit_label_));
  committing_ = false;
  for (SourceTask* source : dataflow_->sources) ARROW_RETURN_NOT_OK(source->CheckpointCompleted());
  coordinator_->Commit();
  return arrow::Status::OK();
}

bool WorkerCheckpoint::SinksHaveRoom() const {
  return std::all_of(dataflow_->sinks.begin(), dataflow_->sinks.end(),
                     [this](const auto& sink) { return sink->get()->HasRoom() && (committing_ || !sink->is_full()); });
}

arrow::Result<bool> WorkerCheckpoint::LetThrough() {
  bool moved = false;
  auto& stages = dataflow_->stages;
  for (size_t i = 0; i < stages.size(); ++i) {
    if (stage_passed_[i]) continue;
    if (!stages[i].head->done()) {
      ARROW_ASSIGN_OR_RAISE(const bool passes, stages[i].head->Pass(number_));
      if (!passes) continue;
    }
    stage_passed_[i] = true;
    moved = true;
  }
  if (moved || stages.empty()) ARROW_RETURN_NOT_OK(SendBarriers());
  passed_ = std::all_of(stage_passed_.begin(), stage_passed_.end(), [](bool passed) { return passed; });
  if (!passed_) return moved;
  coordinator_->Pass(number_);
  return true;
}

arrow::Status WorkerCheckpoint::SendBarriers() {
  // Operators above a sender get nothing more before the checkpoint is taken: what they hold back goes out first.
  ARROW_RETURN_NOT_OK(Flush());
  for (size_t i = 0; i < dataflow_->senders.size(); ++i) {
    if (sender_passed_[i]) continue;
    ExchangeSender* sender = dataflow_->senders[i];
    bool ready = true;
    for (size_t stage = 0; stage < stage_passed_.size(); ++stage) {
      const auto& senders = dataflow_->stages[stage].senders;
      ready &= stage_passed_[stage] || std::find(senders.begin(), senders.end(), sender) == senders.end();
    }
    if (!ready) continue;
    ARROW_RETURN_NOT_OK(sender->SendBarrier(number_));
    sender_passed_[i] = true;
  }
  return arrow::Status::OK();
}

arrow::Status WorkerCheckpoint::Flush() {
  for (const auto& letters : dataflow_->dead_letters) ARROW_RETURN_NOT_OK(letters->Flush());
  for (const auto& consumer : dataflow_->consumers) ARROW_RETURN_NOT_OK(consumer->Flush());
  return arrow::Status::OK();
}

arrow::Status WorkerCheckpoint::BeginSave() {
  ARROW_RETURN_NOT_OK(Flush());
  for (SourceTask* source : dataflow_->sources) source->NoteCheckpoint();
  saving_ = state::StateSnapshot();
  for (const auto& part : dataflow_->parts) {
    ARROW_RETURN_NOT_OK(part.part->BeginSave(coordinator_->changes_only(), &saving_.parts[part.id]));
  }
  for (const auto& sink : dataflow_->sinks) {
    ARROW_RETURN_NOT_OK(dataflow_->site->Note(sink->Prepare(number_), sink->label()));
    ARROW_RETURN_NOT_OK(sink->Save(*state::MakeSnapshotWriter(&saving_.parts[sink->id()])));
  }
  HandOver();
  saved_ = true;
  saving_at_ = 0;
  coordinator_->NoteSaved();
  return arrow::Status::OK();
}

arrow::Result<bool> WorkerCheckpoint::SaveMore() {
  if (!saving_at_ || coordinator_->is_congested()) return false;
  int64_t left = kRowsAtATime;
  while (left > 0 && *saving_at_ < dataflow_->parts.size()) {
    ARROW_ASSIGN_OR_RAISE(const bool complete, dataflow_->parts[*saving_at_].part->SaveMore(left));
    if (complete) ++*saving_at_;
    left = complete ? left : 0;
  }
  HandOver();
  if (*saving_at_ < dataflow_->parts.size()) return true;
  saving_at_ = std::nullopt;
  coordinator_->Acknowledge();
  return true;
}

void WorkerCheckpoint::HandOver() {
  state::StateSnapshot piece;
  for (auto& [id, part] : saving_.parts) {
    if (part.tables.empty()) continue;
    auto& handed = piece.parts[id];
    handed.watermark = part.watermark;
    handed.tables.swap(part.tables);
  }
  if (!piece.parts.empty()) coordinator_->Add(worker_, std::move(piece));
}

}  // namespace tidemark::runtime
