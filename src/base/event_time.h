// SPDX-License-Identifier: Apache-2.0
// Event time and watermarks as plain milliseconds, with their two ends named.
#pragma once

#include <cstdint>
#include <limits>

namespace tidemark {

/// Milliseconds since 1970-01-01T00:00:00 (UTC, or the wall clock of a TIMESTAMP without time zone). May be negative.
using EventTimeMs = int64_t;

/// "No row seen yet": lower than every row's time.
inline constexpr EventTimeMs kMinWatermark = std::numeric_limits<int64_t>::min();
/// "The input has ended": higher than every row's time.
inline constexpr EventTimeMs kMaxWatermark = std::numeric_limits<int64_t>::max();

}  // namespace tidemark
