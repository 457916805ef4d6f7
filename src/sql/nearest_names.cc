// SPDX-License-Identifier: Apache-2.0
// "Did you mean": which known names look like the one that is not known.

#include <algorithm>
#include <numeric>

#include "sql/diagnostic.h"
#include "sql/edit_distance.h"
#include "sql/keywords.h"

namespace tidemark::sql {

namespace {

// Comparing a huge name with every candidate would take long and help nobody.
constexpr size_t kComparedNameLengthMax = 128;

struct Scored {
  size_t distance;
  std::string name;
};

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b) {
  // Optimal string alignment: three rows are enough, as a swap of neighbours looks two rows back.
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::vector<std::string> NearestNames(std::string_view name, const std::vector<std::string>& candidates,
                                      size_t count_max) {
  std::vector<Scored> near;
  const std::string upper = ToUpperAscii(name);
  const size_t distance_max = std::max<size_t>(1, (name.size() + 1) / 3);
  for (const std::string& candidate : candidates) {
    if (name.empty() || name.size() > kComparedNameLengthMax || candidate.size() > kComparedNameLengthMax) continue;
    const std::string candidate_upper = ToUpperAscii(candidate);
    // Names that differ only in case sort before all others.
    if (candidate_upper == upper) {
      near.push_back({0, candidate});
      continue;
    }
    const size_t distance = EditDistance(upper, candidate_upper);
    const bool nothing_in_common = distance >= std::max(upper.size(), candidate_upper.size());
    if (distance <= distance_max && !nothing_in_common) near.push_back({distance, candidate});
  }
  std::sort(near.begin(), near.end(), [](const Scored& a, const Scored& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.name < b.name;
  });
  near.erase(std::unique(near.begin(), near.end(), [](const Scored& a, const Scored& b) { return a.name == b.name; }),
             near.end());
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(near.size(), count_max); ++i) names.push_back(std::move(near[i].name));
  return names;
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  const std::vector<std::string> near = NearestNames(name, candidates);
  if (near.empty()) return "";
  std::string question = "Did you mean ";
  for (size_t i = 0; i < near.size(); ++i) {
    if (i > 0) question += i + 1 == near.size() ? " or " : ", ";
    question += "'" + near[i] + "'";
  }
  return question + "?";
}

}  // namespace tidemark::sql
