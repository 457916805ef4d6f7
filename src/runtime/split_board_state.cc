// SPDX-License-Identifier: Apache-2.0
// The board in a checkpoint.
#include <arrow/builder.h>
#include <arrow/type.h>

#include "runtime/split_board.h"
#include "state/state_columns.h"

namespace tidemark::runtime {
namespace {

constexpr std::string_view kTable = "board";

/// What a row of the table says.
enum class RowMeaning : int64_t {
  kTable,   ///< of all splits: the watermark, the highest running one
  kActive,  ///< a split: the running watermark, rows, the next piece
  kIdle,    ///< likewise, and it is idle
  kEnded,   ///< a split that has ended
};

struct BoardColumns {
  arrow::Int64Builder columns[5];  ///< meaning, split, then three values

  arrow::Status Add(RowMeaning meaning, connectors::SplitId split, int64_t first, int64_t second, int64_t third) {
    const int64_t values[] = {static_cast<int64_t>(meaning), split, first, second, third};
    for (int i = 0; i < 5; ++i) ARROW_RETURN_NOT_OK(columns[i].Append(values[i]));
    return arrow::Status::OK();
  }
};

}  // namespace

arrow::Status SplitBoard::Save(state::StateWriter& out) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  BoardColumns rows;
  ARROW_RETURN_NOT_OK(rows.Add(RowMeaning::kTable, 0, watermark_, highest_running_, 0));
  for (const auto* splits : {&active_, &resumed_}) {
    for (const auto& [id, split] : *splits) {
      ARROW_RETURN_NOT_OK(rows.Add(split.idle ? RowMeaning::kIdle : RowMeaning::kActive, id, split.running, split.rows,
                                   split.next_piece));
    }
  }
  for (const connectors::SplitId id : ended_) ARROW_RETURN_NOT_OK(rows.Add(RowMeaning::kEnded, id, 0, 0, 0));
  Batch batch;
  batch.num_rows = rows.columns[0].length();
  for (auto& builder : rows.columns) {
    ARROW_ASSIGN_OR_RAISE(batch.columns.emplace_back(), builder.Finish());
  }
  return out.Write(kTable, batch, state::RowOwner::EveryWorker());
}

arrow::Status SplitBoard::Restore(const state::StateReader& in) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kTable, {}, state::ArrowTypes(5, arrow::int64())));
  for (const Batch& batch : batches) {
    const auto value = [&](size_t column, int64_t row) { return state::Int64Values(batch, column)[row]; };
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const auto meaning = static_cast<RowMeaning>(value(0, row));
      if (meaning < RowMeaning::kTable || meaning > RowMeaning::kEnded)
        return state::DamagedState(kTable, "a row of meaning " + std::to_string(value(0, row)));
      if (meaning == RowMeaning::kTable) {
        watermark_ = value(2, row);
        highest_running_ = value(3, row);
      } else if (meaning == RowMeaning::kEnded) {
        ended_.insert(value(1, row));
      } else {
        if (value(3, row) < 0 || value(4, row) < 0)
          return state::DamagedState(kTable, "a split with less than no rows or pieces");
        Split& split = resumed_[value(1, row)];
        split.idle = meaning == RowMeaning::kIdle;
        split.running = value(2, row);
        split.rows = value(3, row);
        split.next_piece = value(4, row);
      }
    }
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::runtime
