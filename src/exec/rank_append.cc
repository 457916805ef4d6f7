// SPDX-License-Identifier: Apache-2.0
// Ranking of rows that are only added. A partition keeps the rows that rank, at most `last`; most rows are turned away
// by one comparison. Rows of the batch at hand are entered by number and stored only if they still rank when it ends.
#include <arrow/array.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "catalog/column_types.h"
#include "columnar/select_columns.h"
#include "exec/key_log.h"
#include "exec/key_spill.h"
#include "exec/key_ttl.h"
#include "exec/rank.h"
#include "exec/rank_changes.h"
#include "exec/rank_rows.h"
#include "exec/state_report.h"
#include "state/keyed_table.h"
#include "state/row_heap.h"

namespace tidemark::exec {
namespace {

/// Beyond so many rows a partition, those of a final-only operator are sorted now and then instead of always.
constexpr int64_t kAlwaysSortedMax = 64;

/// A row that ranks: a stored one, or a row of the batch at hand.
class RowRef {
 public:
  static RowRef Stored(const uint8_t* piece) { return RowRef(reinterpret_cast<uintptr_t>(piece)); }
  static RowRef OfBatch(int32_t row) { return RowRef(static_cast<uintptr_t>(row) * 2 + 1); }
  RowRef() = default;

  bool is_stored() const { return (bits_ & 1) == 0; }
  uint8_t* piece() const { return reinterpret_cast<uint8_t*>(bits_); }
  int32_t row() const { return static_cast<int32_t>(bits_ / 2); }

 private:
  explicit RowRef(uintptr_t bits) : bits_(bits) {}
  uintptr_t bits_ = 0;
};

struct Entry {
  SortPrefix prefix;
  RowRef row;
};

struct Partition {
  Entry* entries;
  uint32_t size;
  uint32_t capacity;
  uint32_t sorted;  ///< so many entries from the front are the first of all that came before the rest
  uint32_t change;  ///< 0: not changed by the batch; else 1 + entries from the front that are stored for certain
};
static_assert(sizeof(Partition) % 8 == 0);

class AppendRank final : public Operator, public SpilledValues, private LoggedRows {
 public:
  explicit AppendRank(RankSpec spec)
      : spec_(std::move(spec)),
        ttl_(spec_.state_ttl_ms, sizeof(Partition)),
        always_sorted_(!spec_.final_only || spec_.last <= kAlwaysSortedMax),
        rows_(spec_.input),
        changes_(
            &spec_, [](RowHandle a, RowHandle b) { return RankRows::RowBytes(a) == RankRows::RowBytes(b); },
            [this](const std::vector<RowHandle>& rows) { return rows_.Decode(rows); }) {}

  arrow::Status Open(const OperatorContext& context) override {
    report_.Open(context);
    const bool spills = KeySpill::IsPossible(context, spec_.partition_columns.size());
    partitions_ = state::KeyedTable::Make(
        ColumnTypes(spec_.input, spec_.partition_columns),
        ttl_.own_bytes() + (spills ? KeySpill::kBytes : 0) + (context.checkpointed ? KeyLog::kBytes : 0));
    if (spills) {
      spill_ = std::make_unique<KeySpill>(
          partitions_.get(), ttl_.own_bytes(), this, ColumnTypes(spec_.input, spec_.partition_columns),
          KeySpill::GroupColumns(spec_.owner, spec_.partition_columns), &ttl_.ttl(), context);
    }
    if (context.checkpointed) {
      const LoggedKeys keys{partitions_.get(), this, this, spill_.get(), &ttl_};
      log_ = std::make_unique<KeyLog>(LogForm(), keys, context);
    }
    ttl_.Open(context, partitions_.get(), this, spill_.get(), log_ ? log_->entries() : nullptr);
    return Operator::Open(context);
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_RETURN_NOT_OK(TakeIn(batch));
    if (!spec_.final_only) ARROW_RETURN_NOT_OK(EmitChanges(out));
    EndBatch();
    return Report();
  }

  arrow::Status Tick(Emitter&) override { return ttl_.is_on() ? Report() : arrow::Status::OK(); }

  /// What comes at the end would be late behind a watermark that had passed it.
  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    return spec_.final_only ? arrow::Status::OK() : out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override {
    if (!spec_.final_only) return arrow::Status::OK();
    ttl_.ReadClock();
    ARROW_RETURN_NOT_OK(EmitFinal(partitions_->Payloads(), out));
    if (!spill_) return arrow::Status::OK();
    return spill_->VisitStored(context().batch_rows,
                               [&](const std::vector<uint8_t*>& payloads) { return EmitFinal(payloads, out); });
  }

  arrow::Status EmitFinal(const std::vector<uint8_t*>& payloads, Emitter& out) {
    int64_t held = 0;
    for (uint8_t* payload : payloads) {
      if (ttl_.IsExpired(payload)) continue;
      Partition* partition = PartitionOf(payload);
      if (!always_sorted_) Prune(partition);
      now_.clear();
      AppendRanked(*partition, &now_);
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

  /// Partition by partition, in the order of the entries, which taking them in again gives anew.
  arrow::Status Save(state::StateWriter& out) const override {
    const auto write = [&](const std::vector<uint8_t*>& payloads) {
      std::vector<RowHandle> rows;
      std::vector<int64_t> written;
      for (uint8_t* payload : payloads) {
        const Partition& partition = *PartitionOf(payload);
        for (uint32_t i = 0; i < partition.size; ++i) rows.push_back(partition.entries[i].row.piece());
        if (ttl_.is_on()) written.resize(rows.size(), ttl_.written_ms(payload));
      }
      return SaveRankedRows(
          rows, written, [this](const std::vector<RowHandle>& piece) { return rows_.Decode(piece); }, spec_.owner,
          context().batch_rows, out);
    };
    ARROW_RETURN_NOT_OK(write(partitions_->Payloads()));
    return spill_ ? spill_->VisitStored(context().batch_rows, write) : arrow::Status::OK();
  }

  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    return log_->BeginSave(changes_only, out);
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return log_->SaveMore(rows); }

  arrow::Status Restore(const state::StateReader& in) override {
    ttl_.ReadClock();
    if (log_) ARROW_RETURN_NOT_OK(log_->Restore(in, [this] { return MakeRoom(); }));
    ARROW_ASSIGN_OR_RAISE(const auto batches, ReadRankedRows(spec_.input, in, ttl_.ttl().now_ms()));
    for (const auto& [batch, written_ms, is_timed] : batches) {
      ARROW_RETURN_NOT_OK(TakeIn(batch));
      for (int64_t row = 0; row < batch.num_rows; ++row) ttl_.SetWritten(payloads_[row], written_ms[row]);
      EndBatch();
      ARROW_RETURN_NOT_OK(Report());
    }
    return Report();
  }

 private:
  KeyLogForm LogForm() const {
    KeyLogForm form;
    form.name = "partition-log";
    form.rows = spec_.input;
    form.key_columns = spec_.partition_columns;
    // Whether a row is among those that were sorted last.
    if (!always_sorted_) form.facts = {arrow::boolean()};
    form.owner = spec_.owner;
    form.rows_per_key = std::min(spec_.last, kAlwaysSortedMax);
    return form;
  }

  arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& payloads, int64_t rows_max,
                                  size_t* next) const override {
    EntryRows found;
    std::vector<RowHandle> rows;
    std::vector<bool> sorted;
    for (; *next < payloads.size() && std::ssize(rows) < rows_max; ++*next) {
      const Partition& partition = *PartitionOf(payloads[*next]);
      for (uint32_t i = 0; i < partition.size; ++i) {
        rows.push_back(partition.entries[i].row.piece());
        if (!always_sorted_) sorted.push_back(i < partition.sorted);
      }
      found.entries.resize(rows.size(), payloads[*next]);
    }
    found.rows.num_rows = std::ssize(rows);
    ARROW_ASSIGN_OR_RAISE(found.rows.columns, rows_.Decode(rows));
    if (!always_sorted_) {
      ARROW_ASSIGN_OR_RAISE(found.rows.columns.emplace_back(), state::BooleanColumn(sorted));
    }
    return found;
  }
  /// The order is kept, so that nothing is entered anew.
  arrow::Status LoadRows(const Batch& rows, const std::vector<uint8_t*>& payloads) override {
    Batch kept = rows;
    kept.columns.resize(spec_.input.size());
    ARROW_RETURN_NOT_OK(EncodeSortKeys(kept, spec_.keys, &keys_));
    std::vector<int32_t> all(payloads.size());
    std::iota(all.begin(), all.end(), 0);
    ARROW_RETURN_NOT_OK(rows_.Store(kept, keys_, all, &pieces_));
    const uint64_t most = static_cast<uint64_t>(spec_.last) * (always_sorted_ ? 1 : 2);
    for (size_t row = 0; row < payloads.size(); ++row) {
      Partition* partition = PartitionOf(payloads[row]);
      Append(partition, {SortPrefix::Of(keys_.key(static_cast<int64_t>(row))), RowRef::Stored(pieces_[row])});
      if (partition->size > most) return state::DamagedState(LogForm().name, "has a partition with too many rows");
      if (always_sorted_ || state::BooleanValue(rows, kept.columns.size(), static_cast<int64_t>(row))) {
        partition->sorted = partition->size;
      }
    }
    return arrow::Status::OK();
  }

  /// Of a partition on disk: entry by entry the prefix of its sort key, then the row.
  void AppendValue(const uint8_t* payload, std::string* to) const override {
    const auto& partition = *reinterpret_cast<const Partition*>(payload);
    to->append(reinterpret_cast<const char*>(&partition.sorted), sizeof(partition.sorted));
    for (uint32_t i = 0; i < partition.size; ++i) {
      const Entry& entry = partition.entries[i];
      to->append(reinterpret_cast<const char*>(&entry.prefix), sizeof(entry.prefix));
      to->append(RankRows::Bytes(entry.row.piece()));
    }
  }
  arrow::Status LoadValue(std::string_view value, uint8_t* payload) override {
    Partition* partition = PartitionOf(payload);
    const auto take = [&value](void* to, size_t bytes) {
      if (value.size() < bytes) return false;
      std::memcpy(to, value.data(), bytes);
      value.remove_prefix(bytes);
      return true;
    };
    bool whole = take(&partition->sorted, sizeof(partition->sorted));
    while (whole && !value.empty()) {
      Entry entry;
      whole = take(&entry.prefix, sizeof(entry.prefix));
      if (!whole) break;
      const uint8_t* piece = rows_.StoreFront(&value);
      whole = piece != nullptr;
      if (!whole) break;
      entry.row = RowRef::Stored(piece);
      Append(partition, entry);
    }
    return whole ? arrow::Status::OK() : arrow::Status::Invalid("Damaged state on disk: a row is too short");
  }
  void ReleaseValue(uint8_t* payload) override {
    Partition* partition = PartitionOf(payload);
    for (uint32_t i = 0; i < partition->size; ++i) rows_.Free(partition->entries[i].row.piece());
    FreeEntries(partition);
  }

  /// Enters and stores the rows of a batch. EmitChanges may follow, EndBatch must.
  arrow::Status TakeIn(const Batch& batch) {
    ttl_.ReadClock();
    batch_ = &batch;
    ARROW_RETURN_NOT_OK(EncodeSortKeys(batch, spec_.keys, &keys_));
    const auto partition_keys = SelectColumns(batch, spec_.partition_columns);
    ARROW_RETURN_NOT_OK(partitions_->FindOrInsert(partition_keys, batch.num_rows, nullptr, &payloads_, &created_));
    if (spill_) ARROW_RETURN_NOT_OK(spill_->Load(partition_keys, batch.num_rows, payloads_, &created_));
    if (log_) ARROW_RETURN_NOT_OK(log_->SaveFirst(payloads_));
    ARROW_RETURN_NOT_OK(ttl_.RenewExpired(payloads_, &created_));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      // A row that does not rank writes nothing.
      if (Enter(payloads_[row], static_cast<int32_t>(row))) ttl_.NoteWritten(payloads_[row]);
    }
    if (log_) log_->NoteChanged(changed_);
    return StoreRows();
  }

  arrow::Status Report() {
    ARROW_RETURN_NOT_OK(ttl_.DropExpired(&report_));
    return MakeRoom();
  }
  arrow::Status MakeRoom() {
    if (!spill_) return ReportHeld();
    return spill_->MakeRoom([this] { return HeldBytes(); }, [this] { return ReportHeld(); }, &report_);
  }
  arrow::Status ReportHeld() {
    return report_.Set(partitions_->size() + (spill_ ? spill_->more_keys() : 0),
                       HeldBytes() + (log_ ? log_->memory_bytes() : 0));
  }
  int64_t HeldBytes() const { return partitions_->memory_bytes() + rows_.memory_bytes(); }

  static Partition* PartitionOf(uint8_t* payload) { return reinterpret_cast<Partition*>(payload); }

  std::string_view KeyOf(RowRef row) const {
    return row.is_stored() ? RankRows::KeyBytes(row.piece()) : keys_.key(row.row());
  }

  /// -1, 0, 1 as `a` sorts before, with, behind `b`.
  int Compare(const Entry& a, const Entry& b) const {
    if (a.prefix != b.prefix) return a.prefix < b.prefix ? -1 : 1;
    const std::string_view a_key = KeyOf(a.row);
    const std::string_view b_key = KeyOf(b.row);
    // Keys that end within their prefix are not stored; equal prefixes then mean equal keys.
    if (a_key.size() <= SortPrefix::kBytes && b_key.size() <= SortPrefix::kBytes) return 0;
    const int order = a_key.compare(b_key);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  bool ComesBefore(const Entry& added, const Entry& kept) const {
    const int order = Compare(added, kept);
    return order < 0 || (order == 0 && spec_.latest_wins);
  }

  /// False: the row is behind all that rank.
  bool Enter(uint8_t* payload, int32_t row) {
    Partition* partition = PartitionOf(payload);
    const Entry entry{SortPrefix::Of(keys_.key(row)), RowRef::OfBatch(row)};
    const auto last = static_cast<uint64_t>(spec_.last);
    const bool full = partition->sorted >= last;
    if (full && !ComesBefore(entry, partition->entries[last - 1])) return false;
    NoteChanged(payload);
    if (!always_sorted_) {
      if (partition->size >= 2 * last && partition->size > partition->sorted) Prune(partition);
      Append(partition, entry);
      return true;
    }
    if (full) Drop(partition->entries[--partition->size].row);
    Append(partition, entry);
    Entry* const begin = partition->entries;
    Entry* at = begin + partition->size - 1;
    for (; at > begin && ComesBefore(entry, at[-1]); --at) *at = at[-1];
    *at = entry;
    partition->sorted = partition->size;
    return true;
  }

  void Append(Partition* partition, const Entry& entry) {
    if (partition->size == partition->capacity) {
      const uint32_t capacity = std::max<uint32_t>(1, partition->capacity * 2);
      auto* grown = reinterpret_cast<Entry*>(rows_.heap().Allocate(int64_t{capacity} * sizeof(Entry)));
      if (partition->size > 0)
        std::memcpy(static_cast<void*>(grown), partition->entries, partition->size * sizeof(Entry));
      FreeEntries(partition);
      partition->entries = grown;
      partition->capacity = capacity;
    }
    partition->entries[partition->size++] = entry;
  }

  void FreeEntries(Partition* partition) {
    if (partition->capacity == 0) return;
    rows_.heap().Free(reinterpret_cast<uint8_t*>(partition->entries), int64_t{partition->capacity} * sizeof(Entry));
  }

  /// Sorts the entries and drops those that do not rank.
  void Prune(Partition* partition) {
    Entry* const begin = partition->entries;
    Entry* const end = begin + partition->size;
    std::stable_sort(begin, end, [this](const Entry& a, const Entry& b) { return Compare(a, b) < 0; });
    while (partition->size > spec_.last) Drop(partition->entries[--partition->size].row);
    partition->sorted = partition->size;
    partition->change = std::min<uint32_t>(partition->change, 1);
  }

  /// A stored row may still be part of what the batch changes, so it is freed when the batch ends.
  void Drop(RowRef row) {
    if (row.is_stored()) dropped_.push_back(row.piece());
  }

  void NoteChanged(uint8_t* payload) {
    Partition* partition = PartitionOf(payload);
    if (partition->change != 0) return;
    partition->change = 1 + (always_sorted_ ? 0 : partition->size);
    changed_.push_back(payload);
    if (!spec_.final_only) AppendRanked(*partition, &before_);
    before_ends_.push_back(before_.size());
  }

  /// Appends the rows of rank first..last. REQUIRES: all are stored.
  void AppendRanked(const Partition& partition, std::vector<RowHandle>* rows) const {
    const int64_t end = std::min<int64_t>(partition.size, spec_.last);
    for (int64_t i = spec_.first - 1; i < end; ++i) rows->push_back(partition.entries[i].row.piece());
  }

  /// Stores the rows of the batch that entries still name.
  arrow::Status StoreRows() {
    std::vector<int32_t> rows;
    std::vector<Entry*> entries;
    for (uint8_t* payload : changed_) {
      Partition* partition = PartitionOf(payload);
      for (uint32_t i = partition->change - 1; i < partition->size; ++i) {
        if (partition->entries[i].row.is_stored()) continue;
        rows.push_back(partition->entries[i].row.row());
        entries.push_back(&partition->entries[i]);
      }
    }
    if (rows.empty()) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(rows_.Store(*batch_, keys_, rows, &pieces_));
    for (size_t i = 0; i < rows.size(); ++i) entries[i]->row = RowRef::Stored(pieces_[i]);
    return arrow::Status::OK();
  }

  arrow::Status EmitChanges(Emitter& out) {
    size_t begin = 0;
    for (size_t i = 0; i < changed_.size(); ++i) {
      now_.clear();
      AppendRanked(*PartitionOf(changed_[i]), &now_);
      changes_.AddDifference(std::span(before_).subspan(begin, before_ends_[i] - begin), now_);
      begin = before_ends_[i];
    }
    return changes_.Emit(context().batch_rows, out);
  }

  void EndBatch() {
    for (uint8_t* payload : changed_) PartitionOf(payload)->change = 0;
    for (uint8_t* piece : dropped_) rows_.Free(piece);
    changed_.clear();
    before_.clear();
    before_ends_.clear();
    dropped_.clear();
    batch_ = nullptr;
  }

  const RankSpec spec_;
  KeyTtl ttl_;
  const bool always_sorted_;
  RankRows rows_;                                  ///< and entries
  std::unique_ptr<state::KeyedTable> partitions_;  ///< payload: Partition
  std::unique_ptr<KeySpill> spill_;                ///< null: all partitions stay in memory
  std::unique_ptr<KeyLog> log_;                    ///< null: there are no checkpoints
  RankChanges changes_;
  StateReport report_;

  // Of the batch under way.
  const Batch* batch_ = nullptr;
  SortKeys keys_;
  std::vector<uint8_t*> payloads_;
  std::vector<int32_t> created_;
  std::vector<uint8_t*> pieces_;
  std::vector<uint8_t*> changed_;
  std::vector<RowHandle> before_;    ///< the ranked rows of changed_ before the batch, one after the other
  std::vector<size_t> before_ends_;  ///< where those of each end
  std::vector<RowHandle> now_;
  std::vector<uint8_t*> dropped_;
};

}  // namespace

std::unique_ptr<Operator> MakeAppendRankOperator(RankSpec spec) {
  return std::make_unique<AppendRank>(std::move(spec));
}

}  // namespace tidemark::exec
