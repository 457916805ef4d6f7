// SPDX-License-Identifier: Apache-2.0
// Splits side by side.
#include "server/watermark_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace tidemark::server {
namespace {

using nlohmann::json;

json TimeOrNull(EventTimeMs time) { return time == kMinWatermark || time == kMaxWatermark ? json() : json(time); }

/// `time` until `later`; null where there is no time to reckon with.
json Behind(EventTimeMs time, EventTimeMs later) {
  return time == kMinWatermark || later == kMinWatermark ? json() : json(later - time);
}

struct Split {
  const runtime::SourceWatermarks* source;
  const runtime::SplitReport* split;
};

/// What all splits together say.
struct Overview {
  std::vector<Split> holding;  ///< not idle, by watermark
  const runtime::SplitReport* newest = nullptr;

  explicit Overview(const std::vector<runtime::SourceWatermarks>& sources) {
    for (const auto& source : sources) {
      for (const auto& split : source.report.splits) {
        if (newest == nullptr || split.watermark > newest->watermark) newest = &split;
        if (!split.idle) holding.push_back({&source, &split});
      }
    }
    std::stable_sort(holding.begin(), holding.end(),
                     [](const Split& a, const Split& b) { return a.split->watermark < b.split->watermark; });
  }

  EventTimeMs newest_watermark() const { return newest == nullptr ? kMinWatermark : newest->watermark; }
  /// How many splits have the lowest watermark.
  int64_t lowest() const {
    return std::count_if(holding.begin(), holding.end(),
                         [&](const Split& split) { return split.split->watermark == holding[0].split->watermark; });
  }
  /// The lowest watermark above the lowest.
  EventTimeMs shadow() const {
    for (const auto& split : holding) {
      if (split.split->watermark != holding[0].split->watermark) return split.split->watermark;
    }
    return kMinWatermark;
  }
};

json Describe(const Split& split, const Overview& overview, int64_t now_ms) {
  const int64_t standing_ms = (split.source->now_micros - split.split->since_micros) / 1000;
  return {{"split", split.split->name},
          {"watermark_ms", TimeOrNull(split.split->watermark)},
          {"since_ms", now_ms - standing_ms},
          {"standing_ms", standing_ms},
          {"behind_newest_ms", Behind(split.split->watermark, overview.newest_watermark())},
          {"rows", split.split->rows},
          {"pending_rows", split.split->pending_rows ? json(*split.split->pending_rows) : json()},
          {"idle", split.split->idle},
          {"never_written", split.split->never_written}};
}

}  // namespace

json WatermarkReport(const std::vector<runtime::SourceWatermarks>& sources, int64_t now_ms) {
  const Overview overview(sources);
  json tables = json::array();
  for (const auto& source : sources) {
    json splits = json::array();
    for (const auto& split : source.report.splits) splits.push_back(Describe({&source, &split}, overview, now_ms));
    tables.push_back({{"table", source.table},
                      {"source", source.label},
                      {"watermark_ms", TimeOrNull(source.report.watermark)},
                      {"idle", source.report.idle},
                      {"ended_splits", source.report.ended_splits},
                      {"splits", std::move(splits)}});
  }
  json holder;
  if (overview.lowest() < std::ssize(overview.holding)) {
    holder = Describe(overview.holding[0], overview, now_ms);
    holder["table"] = overview.holding[0].source->table;
    holder["others"] = overview.lowest() - 1;
    holder["newest_split"] = overview.newest->name;
    holder["newest_watermark_ms"] = TimeOrNull(overview.newest->watermark);
  }
  return {{"now_ms", now_ms},
          {"held_back_by", std::move(holder)},
          {"shadow_watermark_ms", TimeOrNull(overview.shadow())},
          {"tables", std::move(tables)}};
}

}  // namespace tidemark::server
