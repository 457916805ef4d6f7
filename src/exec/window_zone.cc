// SPDX-License-Identifier: Apache-2.0
// Time zone look-ups for windows.
#include "exec/window_zone.h"

#include <date/tz.h>

#include <chrono>

namespace tidemark::exec {
namespace {

using Millis = std::chrono::milliseconds;

bool IsEnd(EventTimeMs time) { return time == kMinWatermark || time == kMaxWatermark; }

}  // namespace

arrow::Result<WindowZone> WindowZone::Make(const DataType& time_type, const std::string& local_time_zone) {
  WindowZone zone;
  if (time_type.kind() != TypeKind::kTimestampLtz || local_time_zone == "UTC") return zone;
  try {
    zone.zone_ = date::locate_zone(local_time_zone);
  } catch (const std::runtime_error& error) {
    return arrow::Status::Invalid("Unknown time zone '", local_time_zone, "' in 'table.local-time-zone'");
  }
  return zone;
}

EventTimeMs WindowZone::WallOf(EventTimeMs instant) const {
  if (IsEnd(instant)) return instant;
  const auto local = zone_->to_local(date::sys_time<Millis>(Millis(instant)));
  return local.time_since_epoch().count();
}

EventTimeMs WindowZone::InstantOf(EventTimeMs wall) const {
  if (IsEnd(wall)) return wall;
  return zone_->to_sys(date::local_time<Millis>(Millis(wall)), date::choose::earliest).time_since_epoch().count();
}

EventTimeMs WindowZone::TimerOf(EventTimeMs wall) const {
  constexpr int64_t kHalfHourMs = 1'800'000;
  const EventTimeMs instant = InstantOf(wall);
  if (IsEnd(wall)) return wall;
  if (WallOf(instant) != wall) return instant - instant % (2 * kHalfHourMs);
  // Clocks are set back by half an hour to three.
  for (int64_t back = kHalfHourMs; back <= 6 * kHalfHourMs; back += kHalfHourMs) {
    if (WallOf(instant + back) == wall) return instant + back;
  }
  return instant;
}

}  // namespace tidemark::exec
