// SPDX-License-Identifier: Apache-2.0
// ProgramCase: one "=== case" in one mode, planned once and run again and again, each time compared with the file.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "golden/cases.h"
#include "golden/golden_file.h"
#include "golden/program.h"
#include "golden/report.h"

namespace tidemark::golden {

/// Its "@mode" allows it.
bool RunsInMode(const Section& section, bool batch);

/// Run is thread-safe unless it rewrites. File, section and report outlive it.
class ProgramCase {
 public:
  ProgramCase(const GoldenFile& file, Section* section, bool batch, bool rewrite, Report* report)
      : name_(CaseName(file, *section)),
        file_(file),
        section_(section),
        rewrite_(rewrite),
        batch_(batch),
        report_(report) {}

  /// False after a failure, which is reported. A program that cannot be planned, as it should be, can_run() no further.
  bool Plan(const std::string& state_ttl = "0 ms");
  bool can_run() const { return program_ != nullptr; }

  /// False after a failure, which is reported. REQUIRES: can_run().
  bool Run(const RunSettings& settings, ProgramResult* result) const;

  const std::string& name() const { return name_; }
  bool batch() const { return batch_; }

 private:
  std::string Where(const RunSettings& settings, const std::string& drawn) const;
  bool Fail(const std::string& cause, const std::string& details) const;
  bool CheckFailure(const arrow::Status& status, const std::string& where) const;
  bool CheckResult(const ProgramResult& result, const std::string& where) const;
  /// Of a job that was refused: it has given some of the rows.
  bool CheckNoneDoubled(const ProgramResult& result, const std::string& where) const;
  bool CheckRows(std::vector<std::string> found, const std::string& where) const;

  const std::string name_;
  const GoldenFile& file_;
  Section* section_;
  const bool rewrite_;
  const bool batch_;
  Report* report_;
  std::map<std::string, std::string> inputs_;
  std::unique_ptr<Program> program_;
};

}  // namespace tidemark::golden
