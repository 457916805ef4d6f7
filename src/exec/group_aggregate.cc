// SPDX-License-Identifier: Apache-2.0
// The two forms of GROUP BY: a changelog while the input runs, or final rows when it has ended.
#include "exec/group_aggregate.h"

#include <arrow/api.h>

#include <algorithm>

#include "columnar/row_chunks.h"
#include "columnar/row_compare.h"
#include "exec/batch_collector.h"
#include "exec/grouped_state.h"

namespace tidemark::exec {
namespace {

using Columns = std::vector<std::shared_ptr<arrow::Array>>;

/// Emits every group's row when the input ends.
class FinalGroupAggregate final : public Operator {
 public:
  FinalGroupAggregate(const plan::GroupAggregateNode& node, AggregateSet aggregates)
      : node_(node), groups_(node, std::move(aggregates), /*with_header=*/false) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(groups_.Open(context));
    return Operator::Open(context);
  }

  arrow::Status Push(int, Batch batch, Emitter&) override {
    ARROW_RETURN_NOT_OK(groups_.FindGroups(batch).status());
    ARROW_RETURN_NOT_OK(groups_.table().Update(batch));
    return groups_.Report(0);
  }

  /// What comes at the end would be late behind a watermark that had passed it.
  arrow::Status Advance(EventTimeMs /*watermark*/, Emitter& /*out*/) override { return arrow::Status::OK(); }

  arrow::Status Finish(Emitter& out) override {
    std::vector<uint8_t*> groups = groups_.AliveGroups();
    // COUNT(*) over nothing is 0: an aggregation without keys has its row, on the worker that all rows would go to.
    if (groups.empty() && node_.group_columns.empty() && context().worker == 0) {
      ARROW_ASSIGN_OR_RAISE(const auto* global, groups_.table().FindGroups({}, 1, nullptr));
      groups = *global;
    }
    ARROW_RETURN_NOT_OK(EmitGroups(groups_.table(), groups, out));
    return groups_.ReadStored([&](Batch rows) {
      rows.columns.pop_back();
      AggregateTable loaded(&groups_.layout());
      ARROW_RETURN_NOT_OK(loaded.Restore(rows).status());
      return EmitGroups(loaded, loaded.AliveGroups(), out);
    });
  }

  arrow::Status Save(state::StateWriter& out) const override { return groups_.Save(/*with_emitted=*/false, out); }

  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    return groups_.BeginSave(changes_only, out);
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return groups_.SaveMore(rows); }

  arrow::Status Restore(const state::StateReader& in) override {
    ARROW_RETURN_NOT_OK(groups_.Restore(/*with_emitted=*/false, in));
    return groups_.Report(0);
  }

 private:
  arrow::Status EmitGroups(const AggregateTable& table, const std::vector<uint8_t*>& groups, Emitter& out) {
    for (size_t at = 0; at < groups.size(); at += context().batch_rows) {
      const size_t end = std::min<size_t>(at + context().batch_rows, groups.size());
      const std::vector<uint8_t*> piece(groups.begin() + at, groups.begin() + end);
      Batch batch;
      batch.num_rows = static_cast<int64_t>(piece.size());
      ARROW_ASSIGN_OR_RAISE(batch.columns, table.Keys(piece));
      ARROW_ASSIGN_OR_RAISE(const auto results, table.Results(piece));
      batch.columns.insert(batch.columns.end(), results.begin(), results.end());
      ARROW_RETURN_NOT_OK(out.Emit(std::move(batch)));
    }
    return arrow::Status::OK();
  }

  const plan::GroupAggregateNode& node_;
  GroupedState groups_;
};

/// Emits how the results change: after every batch, or after a mini-batch of several. Of a group that changed, the
/// result before the first change is kept until the result after the last is known, so that what did not change in the
/// end is not emitted. Where state has a time-to-live it is emitted all the same, so that those who keep it in turn
/// know that the group lives.
class ChangelogGroupAggregate final : public Operator {
 public:
  ChangelogGroupAggregate(const plan::GroupAggregateNode& node, AggregateSet aggregates)
      : node_(node), groups_(node, std::move(aggregates), /*with_header=*/true) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(groups_.Open(context));
    return Operator::Open(context);
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    if (rows_held_ == 0) held_since_micros_ = context().clock->SteadyMicros();
    rows_held_ += batch.num_rows;
    ARROW_ASSIGN_OR_RAISE(const auto* found, groups_.FindGroups(batch));
    ARROW_RETURN_NOT_OK(NoteChanged(*found));
    ARROW_RETURN_NOT_OK(groups_.table().Update(batch));
    const bool unbatched = node_.mini_batch_rows == 0 && node_.mini_batch_latency_ms == 0;
    const bool full = node_.mini_batch_rows > 0 && rows_held_ >= node_.mini_batch_rows;
    if (unbatched || full || groups_.IsTight()) ARROW_RETURN_NOT_OK(EmitChanges(out));
    ARROW_RETURN_NOT_OK(groups_.DropExpired());
    return Report();
  }

  arrow::Status Tick(Emitter& out) override {
    const int64_t held_micros = context().clock->SteadyMicros() - held_since_micros_;
    if (rows_held_ > 0 && held_micros >= node_.mini_batch_latency_ms * 1000) ARROW_RETURN_NOT_OK(EmitChanges(out));
    if (node_.state_ttl_ms == 0) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(groups_.DropExpired());
    return Report();
  }

  arrow::Status Finish(Emitter& out) override { return EmitChanges(out); }

  arrow::Status Save(state::StateWriter& out) const override {
    ARROW_RETURN_NOT_OK(groups_.Save(/*with_emitted=*/true, out));
    return SaveChanged(out);
  }

  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    ARROW_RETURN_NOT_OK(groups_.BeginSave(changes_only, out));
    return SaveChanged(out);
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return groups_.SaveMore(rows); }

  arrow::Status Restore(const state::StateReader& in) override {
    ARROW_RETURN_NOT_OK(groups_.Restore(/*with_emitted=*/true, in));
    ARROW_RETURN_NOT_OK(RestoreChanged(in));
    return Report();
  }

 private:
  static constexpr std::string_view kChanged = "changed";

  /// A mini-batch may be under way, as long as its latency allows. Its groups as columns: keys, the results before
  /// (NULL where there were none), whether there were any.
  arrow::Status SaveChanged(state::StateWriter& out) const {
    if (changed_.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const auto owner, groups_.Owner());
    ARROW_ASSIGN_OR_RAISE(Columns results, TakeBefore());
    state::ArrowTypes types;
    for (const auto& call : node_.calls) types.push_back(call.type.ToArrow());
    RowChunks before(std::move(types));
    if (!results.empty()) ARROW_RETURN_NOT_OK(before.Append(Batch{before_rows_, std::move(results)}));
    for (size_t at = 0; at < changed_.size(); at += context().batch_rows) {
      const size_t end = std::min<size_t>(at + context().batch_rows, changed_.size());
      Batch piece;
      piece.num_rows = static_cast<int64_t>(end - at);
      const std::vector<int64_t> rows(before_row_.begin() + at, before_row_.begin() + end);
      std::vector<bool> were;
      for (int64_t row : rows) were.push_back(row != kNone);
      ARROW_ASSIGN_OR_RAISE(piece.columns, groups_.table().Keys({changed_.begin() + at, changed_.begin() + end}));
      if (!node_.calls.empty()) {
        ARROW_ASSIGN_OR_RAISE(const Columns befores, before.Gather(rows));
        piece.columns.insert(piece.columns.end(), befores.begin(), befores.end());
      }
      ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::BooleanColumn(were));
      ARROW_RETURN_NOT_OK(out.Write(kChanged, piece, owner));
    }
    return arrow::Status::OK();
  }

  arrow::Status RestoreChanged(const state::StateReader& in) {
    state::ArrowTypes types = state::ArrowTypesOf(groups_.key_types());
    for (const auto& call : node_.calls) types.push_back(call.type.ToArrow());
    ARROW_ASSIGN_OR_RAISE(const auto pieces, state::ReadRows(in, kChanged, types, {arrow::boolean()}));
    const auto results_begin = static_cast<std::ptrdiff_t>(groups_.key_types().size());
    for (const Batch& piece : pieces) {
      const auto keys = std::span(piece.columns).first(groups_.key_types().size());
      ARROW_ASSIGN_OR_RAISE(const auto* found, groups_.table().FindGroups(keys, piece.num_rows, nullptr));
      std::vector<int32_t> had_results;
      for (int64_t row = 0; row < piece.num_rows; ++row) {
        GroupHeader* header = HeaderOf((*found)[row]);
        if (header->change != 0) return state::DamagedState(kChanged, "names a group twice");
        header->change = 1;
        const bool had = state::BooleanValue(piece, piece.columns.size() - 1, row);
        changed_.push_back((*found)[row]);
        before_row_.push_back(had ? before_rows_++ : kNone);
        if (had) had_results.push_back(static_cast<int32_t>(row));
      }
      const Columns results(piece.columns.begin() + results_begin, piece.columns.end() - 1);
      if (had_results.empty() || results.empty()) continue;
      ARROW_ASSIGN_OR_RAISE(Batch before, Take(Batch{piece.num_rows, results}, had_results));
      before_.push_back(std::move(before.columns));
    }
    rows_held_ = static_cast<int64_t>(changed_.size());
    held_since_micros_ = context().clock->SteadyMicros();
    return arrow::Status::OK();
  }

  /// Puts the groups of a batch that are not there yet among the changed ones, with their results as they are now.
  arrow::Status NoteChanged(const std::vector<uint8_t*>& found) {
    std::vector<uint8_t*> emitted;
    for (uint8_t* group : found) {
      GroupHeader* header = HeaderOf(group);
      if (header->change != 0) continue;
      header->change = 1;
      changed_.push_back(group);
      before_row_.push_back(header->is_emitted ? before_rows_++ : kNone);
      if (header->is_emitted) emitted.push_back(group);
    }
    if (emitted.empty() || node_.calls.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(auto results, groups_.table().Results(emitted));
    before_.push_back(std::move(results));
    return arrow::Status::OK();
  }

  arrow::Status EmitChanges(Emitter& out) {
    rows_held_ = 0;
    if (changed_.empty()) return arrow::Status::OK();
    std::vector<uint8_t*> alive;
    std::vector<int32_t> after_row(changed_.size(), kNone);
    for (size_t i = 0; i < changed_.size(); ++i) {
      if (!groups_.table().IsAlive(changed_[i])) continue;
      after_row[i] = static_cast<int32_t>(alive.size());
      alive.push_back(changed_[i]);
    }
    ARROW_ASSIGN_OR_RAISE(const Columns after, groups_.table().Results(alive));
    ARROW_ASSIGN_OR_RAISE(const Columns before, TakeBefore());
    ARROW_ASSIGN_OR_RAISE(const Batch changes, MakeChanges(before, after, after_row));
    ARROW_RETURN_NOT_OK(EndChange());
    return EmitInPieces(changes, context().batch_rows, out);
  }

  /// All results before the change as one array a column.
  arrow::Result<Columns> TakeBefore() const {
    Columns columns;
    if (before_.empty()) return columns;
    for (size_t call = 0; call < node_.calls.size(); ++call) {
      arrow::ArrayVector pieces;
      for (const Columns& piece : before_) pieces.push_back(piece[call]);
      ARROW_ASSIGN_OR_RAISE(auto column, arrow::Concatenate(pieces));
      columns.push_back(std::move(column));
    }
    return columns;
  }

  /// For each changed group whether the two results it has differ.
  std::vector<uint8_t> Differences(const Columns& before, const Columns& after, const std::vector<int32_t>& after_row) {
    std::vector<int32_t> befores;
    std::vector<int32_t> afters;
    std::vector<int32_t> groups;
    for (size_t i = 0; i < changed_.size(); ++i) {
      if (before_row_[i] == kNone || after_row[i] == kNone) continue;
      befores.push_back(before_row_[i]);
      afters.push_back(after_row[i]);
      groups.push_back(static_cast<int32_t>(i));
    }
    std::vector<uint8_t> differs(groups.size(), 0);
    for (size_t call = 0; call < before.size(); ++call) {
      MarkDifferences(*before[call], befores, *after[call], afters, &differs);
    }
    std::vector<uint8_t> changed(changed_.size(), 0);
    for (size_t i = 0; i < groups.size(); ++i) changed[groups[i]] = differs[i];
    return changed;
  }

  arrow::Result<Batch> MakeChanges(const Columns& before, const Columns& after, const std::vector<int32_t>& after_row) {
    const std::vector<uint8_t> differs = Differences(before, after, after_row);
    std::vector<RowKind> kinds;
    std::vector<int32_t> key_rows;  // whose key each row has
    std::vector<int32_t> results;   // whose results: places in `after`, and `before` behind it
    const auto before_start = static_cast<int32_t>(after.empty() ? 0 : after[0]->length());
    auto add = [&](RowKind kind, size_t group, int32_t result) {
      kinds.push_back(kind);
      key_rows.push_back(static_cast<int32_t>(group));
      results.push_back(result);
    };
    for (size_t i = 0; i < changed_.size(); ++i) {
      const bool was = before_row_[i] != kNone;
      const bool is = after_row[i] != kNone;
      if (!was && is) add(RowKind::kInsert, i, after_row[i]);
      if (was && !is) add(RowKind::kDelete, i, before_start + before_row_[i]);
      const bool updates = differs[i] || (node_.state_ttl_ms > 0 && node_.changelog().updates);
      if (!was || !is || !updates) continue;
      if (node_.changelog().update_before) add(RowKind::kUpdateBefore, i, before_start + before_row_[i]);
      add(RowKind::kUpdateAfter, i, after_row[i]);
    }
    Batch keys;
    keys.num_rows = static_cast<int64_t>(changed_.size());
    ARROW_ASSIGN_OR_RAISE(keys.columns, groups_.table().Keys(changed_));
    ARROW_ASSIGN_OR_RAISE(Batch changes, TakeRows(keys, key_rows));
    ARROW_ASSIGN_OR_RAISE(const Batch all_results, Joined(after, before));
    ARROW_ASSIGN_OR_RAISE(const Batch values, TakeRows(all_results, results));
    changes.columns.insert(changes.columns.end(), values.columns.begin(), values.columns.end());
    const bool insert_only =
        std::all_of(kinds.begin(), kinds.end(), [](RowKind kind) { return kind == RowKind::kInsert; });
    if (!insert_only) changes.row_kinds = std::make_shared<const std::vector<RowKind>>(std::move(kinds));
    return changes;
  }

  static arrow::Result<Batch> Joined(const Columns& after, const Columns& before) {
    Batch joined;
    joined.columns = after;
    joined.num_rows = after.empty() ? 0 : after[0]->length();
    if (before.empty()) return joined;
    joined.num_rows += before[0]->length();
    for (size_t i = 0; i < after.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(joined.columns[i], arrow::Concatenate({after[i], before[i]}));
    }
    return joined;
  }

  /// Take, without work where `rows` are all rows in order.
  static arrow::Result<Batch> TakeRows(const Batch& batch, const std::vector<int32_t>& rows) {
    bool all = batch.columns.empty() || static_cast<int64_t>(rows.size()) == batch.num_rows;
    for (size_t i = 0; all && !batch.columns.empty() && i < rows.size(); ++i) all = rows[i] == static_cast<int32_t>(i);
    if (!all) return Take(batch, rows);
    Batch same = batch;
    same.num_rows = static_cast<int64_t>(rows.size());
    return same;
  }

  /// Forgets the changes, and the groups that have no rows any more.
  arrow::Status EndChange() {
    // A checkpoint may have begun since they were found.
    ARROW_RETURN_NOT_OK(groups_.BeforeChange(changed_));
    std::vector<uint8_t*> dead;
    for (uint8_t* group : changed_) {
      HeaderOf(group)->change = 0;
      HeaderOf(group)->is_emitted = 1;
      if (!groups_.table().IsAlive(group)) dead.push_back(group);
    }
    ARROW_RETURN_NOT_OK(groups_.Erase(dead));
    changed_.clear();
    before_row_.clear();
    before_rows_ = 0;
    before_.clear();
    return arrow::Status::OK();
  }

  arrow::Status Report() { return groups_.Report(HeldBytes(), /*may_move=*/changed_.empty()); }
  int64_t HeldBytes() const { return static_cast<int64_t>(changed_.size()) * 16 + before_rows_ * 16; }

  static constexpr int32_t kNone = -1;

  const plan::GroupAggregateNode& node_;
  GroupedState groups_;

  std::vector<uint8_t*> changed_;    ///< each once, in the order of their first change
  std::vector<int32_t> before_row_;  ///< where each one's results lie in before_, all pieces counted; or kNone
  int32_t before_rows_ = 0;
  std::vector<Columns> before_;
  int64_t rows_held_ = 0;
  int64_t held_since_micros_ = 0;
};

}  // namespace

arrow::Result<std::unique_ptr<Operator>> MakeGroupAggregateOperator(const plan::GroupAggregateNode& node) {
  ARROW_ASSIGN_OR_RAISE(auto aggregates,
                        AggregateSet::Make(node.calls, node.inputs()[0]->schema(), node.input_retracts));
  if (node.final_only) return std::make_unique<FinalGroupAggregate>(node, std::move(aggregates));
  return std::make_unique<ChangelogGroupAggregate>(node, std::move(aggregates));
}

}  // namespace tidemark::exec
