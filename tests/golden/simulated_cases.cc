// SPDX-License-Identifier: Apache-2.0
// Drawing and running of seeds.
#include "golden/simulated_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <iterator>
#include <mutex>
#include <string_view>
#include <unordered_set>

#include "golden/broker_case.h"
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
  std::string name;
  bool batch = false;
  std::function<bool(const RunSettings&, ProgramResult*)> run;
  std::atomic<bool> failed{false};
  std::atomic<int64_t> runs{0};
};

/// So many seeds must meet every kind of fault.
constexpr int64_t kSeedsForAllFaults = 2'000;
/// Longer than any run.
constexpr char kLongTtl[] = "3650 d";
/// The others run golden programs.
constexpr uint64_t kSeedsForOneBrokerJob = 4;

class Simulation {
 public:
  Simulation(const SimulatedCasesOptions& options, Report* report) : options_(options), report_(report) {}

  void Plan(const GoldenFile& file, Section* section) {
    for (bool batch : {false, true}) {
      if (!RunsInMode(*section, batch) || (batch && options_.faults)) continue;
      auto program = std::make_shared<ProgramCase>(file, section, batch, /*rewrite=*/false, report_);
      // What cannot be planned is found out by the other golden tests.
      if (!program->Plan() || !program->can_run()) continue;
      // The same with state that lives long enough: other forms of operators, and times in checkpoints.
      auto with_ttl = std::make_shared<ProgramCase>(file, section, batch, /*rewrite=*/false, report_);
      if (!with_ttl->Plan(kLongTtl) || !with_ttl->can_run()) continue;
      auto planned = std::make_unique<SimulatedProgram>();
      planned->name = program->name();
      planned->batch = batch;
      planned->run = [program, with_ttl](const auto& settings, auto* result) {
        return (Mix(settings.schedule) % 3 == 0 ? with_ttl : program)->Run(settings, result);
      };
      programs_.push_back(std::move(planned));
    }
  }

  void Add(std::shared_ptr<const BrokerCase> job) {
    auto planned = std::make_unique<SimulatedProgram>();
    planned->name = job->name();
    planned->run = [job](const auto& settings, auto* result) { return job->Run(settings, result); };
    broker_jobs_.push_back(std::move(planned));
  }

  void RunSeed(uint64_t seed) {
    if (options_.faults) return RunOne(seed);
    for (const auto& planned : programs_) {
      const uint64_t schedule = Mix(seed * 2 + (planned->batch ? 1 : 0)) ^ HashOf(planned->name);
      if (options_.share > 1 && Mix(schedule) % static_cast<uint64_t>(options_.share) != 0) continue;
      Run(seed, schedule, planned.get());
    }
  }

  int64_t runs() const { return runs_; }

  /// Passed is what did not fail in either mode.
  void Finish() {
    if (options_.broken != BrokenRule::kNone) return;
    std::move(broker_jobs_.begin(), broker_jobs_.end(), std::back_inserter(programs_));
    int64_t runs = 0;
    int64_t least = INT64_MAX;
    if (options_.faults) CheckFaults();
    std::unordered_set<std::string> failed;
    for (const auto& planned : programs_) {
      runs += planned->runs;
      if (planned->failed)
        failed.insert(planned->name);
      else
        least = std::min<int64_t>(least, planned->runs);
    }
    std::unordered_set<std::string> passed;
    for (const auto& planned : programs_) {
      const std::string& name = planned->name;
      if (failed.count(name) == 0 && passed.insert(name).second) report_->Pass(name);
    }
    fmt::print("{} seeds, {} runs of {} programs with their mode, each at least {} times; {} schedules, {} steps\n",
               options_.seeds, runs, programs_.size(), least == INT64_MAX ? 0 : least, schedules_.size(),
               steps_.load());
    if (options_.faults) PrintFaults();
  }

 private:
  void RunOne(uint64_t seed) {
    const bool of_broker = programs_.empty() || (!broker_jobs_.empty() && seed % kSeedsForOneBrokerJob == 0);
    const auto& from = of_broker ? broker_jobs_ : programs_;
    if (from.empty()) return;
    SimulatedProgram* planned = from[Mix(seed) % from.size()].get();
    Run(seed, Mix(seed * 2) ^ HashOf(planned->name), planned);
  }

  void Run(uint64_t seed, uint64_t schedule, SimulatedProgram* planned) {
    if (planned->failed || (options_.broken != BrokenRule::kNone && report_->failed())) return;
    RunSettings settings;
    settings.seed = seed;
    settings.schedule = schedule;
    settings.components = options_.components;
    settings.faults = options_.faults;
    settings.broken = options_.broken;
    ProgramResult result;
    if (!planned->run(settings, &result)) planned->failed = true;
    ++planned->runs;
    ++runs_;
    steps_ += result.steps;
    const std::lock_guard lock(mutex_);
    schedules_.insert(result.trace);
    lives_ += result.lives;
    resumed_ += result.resumed;
    fenced_ += result.fenced;
    refused_ += result.refused.empty() ? 0 : 1;
    faults_.Add(result.faults);
  }

  void CheckFaults() {
    if (options_.seeds < kSeedsForAllFaults || !options_.only.empty()) return;
    for (size_t i = 0; i < runtime::kFaults; ++i) {
      if (faults_.fired[i] > 0) continue;
      report_->Fail(
          "faults", "a fault that never happened",
          fmt::format("  {}: drawn {} times, fired never", NameOf(static_cast<runtime::Fault>(i)), faults_.drawn[i]));
    }
  }

  void PrintFaults() {
    fmt::print("{} lives, {} resumed from a checkpoint, {} requests fenced, {} runs refused to go on\n", lives_,
               resumed_, fenced_, refused_);
    fmt::print("{:<20} {:>8} {:>8}\n", "fault", "drawn", "fired");
    for (size_t i = 0; i < runtime::kFaults; ++i) {
      fmt::print("{:<20} {:>8} {:>8}\n", NameOf(static_cast<runtime::Fault>(i)), faults_.drawn[i], faults_.fired[i]);
    }
  }

  const SimulatedCasesOptions& options_;
  Report* report_;
  std::vector<std::unique_ptr<SimulatedProgram>> programs_;
  std::vector<std::unique_ptr<SimulatedProgram>> broker_jobs_;
  std::atomic<int64_t> steps_{0};
  std::atomic<int64_t> runs_{0};
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_set<uint64_t> schedules_;
  int64_t lives_ = 0;
  int64_t resumed_ = 0;
  int64_t fenced_ = 0;
  int64_t refused_ = 0;
  runtime::FaultCounts faults_;
};

}  // namespace

arrow::Result<int64_t> CheckSimulated(const std::vector<std::unique_ptr<GoldenFile>>& files,
                                      const std::vector<std::string>& broker_jobs, const SimulatedCasesOptions& options,
                                      Report* report) {
  Simulation simulation(options, report);
  for (const std::string& path : broker_jobs) {
    if (!options.faults || path.find(options.only) == std::string::npos) continue;
    ARROW_ASSIGN_OR_RAISE(auto job, BrokerCase::Load(path, report));
    simulation.Add(std::move(job));
  }
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
  return simulation.runs();
}

}  // namespace tidemark::golden
