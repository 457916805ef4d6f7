// SPDX-License-Identifier: Apache-2.0
// Windows over TIMESTAMP_LTZ follow the wall clock of the session's time zone: a day starts at local midnight.
#pragma once

#include <arrow/result.h>

#include <string>

#include "base/event_time.h"
#include "catalog/data_type.h"

namespace date {
class time_zone;
}

namespace tidemark::exec {

/// Translates between instants and the wall clock that a window operator reckons in. For TIMESTAMP columns, and in UTC,
/// both are the same and the calls cost nothing. kMinWatermark and kMaxWatermark stay as they are. Copy freely.
class WindowZone {
 public:
  WindowZone() = default;
  /// Invalid for an unknown time zone.
  static arrow::Result<WindowZone> Make(const DataType& time_type, const std::string& local_time_zone);

  bool is_identity() const { return zone_ == nullptr; }
  EventTimeMs ToWall(EventTimeMs instant) const { return zone_ == nullptr ? instant : WallOf(instant); }
  /// Of a wall clock reading that occurs twice the earlier instant; of one that is skipped, that of the switch.
  EventTimeMs ToInstant(EventTimeMs wall) const { return zone_ == nullptr ? wall : InstantOf(wall); }
  /// The watermark at which nothing with this wall clock reading or an earlier one can come any more, as Flink has it:
  /// of a reading that occurs twice the later instant; of one that is skipped, that of the switch.
  EventTimeMs ToTimer(EventTimeMs wall) const { return zone_ == nullptr ? wall : TimerOf(wall); }

 private:
  EventTimeMs WallOf(EventTimeMs instant) const;
  EventTimeMs InstantOf(EventTimeMs wall) const;
  EventTimeMs TimerOf(EventTimeMs wall) const;
  const date::time_zone* zone_ = nullptr;
};

}  // namespace tidemark::exec
