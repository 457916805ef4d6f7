// SPDX-License-Identifier: Apache-2.0
// SessionStore: the open sessions of every key, and which of them are due.
//
// In checkpoints they are the log "session-log": the group key, the number, start and end (BIGINT), and the
// accumulators. The entries of the log are sessions: one that was merged into another is gone, as one that is complete.
// Save writes, as earlier versions of the program did for checkpoints, the table "sessions".
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/event_time.h"
#include "exec/aggregate_set.h"
#include "exec/entry_log.h"
#include "exec/operator.h"
#include "exec/window_zone.h"
#include "state/keyed_table.h"
#include "state/row_pages.h"
#include "state/state_columns.h"
#include "time/window.h"

namespace tidemark::exec {

/// One session. A ChangeMark, where there are checkpoints, and accumulators lie behind it. It stays at its address
/// until it is freed.
struct Session {
  EventTimeMs start;
  EventTimeMs end;
  int64_t number;        ///< in the order in which sessions were made
  uint8_t* key;          ///< payload of its key
  Session* next;         ///< another session of the key
  Session* merged_into;  ///< this session is part of that one, and owns nothing any more; else null
};

/// Sessions of a key that come to touch are merged into the one that was made first. Merging is done in two steps, so
/// that a batch's rows can be taken in together: Place changes starts, ends and links, ApplyMerges the accumulators.
/// One thread.
class SessionStore {
 public:
  SessionStore(std::vector<DataType> key_types, AggregateSet* aggregates, int64_t gap_ms);
  ~SessionStore();
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;

  /// Call it before anything else. `owner`: of rows that start with the keys. `context` outlives the store.
  void Open(const OperatorContext& context, state::RowOwner owner);
  /// Windows of TIMESTAMP_LTZ event time end by the wall clock. REQUIRES: no session is there.
  void SetZone(const WindowZone& zone) { zone_ = zone; }

  /// The payloads of some keys, made where they are not there. A key without sessions is removed by EndBatch. What the
  /// keys have may be changed then.
  arrow::Status FindKeys(state::KeyedTable::Columns keys, int64_t num_rows, std::vector<uint8_t*>* payloads);

  /// The session for a row of this key at `time`: one that it touches and that `watermark` has not completed, after
  /// merging all of those; or a new one. Null when the row is late: its own window is complete, and it touches none
  /// that is not.
  Session* Place(uint8_t* key, EventTimeMs time, EventTimeMs watermark);
  /// Brings accumulators in line with the merges since the last call.
  arrow::Status ApplyMerges();
  /// The accumulators of what became of sessions that Place gave: they are about to change. Clears and fills `states`.
  void StatesOf(const std::vector<Session*>& placed, std::vector<uint8_t*>* states);
  uint8_t* StateOf(Session* session) const { return reinterpret_cast<uint8_t*>(session) + state_offset_; }
  void EndBatch(int64_t rows);

  /// The sessions that `watermark` completes, by end, start, and the order in which they were made. They stay until
  /// Free.
  std::vector<Session*> TakeCompleted(EventTimeMs watermark);
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Keys(std::span<Session* const> sessions) const;
  /// Frees what TakeCompleted gave.
  arrow::Status Free(const std::vector<Session*>& sessions);

  // Checkpoints (session_store_state.cc).

  /// Writes all sessions in the order in which they were made.
  arrow::Status Save(state::StateWriter& out) const;
  // See Operator.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) { return log_->BeginSave(changes_only, out); }
  arrow::Result<bool> SaveMore(int64_t rows) { return log_->SaveMore(rows); }
  /// REQUIRES: no session is there yet. `report`: called now and then.
  arrow::Status Restore(const state::StateReader& in, const std::function<arrow::Status()>& report);

  EventTimeMs CompletedBy(EventTimeMs end) const { return zone_.ToTimer(end - 1); }
  int64_t size() const { return sessions_->size(); }
  int64_t memory_bytes() const;

 private:
  class LoggedSessions;

  static Session*& FirstOf(uint8_t* key) { return *reinterpret_cast<Session**>(key); }
  bool IsCompleted(const Session& session, EventTimeMs watermark) const {
    return watermark >= CompletedBy(session.end);
  }
  Session* MakeNew(uint8_t* key, EventTimeMs time);
  /// Neither start nor end are set, and it is in no bucket.
  Session* Make(uint8_t* key, int64_t number);
  Session* Merge(Session* a, Session* b);
  void Unlink(Session* session);
  void Schedule(Session* session);
  void Erase(std::span<Session* const> sessions);

  void OpenLog(const OperatorContext& context);
  /// Keys, start, end, number and accumulators of sessions, as many as make up a piece, at least one. Moves `*next` on.
  arrow::Result<Batch> RowsOf(std::span<Session* const> sessions, int64_t rows_max, size_t* next) const;
  struct SavedSession {
    EventTimeMs start;
    EventTimeMs end;
    std::string_view accumulators;
  };
  /// Makes a session what a row of `table` says of it.
  arrow::Status Load(std::string_view table, const SavedSession& saved, Session* session);
  arrow::Status RestoreTable(const Batch& rows);

  AggregateSet* aggregates_;
  const int64_t gap_ms_;
  const int64_t bucket_ms_;
  const std::vector<DataType> key_types_;
  const OperatorContext* context_ = nullptr;
  state::RowOwner owner_;
  WindowZone zone_;
  std::unique_ptr<state::KeyedTable> keys_;  ///< payload: its first session; sessions made later come first
  int32_t state_offset_ = sizeof(Session);
  std::unique_ptr<state::RowPages> sessions_;
  int64_t next_number_ = 0;
  std::vector<uint8_t*> new_keys_;

  /// Every session lies in one bucket, by the watermark that completes it, rounded up. One that grew since is moved on
  /// when its bucket is looked at; one that was merged is freed then.
  std::map<EventTimeMs, std::vector<Session*>> buckets_;
  int64_t bucket_entries_ = 0;

  struct PendingMerge {
    Session* target;
    Session* source;
  };
  std::vector<PendingMerge> merges_;

  // Null where there are no checkpoints.
  std::unique_ptr<LoggedEntries> logged_;
  std::unique_ptr<EntryLog> log_;

  std::vector<int32_t> created_;

  int64_t external_bytes_ = 0;
  int64_t rows_since_count_ = 0;
};

}  // namespace tidemark::exec
