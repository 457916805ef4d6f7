// SPDX-License-Identifier: Apache-2.0
// Writing the rows of a side, and what becomes of them, piece by piece.
#include "exec/join_rows_log.h"

#include <arrow/array.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace tidemark::exec {
namespace {

constexpr int64_t kPieceRows = 8192;

arrow::Result<std::vector<int64_t>> ReadMatched(const state::StateReader& in, std::string_view table) {
  std::vector<int64_t> numbers;
  ARROW_RETURN_NOT_OK(in.Visit(table, [&](const Batch& piece) -> arrow::Status {
    ARROW_RETURN_NOT_OK(state::CheckFacts(table, piece, {arrow::int64()}));
    const int64_t* of_rows = state::Int64Values(piece, piece.columns.size() - 1);
    numbers.insert(numbers.end(), of_rows, of_rows + piece.num_rows);
    return arrow::Status::OK();
  }));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

arrow::Status VisitLoggedRows(const state::StateReader& in, const JoinLogTables& tables, const state::ArrowTypes& types,
                              const LoggedRowsVisitor& visit) {
  const auto num_columns = static_cast<std::ptrdiff_t>(types.size());
  const auto visit_piece = [&](const Batch& piece, const std::vector<int64_t>* matched) {
    std::vector<bool> flags;
    const int64_t* numbers = matched == nullptr ? nullptr : state::Int64Values(piece, types.size() + 1);
    for (int64_t row = 0; row < piece.num_rows; ++row) {
      flags.push_back(state::BooleanValue(piece, types.size(), row) ||
                      (matched != nullptr && std::binary_search(matched->begin(), matched->end(), numbers[row])));
    }
    return visit({piece.num_rows, {piece.columns.begin(), piece.columns.begin() + num_columns}}, flags, numbers);
  };
  ARROW_RETURN_NOT_OK(state::VisitRows(in, tables.rows, types, {arrow::boolean()},
                                       [&](const Batch& piece) { return visit_piece(piece, nullptr); }));
  ARROW_ASSIGN_OR_RAISE(const auto matched, ReadMatched(in, tables.matched));
  return state::VisitRows(in, tables.numbered, types, {arrow::boolean(), arrow::int64()},
                          [&](const Batch& piece) { return visit_piece(piece, &matched); });
}

void JoinRowsLog::Open(state::RowOwner owner, const OperatorContext& context) {
  owner_ = std::move(owner);
  context_ = &context;
}

int64_t JoinRowsLog::NumberOf(int64_t row) const {
  constexpr int kRowBits = 40;
  return (int64_t{context_->worker} << kRowBits) + row;
}

arrow::Status JoinRowsLog::BeginSave(bool changes_only, state::StateWriter& out) {
  out_ = &out;
  const bool everything = !changes_only || restarts_;
  restarts_ = false;
  saved_changes_ = std::exchange(changed_, {});
  next_change_ = 0;
  if (everything) {
    saved_changes_ = {};
    for (std::string_view table : tables_.all()) ARROW_RETURN_NOT_OK(out.RestartLog(table));
  }
  next_ = everything ? 0 : logged_;
  end_ = logged_ = rows_.size();
  rows_.BeginEpoch();
  return arrow::Status::OK();
}

arrow::Result<bool> JoinRowsLog::SaveMore(int64_t rows) {
  while (rows > 0 && next_ < end_) {
    const int64_t length = std::min({rows, kPieceRows, end_ - next_});
    ARROW_RETURN_NOT_OK(WriteRows(next_, next_ + length));
    next_ += length;
    rows -= length;
  }
  while (rows > 0 && next_change_ < saved_changes_.size()) {
    const auto left = static_cast<int64_t>(saved_changes_.size() - next_change_);
    const int64_t length = std::min({rows, kPieceRows, left});
    ARROW_RETURN_NOT_OK(WriteMatched(next_change_, next_change_ + static_cast<size_t>(length)));
    next_change_ += static_cast<size_t>(length);
    rows -= length;
  }
  if (next_ < end_ || next_change_ < saved_changes_.size()) return false;
  saved_changes_ = {};
  next_change_ = 0;
  return true;
}

arrow::Status JoinRowsLog::WriteRows(int64_t begin, int64_t end) {
  ARROW_ASSIGN_OR_RAISE(Batch piece, rows_.Range(begin, end));
  std::vector<bool> matched;
  std::vector<int64_t> numbers;
  for (int64_t row = begin; row < end; ++row) {
    matched.push_back(rows_.keeps_matched() && rows_.TakeMatched(row));
    numbers.push_back(NumberOf(row));
  }
  ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::BooleanColumn(matched));
  if (!rows_.keeps_matched()) return out_->WriteChanges(tables_.rows, piece, owner_);
  ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(numbers));
  return out_->WriteChanges(tables_.numbered, piece, owner_);
}

arrow::Status JoinRowsLog::WriteMatched(size_t begin, size_t end) {
  const std::vector<int64_t> rows(saved_changes_.begin() + static_cast<std::ptrdiff_t>(begin),
                                  saved_changes_.begin() + static_cast<std::ptrdiff_t>(end));
  Batch piece;
  piece.num_rows = static_cast<int64_t>(rows.size());
  ARROW_ASSIGN_OR_RAISE(piece.columns, rows_.Columns(rows, owner_.key_columns));
  std::vector<int64_t> numbers;
  for (int64_t row : rows) {
    rows_.TakeMatched(row);
    numbers.push_back(NumberOf(row));
  }
  state::RowOwner owner = owner_;
  for (size_t i = 0; i < owner.key_columns.size(); ++i) owner.key_columns[i] = static_cast<int>(i);
  ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(numbers));
  return out_->WriteChanges(tables_.matched, piece, owner);
}

arrow::Status JoinRowsLog::BeforeClear() {
  ARROW_RETURN_NOT_OK(SaveMore(std::numeric_limits<int64_t>::max()).status());
  logged_ = next_ = end_ = 0;
  changed_ = {};
  restarts_ = true;
  return arrow::Status::OK();
}

arrow::Status JoinRowsLog::Restore(const state::StateReader& in) {
  // Rows that came another way are in no log.
  restarts_ = rows_.size() > 0;
  ARROW_RETURN_NOT_OK(VisitLoggedRows(
      in, tables_, rows_.types(),
      [&](const Batch& rows, const std::vector<bool>& matched, const int64_t* numbers) -> arrow::Status {
        ARROW_ASSIGN_OR_RAISE(const int64_t first, rows_.Add(rows));
        // So are those of the form without numbers, and those of other workers.
        restarts_ |= rows_.keeps_matched() != (numbers != nullptr);
        for (int64_t row = 0; row < rows.num_rows; ++row) {
          restarts_ |= numbers != nullptr && numbers[row] != NumberOf(first + row);
          if (rows_.keeps_matched() && matched[row]) rows_.set_matched(first + row);
        }
        return arrow::Status::OK();
      }));
  logged_ = rows_.size();
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
