// SPDX-License-Identifier: Apache-2.0
// Writing the rows of a side piece by piece.
#include "exec/join_rows_log.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tidemark::exec {
namespace {

constexpr int64_t kPieceRows = 8192;

}  // namespace

arrow::Status JoinRowsLog::BeginSave(bool changes_only, state::RowOwner owner, state::StateWriter& out) {
  out_ = &out;
  owner_ = std::move(owner);
  const bool everything = !changes_only || restarts_ || rows_.keeps_matched();
  restarts_ = false;
  if (everything) ARROW_RETURN_NOT_OK(out.RestartLog(table_));
  next_ = everything ? 0 : logged_;
  end_ = logged_ = rows_.size();
  matched_ = rows_.all_matched();
  return arrow::Status::OK();
}

arrow::Result<bool> JoinRowsLog::SaveMore(int64_t rows) {
  const int64_t end = next_ + std::min(rows, end_ - next_);
  while (next_ < end) {
    const int64_t piece_end = std::min(end, next_ + kPieceRows);
    ARROW_RETURN_NOT_OK(rows_.SaveRange(next_, piece_end, matched_,
                                        [&](const Batch& piece) { return out_->WriteChanges(table_, piece, owner_); }));
    next_ = piece_end;
  }
  if (next_ < end_) return false;
  matched_ = {};
  return true;
}

arrow::Status JoinRowsLog::BeforeClear() {
  ARROW_RETURN_NOT_OK(SaveMore(std::numeric_limits<int64_t>::max()).status());
  logged_ = next_ = end_ = 0;
  restarts_ = true;
  return arrow::Status::OK();
}

arrow::Status JoinRowsLog::Restore(const state::StateReader& in) {
  // Rows that came another way are in no log.
  restarts_ = rows_.size() > 0;
  ARROW_RETURN_NOT_OK(rows_.Restore(table_, in));
  logged_ = rows_.size();
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
