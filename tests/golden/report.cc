// SPDX-License-Identifier: Apache-2.0
// Printing of outcomes.
#include "golden/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace tidemark::golden {
namespace {

constexpr size_t kLinesShown = 12;

}  // namespace

arrow::Result<SkipList> SkipList::Load(const std::string& path) {
  SkipList list;
  std::ifstream stream(path);
  if (!stream) return list;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t reason = line.find(" -- ");
    if (reason == std::string::npos)
      return arrow::Status::Invalid(path, ": a line without ' -- ' and a reason: ", line);
    list.names_.insert(line.substr(0, reason));
  }
  return list;
}

void Report::Pass(const std::string& name) {
  std::lock_guard lock(mutex_);
  if (skips_.Contains(name)) {
    failures_.push_back(name + ": passes; take it off the list of known failures");
    by_cause_["on the list of known failures, but passes"].push_back(name);
    return;
  }
  ++passed_;
}

void Report::Fail(const std::string& name, const std::string& cause, const std::string& details) {
  std::lock_guard lock(mutex_);
  if (skips_.Contains(name)) {
    ++known_failures_;
    return;
  }
  failures_.push_back(name + "\n" + details);
  by_cause_[cause].push_back(name);
}

bool Report::failed() const {
  const std::lock_guard lock(mutex_);
  return !failures_.empty();
}

bool Report::Print() const {
  for (const auto& failure : failures_) fmt::print("FAILED {}\n", failure);
  if (!by_cause_.empty()) {
    std::vector<std::pair<std::string, std::vector<std::string>>> causes(by_cause_.begin(), by_cause_.end());
    std::stable_sort(causes.begin(), causes.end(),
                     [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
    fmt::print("\nCauses:\n");
    for (const auto& [cause, names] : causes) fmt::print("{:5}  {}  (e.g. {})\n", names.size(), cause, names.front());
    fmt::print("\n");
  }
  if (known_failures_ > 0) fmt::print("{} known failures\n", known_failures_);
  fmt::print("{} passed, {} failed\n", passed_, failures_.size());
  return failures_.empty();
}

std::string Difference(const std::vector<std::string>& expected, const std::vector<std::string>& found) {
  std::string text;
  size_t shown = 0;
  std::vector<bool> used(found.size());
  for (const auto& line : expected) {
    bool matched = false;
    for (size_t i = 0; i < found.size() && !matched; ++i) matched = !used[i] && found[i] == line && (used[i] = true);
    if (!matched && ++shown <= kLinesShown) text += "    - " + line + "\n";
  }
  shown = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    if (!used[i] && ++shown <= kLinesShown) text += "    + " + found[i] + "\n";
  }
  return text.empty() && expected != found ? "    (same lines in another order)\n" : text;
}

}  // namespace tidemark::golden
