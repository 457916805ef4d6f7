// SPDX-License-Identifier: Apache-2.0
// Times, durations and sizes as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace tidemark::cli {

/// "2026-01-31 10:00:00", with ".250" where there are milliseconds. `ms`: since 1970, UTC or a wall clock.
std::string TimeText(int64_t ms);

/// "250 ms", "34.2 s", "12 min 3 s", "5 h 20 min", "3 d 4 h": two units at most.
std::string DurationText(int64_t ms);

/// "512 bytes", "12 KiB", "1.2 MiB", "3.40 GiB".
std::string SizeText(int64_t bytes);

}  // namespace tidemark::cli
