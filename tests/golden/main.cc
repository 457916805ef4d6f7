// SPDX-License-Identifier: Apache-2.0
// golden_test: runs golden files and says what differs. See tests/sql/README.md.
#include <arrow/compute/initialize.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <thread>

#include "golden/cases.h"
#include "golden/run_all.h"
#include "golden/simulated_cases.h"
#include "golden/wrong_watermark_merge.h"

namespace {

using namespace tidemark::golden;

struct Options {
  std::vector<std::string> paths;
  std::string only;
  std::string skip_list = "tests/golden/known_failures.txt";
  bool list = false;
  bool simulate = false;
  bool wrong_watermark_merge = false;
  SimulatedCasesOptions simulated;
  int jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CaseOptions cases;
};

std::vector<std::string> FindFiles(const std::vector<std::string>& paths, const std::string& extension) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      if (std::filesystem::path(path).extension() == extension) files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() == extension) files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Of a run under the simulator.
bool Verdict(const Options& options, bool all_passed) {
  if (!options.wrong_watermark_merge) return all_passed;
  fmt::print("the wrong merge of watermarks was {}\n", all_passed ? "not found" : "found");
  return !all_passed;
}

arrow::Result<bool> Run(Options* options) {
  ARROW_ASSIGN_OR_RAISE(auto skips, SkipList::Load(options->skip_list));
  Report report(std::move(skips));
  std::vector<std::unique_ptr<GoldenFile>> files;
  for (const auto& path : FindFiles(options->paths, ".test")) {
    ARROW_ASSIGN_OR_RAISE(auto file, GoldenFile::Load(path));
    files.push_back(std::make_unique<GoldenFile>(std::move(file)));
  }
  if (options->simulate) {
    CheckSimulated(files, options->simulated, &report);
    return Verdict(*options, report.Print());
  }
  std::vector<std::function<void()>> tasks;
  for (auto& file : files) {
    for (auto& section : file->sections) {
      const bool is_case = section.kind == "case";
      if ((!is_case && section.kind != "expressions") ||
          CaseName(*file, section).find(options->only) == std::string::npos)
        continue;
      if (options->list) {
        fmt::print("{}\n", CaseName(*file, section));
        continue;
      }
      tasks.push_back(
          [&, is_case] { (is_case ? CheckProgram : CheckExpressions)(*file, &section, options->cases, &report); });
    }
  }
  for (const auto& path : FindFiles(options->paths, ".sql")) {
    if (path.find(options->only) != std::string::npos)
      tasks.push_back([&, path] { CheckError(path, options->cases, &report); });
  }
  // Sections of one file are rewritten by one thread.
  RunAll(tasks, options->cases.rewrite ? 1 : options->jobs);
  if (options->cases.rewrite) {
    for (const auto& file : files) ARROW_RETURN_NOT_OK(file->Save());
  }
  if (options->list) return true;
  return report.Print();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Runs golden SQL files in this process", "golden_test"};
  app.add_option("PATH", options.paths, "Golden files, or folders of them")->required();
  app.add_option("--only", options.only, "Only cases whose 'file: title' contains this");
  app.add_flag("--list", options.list, "Print the cases and stop");
  app.add_flag("--rewrite", options.cases.rewrite,
               "Expect what comes out now; read the difference before you commit it");
  app.add_flag("--quick", options.cases.quick, "One worker, one batch size");
  app.add_flag("--spill", options.cases.spills, "Keep all state that can be kept on disk there");
  app.add_flag("--simulate", options.simulate, "Run under the simulator");
  app.add_option("--seeds", options.simulated.seeds, "How many seeds, with --simulate")->capture_default_str();
  app.add_option("--first-seed", options.simulated.first_seed, "The first seed")->capture_default_str();
  app.add_option("--share", options.simulated.share, "A seed draws one in so many programs; 1, as with --only: all")
      ->capture_default_str();
  app.add_option("--crashes", options.simulated.crashes,
                 "With --simulate: keep checkpoints, and kill each job at most so often");
  app.add_flag("--wrong-watermark-merge", options.wrong_watermark_merge,
               "Merge watermarks wrongly and succeed when that is found");
  app.add_option("--jobs", options.jobs, "Cases at a time");
  CLI11_PARSE(app, argc, argv);
  if (auto status = arrow::compute::Initialize(); !status.ok()) {
    std::cerr << status.ToString() << "\n";
    return 2;
  }
  if (options.wrong_watermark_merge) {
    options.simulate = true;
    options.simulated.components = ComponentsWithWrongWatermarkMerge();
  }
  options.simulated.only = options.only;
  if (!options.only.empty()) options.simulated.share = 1;
  options.simulated.threads = options.jobs;
  auto passed = Run(&options);
  if (!passed.ok()) {
    std::cerr << passed.status().message() << "\n";
    return 2;
  }
  return *passed ? 0 : 1;
}
