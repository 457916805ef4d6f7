// SPDX-License-Identifier: Apache-2.0
// Merging of sessions, and the buckets that find the ones that are due without a timer for each.
#include "exec/session_store.h"

#include <algorithm>
#include <tuple>

namespace tidemark::exec {
namespace {

/// Finer buckets mean fewer sessions looked at in vain, coarser ones fewer buckets.
constexpr int64_t kBucketsPerGap = 64;

}  // namespace

SessionStore::SessionStore(std::vector<DataType> key_types, AggregateSet* aggregates, int64_t gap_ms)
    : aggregates_(aggregates),
      gap_ms_(gap_ms),
      bucket_ms_(std::max<int64_t>(1, gap_ms / kBucketsPerGap)),
      key_types_(std::move(key_types)),
      keys_(state::KeyedTable::Make(key_types_, sizeof(Session*))) {}

SessionStore::~SessionStore() {
  if (sessions_ == nullptr || aggregates_->trivially_destructible()) return;
  sessions_->ForEach([&](uint8_t* row) {
    auto* session = reinterpret_cast<Session*>(row);
    if (session->merged_into == nullptr) aggregates_->Destroy(StateOf(session));
  });
}

void SessionStore::Open(const OperatorContext& context, state::RowOwner owner) {
  context_ = &context;
  owner_ = std::move(owner);
  if (context.checkpointed) {
    state_offset_ += static_cast<int32_t>(sizeof(ChangeMark));
    OpenLog(context);
  }
  sessions_ = std::make_unique<state::RowPages>(state_offset_ + aggregates_->state_bytes());
}

arrow::Status SessionStore::FindKeys(state::KeyedTable::Columns keys, int64_t num_rows,
                                     std::vector<uint8_t*>* payloads) {
  ARROW_RETURN_NOT_OK(keys_->FindOrInsert(keys, num_rows, nullptr, payloads, &created_));
  for (int32_t position : created_) new_keys_.push_back((*payloads)[position]);
  if (log_ == nullptr || !log_->is_saving()) return arrow::Status::OK();
  std::vector<uint8_t*> distinct = *payloads;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<uint8_t*> sessions;
  for (uint8_t* key : distinct) {
    for (Session* session = FirstOf(key); session != nullptr; session = session->next) {
      sessions.push_back(reinterpret_cast<uint8_t*>(session));
    }
  }
  return log_->SaveFirst(sessions);
}

Session* SessionStore::Place(uint8_t* key, EventTimeMs time, EventTimeMs watermark) {
  const EventTimeMs end = time + gap_ms_;
  Session* placed = nullptr;
  for (Session* session = FirstOf(key); session != nullptr;) {
    Session* next = session->next;
    const bool touches = session->start <= end && time <= session->end;
    if (touches && !IsCompleted(*session, watermark)) placed = placed == nullptr ? session : Merge(placed, session);
    session = next;
  }
  if (placed == nullptr) return watermark >= CompletedBy(end) ? nullptr : MakeNew(key, time);
  placed->start = std::min(placed->start, time);
  placed->end = std::max(placed->end, end);
  return placed;
}

Session* SessionStore::MakeNew(uint8_t* key, EventTimeMs time) {
  Session* session = Make(key, next_number_++);
  session->start = time;
  session->end = time + gap_ms_;
  Schedule(session);
  return session;
}

Session* SessionStore::Make(uint8_t* key, int64_t number) {
  auto* session = reinterpret_cast<Session*>(sessions_->Allocate());
  Session** link = &FirstOf(key);
  while (*link != nullptr && (*link)->number > number) link = &(*link)->next;
  *session = Session{0, 0, number, key, *link, nullptr};
  *link = session;
  if (log_) *reinterpret_cast<ChangeMark*>(session + 1) = ChangeMark();
  aggregates_->Init(StateOf(session));
  return session;
}

Session* SessionStore::Merge(Session* a, Session* b) {
  if (a->number > b->number) std::swap(a, b);
  a->start = std::min(a->start, b->start);
  a->end = std::max(a->end, b->end);
  Unlink(b);
  b->merged_into = a;
  merges_.push_back({a, b});
  return a;
}

arrow::Status SessionStore::ApplyMerges() {
  if (merges_.empty()) return arrow::Status::OK();
  std::vector<uint8_t*> targets;
  std::vector<uint8_t*> sources;
  for (const PendingMerge& merge : merges_) {
    targets.push_back(StateOf(merge.target));
    sources.push_back(StateOf(merge.source));
  }
  if (log_) {
    std::vector<uint8_t*> merged;
    for (const PendingMerge& merge : merges_) merged.push_back(reinterpret_cast<uint8_t*>(merge.source));
    ARROW_RETURN_NOT_OK(log_->BeforeErase(merged));
  }
  ARROW_RETURN_NOT_OK(aggregates_->Merge(targets, sources));
  for (uint8_t* source : sources) aggregates_->Destroy(source);
  merges_.clear();
  return arrow::Status::OK();
}

void SessionStore::StatesOf(const std::vector<Session*>& placed, std::vector<uint8_t*>* states) {
  states->clear();
  for (Session* session : placed) {
    while (session->merged_into != nullptr) session = session->merged_into;
    states->push_back(StateOf(session));
    auto* entry = reinterpret_cast<uint8_t*>(session);
    if (log_) log_->NoteChanged(std::span(&entry, 1));
  }
}

void SessionStore::Unlink(Session* session) {
  Session** link = &FirstOf(session->key);
  while (*link != session) link = &(*link)->next;
  *link = session->next;
}

void SessionStore::Schedule(Session* session) {
  const EventTimeMs due = CompletedBy(session->end);
  buckets_[time::WindowStart(due, 0, bucket_ms_)].push_back(session);
  ++bucket_entries_;
}

void SessionStore::EndBatch(int64_t rows) {
  std::erase_if(new_keys_, [](uint8_t* key) { return FirstOf(key) != nullptr; });
  keys_->Erase(new_keys_);
  new_keys_.clear();
  if (aggregates_->trivially_destructible()) return;
  rows_since_count_ += rows;
  if (rows_since_count_ < sessions_->size()) return;
  rows_since_count_ = 0;
  external_bytes_ = 0;
  sessions_->ForEach([&](uint8_t* row) {
    auto* session = reinterpret_cast<Session*>(row);
    if (session->merged_into == nullptr) external_bytes_ += aggregates_->ExternalBytes(StateOf(session));
  });
}

std::vector<Session*> SessionStore::TakeCompleted(EventTimeMs watermark) {
  std::vector<Session*> completed;
  while (!buckets_.empty() && buckets_.begin()->first <= watermark) {
    std::vector<Session*> bucket = std::move(buckets_.begin()->second);
    const EventTimeMs begin = buckets_.begin()->first;
    buckets_.erase(buckets_.begin());
    bucket_entries_ -= static_cast<int64_t>(bucket.size());
    std::vector<Session*> early;
    for (Session* session : bucket) {
      if (session->merged_into != nullptr) {
        sessions_->Free(reinterpret_cast<uint8_t*>(session));
      } else if (IsCompleted(*session, watermark)) {
        completed.push_back(session);
      } else if (time::WindowStart(CompletedBy(session->end), 0, bucket_ms_) == begin) {
        early.push_back(session);
      } else {
        Schedule(session);
      }
    }
    if (early.empty()) continue;
    // The watermark stands inside this bucket, so it is the last.
    bucket_entries_ += static_cast<int64_t>(early.size());
    buckets_[begin] = std::move(early);
    break;
  }
  std::sort(completed.begin(), completed.end(), [](const Session* a, const Session* b) {
    return std::tie(a->end, a->start, a->number) < std::tie(b->end, b->start, b->number);
  });
  return completed;
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> SessionStore::Keys(std::span<Session* const> sessions) const {
  std::vector<uint8_t*> payloads;
  payloads.reserve(sessions.size());
  for (const Session* session : sessions) payloads.push_back(session->key);
  return keys_->Keys(payloads);
}

arrow::Status SessionStore::Free(const std::vector<Session*>& sessions) {
  if (log_) {
    std::vector<uint8_t*> entries;
    for (Session* session : sessions) entries.push_back(reinterpret_cast<uint8_t*>(session));
    ARROW_RETURN_NOT_OK(log_->BeforeErase(entries));
  }
  Erase(sessions);
  return arrow::Status::OK();
}

void SessionStore::Erase(std::span<Session* const> sessions) {
  std::vector<uint8_t*> empty;
  for (Session* session : sessions) {
    Unlink(session);
    if (FirstOf(session->key) == nullptr) empty.push_back(session->key);
    aggregates_->Destroy(StateOf(session));
    sessions_->Free(reinterpret_cast<uint8_t*>(session));
  }
  keys_->Erase(empty);
}

int64_t SessionStore::memory_bytes() const {
  return keys_->memory_bytes() + sessions_->memory_bytes() + external_bytes_ +
         bucket_entries_ * static_cast<int64_t>(sizeof(Session*)) + (log_ ? log_->memory_bytes() : 0);
}

}  // namespace tidemark::exec
