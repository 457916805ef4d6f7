// SPDX-License-Identifier: Apache-2.0
// JobNames: under which name each job of a script keeps its state.
#pragma once

#include <map>
#include <set>
#include <string>

#include "plan/physical_plan.h"

namespace tidemark::cli {

/// A job is named after the tables it writes to, in alphabetical order, so that statements may change places; and by
/// its number among the script's jobs with these tables, from the second on. One script.
class JobNames {
 public:
  /// A name for a job of this plan that no earlier call gave, fit for a folder: at most kLengthMax bytes.
  std::string Take(const plan::PhysicalPlan& plan);

  static constexpr size_t kLengthMax = 120;

  /// Whether an earlier call gave the name.
  bool IsTaken(const std::string& name) const { return given_.contains(name); }
  /// A table, as names have it, that jobs of two names both write to, where they do not write to the same tables
  /// altogether. Empty: none, as far as names tell.
  static std::string SharedTable(const std::string& name, const std::string& other);

 private:
  std::map<std::string, int> taken_;  ///< of each set of tables: how many jobs
  std::set<std::string> given_;
};

}  // namespace tidemark::cli
