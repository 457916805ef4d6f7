// SPDX-License-Identifier: Apache-2.0
// What holds a job back: its splits side by side, as a document.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "runtime/job_metrics.h"

namespace tidemark::server {

/// {"held_back_by": {...} or null, "shadow_watermark_ms": ..., "tables": [{"table", "source", "watermark_ms", "idle",
/// "ended_splits", "splits": [{"split", "watermark_ms", "since_ms", "standing_ms", "behind_newest_ms", "rows",
/// "pending_rows", "idle", "never_written"}]}]}.
///
/// Event times and `since_ms` (by the clock, `now_ms`) are milliseconds since 1970; null: there is none. A split is
/// behind the newest split of all tables. held_back_by names a split with the lowest watermark of those that count, and
/// in "others" how many more have the same, unless all have; the *shadow watermark* is the one that the job would have
/// without that split and any that stands where it does.
nlohmann::json WatermarkReport(const std::vector<runtime::SourceWatermarks>& sources, int64_t now_ms);

}  // namespace tidemark::server
