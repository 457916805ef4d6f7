// SPDX-License-Identifier: Apache-2.0
// SessionStore: the open sessions of every key, and which of them are due.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/event_time.h"
#include "exec/aggregate_set.h"
#include "exec/window_zone.h"
#include "state/keyed_table.h"
#include "state/row_pages.h"
#include "state/state_columns.h"
#include "time/window.h"

namespace tidemark::exec {

/// One session. Accumulators lie behind it. It stays at its address until it is freed.
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

  /// Windows of TIMESTAMP_LTZ event time end by the wall clock. REQUIRES: no session is there.
  void SetZone(const WindowZone& zone) { zone_ = zone; }

  /// The payloads of some keys, made where they are not there. A key without sessions is removed by EndBatch.
  arrow::Status FindKeys(state::KeyedTable::Columns keys, int64_t num_rows, std::vector<uint8_t*>* payloads);

  /// The session for a row of this key at `time`: one that it touches and that `watermark` has not completed, after
  /// merging all of those; or a new one. Null when the row is late: its own window is complete, and it touches none
  /// that is not.
  Session* Place(uint8_t* key, EventTimeMs time, EventTimeMs watermark);
  /// Brings accumulators in line with the merges since the last call.
  arrow::Status ApplyMerges();
  /// What became of a session that Place gave.
  static Session* Resolve(Session* session) {
    while (session->merged_into != nullptr) session = session->merged_into;
    return session;
  }
  static uint8_t* StateOf(Session* session) { return reinterpret_cast<uint8_t*>(session + 1); }
  void EndBatch(int64_t rows);

  /// The sessions that `watermark` completes, by end, start, and the order in which they were made. They stay until
  /// Free.
  std::vector<Session*> TakeCompleted(EventTimeMs watermark);
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Keys(std::span<Session* const> sessions) const;
  /// Frees what TakeCompleted gave.
  void Free(const std::vector<Session*>& sessions);

  /// Writes all sessions in the order in which they were made. `owner`: of rows that start with the keys.
  arrow::Status Save(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const;
  /// REQUIRES: no session is there yet.
  arrow::Status Restore(const state::StateReader& in);

  EventTimeMs CompletedBy(EventTimeMs end) const { return zone_.ToTimer(end - 1); }
  int64_t size() const { return sessions_.size(); }
  int64_t memory_bytes() const;

 private:
  static Session*& FirstOf(uint8_t* key) { return *reinterpret_cast<Session**>(key); }
  bool IsCompleted(const Session& session, EventTimeMs watermark) const {
    return watermark >= CompletedBy(session.end);
  }
  Session* Make(uint8_t* key, EventTimeMs time);
  arrow::Status Restore(const Batch& rows);
  Session* Merge(Session* a, Session* b);
  void Unlink(Session* session);
  void Schedule(Session* session);

  AggregateSet* aggregates_;
  const int64_t gap_ms_;
  const int64_t bucket_ms_;
  const state::ArrowTypes key_types_;
  WindowZone zone_;
  std::unique_ptr<state::KeyedTable> keys_;  ///< payload: its first session
  state::RowPages sessions_;
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
  std::vector<int32_t> created_;

  int64_t external_bytes_ = 0;
  int64_t rows_since_count_ = 0;
};

}  // namespace tidemark::exec
