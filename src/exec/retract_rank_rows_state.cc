// SPDX-License-Identifier: Apache-2.0
// Ranked rows, and the times of their partitions, as rows of logs, and back.
#include <arrow/api.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "exec/key_spill.h"
#include "exec/retract_rank_rows.h"
#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

constexpr std::string_view kRowLog = "rank-rows";
constexpr std::string_view kPartitionLog = "rank-partitions";

}  // namespace

/// The log "rank-rows".
class RetractRankRows::LoggedRows final : public LoggedEntries {
 public:
  explicit LoggedRows(RetractRankRows* ranked) : ranked_(*ranked) {}

  bool Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const override {
    return ranked_.rows_->Walk(cursor, rows, visit);
  }
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeysOf(std::span<uint8_t* const> entries) const override {
    return ranked_.rows_->Keys(entries);
  }
  arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& entries, int64_t rows_max, size_t* next) const override {
    EntryRows piece;
    std::vector<int64_t> numbers;
    for (; *next < entries.size() && std::ssize(numbers) < rows_max; ++*next) {
      for (const RankNode* node = RowOf(entries[*next])->oldest; node != nullptr; node = node->next) {
        numbers.push_back(static_cast<int64_t>(node->number));
        piece.entries.push_back(entries[*next]);
      }
    }
    piece.rows.num_rows = std::ssize(numbers);
    ARROW_ASSIGN_OR_RAISE(piece.rows.columns, ranked_.rows_->Keys(piece.entries));
    ARROW_ASSIGN_OR_RAISE(piece.rows.columns.emplace_back(), state::Int64Column(numbers));
    return piece;
  }

  arrow::Status FindOrMake(const Batch& rows, std::vector<uint8_t*>* entries) override {
    return ranked_.rows_->FindOrInsert(state::KeyedTable::Columns(rows.columns).first(ranked_.row_types_.size()),
                                       rows.num_rows, nullptr, entries, &ranked_.created_);
  }
  void Clear(uint8_t* entry) override {
    for (RankNode* node = RowOf(entry)->oldest; node != nullptr;) ranked_.Free(std::exchange(node, node->next));
    *RowOf(entry) = {};
  }
  arrow::Status Load(const Batch& rows, const std::vector<uint8_t*>& entries) override {
    const int64_t* numbers = state::Int64Values(rows, ranked_.row_types_.size());
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      const auto number = static_cast<uint64_t>(numbers[row]);
      const RankNode* newest = RowOf(entries[row])->newest;
      if (numbers[row] < 0 || numbers[row] == std::numeric_limits<int64_t>::max() ||
          (newest != nullptr && newest->number >= number)) {
        return state::DamagedState(kRowLog, "has a number that cannot be");
      }
      ranked_.Append(entries[row], number);
      ranked_.next_number_ = std::max(ranked_.next_number_, number + 1);
    }
    return arrow::Status::OK();
  }
  arrow::Status Remove(const std::vector<uint8_t*>& entries) override {
    for (uint8_t* entry : entries) Clear(entry);
    ranked_.rows_->Erase(entries);
    return arrow::Status::OK();
  }

 private:
  RetractRankRows& ranked_;
};

/// The log "rank-partitions". Rows have nothing but the key and the time, which is EntryLog's affair.
class RetractRankRows::LoggedPartitions final : public LoggedEntries {
 public:
  explicit LoggedPartitions(RetractRankRows* ranked) : ranked_(*ranked) {}

  bool Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const override {
    return ranked_.partitions_->Walk(cursor, rows, visit);
  }
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeysOf(std::span<uint8_t* const> entries) const override {
    return ranked_.partitions_->Keys(entries);
  }
  arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& entries, int64_t rows_max, size_t* next) const override {
    const std::span piece = std::span(entries).subspan(*next, std::min<size_t>(rows_max, entries.size() - *next));
    *next += piece.size();
    EntryRows rows;
    rows.rows.num_rows = std::ssize(piece);
    ARROW_ASSIGN_OR_RAISE(rows.rows.columns, KeysOf(piece));
    rows.entries.assign(piece.begin(), piece.end());
    return rows;
  }

  arrow::Status FindOrMake(const Batch& rows, std::vector<uint8_t*>* entries) override {
    return ranked_.partitions_->FindOrInsert(
        state::KeyedTable::Columns(rows.columns).first(ranked_.partition_types_.size()), rows.num_rows, nullptr,
        entries, &ranked_.created_);
  }
  void Clear(uint8_t*) override {}
  arrow::Status Load(const Batch&, const std::vector<uint8_t*>&) override { return arrow::Status::OK(); }
  arrow::Status Remove(const std::vector<uint8_t*>& entries) override {
    ranked_.partitions_->Erase(entries);
    return arrow::Status::OK();
  }

 private:
  RetractRankRows& ranked_;
};

arrow::Status RetractRankRows::OpenLogs(const OperatorContext& context) {
  EntryLogForm rows;
  rows.name = kRowLog;
  rows.key_types = row_types_;
  rows.key_floats = state::KeyCodec::Floats::kAsRows;
  rows.facts = {arrow::int64()};
  rows.owner = spec_.owner;
  rows.mark_offset = sizeof(Row);
  logged_rows_ = std::make_unique<LoggedRows>(this);
  row_log_ = std::make_unique<EntryLog>(logged_rows_.get(), std::move(rows), context);
  if (!ttl_.is_on()) return arrow::Status::OK();
  EntryLogForm partitions;
  partitions.name = kPartitionLog;
  partitions.key_types = partition_types_;
  partitions.owner = spec_.owner;
  partitions.owner.key_columns = KeySpill::GroupColumns(spec_.owner, spec_.partition_columns);
  if (partitions.owner.key_columns.size() != spec_.owner.key_columns.size()) {
    return arrow::Status::UnknownError(context.label, ": the rows of a partition are spread over workers");
  }
  partitions.mark_offset = kWrittenOffset + StateTtl::kBytes;
  partitions.ttl = &ttl_;
  partitions.written_offset = kWrittenOffset;
  logged_partitions_ = std::make_unique<LoggedPartitions>(this);
  partition_log_ = std::make_unique<EntryLog>(logged_partitions_.get(), std::move(partitions), context);
  return arrow::Status::OK();
}

arrow::Status RetractRankRows::Save(state::StateWriter& out) const {
  std::vector<RowHandle> rows;
  std::vector<int64_t> written;
  for (uint8_t* payload : partitions_->Payloads()) {
    if (PartitionOf(payload)->order == nullptr) continue;
    for (const RankNode* node : *PartitionOf(payload)->order) rows.push_back(node->row);
    if (ttl_.is_on()) written.resize(rows.size(), WrittenMs(payload, kWrittenOffset));
  }
  return SaveRankedRows(
      rows, written, [this](const std::vector<RowHandle>& piece) { return Decode(piece); }, spec_.owner,
      context_->batch_rows, out);
}

arrow::Status RetractRankRows::BeginSave(bool changes_only, state::StateWriter& out) {
  ARROW_RETURN_NOT_OK(row_log_->BeginSave(changes_only, out));
  if (partition_log_) return partition_log_->BeginSave(changes_only, out);
  if (times_are_stale_) ARROW_RETURN_NOT_OK(out.RestartLog(kPartitionLog));
  times_are_stale_ = false;
  return arrow::Status::OK();
}

arrow::Result<bool> RetractRankRows::SaveMore(int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(const bool complete, row_log_->SaveMore(rows));
  return complete && partition_log_ ? partition_log_->SaveMore(rows) : complete;
}

arrow::Status RetractRankRows::Restore(const state::StateReader& in, const std::function<arrow::Status()>& report) {
  ttl_.ReadClock();
  if (row_log_) {
    if (partition_log_) {
      ARROW_RETURN_NOT_OK(partition_log_->Restore(in, report));
    } else {
      const auto tables = in.tables();
      times_are_stale_ = std::find(tables.begin(), tables.end(), kPartitionLog) != tables.end();
    }
    rows_->Reserve(in.ExpectedKeys(kRowLog));
    ARROW_RETURN_NOT_OK(row_log_->Restore(in, report));
    ARROW_RETURN_NOT_OK(PlaceRestored(report));
  }
  ARROW_RETURN_NOT_OK(RestoreRankedRows(in));
  return report();
}

arrow::Status RetractRankRows::PlaceRestored(const std::function<arrow::Status()>& report) {
  state::RowCursor cursor;
  for (bool more = true; more;) {
    std::vector<uint8_t*> rows;
    more = rows_->Walk(&cursor, context_->batch_rows, [&](uint8_t* row) { rows.push_back(row); });
    if (rows.empty()) continue;
    Batch batch;
    batch.num_rows = std::ssize(rows);
    ARROW_ASSIGN_OR_RAISE(batch.columns, rows_->Keys(rows));
    ARROW_RETURN_NOT_OK(FindPartitions(batch));
    for (int64_t i = 0; i < batch.num_rows; ++i) {
      for (RankNode* node = RowOf(rows[i])->oldest; node != nullptr; node = node->next) {
        SetKey(node, keys_.key(i));
        if (Insert(PartitionOf(partition_payloads_[i]), node)) continue;
        return state::DamagedState(kRowLog, "has a number twice");
      }
    }
    ARROW_RETURN_NOT_OK(report());
    if (!partition_log_) continue;
    // Those that the log has nothing of: until now there was no time-to-live.
    std::erase_if(partition_payloads_, [](uint8_t* payload) { return WrittenMs(payload, kWrittenOffset) != 0; });
    ARROW_RETURN_NOT_OK(partition_log_->BeforeChange(partition_payloads_));
    for (uint8_t* payload : partition_payloads_) SetWrittenMs(payload, kWrittenOffset, ttl_.now_ms());
  }
  return arrow::Status::OK();
}

arrow::Status RetractRankRows::RestoreRankedRows(const state::StateReader& in) {
  ARROW_ASSIGN_OR_RAISE(const auto batches, ReadRankedRows(spec_.input, in, ttl_.now_ms()));
  for (const auto& [batch, written_ms, is_timed] : batches) {
    ARROW_RETURN_NOT_OK(Find(batch));
    for (int64_t row = 0; row < batch.num_rows; ++row) Add(row);
    for (int64_t row = 0; ttl_.is_on() && row < batch.num_rows; ++row) {
      SetWrittenMs(partition_payloads_[row], kWrittenOffset, written_ms[row]);
    }
    ARROW_RETURN_NOT_OK(End({}));
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
