// SPDX-License-Identifier: Apache-2.0
// The last row of every key is kept, so that an upsert becomes the right one of +I, -U/+U or nothing, and a delete
// gives the whole old row. Of the changes of a key within one batch only the difference in the end is emitted.
#include "exec/changelog_normalize.h"

#include <arrow/array.h>

#include <cstring>
#include <numeric>

#include "catalog/column_types.h"
#include "columnar/select_columns.h"
#include "exec/input_distribution.h"
#include "exec/key_log.h"
#include "exec/key_spill.h"
#include "exec/key_ttl.h"
#include "exec/rank_changes.h"
#include "exec/state_report.h"
#include "state/key_codec.h"
#include "state/keyed_table.h"
#include "state/row_heap.h"

namespace tidemark::exec {
namespace {

/// A kept row: its length, then the bytes that the codec wrote.
std::string_view RowBytes(RowHandle piece) {
  uint64_t length;
  std::memcpy(&length, piece, sizeof(length));
  return {reinterpret_cast<const char*>(piece + sizeof(length)), length};
}

/// What is kept of a key.
struct Last {
  uint8_t* row;     ///< null: the key has no row
  int32_t change;   ///< the key is among those that the batch changed
  int32_t pending;  ///< 1 + number of the batch's row that is the key's last; 0: none, and `row` is to be
};

/// One row a key, which is how a ranking with one rank changes.
RankSpec OneRowPerKey(const plan::ChangelogNormalizeNode& node) {
  RankSpec spec;
  spec.input = node.schema();
  spec.update_before = node.changelog().update_before;
  spec.state_ttl_ms = node.state_ttl_ms;
  return spec;
}

class ChangelogNormalize final : public Operator, public SpilledValues, private LoggedRows {
 public:
  explicit ChangelogNormalize(const plan::ChangelogNormalizeNode& node)
      : node_(node),
        spec_(OneRowPerKey(node)),
        ttl_(node.state_ttl_ms, sizeof(Last)),
        codec_(ColumnTypes(node.schema()), state::KeyCodec::Floats::kExact),
        changes_(
            &spec_, [](RowHandle a, RowHandle b) { return RowBytes(a) == RowBytes(b); },
            [this](const std::vector<RowHandle>& rows) { return DecodeRows(rows); }) {}

  arrow::Status Open(const OperatorContext& context) override {
    report_.Open(context);
    const auto key_types = ColumnTypes(node_.schema(), node_.key_columns);
    const bool spills = KeySpill::IsPossible(context, key_types.size());
    keys_ = state::KeyedTable::Make(
        key_types, ttl_.own_bytes() + (spills ? KeySpill::kBytes : 0) + (context.checkpointed ? KeyLog::kBytes : 0));
    if (spills) {
      auto groups = KeySpill::GroupColumns(OwnerOfRows(*node_.inputs()[0]), node_.key_columns);
      spill_ = std::make_unique<KeySpill>(keys_.get(), ttl_.own_bytes(), this, key_types, std::move(groups),
                                          &ttl_.ttl(), context);
    }
    if (context.checkpointed) {
      KeyLogForm form;
      form.name = "row-log";
      form.rows = node_.schema();
      form.key_columns = node_.key_columns;
      form.owner = OwnerOfRows(*node_.inputs()[0]);
      log_ = std::make_unique<KeyLog>(form, LoggedKeys{keys_.get(), this, this, spill_.get(), &ttl_}, context);
    }
    ttl_.Open(context, keys_.get(), this, spill_.get(), log_ ? log_->entries() : nullptr);
    return Operator::Open(context);
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_RETURN_NOT_OK(TakeIn(batch));
    for (size_t i = 0; i < changed_.size(); ++i) changes_.AddPlace(before_[i], LastOf(changed_[i])->row, 1);
    ARROW_RETURN_NOT_OK(changes_.Emit(context().batch_rows, out));
    ARROW_RETURN_NOT_OK(EndBatch());
    return Report();
  }

  arrow::Status Tick(Emitter&) override { return ttl_.is_on() ? Report() : arrow::Status::OK(); }

  arrow::Status Save(state::StateWriter& out) const override {
    const auto write = [&](const std::vector<uint8_t*>& payloads) {
      std::vector<RowHandle> rows;
      std::vector<int64_t> written;
      for (uint8_t* payload : payloads) {
        if (LastOf(payload)->row == nullptr) continue;
        rows.push_back(LastOf(payload)->row);
        if (ttl_.is_on()) written.push_back(ttl_.written_ms(payload));
      }
      return SaveRankedRows(
          rows, written, [this](const std::vector<RowHandle>& piece) { return DecodeRows(piece); },
          OwnerOfRows(*node_.inputs()[0]), context().batch_rows, out);
    };
    ARROW_RETURN_NOT_OK(write(keys_->Payloads()));
    return spill_ ? spill_->VisitStored(context().batch_rows, write) : arrow::Status::OK();
  }

  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    return log_->BeginSave(changes_only, out);
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return log_->SaveMore(rows); }

  arrow::Status Restore(const state::StateReader& in) override {
    ttl_.ReadClock();
    if (log_) ARROW_RETURN_NOT_OK(log_->Restore(in, [this] { return MakeRoom(); }));
    ARROW_ASSIGN_OR_RAISE(const auto batches, ReadRankedRows(node_.schema(), in, ttl_.ttl().now_ms()));
    for (const auto& [batch, written_ms, is_timed] : batches) {
      ARROW_RETURN_NOT_OK(TakeIn(batch));
      for (int64_t row = 0; row < batch.num_rows; ++row) ttl_.SetWritten(payloads_[row], written_ms[row]);
      ARROW_RETURN_NOT_OK(EndBatch());
      ARROW_RETURN_NOT_OK(Report());
    }
    return Report();
  }

 private:
  static Last* LastOf(uint8_t* payload) { return reinterpret_cast<Last*>(payload); }

  void AppendValue(const uint8_t* payload, std::string* to) const override {
    to->append(RowBytes(reinterpret_cast<const Last*>(payload)->row));
  }
  arrow::Status LoadValue(std::string_view value, uint8_t* payload) override {
    LastOf(payload)->row = StoreRow(value);
    return arrow::Status::OK();
  }
  void ReleaseValue(uint8_t* payload) override {
    if (LastOf(payload)->row != nullptr) FreeRow(LastOf(payload)->row);
  }

  arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& payloads, int64_t rows_max,
                                  size_t* next) const override {
    EntryRows found;
    std::vector<RowHandle> rows;
    for (; *next < payloads.size() && std::ssize(rows) < rows_max; ++*next) {
      found.entries.push_back(payloads[*next]);
      rows.push_back(LastOf(payloads[*next])->row);
    }
    found.rows.num_rows = std::ssize(rows);
    ARROW_ASSIGN_OR_RAISE(found.rows.columns, DecodeRows(rows));
    return found;
  }
  arrow::Status LoadRows(const Batch& rows, const std::vector<uint8_t*>& payloads) override {
    std::vector<int32_t> all(payloads.size());
    std::iota(all.begin(), all.end(), 0);
    return StoreRows(rows, all, payloads);
  }

  uint8_t* StoreRow(std::string_view bytes) {
    const uint64_t length = bytes.size();
    uint8_t* piece = heap_.Allocate(static_cast<int64_t>(sizeof(length) + length));
    std::memcpy(piece, &length, sizeof(length));
    std::memcpy(piece + sizeof(length), bytes.data(), length);
    return piece;
  }
  void FreeRow(uint8_t* piece) { heap_.Free(piece, static_cast<int64_t>(sizeof(uint64_t) + RowBytes(piece).size())); }

  arrow::Status Report() {
    ARROW_RETURN_NOT_OK(ttl_.DropExpired(&report_));
    return MakeRoom();
  }
  arrow::Status MakeRoom() {
    if (!spill_) return ReportHeld();
    return spill_->MakeRoom([this] { return HeldBytes(); }, [this] { return ReportHeld(); }, &report_);
  }
  arrow::Status ReportHeld() {
    return report_.Set(keys_->size() + (spill_ ? spill_->more_keys() : 0),
                       HeldBytes() + (log_ ? log_->memory_bytes() : 0));
  }
  int64_t HeldBytes() const { return keys_->memory_bytes() + heap_.memory_bytes(); }

  /// Makes the rows of a batch the last ones of their keys. EndBatch must follow.
  arrow::Status TakeIn(const Batch& batch) {
    ttl_.ReadClock();
    const auto keys = SelectColumns(batch, node_.key_columns);
    ARROW_RETURN_NOT_OK(keys_->FindOrInsert(keys, batch.num_rows, nullptr, &payloads_, &created_));
    if (spill_) ARROW_RETURN_NOT_OK(spill_->Load(keys, batch.num_rows, payloads_, &created_));
    if (log_) ARROW_RETURN_NOT_OK(log_->SaveFirst(payloads_));
    ARROW_RETURN_NOT_OK(ttl_.RenewExpired(payloads_, &created_));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ttl_.NoteWritten(payloads_[row]);
      Last* last = LastOf(payloads_[row]);
      if (last->change == 0) {
        last->change = 1;
        changed_.push_back(payloads_[row]);
        before_.push_back(last->row);
      }
      // -U is the end of the old row just as -D is; the +U behind it makes an update of the two.
      last->pending = IsAddition(batch.kind(row)) ? static_cast<int32_t>(row) + 1 : 0;
      last->row = nullptr;
    }
    if (log_) log_->NoteChanged(changed_);
    std::vector<int32_t> rows;
    std::vector<uint8_t*> owners;
    for (uint8_t* payload : changed_) {
      if (LastOf(payload)->pending == 0) continue;
      rows.push_back(LastOf(payload)->pending - 1);
      owners.push_back(payload);
    }
    return rows.empty() ? arrow::Status::OK() : StoreRows(batch, rows, owners);
  }

  /// Makes rows of a batch those of keys which have none.
  arrow::Status StoreRows(const Batch& batch, const std::vector<int32_t>& rows, const std::vector<uint8_t*>& owners) {
    ARROW_RETURN_NOT_OK(codec_.Encode(batch.columns, batch.num_rows, &rows, &encoded_));
    for (size_t i = 0; i < rows.size(); ++i) {
      const int64_t begin = codec_.fixed() ? static_cast<int64_t>(i) * codec_.fixed_bytes() : encoded_.offsets[i];
      const uint64_t length = codec_.fixed() ? codec_.fixed_bytes() : encoded_.offsets[i + 1] - begin;
      LastOf(owners[i])->row = StoreRow({reinterpret_cast<const char*>(encoded_.bytes.data()) + begin, length});
    }
    return arrow::Status::OK();
  }

  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> DecodeRows(const std::vector<RowHandle>& pieces) const {
    std::vector<const uint8_t*> rows;
    rows.reserve(pieces.size());
    for (RowHandle piece : pieces) rows.push_back(reinterpret_cast<const uint8_t*>(RowBytes(piece).data()));
    return codec_.Decode(rows);
  }

  arrow::Status EndBatch() {
    std::vector<uint8_t*> gone;
    for (size_t i = 0; i < changed_.size(); ++i) {
      Last* last = LastOf(changed_[i]);
      last->change = 0;
      last->pending = 0;
      if (last->row == nullptr) gone.push_back(changed_[i]);
      if (before_[i] != nullptr) FreeRow(before_[i]);
    }
    changed_.clear();
    before_.clear();
    if (log_) return log_->Erase(gone);
    if (spill_) {
      spill_->Erase(gone);
    } else {
      keys_->Erase(gone);
    }
    return arrow::Status::OK();
  }

  const plan::ChangelogNormalizeNode& node_;
  const RankSpec spec_;
  KeyTtl ttl_;
  const state::KeyCodec codec_;
  std::unique_ptr<state::KeyedTable> keys_;  ///< payload: Last
  std::unique_ptr<KeySpill> spill_;          ///< null: all rows stay in memory
  state::RowHeap heap_;
  std::unique_ptr<KeyLog> log_;  ///< null: there are no checkpoints
  RankChanges changes_;
  StateReport report_;

  // Of the batch under way.
  std::vector<uint8_t*> payloads_;
  std::vector<int32_t> created_;
  std::vector<uint8_t*> changed_;
  std::vector<uint8_t*> before_;  ///< the rows of changed_ before the batch; null where there was none
  state::EncodedRows encoded_;
};

}  // namespace

std::unique_ptr<Operator> MakeChangelogNormalizeOperator(const plan::ChangelogNormalizeNode& node) {
  return std::make_unique<ChangelogNormalize>(node);
}

}  // namespace tidemark::exec
