// SPDX-License-Identifier: Apache-2.0
// KeyTtl: the time-to-live of the keys of an operator that keeps a KeyedTable, and perhaps a KeySpill behind it.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <vector>

#include "exec/key_spill.h"
#include "exec/state_report.h"
#include "exec/state_ttl.h"
#include "state/keyed_table.h"

namespace tidemark::exec {

class EntryLog;

/// A payload is `value_bytes` of the operator's, then the time of the key's last write (where there is a time-to-live),
/// then what KeySpill has, then what checkpoints have (see KeyLog). One thread.
class KeyTtl {
 public:
  KeyTtl(int64_t ttl_ms, int32_t value_bytes) : ttl_(ttl_ms), value_bytes_(value_bytes) {}

  /// Everything outlives the object; `spill` is null where all keys stay in memory, `log` where there are no
  /// checkpoints.
  void Open(const OperatorContext& context, state::KeyedTable* table, SpilledValues* values, KeySpill* spill,
            EntryLog* log);

  const StateTtl& ttl() const { return ttl_; }
  bool is_on() const { return ttl_.is_on(); }
  /// What of a payload is the operator's and this object's.
  int32_t own_bytes() const { return value_bytes_ + ttl_.entry_bytes(); }
  /// Where in a payload the time stands.
  int32_t written_offset() const { return value_bytes_; }

  /// A batch begins.
  void ReadClock() { ttl_.ReadClock(); }
  bool IsExpired(const uint8_t* payload) const { return is_on() && ttl_.IsExpired(written_ms(payload)); }
  int64_t written_ms(const uint8_t* payload) const { return WrittenMs(payload, value_bytes_); }
  /// The key is written now, or was at another time.
  void NoteWritten(uint8_t* payload) {
    if (is_on()) SetWrittenMs(payload, value_bytes_, ttl_.now_ms());
  }
  void SetWritten(uint8_t* payload, int64_t written_ms) {
    if (is_on()) SetWrittenMs(payload, value_bytes_, written_ms);
  }

  /// Behind FindOrInsert and KeySpill::Load, with what they gave: makes keys that are expired as if they had just been
  /// made, and adds them to `created`. They count as changed.
  arrow::Status RenewExpired(const std::vector<uint8_t*>& payloads, std::vector<int32_t>* created);

  /// Drops expired keys, some of them at a time: after each batch and now and then while none comes.
  arrow::Status DropExpired(StateReport* metrics);

 private:
  StateTtl ttl_;
  const int32_t value_bytes_;
  TableSweep sweep_;
  state::KeyedTable* table_ = nullptr;
  SpilledValues* values_ = nullptr;
  KeySpill* spill_ = nullptr;
  EntryLog* log_ = nullptr;
};

}  // namespace tidemark::exec
