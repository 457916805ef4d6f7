// SPDX-License-Identifier: Apache-2.0
// When a wall clock reading is over.
#include "exec/window_zone.h"

namespace tidemark::exec {

arrow::Result<WindowZone> WindowZone::Make(const DataType& time_type, const std::string& local_time_zone) {
  WindowZone zone;
  if (time_type.kind() != TypeKind::kTimestampLtz) return zone;
  ARROW_ASSIGN_OR_RAISE(zone.zone_, expr::TimeZone::Make(local_time_zone));
  return zone;
}

EventTimeMs WindowZone::TimerOf(EventTimeMs wall) const {
  constexpr int64_t kHalfHourMs = 1'800'000;
  const EventTimeMs instant = ToInstant(wall);
  if (ToWall(instant) != wall) return instant - instant % (2 * kHalfHourMs);
  // Clocks are set back by half an hour to three.
  for (int64_t back = kHalfHourMs; back <= 6 * kHalfHourMs; back += kHalfHourMs) {
    if (ToWall(instant + back) == wall) return instant + back;
  }
  return instant;
}

}  // namespace tidemark::exec
