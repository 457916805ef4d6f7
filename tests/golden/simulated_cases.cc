// SPDX-License-Identifier: Apache-2.0
// Drawing and running of seeds.
#include "golden/simulated_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string_view>
#include <unordered_set>

#include "golden/program_case.h"
#include "golden/run_all.h"

namespace tidemark::golden {
namespace {

uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

struct SimulatedProgram {
  std::unique_ptr<ProgramCase> program;
  std::atomic<bool> failed{false};
  std::atomic<int64_t> runs{0};
};

class Simulation {
 public:
  Simulation(const SimulatedCasesOptions& options, Report* report) : options_(options), report_(report) {}

  void Plan(const GoldenFile& file, Section* section) {
    for (bool batch : {false, true}) {
      if (!RunsInMode(*section, batch) || (batch && options_.crashes > 0)) continue;
      auto planned = std::make_unique<SimulatedProgram>();
      planned->program = std::make_unique<ProgramCase>(file, section, batch, /*rewrite=*/false, report_);
      // What cannot be planned is found out by the other golden tests.
      if (planned->program->Plan() && planned->program->can_run()) programs_.push_back(std::move(planned));
    }
  }

  void RunSeed(uint64_t seed) {
    for (const auto& planned : programs_) {
      const ProgramCase& program = *planned->program;
      const uint64_t schedule = Mix(seed * 2 + (program.batch() ? 1 : 0)) ^ HashOf(program.name());
      if (options_.share > 1 && Mix(schedule) % static_cast<uint64_t>(options_.share) != 0) continue;
      if (planned->failed) continue;
      RunSettings settings;
      settings.seed = seed;
      settings.schedule = schedule;
      settings.components = options_.components;
      settings.crashes = options_.crashes;
      ProgramResult result;
      if (!program.Run(settings, &result)) planned->failed = true;
      ++planned->runs;
      steps_ += result.steps;
      crashes_ += result.crashes;
      resumed_ += result.resumed;
      std::lock_guard lock(mutex_);
      schedules_.insert(result.trace);
    }
  }

  /// Passed is what did not fail in either mode.
  void Finish() {
    int64_t runs = 0;
    int64_t least = INT64_MAX;
    std::unordered_set<std::string> failed;
    for (const auto& planned : programs_) {
      runs += planned->runs;
      if (planned->failed)
        failed.insert(planned->program->name());
      else
        least = std::min<int64_t>(least, planned->runs);
    }
    std::unordered_set<std::string> passed;
    for (const auto& planned : programs_) {
      const std::string& name = planned->program->name();
      if (failed.count(name) == 0 && passed.insert(name).second) report_->Pass(name);
    }
    fmt::print("{} seeds, {} runs of {} programs with their mode, each at least {} times; {} schedules, {} steps\n",
               options_.seeds, runs, programs_.size(), least == INT64_MAX ? 0 : least, schedules_.size(),
               steps_.load());
    if (options_.crashes > 0) {
      fmt::print("{} crashes, {} of them resumed from a checkpoint\n", crashes_.load(), resumed_.load());
    }
  }

 private:
  const SimulatedCasesOptions& options_;
  Report* report_;
  std::vector<std::unique_ptr<SimulatedProgram>> programs_;
  std::atomic<int64_t> steps_{0};
  std::atomic<int64_t> crashes_{0};
  std::atomic<int64_t> resumed_{0};
  std::mutex mutex_;
  std::unordered_set<uint64_t> schedules_;  // guarded by mutex_
};

}  // namespace

void CheckSimulated(const std::vector<std::unique_ptr<GoldenFile>>& files, const SimulatedCasesOptions& options,
                    Report* report) {
  Simulation simulation(options, report);
  for (const auto& file : files) {
    for (auto& section : file->sections) {
      const std::string name = CaseName(*file, section);
      if (section.kind != "case" || name.find(options.only) == std::string::npos || report->IsKnownFailure(name))
        continue;
      simulation.Plan(*file, &section);
    }
  }
  std::vector<std::function<void()>> tasks;
  for (int64_t i = 0; i < options.seeds; ++i) {
    tasks.push_back([&simulation, seed = options.first_seed + static_cast<uint64_t>(i)] { simulation.RunSeed(seed); });
  }
  RunAll(tasks, options.threads);
  simulation.Finish();
}

}  // namespace tidemark::golden
