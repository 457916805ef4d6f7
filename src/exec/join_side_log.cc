// SPDX-License-Identifier: Apache-2.0
// Rows of a join side as rows of the log, and back.
#include "exec/join_side_log.h"

#include <arrow/api.h>

#include <algorithm>
#include <utility>

#include "exec/join_side.h"
#include "exec/join_side_store.h"
#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

JoinRow* AsRow(uint8_t* entry) { return reinterpret_cast<JoinRow*>(entry); }

/// The columns behind the row's.
enum Fact { kCount, kMatches };

}  // namespace

JoinSideLog::JoinSideLog(JoinSide* side, const OperatorContext& context, std::string name, state::RowOwner owner)
    : side_(*side), log_(this, side->LogForm(std::move(name), std::move(owner)), context) {}

bool JoinSideLog::Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const {
  return side_.rows_->Walk(cursor, rows, visit);
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> JoinSideLog::KeysOf(std::span<uint8_t* const> rows) const {
  return side_.rows_->Keys(rows);
}

arrow::Result<EntryRows> JoinSideLog::RowsOf(const std::vector<uint8_t*>& rows, int64_t rows_max, size_t* next) const {
  const size_t end = std::min(rows.size(), *next + static_cast<size_t>(rows_max));
  EntryRows piece;
  piece.entries.assign(rows.begin() + static_cast<std::ptrdiff_t>(*next),
                       rows.begin() + static_cast<std::ptrdiff_t>(end));
  std::vector<int64_t> counts;
  std::vector<int64_t> matches;
  for (uint8_t* row : piece.entries) {
    counts.push_back(AsRow(row)->count);
    matches.push_back(AsRow(row)->matches);
  }
  piece.rows.num_rows = static_cast<int64_t>(piece.entries.size());
  ARROW_ASSIGN_OR_RAISE(piece.rows.columns, side_.rows_->Keys(piece.entries));
  ARROW_ASSIGN_OR_RAISE(piece.rows.columns.emplace_back(), state::Int64Column(counts));
  ARROW_ASSIGN_OR_RAISE(piece.rows.columns.emplace_back(), state::Int64Column(matches));
  *next = end;
  return piece;
}

std::unique_ptr<StoredEntries> JoinSideLog::ReadStored(uint32_t changes) {
  return side_.store_ == nullptr ? nullptr : side_.store_->ReadForCheckpoint(changes);
}

arrow::Status JoinSideLog::FindOrMake(const Batch& rows, std::vector<uint8_t*>* entries) {
  const auto num_columns = static_cast<std::ptrdiff_t>(side_.types_.size());
  const Batch keys{rows.num_rows, {rows.columns.begin(), rows.columns.begin() + num_columns}};
  if (side_.store_) ARROW_RETURN_NOT_OK(side_.store_->LoadKeys(keys, side_.key_columns_));
  std::vector<JoinRow*> found;
  ARROW_RETURN_NOT_OK(side_.FindOrInsertInMemory(keys, &found));
  if (std::find(found.begin(), found.end(), nullptr) != found.end()) {
    return state::DamagedState(log_.name(), "has a row that cannot be");
  }
  *entries = side_.found_;
  return arrow::Status::OK();
}

void JoinSideLog::Clear(uint8_t* row) {
  AsRow(row)->count = 0;
  AsRow(row)->matches = 0;
}

arrow::Status JoinSideLog::Load(const Batch& rows, const std::vector<uint8_t*>& entries) {
  const int64_t* counts = state::Int64Values(rows, side_.types_.size() + kCount);
  const int64_t* matches = state::Int64Values(rows, side_.types_.size() + kMatches);
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    if (counts[row] <= 0 || matches[row] < 0) return state::DamagedState(log_.name(), "has a row that cannot be");
    AsRow(entries[row])->count = counts[row];
    AsRow(entries[row])->matches = matches[row];
  }
  return arrow::Status::OK();
}

arrow::Status JoinSideLog::Remove(const std::vector<uint8_t*>& rows) {
  side_.Erase(rows);
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
