// SPDX-License-Identifier: Apache-2.0
// Moments of a minute, and what has changed since.
#include "server/state_history.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace tidemark::server {

using nlohmann::json;

void StateHistory::Note(const std::vector<runtime::NodeMetrics>& nodes, int64_t now_micros) {
  Moment moment;
  moment.micros = now_micros;
  for (const auto& node : nodes) {
    moment.rows.push_back(node.state_rows);
    moment.bytes.push_back(node.state_bytes + node.state_disk_bytes);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!moments_.empty() && now_micros - moments_.back().micros < kStepMicros) return;
  moments_.push_back(std::move(moment));
  while (now_micros - moments_.front().micros > kSpanMicros) moments_.pop_front();
}

json StateHistory::Report(const std::vector<runtime::NodeMetrics>& nodes, int64_t now_micros) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Moment* oldest = moments_.empty() ? nullptr : &moments_.front();
  json operators = json::array();
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& node = nodes[i];
    const int64_t bytes = node.state_bytes + node.state_disk_bytes;
    if (node.state.empty() && node.state_rows == 0 && bytes == 0) continue;
    const bool known = oldest != nullptr && now_micros > oldest->micros;
    operators.push_back({{"operator", node.label},
                         {"state", node.state},
                         {"rows", node.state_rows},
                         {"bytes_in_memory", node.state_bytes},
                         {"bytes_on_disk", node.state_disk_bytes},
                         {"expired_rows", node.state_expired},
                         {"growth_rows", known ? json(node.state_rows - oldest->rows[i]) : json()},
                         {"growth_bytes", known ? json(bytes - oldest->bytes[i]) : json()},
                         {"growth_over_ms", known ? json((now_micros - oldest->micros) / 1000) : json()},
                         {"unbounded", node.unbounded.empty() ? json() : json(node.unbounded)}});
  }
  return {{"operators", std::move(operators)}};
}

}  // namespace tidemark::server
