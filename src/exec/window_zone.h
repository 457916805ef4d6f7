// SPDX-License-Identifier: Apache-2.0
// Windows over TIMESTAMP_LTZ follow the wall clock of the session's time zone: a day starts at local midnight.
#pragma once

#include <arrow/result.h>

#include <string>

#include "base/event_time.h"
#include "catalog/data_type.h"
#include "expr/time_zone.h"

namespace tidemark::exec {

/// Translates between instants and the wall clock that a window operator reckons in. For TIMESTAMP columns, and in UTC,
/// both are the same and the calls cost nothing. kMinWatermark and kMaxWatermark stay as they are. A small value; one
/// thread.
class WindowZone {
 public:
  WindowZone() = default;
  /// Invalid for an unknown time zone.
  static arrow::Result<WindowZone> Make(const DataType& time_type, const std::string& local_time_zone);

  bool is_identity() const { return zone_.is_utc(); }
  EventTimeMs ToWall(EventTimeMs instant) const { return IsPlain(instant) ? instant : zone_.ToLocal(instant, kTicks); }
  /// Of a wall clock reading that occurs twice the earlier instant; one that is skipped comes out later by the gap.
  EventTimeMs ToInstant(EventTimeMs wall) const { return IsPlain(wall) ? wall : zone_.ToUtc(wall, kTicks); }
  /// The watermark at which nothing with this wall clock reading or an earlier one can come any more, as Flink has it:
  /// of a reading that occurs twice the later instant; of one that is skipped, that of the switch.
  EventTimeMs ToTimer(EventTimeMs wall) const { return IsPlain(wall) ? wall : TimerOf(wall); }

 private:
  static constexpr int64_t kTicks = 1000;

  bool IsPlain(EventTimeMs time) const { return is_identity() || time == kMinWatermark || time == kMaxWatermark; }
  EventTimeMs TimerOf(EventTimeMs wall) const;

  mutable expr::TimeZone zone_;  // remembers its last answer
};

}  // namespace tidemark::exec
