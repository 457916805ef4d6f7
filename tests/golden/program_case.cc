// SPDX-License-Identifier: Apache-2.0
// Comparing what a program gave with what its golden file expects.
#include "golden/program_case.h"

#include <fmt/format.h>

#include <algorithm>

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
  for (int workers : kWorkers) {
    for (int64_t batch_rows : kBatchRows) {
      RunSettings settings;
      settings.workers = workers;
      settings.batch_rows = batch_rows;
      settings.spills = options.spills;
      all.push_back(settings);
    }
  }
  // One worker, two, four, each with another size of batches: files are slow.
  if (options.spills) all = {all[1], all[3], all[8]};
  if (options.quick) all.resize(1);
  return all;
}

}  // namespace

std::string CaseName(const GoldenFile& file, const Section& section) { return file.path + ": " + section.title; }

bool RunsInMode(const Section& section, bool batch) {
  const std::string* mode = section.attribute("mode");
  return mode == nullptr || *mode == "both" || *mode == (batch ? "batch" : "streaming");
}

bool ProgramCase::Plan(const std::string& state_ttl) {
  auto inputs = file_.InputFiles();
  if (!inputs.ok()) return Fail("bad golden file", inputs.status().message());
  inputs_ = std::move(*inputs);
  auto program = Program::Plan(file_.Setup() + section_->text(), batch_, state_ttl);
  if (!program.ok()) return CheckFailure(program.status(), "plan");
  program_ = std::move(*program);
  return true;
}

bool ProgramCase::Run(const RunSettings& settings, ProgramResult* result) const {
  auto ran = program_->Run(inputs_, settings);
  if (!ran.ok()) return CheckFailure(ran.status(), Where(settings, ""));
  *result = std::move(*ran);
  const std::string where = Where(settings, result->drawn);
  if (!result->refused.empty()) return CheckNoneDoubled(*result, where);
  if (section_->part("error") != nullptr) return Fail("does not fail", where + ": does not fail");
  return CheckResult(*result, where);
}

std::string ProgramCase::Where(const RunSettings& settings, const std::string& drawn) const {
  if (!settings.seed) return settings.ToString();
  return fmt::format("seed {}\n    again: tests/run --simulate{} --seeds 1 --first-seed {} --only '{}' {}\n    {}",
                     *settings.seed, settings.faults ? " --faults" : "", *settings.seed, name_, file_.path, drawn);
}

bool ProgramCase::Fail(const std::string& cause, const std::string& details) const {
  report_->Fail(name_, cause, fmt::format("  {}: {}", batch_ ? "batch" : "streaming", details));
  return false;
}

bool ProgramCase::CheckFailure(const arrow::Status& status, const std::string& where) const {
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

bool ProgramCase::CheckResult(const ProgramResult& result, const std::string& where) const {
  for (auto& part : section_->parts) {
    if (part.name.compare(0, 6, "lines ") != 0) continue;
    const auto found = result.LinesBelow(part.name.substr(6));
    if (rewrite_) part.lines = found;
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
  if (rewrite_) section_->SetPart("columns", {result.columns});
  if (const Part* columns = section_->part("columns");
      columns != nullptr && columns->lines != std::vector<std::string>{result.columns}) {
    return Fail("wrong column names or types", where + "\n" + Difference(columns->lines, {result.columns}));
  }
  return CheckRows(result.rows, where);
}

bool ProgramCase::CheckNoneDoubled(const ProgramResult& result, const std::string& where) const {
  const Part* rows = section_->part("rows streaming");
  if (rows == nullptr) rows = section_->part("rows");
  if (!result.refused_query || result.updating || rows == nullptr) return true;
  std::vector<std::string> expected = rows->lines;
  std::vector<std::string> found = result.rows;
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  if (std::includes(expected.begin(), expected.end(), found.begin(), found.end())) return true;
  return Fail("wrong rows before it was refused", where + "\n" + Difference(expected, found));
}

bool ProgramCase::CheckRows(std::vector<std::string> found, const std::string& where) const {
  const std::string* ordered = section_->attribute("ordered");
  const bool in_order = ordered != nullptr && (batch_ || *ordered != "batch");
  if (!in_order) std::sort(found.begin(), found.end());
  const Part* rows = section_->part(batch_ ? "rows batch" : "rows streaming");
  if (rows == nullptr) rows = section_->part("rows");
  if (rewrite_ && rows == nullptr) {
    section_->SetPart("rows", found);
    return true;
  }
  if (rewrite_) section_->SetPart(rows->name, found);
  if (rows == nullptr) return Fail("no rows expected in the file", where + ": the case has no rows to compare with");
  std::vector<std::string> expected = rows->lines;
  if (!in_order) std::sort(expected.begin(), expected.end());
  if (found != expected) return Fail("wrong rows", where + "\n" + Difference(expected, found));
  return true;
}

void CheckProgram(const GoldenFile& file, Section* section, const CaseOptions& options, Report* report) {
  for (bool batch : {false, true}) {
    if (!RunsInMode(*section, batch)) continue;
    ProgramCase program(file, section, batch, options.rewrite, report);
    if (!program.Plan()) return;
    if (!program.can_run()) continue;
    for (const auto& settings : AllSettings(options)) {
      ProgramResult result;
      if (!program.Run(settings, &result)) return;
    }
  }
  report->Pass(CaseName(file, *section));
}

}  // namespace tidemark::golden
