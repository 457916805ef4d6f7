// SPDX-License-Identifier: Apache-2.0
// Golden programs: the same rows in both modes, for any number of workers, any batch size, any interleaving.
#include <fmt/format.h>

#include <algorithm>

#include "golden/cases.h"
#include "golden/program.h"

namespace tidemark::golden {
namespace {

constexpr int kWorkers[] = {1, 2, 4};
constexpr int64_t kBatchRows[] = {1, 7, 1000};

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

/// The message of an error without what differs from case to case.
std::string Cause(const arrow::Status& status) {
  std::string line = FirstLine(status.message());
  const size_t error = line.find("error: ");
  return error == std::string::npos ? line : line.substr(error + 7);
}

std::vector<RunSettings> AllSettings(const CaseOptions& options) {
  std::vector<RunSettings> all;
  if (options.simulated_seeds > 0) {
    for (int i = 0; i < options.simulated_seeds; ++i) {
      RunSettings settings;
      settings.seed = options.first_seed + static_cast<uint64_t>(i);
      all.push_back(settings);
    }
  } else {
    for (int workers : kWorkers) {
      for (int64_t batch_rows : kBatchRows) {
        RunSettings settings;
        settings.workers = workers;
        settings.batch_rows = batch_rows;
        all.push_back(settings);
      }
    }
    if (options.quick) all.resize(1);
  }
  for (auto& settings : all) settings.components = options.components;
  return all;
}

/// One case in one mode.
class ProgramCase {
 public:
  ProgramCase(const GoldenFile& file, Section* section, const CaseOptions& options, bool batch, Report* report)
      : name_(CaseName(file, *section)), section_(section), options_(options), batch_(batch), report_(report) {}

  /// False after the first failure, which is reported.
  bool Check(const GoldenFile& file) {
    auto inputs = file.InputFiles();
    if (!inputs.ok()) return Fail("bad golden file", inputs.status().message());
    auto program = Program::Plan(file.Setup() + section_->text(), batch_);
    if (!program.ok()) return CheckFailure(program.status(), "plan");
    for (const auto& settings : AllSettings(options_)) {
      auto result = (*program)->Run(*inputs, settings);
      if (!result.ok()) {
        if (!CheckFailure(result.status(), settings.ToString())) return false;
        continue;
      }
      if (section_->part("error") != nullptr) return Fail("does not fail", settings.ToString() + ": does not fail");
      if (!CheckResult(*result, settings.ToString())) return false;
    }
    return true;
  }

 private:
  bool Fail(const std::string& cause, const std::string& details) {
    report_->Fail(name_, cause, fmt::format("  {}: {}", batch_ ? "batch" : "streaming", details));
    return false;
  }

  bool CheckFailure(const arrow::Status& status, const std::string& where) {
    const Part* error = section_->part("error");
    if (error == nullptr) return Fail(Cause(status), where + ": " + status.message());
    for (const auto& text : error->lines) {
      if (status.message().find(text) == std::string::npos) {
        return Fail("another error than expected",
                    fmt::format("{}: no '{}' in the error: {}", where, text, status.message()));
      }
    }
    return true;
  }

  bool CheckResult(const ProgramResult& result, const std::string& where) {
    for (auto& part : section_->parts) {
      if (part.name.compare(0, 6, "lines ") != 0) continue;
      const auto found = result.LinesBelow(part.name.substr(6));
      if (options_.rewrite) part.lines = found;
      if (found != part.lines)
        return Fail("wrong lines written", where + ": " + part.name + "\n" + Difference(part.lines, found));
    }
    if (!result.has_rows) return true;
    if (const std::string* changelog = section_->attribute("changelog"); changelog != nullptr && !batch_) {
      const std::string found = result.updating ? "updating" : "insert-only";
      // Rows that are never taken back are as good as ones that may be.
      if (result.updating && found != *changelog)
        return Fail("wrong changelog mode", where + ": the changelog is " + found);
    }
    if (options_.rewrite) section_->SetPart("columns", {result.columns});
    if (const Part* columns = section_->part("columns");
        columns != nullptr && columns->lines != std::vector<std::string>{result.columns}) {
      return Fail("wrong column names or types", where + "\n" + Difference(columns->lines, {result.columns}));
    }
    return CheckRows(result.rows, where);
  }

  bool CheckRows(std::vector<std::string> found, const std::string& where) {
    const std::string* ordered = section_->attribute("ordered");
    const bool in_order = ordered != nullptr && (batch_ || *ordered != "batch");
    if (!in_order) std::sort(found.begin(), found.end());
    const Part* rows = section_->part(batch_ ? "rows batch" : "rows streaming");
    if (rows == nullptr) rows = section_->part("rows");
    if (options_.rewrite && rows == nullptr) {
      section_->SetPart("rows", found);
      return true;
    }
    if (options_.rewrite) section_->SetPart(rows->name, found);
    if (rows == nullptr) return Fail("no rows expected in the file", where + ": the case has no rows to compare with");
    std::vector<std::string> expected = rows->lines;
    if (!in_order) std::sort(expected.begin(), expected.end());
    if (found != expected) return Fail("wrong rows", where + "\n" + Difference(expected, found));
    return true;
  }

  std::string name_;
  Section* section_;
  const CaseOptions& options_;
  bool batch_;
  Report* report_;
};

}  // namespace

std::string CaseName(const GoldenFile& file, const Section& section) { return file.path + ": " + section.title; }

void CheckProgram(const GoldenFile& file, Section* section, const CaseOptions& options, Report* report) {
  const std::string* mode = section->attribute("mode");
  for (bool batch : {false, true}) {
    if (mode != nullptr && *mode != "both" && *mode != (batch ? "batch" : "streaming")) continue;
    if (!ProgramCase(file, section, options, batch, report).Check(file)) return;
  }
  report->Pass(CaseName(file, *section));
}

}  // namespace tidemark::golden
