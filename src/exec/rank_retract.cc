// SPDX-License-Identifier: Apache-2.0
// Ranking of rows that may be taken back: every row is kept, in order within its partition, and is found again by its
// values.
#include <algorithm>

#include "exec/rank.h"
#include "exec/rank_changes.h"
#include "exec/retract_rank_rows.h"
#include "exec/state_report.h"

namespace tidemark::exec {
namespace {

class RetractRank final : public Operator {
 public:
  explicit RetractRank(RankSpec spec)
      : spec_(std::move(spec)),
        rows_(&spec_),
        changes_(
            &spec_, [](RowHandle a, RowHandle b) { return a == b; },
            [this](const std::vector<RowHandle>& rows) { return rows_.Decode(rows); }) {}

  arrow::Status Open(const OperatorContext& context) override {
    report_.Open(context);
    ARROW_RETURN_NOT_OK(rows_.Open(context));
    return Operator::Open(context);
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_RETURN_NOT_OK(TakeIn(batch));
    if (!spec_.final_only) ARROW_RETURN_NOT_OK(EmitChanges(out));
    ARROW_RETURN_NOT_OK(EndBatch());
    ARROW_RETURN_NOT_OK(rows_.DropExpired());
    return Report();
  }

  arrow::Status Tick(Emitter&) override {
    if (!rows_.has_ttl()) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(rows_.DropExpired());
    return Report();
  }

  /// What comes at the end would be late behind a watermark that had passed it.
  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    return spec_.final_only ? arrow::Status::OK() : out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override {
    if (!spec_.final_only) return arrow::Status::OK();
    int64_t held = 0;
    for (uint8_t* payload : rows_.AllPartitions()) {
      now_.clear();
      AppendRanked(*RetractRankRows::PartitionOf(payload), &now_);
      for (size_t i = 0; i < now_.size(); ++i) {
        changes_.Add(RowKind::kInsert, now_[i], spec_.first + static_cast<int64_t>(i));
      }
      held += static_cast<int64_t>(now_.size());
      if (held >= context().batch_rows) {
        ARROW_RETURN_NOT_OK(changes_.Emit(context().batch_rows, out));
        held = 0;
      }
    }
    return changes_.Emit(context().batch_rows, out);
  }

  arrow::Status Save(state::StateWriter& out) const override { return rows_.Save(out); }
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    return rows_.BeginSave(changes_only, out);
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return rows_.SaveMore(rows); }
  arrow::Status Restore(const state::StateReader& in) override {
    return rows_.Restore(in, [this] { return Report(); });
  }

 private:
  /// EmitChanges may follow, EndBatch must.
  arrow::Status TakeIn(const Batch& batch) {
    ARROW_RETURN_NOT_OK(rows_.Find(batch));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      NoteChanged(rows_.partitions()[row]);
      if (IsAddition(batch.kind(row))) {
        rows_.Add(row);
      } else {
        rows_.Remove(row);
      }
    }
    return arrow::Status::OK();
  }

  void NoteChanged(uint8_t* payload) {
    RetractRankRows::Partition* partition = RetractRankRows::PartitionOf(payload);
    if (partition->change != 0) return;
    partition->change = 1;
    changed_.push_back(payload);
    if (!spec_.final_only) AppendRanked(*partition, &before_);
    before_ends_.push_back(before_.size());
  }

  /// Appends the rows of rank first..last.
  void AppendRanked(const RetractRankRows::Partition& partition, std::vector<RowHandle>* rows) const {
    if (partition.order == nullptr) return;
    int64_t rank = 0;
    for (const RankNode* node : *partition.order) {
      if (++rank > spec_.last) break;
      if (rank >= spec_.first) rows->push_back(node->row);
    }
  }

  arrow::Status EmitChanges(Emitter& out) {
    size_t begin = 0;
    for (size_t i = 0; i < changed_.size(); ++i) {
      now_.clear();
      AppendRanked(*RetractRankRows::PartitionOf(changed_[i]), &now_);
      changes_.AddDifference(std::span(before_).subspan(begin, before_ends_[i] - begin), now_);
      begin = before_ends_[i];
    }
    return changes_.Emit(context().batch_rows, out);
  }

  arrow::Status EndBatch() {
    for (uint8_t* payload : changed_) RetractRankRows::PartitionOf(payload)->change = 0;
    ARROW_RETURN_NOT_OK(rows_.End(changed_));
    changed_.clear();
    before_.clear();
    before_ends_.clear();
    return arrow::Status::OK();
  }

  arrow::Status Report() { return report_.Set(rows_.size(), rows_.memory_bytes()); }

  const RankSpec spec_;
  RetractRankRows rows_;
  RankChanges changes_;
  StateReport report_;

  // Of the batch under way.
  std::vector<uint8_t*> changed_;    ///< partitions
  std::vector<RowHandle> before_;    ///< the ranked rows of changed_ before the batch, one after the other
  std::vector<size_t> before_ends_;  ///< where those of each end
  std::vector<RowHandle> now_;
};

}  // namespace

std::unique_ptr<Operator> MakeRetractRankOperator(RankSpec spec) {
  return std::make_unique<RetractRank>(std::move(spec));
}

}  // namespace tidemark::exec
