// SPDX-License-Identifier: Apache-2.0
// Sessions as rows, and back.
#include <arrow/api.h>

#include <algorithm>
#include <limits>

#include "exec/session_store.h"

namespace tidemark::exec {
namespace {

constexpr std::string_view kSessions = "sessions";

/// Accumulators may be large, so a batch is also full at so many bytes of them.
constexpr int64_t kAccumulatorBytesMax = int64_t{16} << 20;

bool IsTime(EventTimeMs time) { return time > -time::kTimeRangeMs && time <= time::kTimeRangeMs; }

}  // namespace

arrow::Status SessionStore::Save(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const {
  std::vector<Session*> sessions;
  sessions_.ForEach([&](uint8_t* row) {
    auto* session = reinterpret_cast<Session*>(row);
    if (session->merged_into == nullptr) sessions.push_back(session);
  });
  std::sort(sessions.begin(), sessions.end(), [](const Session* a, const Session* b) { return a->number < b->number; });
  std::string saved;
  for (size_t next = 0; next < sessions.size();) {
    const size_t begin = next;
    std::vector<int64_t> facts[3];
    arrow::BinaryBuilder accumulators;
    for (; next < sessions.size() && next - begin < static_cast<size_t>(rows_max) &&
           accumulators.value_data_length() < kAccumulatorBytesMax;
         ++next) {
      Session* session = sessions[next];
      facts[0].push_back(session->start);
      facts[1].push_back(session->end);
      facts[2].push_back(session->number);
      saved.clear();
      ARROW_RETURN_NOT_OK(aggregates_->Save(StateOf(session), &saved));
      ARROW_RETURN_NOT_OK(accumulators.Append(saved));
    }
    Batch piece;
    piece.num_rows = static_cast<int64_t>(next - begin);
    ARROW_ASSIGN_OR_RAISE(piece.columns, Keys(std::span(sessions).subspan(begin, next - begin)));
    for (const auto& fact : facts) {
      ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(fact));
    }
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), accumulators.Finish());
    ARROW_RETURN_NOT_OK(out.Write(kSessions, piece, owner));
  }
  return arrow::Status::OK();
}

arrow::Status SessionStore::Restore(const state::StateReader& in) {
  const state::ArrowTypes facts = {arrow::int64(), arrow::int64(), arrow::int64(), arrow::binary()};
  ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kSessions, key_types_, facts));
  for (const Batch& batch : batches) {
    ARROW_RETURN_NOT_OK(Restore(batch));
    EndBatch(batch.num_rows);
  }
  return arrow::Status::OK();
}

arrow::Status SessionStore::Restore(const Batch& rows) {
  const size_t num_keys = key_types_.size();
  std::vector<uint8_t*> keys;
  ARROW_RETURN_NOT_OK(FindKeys(std::span(rows.columns).first(num_keys), rows.num_rows, &keys));
  const auto& accumulators = static_cast<const arrow::BinaryArray&>(*rows.columns[num_keys + 3]);
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    const EventTimeMs start = state::Int64Values(rows, num_keys)[row];
    const EventTimeMs end = state::Int64Values(rows, num_keys + 1)[row];
    const int64_t number = state::Int64Values(rows, num_keys + 2)[row];
    if (!IsTime(start) || !IsTime(end) || end < start || number < 0 || number == std::numeric_limits<int64_t>::max()) {
      return state::DamagedState(kSessions, "has rows that are no session");
    }
    Session* session = Make(keys[row], start);
    session->number = number;  // sessions of other workers may have the same: only those of one key are compared
    next_number_ = std::max(next_number_, number + 1);
    session->end = end;
    aggregates_->Destroy(StateOf(session));
    const arrow::Status status = aggregates_->Load(accumulators.GetView(row), StateOf(session));
    if (status.ok()) continue;
    aggregates_->Init(StateOf(session));
    return status;
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
