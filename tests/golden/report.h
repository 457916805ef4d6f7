// SPDX-License-Identifier: Apache-2.0
// Report: what passed and what failed, and the list of known failures.
#pragma once

#include <arrow/result.h>

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace tidemark::golden {

/// Known failures, one "file: case: reason" a line. A case that is listed must fail: the list may only shrink.
class SkipList {
 public:
  static arrow::Result<SkipList> Load(const std::string& path);
  bool Contains(const std::string& name) const { return names_.count(name) > 0; }

 private:
  std::set<std::string> names_;
};

/// Collects outcomes. Thread-safe.
class Report {
 public:
  explicit Report(SkipList skips) : skips_(std::move(skips)) {}

  void Pass(const std::string& name);
  bool IsKnownFailure(const std::string& name) const { return skips_.Contains(name); }
  /// `cause`: one line that equal failures share. `details`: as many lines as help.
  void Fail(const std::string& name, const std::string& cause, const std::string& details);

  bool failed() const;

  /// Prints failures, how often each cause was seen, and "N passed, N failed". True when nothing failed.
  bool Print() const;

 private:
  mutable std::mutex mutex_;
  SkipList skips_;
  int passed_ = 0;
  int known_failures_ = 0;
  std::vector<std::string> failures_;
  std::map<std::string, std::vector<std::string>> by_cause_;
};

/// The first lines in which two lists differ, as "- expected" and "+ found".
std::string Difference(const std::vector<std::string>& expected, const std::vector<std::string>& found);

}  // namespace tidemark::golden
