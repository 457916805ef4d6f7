// SPDX-License-Identifier: Apache-2.0
// BrokerCase: a job from the simulated broker's topics into topics and files. What it writes when nothing disturbs it
// is what it must have written in the end whatever did.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "golden/program.h"
#include "golden/report.h"
#include "golden/simulated_broker.h"

namespace tidemark::golden {

/// Run is thread-safe.
class BrokerCase {
 public:
  /// A script, *.sql, that reads topics 'events', 'names' and 'clicks' and has one job. `report` outlives the case.
  static arrow::Result<std::unique_ptr<BrokerCase>> Load(const std::string& path, Report* report);

  /// False after a failure, which is reported.
  bool Run(const RunSettings& settings, ProgramResult* result) const;
  const std::string& name() const { return path_; }

 private:
  BrokerCase(std::string path, Report* report) : path_(std::move(path)), report_(report) {}
  static std::vector<std::string> Written(const ProgramResult& result);

  const std::string path_;
  Report* const report_;
  BrokerTopics topics_;
  std::unique_ptr<Program> program_;
  std::vector<std::string> expected_;
};

}  // namespace tidemark::golden
