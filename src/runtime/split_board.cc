// SPDX-License-Identifier: Apache-2.0
// Bookkeeping of splits across workers.
#include "runtime/split_board.h"

#include <algorithm>

namespace tidemark::runtime {

using connectors::SplitId;

namespace {
/// Between the first row of a table and the moment when splits that were never written hold it back no more.
constexpr int64_t kFirstRowsMicros = 1'000'000;
}  // namespace

SplitBoard::SplitBoard(JobControl* control)
    : control_(control), worker_ended_(control->workers(), false), at_limit_(control->workers(), false) {}

void SplitBoard::Changed(int worker) {
  version_.fetch_add(1, std::memory_order_acq_rel);
  for (int other = 0; other < control_->workers(); ++other) {
    // One that has read its share may still wait with rows.
    if (other != worker) control_->parker(other)->Notify();
  }
}

void SplitBoard::Recompute() {
  watermark_ = std::max(watermark_, holding_.empty() ? highest_running_ : *holding_.begin());
  idle_ = holding_.empty() && (!active_.empty() || quiet_without_splits_);
}

SplitBoard::Split& SplitBoard::AddSplit(SplitId id, int64_t now_micros) {
  Split& split = active_[id];
  const auto resumed = resumed_.find(id);
  if (resumed != resumed_.end()) {
    split = std::move(resumed->second);
    resumed_.erase(resumed);
  } else {
    split.running = watermark_;
  }
  split.last_rows_micros = split.risen_micros = now_micros;
  if (!split.idle) Hold(split.running);
  quiet_without_splits_ = false;
  return split;
}

void SplitBoard::AddSplits(const std::vector<SplitId>& splits, int64_t now_micros) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (last_rows_micros_ == 0) last_rows_micros_ = now_micros;
  for (SplitId id : splits) {
    if (!active_.contains(id) && !ended_.contains(id)) AddSplit(id, now_micros);
  }
  // Not before all are there: those of a checkpoint have come to different times, and the earliest counts.
  Recompute();
  Changed(-1);
}

std::optional<SplitProgress> SplitBoard::Turn(SplitId id, int64_t piece, bool has_rows, int64_t now_micros) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = active_.find(id);
  const bool is_new = found == active_.end();
  Split& split = is_new ? AddSplit(id, now_micros) : found->second;
  if (is_new) Recompute();
  if (piece > split.next_piece) return std::nullopt;
  if (has_rows) {
    split.last_rows_micros = now_micros;
    split.never_written = false;
    last_rows_micros_ = now_micros;
    if (first_rows_micros_ < 0) first_rows_micros_ = now_micros;
    if (split.idle) {
      split.idle = false;
      split.running = std::max(split.running, watermark_);
      Hold(split.running);
      const bool was_idle = idle_;
      Recompute();
      if (was_idle) Changed(-1);
    }
  }
  return SplitProgress{split.running, split.rows};
}

void SplitBoard::Publish(int worker, SplitId id, SplitProgress progress, bool piece_end, bool split_end) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Split& split = active_.at(id);
  const TableProgress before{watermark_, idle_};
  const EventTimeMs running_watermark = progress.running_watermark;
  split.rows = progress.rows;
  if (running_watermark > split.running) {
    if (!split.idle) {
      LetGo(split.running);
      Hold(running_watermark);
    }
    split.running = running_watermark;
    split.risen_micros = split.last_rows_micros;
    highest_running_ = std::max(highest_running_, running_watermark);
  }
  Recompute();
  if (split_end) {
    EndSplit(id);
  } else if (piece_end) {
    ++split.next_piece;
    SkipAbandonedPieces(split);
  }
  if (split_end || piece_end || watermark_ != before.watermark || idle_ != before.idle) Changed(worker);
}

void SplitBoard::EndSplit(SplitId id) {
  const auto found = active_.find(id);
  if (!found->second.idle) LetGo(found->second.running);
  active_.erase(found);
  ended_.insert(id);
  Recompute();
}

void SplitBoard::SetHeld(int worker, SplitId id, std::optional<int64_t> piece) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = active_.find(id);
  if (found == active_.end()) return;
  Split& split = found->second;
  if (piece)
    split.held[worker] = *piece;
  else
    split.held.erase(worker);
  const int64_t next_before = split.next_piece;
  SkipAbandonedPieces(split);
  if (split.next_piece != next_before) Changed(-1);
}

bool SplitBoard::OthersWait(int worker, SplitId id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = active_.find(id);
  if (found == active_.end()) return false;
  const auto& held = found->second.held;
  return std::any_of(held.begin(), held.end(), [&](const auto& waiting) { return waiting.first != worker; });
}

void SplitBoard::SkipAbandonedPieces(Split& split) {
  if (split.held.empty()) return;
  int64_t earliest = INT64_MAX;
  for (int worker = 0; worker < control_->workers(); ++worker) {
    const auto held = split.held.find(worker);
    if (held != split.held.end() && held->second > split.next_piece) {
      earliest = std::min(earliest, held->second);
    } else if (held != split.held.end() || !worker_ended_[worker]) {
      return;  // it has the turn, or may still give an earlier piece
    }
  }
  if (earliest != INT64_MAX) split.next_piece = earliest;
}

bool SplitBoard::AllAtLimit() const {
  for (size_t worker = 0; worker < at_limit_.size(); ++worker) {
    if (!at_limit_[worker] && !worker_ended_[worker]) return false;
  }
  return true;
}

bool SplitBoard::MayReadOn(int worker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool before = AllAtLimit();
  at_limit_[worker] = true;
  const bool now = AllAtLimit();
  if (now && !before) Changed(worker);
  return now;
}

void SplitBoard::BelowReadAheadLimit(int worker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  at_limit_[worker] = false;
}

void SplitBoard::MarkCaughtUp(int worker, const std::vector<SplitId>& splits, int64_t now_micros,
                              int64_t timeout_micros) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const TableProgress before{watermark_, idle_};
  for (SplitId id : splits) {
    const auto found = active_.find(id);
    if (found == active_.end()) continue;
    Split& split = found->second;
    if (split.idle || now_micros - split.last_rows_micros < timeout_micros) continue;
    split.idle = true;
    LetGo(split.running);
  }
  if (active_.empty() && now_micros - last_rows_micros_ >= timeout_micros) quiet_without_splits_ = true;
  Recompute();
  if (watermark_ != before.watermark || idle_ != before.idle) Changed(worker);
}

void SplitBoard::MarkNeverWritten(int worker, const std::vector<SplitId>& splits, int64_t now_micros) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const TableProgress before{watermark_, idle_};
  for (SplitId id : splits) {
    const auto found = active_.find(id);
    if (found == active_.end()) continue;
    Split& split = found->second;
    split.never_written = true;
    const bool waited = first_rows_micros_ >= 0 && now_micros - first_rows_micros_ >= kFirstRowsMicros &&
                        now_micros - split.last_rows_micros >= kFirstRowsMicros;
    if (split.idle || !waited) continue;
    split.idle = true;
    LetGo(split.running);
  }
  Recompute();
  if (watermark_ != before.watermark || idle_ != before.idle) Changed(worker);
}

void SplitBoard::EndWorker(int worker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  worker_ended_[worker] = true;
  for (auto& [id, split] : active_) SkipAbandonedPieces(split);
  Changed(worker);
}

TableProgress SplitBoard::progress() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {watermark_, idle_};
}

std::string SplitBoard::Describe() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string text = "watermark " + std::to_string(watermark_) + (idle_ ? ", idle" : "") + ", " +
                     std::to_string(active_.size()) + " active splits";
  for (const auto& [id, split] : active_) {
    if (split.held.empty()) continue;
    text += ", split " + std::to_string(id) + " at piece " + std::to_string(split.next_piece) + " held by";
    for (const auto& [worker, piece] : split.held) text += " " + std::to_string(worker) + ":" + std::to_string(piece);
  }
  return text;
}

}  // namespace tidemark::runtime
