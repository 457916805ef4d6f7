// SPDX-License-Identifier: Apache-2.0
// TimeZone: what a wall clock shows at an instant, and the other way round.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string>

namespace date {
class time_zone;
}

namespace tidemark::expr {

/// An IANA zone ("Europe/Berlin") or a fixed offset ("UTC", "+08:00", "GMT-3"). Remembers the stretch between two clock
/// changes it was last asked about, so a column of nearby times costs a comparison each. A small value; one thread.
class TimeZone {
 public:
  /// Invalid, naming what is accepted, when the name is unknown.
  static arrow::Result<TimeZone> Make(const std::string& name);
  static TimeZone Utc() { return TimeZone(); }

  /// Always zero hours from UTC.
  bool is_utc() const { return zone_ == nullptr && fixed_offset_seconds_ == 0; }

  /// Seconds to add to UTC at this instant.
  int64_t OffsetAt(int64_t utc_seconds);
  /// Seconds to subtract from this wall clock reading to get UTC. A reading that the clocks skipped counts from the
  /// offset before the change (it comes out later by the gap); of one they showed twice the earlier is meant.
  int64_t OffsetOfLocal(int64_t local_seconds);
  /// The same, but of a reading that the clocks showed twice the later is meant, as by java.util.Calendar.
  int64_t LaterOffsetOfLocal(int64_t local_seconds);

  /// The same for ticks of which `ticks_per_second` make a second.
  int64_t ToLocal(int64_t utc_ticks, int64_t ticks_per_second);
  int64_t ToUtc(int64_t local_ticks, int64_t ticks_per_second);

 private:
  void Remember(int64_t utc_seconds);

  const date::time_zone* zone_ = nullptr;  // null: fixed offset
  int64_t fixed_offset_seconds_ = 0;
  // The offset is `offset_` for all instants in [begin_, end_).
  int64_t begin_ = 0;
  int64_t end_ = 0;
  int64_t offset_ = 0;
};

/// The zone of `table.local-time-zone` = "default": the TZ variable, else what /etc/localtime names, else UTC.
std::string SystemTimeZoneName();

}  // namespace tidemark::expr
