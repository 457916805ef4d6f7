// SPDX-License-Identifier: Apache-2.0
// Reading, computing columns, stamping rows, and handing down the table's watermark.
#include "runtime/source_task.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "runtime/time_column.h"
#include "time/watermark.h"

namespace tidemark::runtime {

using connectors::Poll;

namespace {

/// Rows whose time is this close go out together.
constexpr int64_t kReplayStepMicros = 2'000;

/// How often the board is told of what is pending.
constexpr int64_t kTellMicros = 100'000;

/// Removes the first `count` rows of the batch.
void DropRows(int64_t count, Poll* poll) {
  poll->batch = poll->batch.Slice(count, poll->batch.num_rows - count);
  if (!poll->row_positions) return;
  poll->row_positions =
      std::make_shared<const std::vector<int64_t>>(poll->row_positions->begin() + count, poll->row_positions->end());
}

std::shared_ptr<const std::vector<int64_t>> NumbersFrom(int64_t first, int64_t count) {
  auto numbers = std::make_shared<std::vector<int64_t>>(count);
  std::iota(numbers->begin(), numbers->end(), first);
  return numbers;
}

}  // namespace

arrow::Result<std::unique_ptr<SourceTask>> SourceTask::Make(const plan::SourceNode& node,
                                                            std::unique_ptr<connectors::Source> source,
                                                            SplitBoard* board, const SourceTaskOptions& options,
                                                            const expr::FunctionContext* functions,
                                                            exec::OperatorMetrics* metrics, FailureSite* site) {
  std::unique_ptr<SourceTask> task(new SourceTask(node, std::move(source), board, options, metrics, site));
  if (!node.outputs.empty()) {
    ARROW_ASSIGN_OR_RAISE(task->outputs_, expr::Evaluator::Make(node.outputs, functions));
  }
  if (board != nullptr) {
    ARROW_ASSIGN_OR_RAISE(task->watermark_, expr::Evaluator::Make({node.watermark}, functions));
  }
  return task;
}

void SourceTask::AnnounceSplits(int64_t now_micros) {
  splits_version_ = source_->splits_version();
  if (board_ == nullptr) return;
  const auto splits = source_->ActiveSplits();
  board_->AddSplits(splits, now_micros);
  for (const connectors::SplitId split : splits) board_->SetName(split, source_->SplitName(split));
}

arrow::Result<HeadStep> SourceTask::Step(int64_t now_micros) {
  auto step = StepUnlabelled(now_micros);
  if (step.ok() && !due_letters_.empty()) {
    const arrow::Status given = options_.dead_letters->Give(std::exchange(due_letters_, {}));
    if (!given.ok()) step = given;
  }
  if (!step.ok()) return site_->Note(step.status(), node_.label());
  return step;
}

arrow::Result<HeadStep> SourceTask::StepUnlabelled(int64_t now_micros) {
  if (stopping_) {
    if (!stamped_.empty()) {
      ARROW_RETURN_NOT_OK(EmitStamped());
      return HeadStep{.progress = true};
    }
    // Rows that wait for their turn are dropped: those before them may never be read.
    if (!source_ended_ && board_ != nullptr) board_->EndWorker(options_.worker);
    ARROW_RETURN_NOT_OK(Finish(/*complete=*/false));
    return HeadStep{.progress = true};
  }
  if (source_->splits_version() != splits_version_) AnnounceSplits(now_micros);
  if (board_ != nullptr) {
    StampHeld(now_micros);
    if (!stamped_.empty() && !ReadsOnFirst(now_micros)) {
      ARROW_RETURN_NOT_OK(EmitStamped());
      return HeadStep{.progress = true};
    }
    ARROW_ASSIGN_OR_RAISE(const bool emitted, EmitProgress());
    if (emitted) return HeadStep{.progress = true};
  }
  if (options_.replay != nullptr && !held_.empty() && now_micros < due_micros_) {
    return HeadStep{.retry_micros = due_micros_ - now_micros};
  }
  if (source_ended_) {
    if (!held_.empty()) return HeadStep{};  // the board wakes this worker when their turn comes
    ARROW_RETURN_NOT_OK(Finish(/*complete=*/true));
    return HeadStep{.progress = true};
  }
  if (board_ != nullptr && held_batches_ >= options_.read_ahead_batches) {
    at_read_ahead_limit_ = true;
    if (!board_->MayReadOn(options_.worker)) return HeadStep{};
  }
  if (now_micros < next_poll_micros_) return HeadStep{.retry_micros = next_poll_micros_ - now_micros};
  if (board_ != nullptr) TellBoard(now_micros);
  if (options_.alignment != nullptr && WaitsForOthers(now_micros)) {
    return HeadStep{.retry_micros = std::max<int64_t>(options_.alignment->update_interval_micros(), 1)};
  }
  return Read(now_micros);
}

arrow::Result<HeadStep> SourceTask::Read(int64_t now_micros) {
  ARROW_ASSIGN_OR_RAISE(Poll poll, source_->Next());
  switch (poll.state) {
    case Poll::State::kBatch: {
      // A split that the source has only now found must be known before its rows are stamped.
      if (source_->splits_version() != splits_version_) AnnounceSplits(now_micros);
      Unstamped unstamped;
      unstamped.poll = std::move(poll);
      if (options_.dead_letters != nullptr) unstamped.letters = options_.dead_letters->TakeAdded();
      SkipHandedOn(&unstamped);
      ARROW_RETURN_NOT_OK(Compute(&unstamped));
      ARROW_RETURN_NOT_OK(Take(std::move(unstamped), now_micros));
      if (!stamped_.empty() && !ReadsOnFirst(now_micros)) ARROW_RETURN_NOT_OK(EmitStamped());
      return HeadStep{.progress = true};
    }
    case Poll::State::kNothing: {
      const int64_t retry = std::max<int64_t>(poll.retry_after_micros, 1);
      next_poll_micros_ = now_micros + retry;
      if (!stamped_.empty()) {
        ARROW_RETURN_NOT_OK(EmitStamped());
        return HeadStep{.progress = true};
      }
      if (board_ == nullptr || !MarkSilent(now_micros)) return HeadStep{.retry_micros = retry};
      ARROW_ASSIGN_OR_RAISE(const bool emitted, EmitProgress());
      return HeadStep{.progress = emitted, .retry_micros = retry};
    }
    case Poll::State::kEnd:
      source_ended_ = true;
      if (board_ != nullptr) board_->EndWorker(options_.worker);
      if (options_.dead_letters != nullptr) due_letters_ = options_.dead_letters->TakeAdded();
      return HeadStep{.progress = true};
  }
  return arrow::Status::UnknownError("a source gave a state that does not exist");
}

/// True when the board may have changed.
bool SourceTask::MarkSilent(int64_t now_micros) {
  std::vector<connectors::SplitId> caught_up;
  std::vector<connectors::SplitId> never_written;
  for (const connectors::SplitId split : source_->ActiveSplits()) {
    if (paused_.contains(split)) continue;  // nobody has looked
    if (source_->NeverWritten(split)) never_written.push_back(split);
    if (options_.idle_timeout_micros > 0 && source_->CaughtUp(split)) caught_up.push_back(split);
  }
  if (!never_written.empty()) board_->MarkNeverWritten(options_.worker, never_written, now_micros);
  if (options_.idle_timeout_micros > 0)
    board_->MarkCaughtUp(options_.worker, caught_up, now_micros, options_.idle_timeout_micros);
  return !never_written.empty() || options_.idle_timeout_micros > 0;
}

/// What is known of splits beside their rows, for whoever asks what a running job waits for.
void SourceTask::TellBoard(int64_t now_micros) {
  if (now_micros < next_told_micros_) return;
  next_told_micros_ = now_micros + kTellMicros;
  for (const connectors::SplitId split : source_->ActiveSplits()) {
    if (const auto rows = source_->PendingRows(split)) board_->SetPending(split, *rows);
  }
}

/// Pauses the splits that are too far ahead of the slowest of the group; true when the whole table is.
bool SourceTask::WaitsForOthers(int64_t now_micros) {
  const auto slowest = options_.alignment->Slowest(now_micros);
  const EventTimeMs limit = !slowest                    ? kMaxWatermark
                            : *slowest == kMinWatermark ? kMinWatermark
                                                        : *slowest + options_.max_drift_ms;
  // Where splits are read one after the other, those that wait for their turn hold the table's watermark: it is what
  // the table has come to.
  if (!source_->CanPause()) return board_->progress().watermark > limit;
  std::set<connectors::SplitId> ahead;
  for (const connectors::SplitId split : source_->ActiveSplits()) {
    if (board_->RunningOf(split).value_or(kMinWatermark) > limit) ahead.insert(split);
  }
  if (ahead == paused_) return false;
  source_->Pause(ahead);
  paused_ = std::move(ahead);
  return false;
}

/// Of rows of which the first is number `first_number` of its split.
std::shared_ptr<const std::vector<RowOrigin>> SourceTask::OriginsOf(const Poll& poll, int64_t first_number,
                                                                    int64_t count) const {
  if (options_.table == RowOrigin::kUnknown) return nullptr;
  auto origins = std::make_shared<std::vector<RowOrigin>>();
  origins->reserve(static_cast<size_t>(count));
  for (int64_t row = 0; row < count; ++row) {
    const int64_t position = poll.row_positions ? (*poll.row_positions)[row] : first_number + row + 1;
    origins->push_back({options_.table, poll.split, position});
  }
  return origins;
}

void SourceTask::SkipHandedOn(Unstamped* unstamped) {
  Poll& poll = unstamped->poll;
  auto& letters = unstamped->letters;
  if (options_.start.empty() || (poll.batch.num_rows == 0 && letters.empty())) return;
  const auto [entry, first_time] = to_skip_.try_emplace({poll.split, poll.piece});
  connectors::PiecePosition& left = entry->second;
  if (first_time) left = options_.start.StartOf(poll.split, poll.piece).value_or(connectors::PiecePosition{});
  const int64_t rows = std::min(left.rows, poll.batch.num_rows);
  left.rows -= rows;
  if (rows > 0) DropRows(rows, &poll);
  const int64_t bad_records = std::min<int64_t>(left.bad_records, std::ssize(letters));
  left.bad_records -= bad_records;
  letters.erase(letters.begin(), letters.begin() + bad_records);
  if (poll.piece_end) to_skip_.erase(entry);
}

/// Computes the columns and times of the rows.
arrow::Status SourceTask::Compute(Unstamped* unstamped) {
  Batch& batch = unstamped->poll.batch;
  if (outputs_ && batch.num_rows > 0) {
    ARROW_ASSIGN_OR_RAISE(auto columns, outputs_->Evaluate(batch));
    batch = batch.WithColumns(std::move(columns));
  }
  if (!watermark_ || batch.num_rows == 0) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(const auto watermarks, watermark_->Evaluate(batch));
  ARROW_RETURN_NOT_OK(TimestampMillis(*watermarks[0], kMinWatermark, &unstamped->watermarks));
  // A row without a time is nobody's late row.
  return TimestampMillis(*batch.columns[node_.rowtime_column], kMaxWatermark, &unstamped->rowtimes);
}

void SourceTask::NoteHandedOn(Unstamped& unstamped, int64_t rows, bool all) {
  const int64_t bad_records = all ? std::ssize(unstamped.letters) : 0;
  positions_.Advance(unstamped.poll, rows, all, bad_records);
  if (bad_records == 0) return;
  due_letters_.insert(due_letters_.end(), std::make_move_iterator(unstamped.letters.begin()),
                      std::make_move_iterator(unstamped.letters.end()));
}

arrow::Status SourceTask::Take(Unstamped unstamped, int64_t now_micros) {
  if (board_ == nullptr) {
    NoteHandedOn(unstamped, unstamped.poll.batch.num_rows, /*all=*/true);
    return outlet_.Emit(std::move(unstamped.poll.batch));
  }
  const auto split = unstamped.poll.split;
  const auto waiting = held_.find(split);
  if (waiting == held_.end()) {
    if (Stamp(unstamped, now_micros) == Stamping::kDone) return arrow::Status::OK();
    board_->SetHeld(options_.worker, split, unstamped.poll.piece);
    // A board that changed between the two calls must be looked at again.
    stamped_version_ = 0;
  }
  held_[split].push_back(std::move(unstamped));
  ++held_batches_;
  return arrow::Status::OK();
}

int64_t SourceTask::CountDueRows(const Unstamped& unstamped, int64_t now_micros) {
  const int64_t num_rows = unstamped.poll.batch.num_rows;
  if (options_.replay == nullptr) return num_rows;
  for (int64_t row = 0; row < num_rows; ++row) {
    const EventTimeMs time = unstamped.rowtimes[row];
    if (time == kMaxWatermark) continue;  // a row without a time does not wait
    const int64_t wait = options_.replay->WaitMicros(time, now_micros);
    if (wait == 0) continue;
    due_micros_ = now_micros + std::max(wait, kReplayStepMicros);
    return row;
  }
  return num_rows;
}

SourceTask::Stamping SourceTask::Stamp(Unstamped& unstamped, int64_t now_micros) {
  Poll& poll = unstamped.poll;
  const bool has_rows = poll.batch.num_rows > 0;
  const EventTimeMs promise = board_->progress().watermark;
  auto progress = board_->Turn(poll.split, poll.piece, has_rows, now_micros);
  if (!progress) return Stamping::kNotYet;
  const int64_t due = CountDueRows(unstamped, now_micros);
  if (has_rows && due == 0) return Stamping::kNotYet;
  const bool all = due == poll.batch.num_rows;
  NoteHandedOn(unstamped, due, all);
  time::SplitWatermark watermark(progress->running_watermark);
  if (has_rows) {
    auto stamps = all ? watermark.Observe(unstamped.watermarks, unstamped.rowtimes)
                      : watermark.Observe({unstamped.watermarks.begin(), unstamped.watermarks.begin() + due},
                                          {unstamped.rowtimes.begin(), unstamped.rowtimes.begin() + due});
    Batch batch = all ? std::move(poll.batch) : poll.batch.Slice(0, due);
    if (stamps) {
      batch.row_watermarks = std::move(stamps);
      batch.row_numbers = NumbersFrom(progress->rows, due);
      batch.row_origins = OriginsOf(poll, progress->rows, due);
    }
    progress->rows += due;
    stamped_.push_back({std::move(batch), promise});
  }
  progress->running_watermark = watermark.current();
  board_->Publish(options_.worker, poll.split, *progress, all && poll.piece_end, all && poll.split_end);
  turn_.reset();
  if (!all || !poll.piece_end) turn_ = poll.split;
  if (all) return Stamping::kDone;
  DropRows(due, &poll);
  unstamped.watermarks.erase(unstamped.watermarks.begin(), unstamped.watermarks.begin() + due);
  unstamped.rowtimes.erase(unstamped.rowtimes.begin(), unstamped.rowtimes.begin() + due);
  return Stamping::kPartly;
}

/// Stamps every batch that waited and has its turn now.
void SourceTask::StampHeld(int64_t now_micros) {
  if (held_.empty()) return;
  const uint64_t version = board_->version();
  const bool time_has_come = options_.replay != nullptr && now_micros >= due_micros_;
  if (version == stamped_version_ && !time_has_come) return;
  for (auto waiting = held_.begin(); waiting != held_.end();) {
    auto& [split, batches] = *waiting;
    if (StampHeldOf(&batches, now_micros)) {
      board_->SetHeld(options_.worker, split,
                      batches.empty() ? std::nullopt : std::optional(batches.front().poll.piece));
    }
    waiting = batches.empty() ? held_.erase(waiting) : std::next(waiting);
  }
  stamped_version_ = version;
  if (at_read_ahead_limit_ && held_batches_ < options_.read_ahead_batches) {
    at_read_ahead_limit_ = false;
    board_->BelowReadAheadLimit(options_.worker);
  }
}

/// True when the first of `batches` was stamped whole, and those after it as far as may be.
bool SourceTask::StampHeldOf(std::deque<Unstamped>* batches, int64_t now_micros) {
  bool any = false;
  while (!batches->empty() && Stamp(batches->front(), now_micros) == Stamping::kDone) {
    batches->pop_front();
    --held_batches_;
    any = true;
  }
  return any;
}

/// Others wait for this worker to stamp its piece to the end, and there is room for more rows here: what is stamped can
/// wait, so that all work at the same time.
bool SourceTask::ReadsOnFirst(int64_t now_micros) const {
  const int64_t batches = held_batches_ + static_cast<int64_t>(stamped_.size());
  return turn_ && !source_ended_ && options_.replay == nullptr && batches < options_.read_ahead_batches &&
         now_micros >= next_poll_micros_ && board_->OthersWait(options_.worker, *turn_);
}

arrow::Status SourceTask::EmitStamped() {
  Stamped next = std::move(stamped_.front());
  stamped_.pop_front();
  ARROW_RETURN_NOT_OK(outlet_.SetIdle(false));
  ARROW_RETURN_NOT_OK(outlet_.EmitWatermark(next.promise));
  ARROW_RETURN_NOT_OK(outlet_.Emit(std::move(next.batch)));
  return EmitProgress().status();
}

arrow::Result<bool> SourceTask::EmitProgress() {
  if (!stamped_.empty()) return false;  // what the table has come to may lie behind rows that wait here
  const uint64_t version = board_->version();
  if (version == emitted_version_) return false;
  emitted_version_ = version;
  const TableProgress progress = board_->progress();
  const EventTimeMs before = outlet_.watermark();
  if (!progress.idle) ARROW_RETURN_NOT_OK(outlet_.SetIdle(false));
  ARROW_RETURN_NOT_OK(outlet_.EmitWatermark(progress.watermark));
  if (progress.idle) ARROW_RETURN_NOT_OK(outlet_.SetIdle(true));
  return progress.watermark > before;
}

arrow::Result<bool> SourceTask::Pass(int64_t /*checkpoint*/) {
  while (!stamped_.empty()) ARROW_RETURN_NOT_OK(site_->Note(EmitStamped(), node_.label()));
  return true;
}

arrow::Status SourceTask::Save(state::StateSnapshot::Part* part) const {
  part->watermark = outlet_.watermark();
  const auto writer = state::MakeSnapshotWriter(part);
  ARROW_RETURN_NOT_OK(outlet_.Save(*writer));
  ARROW_RETURN_NOT_OK(positions_.Save(*writer));
  return board_ != nullptr && options_.worker == 0 ? board_->Save(*writer) : arrow::Status::OK();
}

arrow::Status SourceTask::CheckpointCompleted() {
  return site_->Note(source_->CheckpointCompleted(noted_positions_), node_.label());
}

arrow::Status SourceTask::Finish(bool complete) {
  done_ = true;
  held_.clear();
  return outlet_.End(complete);
}

std::string SourceTask::Describe() const {
  std::string text = node_.label() + (done_ ? " ended" : source_ended_ ? " read to its end" : " reads");
  if (held_batches_ > 0) text += ", " + std::to_string(held_batches_) + " batches wait for their turn";
  if (!stamped_.empty()) text += ", " + std::to_string(stamped_.size()) + " batches stamped";
  return board_ == nullptr ? text : text + ", " + board_->Describe();
}

}  // namespace tidemark::runtime
