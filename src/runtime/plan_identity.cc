// SPDX-License-Identifier: Apache-2.0
// Hashes of what nodes compute.
#include "runtime/plan_identity.h"

#include <fmt/format.h>

#include <map>

#include "plan/explain_details.h"
#include "state/hash_bytes.h"

namespace tidemark::runtime {

std::vector<std::string> PlanIdentity(const PlanShape& shape) {
  std::vector<std::string> ids;
  std::map<std::string, int> seen;
  for (const plan::PhysicalNode* node : shape.nodes()) {
    std::string text = fmt::format("{} {}\n", static_cast<int>(node->kind()), node->label());
    for (const std::string& detail : plan::DetailsOfComputation(*node)) text += detail + "\n";
    for (const Field& field : node->schema()) text += field.name + " " + field.type.ToString() + "\n";
    for (const auto& input : node->inputs()) text += ids[shape.IndexOf(*input)] + "\n";
    std::string id = fmt::format("{}#{:016x}", node->label(), state::HashBytes(text));
    const int times = ++seen[id];
    ids.push_back(times == 1 ? id : fmt::format("{}/{}", id, times));
  }
  return ids;
}

}  // namespace tidemark::runtime
