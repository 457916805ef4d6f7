// SPDX-License-Identifier: Apache-2.0
// Sessions as rows, and back.
#include <arrow/api.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "exec/session_store.h"

namespace tidemark::exec {
namespace {

constexpr std::string_view kSessions = "sessions";
constexpr std::string_view kSessionLog = "session-log";

/// Accumulators may be large, so a batch is also full at so many bytes of them.
constexpr int64_t kAccumulatorBytesMax = int64_t{16} << 20;

/// Sessions that come later have greater ones: there is to be room for them.
bool IsNumber(int64_t number) { return number >= 0 && number <= std::numeric_limits<int64_t>::max() / 2; }

arrow::Status NoSession(std::string_view table) { return state::DamagedState(table, "has rows that are no session"); }

}  // namespace

/// The log "session-log".
class SessionStore::LoggedSessions final : public LoggedEntries {
 public:
  explicit LoggedSessions(SessionStore* store) : store_(*store) {}

  bool Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const override {
    return store_.sessions_->Walk(cursor, rows, [&](uint8_t* session) {
      if (SessionOf(session)->merged_into == nullptr) visit(session);
    });
  }
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeysOf(std::span<uint8_t* const> entries) const override {
    std::vector<Session*> sessions;
    std::vector<int64_t> numbers;
    for (uint8_t* entry : entries) {
      sessions.push_back(SessionOf(entry));
      numbers.push_back(sessions.back()->number);
    }
    ARROW_ASSIGN_OR_RAISE(auto keys, store_.Keys(sessions));
    ARROW_ASSIGN_OR_RAISE(keys.emplace_back(), state::Int64Column(numbers));
    return keys;
  }
  arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& entries, int64_t rows_max, size_t* next) const override {
    const size_t begin = *next;
    std::vector<Session*> sessions;
    for (size_t i = begin; i < std::min(entries.size(), begin + static_cast<size_t>(rows_max)); ++i) {
      sessions.push_back(SessionOf(entries[i]));
    }
    size_t taken = 0;
    EntryRows piece;
    ARROW_ASSIGN_OR_RAISE(piece.rows, store_.RowsOf(sessions, rows_max, &taken));
    *next += taken;
    piece.entries.assign(entries.begin() + begin, entries.begin() + *next);
    // The number is part of the key.
    auto& columns = piece.rows.columns;
    const auto start = columns.begin() + static_cast<std::ptrdiff_t>(num_keys());
    std::rotate(start, start + 2, start + 3);
    return piece;
  }

  arrow::Status FindOrMake(const Batch& rows, std::vector<uint8_t*>* entries) override {
    std::vector<uint8_t*> keys;
    ARROW_RETURN_NOT_OK(store_.keys_->FindOrInsert(std::span(rows.columns).first(num_keys()), rows.num_rows, nullptr,
                                                   &keys, &store_.created_));
    const int64_t* numbers = state::Int64Values(rows, num_keys());
    entries->clear();
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      if (rows.columns[num_keys()]->IsNull(row) || !IsNumber(numbers[row])) return NoSession(kSessionLog);
      Session* session = FirstOf(keys[row]);
      while (session != nullptr && session->number > numbers[row]) session = session->next;
      if (session == nullptr || session->number != numbers[row]) session = store_.Make(keys[row], numbers[row]);
      entries->push_back(reinterpret_cast<uint8_t*>(session));
    }
    return arrow::Status::OK();
  }
  /// Load forgets what there was.
  void Clear(uint8_t*) override {}
  arrow::Status Load(const Batch& rows, const std::vector<uint8_t*>& entries) override {
    const int64_t* starts = state::Int64Values(rows, num_keys() + 1);
    const int64_t* ends = state::Int64Values(rows, num_keys() + 2);
    const auto& accumulators = static_cast<const arrow::BinaryArray&>(*rows.columns[num_keys() + 3]);
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      const SavedSession saved{starts[row], ends[row], accumulators.GetView(row)};
      ARROW_RETURN_NOT_OK(store_.Load(kSessionLog, saved, SessionOf(entries[row])));
    }
    return arrow::Status::OK();
  }
  arrow::Status Remove(const std::vector<uint8_t*>& entries) override {
    std::vector<Session*> sessions;
    for (uint8_t* entry : entries) sessions.push_back(SessionOf(entry));
    store_.Erase(sessions);
    return arrow::Status::OK();
  }

 private:
  static Session* SessionOf(uint8_t* entry) { return reinterpret_cast<Session*>(entry); }
  size_t num_keys() const { return store_.key_types_.size(); }

  SessionStore& store_;
};

void SessionStore::OpenLog(const OperatorContext& context) {
  EntryLogForm form;
  form.name = kSessionLog;
  form.key_types = key_types_;
  form.key_types.push_back(DataType::BigInt());
  form.facts = {arrow::int64(), arrow::int64(), arrow::binary()};
  form.owner = owner_;
  form.mark_offset = sizeof(Session);
  logged_ = std::make_unique<LoggedSessions>(this);
  log_ = std::make_unique<EntryLog>(logged_.get(), std::move(form), context);
}

arrow::Status SessionStore::Save(state::StateWriter& out) const {
  std::vector<Session*> sessions;
  sessions_->ForEach([&](uint8_t* row) {
    auto* session = reinterpret_cast<Session*>(row);
    if (session->merged_into == nullptr) sessions.push_back(session);
  });
  std::sort(sessions.begin(), sessions.end(), [](const Session* a, const Session* b) { return a->number < b->number; });
  for (size_t next = 0; next < sessions.size();) {
    ARROW_ASSIGN_OR_RAISE(const Batch piece, RowsOf(sessions, context_->batch_rows, &next));
    ARROW_RETURN_NOT_OK(out.Write(kSessions, piece, owner_));
  }
  return arrow::Status::OK();
}

arrow::Result<Batch> SessionStore::RowsOf(std::span<Session* const> sessions, int64_t rows_max, size_t* next) const {
  const size_t begin = *next;
  std::vector<int64_t> facts[3];
  arrow::BinaryBuilder accumulators;
  std::string saved;
  for (; *next < sessions.size() && *next - begin < static_cast<size_t>(rows_max) &&
         accumulators.value_data_length() < kAccumulatorBytesMax;
       ++*next) {
    Session* session = sessions[*next];
    facts[0].push_back(session->start);
    facts[1].push_back(session->end);
    facts[2].push_back(session->number);
    saved.clear();
    ARROW_RETURN_NOT_OK(aggregates_->Save(StateOf(session), &saved));
    ARROW_RETURN_NOT_OK(accumulators.Append(saved));
  }
  Batch piece;
  piece.num_rows = static_cast<int64_t>(*next - begin);
  ARROW_ASSIGN_OR_RAISE(piece.columns, Keys(sessions.subspan(begin, *next - begin)));
  for (const auto& fact : facts) {
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(fact));
  }
  ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), accumulators.Finish());
  return piece;
}

arrow::Status SessionStore::Restore(const state::StateReader& in, const std::function<arrow::Status()>& report) {
  if (log_) {
    ARROW_RETURN_NOT_OK(log_->Restore(in, report));
    // Only now their ends are known.
    sessions_->ForEach([this](uint8_t* row) {
      auto* session = reinterpret_cast<Session*>(row);
      next_number_ = std::max(next_number_, session->number + 1);
      Schedule(session);
    });
    EndBatch(sessions_->size());
  }
  const state::ArrowTypes facts = {arrow::int64(), arrow::int64(), arrow::int64(), arrow::binary()};
  ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kSessions, state::ArrowTypesOf(key_types_), facts));
  for (const Batch& batch : batches) {
    ARROW_RETURN_NOT_OK(RestoreTable(batch));
    EndBatch(batch.num_rows);
  }
  return report();
}

arrow::Status SessionStore::RestoreTable(const Batch& rows) {
  const size_t num_keys = key_types_.size();
  std::vector<uint8_t*> keys;
  ARROW_RETURN_NOT_OK(FindKeys(std::span(rows.columns).first(num_keys), rows.num_rows, &keys));
  const auto& accumulators = static_cast<const arrow::BinaryArray&>(*rows.columns[num_keys + 3]);
  std::vector<uint8_t*> restored;
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    const int64_t number = state::Int64Values(rows, num_keys + 2)[row];
    if (!IsNumber(number)) return NoSession(kSessions);
    // Sessions of other workers may have the same: only those of one key are compared.
    Session* session = Make(keys[row], number);
    next_number_ = std::max(next_number_, number + 1);
    ARROW_RETURN_NOT_OK(Load(kSessions,
                             {state::Int64Values(rows, num_keys)[row], state::Int64Values(rows, num_keys + 1)[row],
                              accumulators.GetView(row)},
                             session));
    Schedule(session);
    restored.push_back(reinterpret_cast<uint8_t*>(session));
  }
  // The log has nothing of them.
  return log_ ? log_->BeforeChange(restored) : arrow::Status::OK();
}

arrow::Status SessionStore::Load(std::string_view table, const SavedSession& saved, Session* session) {
  if (!time::IsInTimeRange(saved.start) || !time::IsInTimeRange(saved.end) || saved.end < saved.start)
    return NoSession(table);
  session->start = saved.start;
  session->end = saved.end;
  aggregates_->Destroy(StateOf(session));
  const arrow::Status status = aggregates_->Load(saved.accumulators, StateOf(session));
  if (!status.ok()) aggregates_->Init(StateOf(session));
  return status;
}

}  // namespace tidemark::exec
