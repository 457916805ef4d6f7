// SPDX-License-Identifier: Apache-2.0
// Program: a SQL script planned once and run again and again, with other numbers of workers, batch sizes and seeds,
// each time over files of its own in memory.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "golden/broken_rules.h"
#include "golden/simulated_broker.h"
#include "io/memory_file_system.h"
#include "io/simulated_disk.h"
#include "runtime/components.h"
#include "runtime/fault_counts.h"
#include "runtime/job_options.h"
#include "runtime/simulator.h"
#include "server/session.h"

namespace tidemark::golden {

/// How one run differs from another; none of it may change the rows.
struct RunSettings {
  int workers = 1;
  int64_t batch_rows = 8192;
  bool spills = false;  ///< what can be kept on disk is there between two batches
  /// Simulated. Sizes and schedule are drawn from `schedule`, which is drawn from `seed`, what the user named.
  std::optional<uint64_t> seed;
  uint64_t schedule = 0;
  bool faults = false;                        ///< simulated: with checkpoints and all that can go wrong
  bool calm = false;                          ///< with faults: but nothing does
  BrokenRule broken = BrokenRule::kNone;      ///< with faults
  const BrokerTopics* topics = nullptr;       ///< with faults: what tables of connector 'kafka' read
  runtime::Components* components = nullptr;  ///< null: the built-in ones

  std::string ToString() const;
};

/// What the last query of a program gave, and what its INSERTs wrote.
struct ProgramResult {
  bool has_rows = false;
  std::string columns;  ///< "a INT, b STRING NOT NULL"
  bool updating = false;
  std::vector<std::string> rows;  ///< final rows in the order they came
  std::string drawn;              ///< simulated: the sizes drawn from the seed
  int64_t steps = 0;              ///< simulated: of all jobs' workers
  uint64_t trace = 0;             ///< simulated: a hash of all steps
  int jobs = 0;                   ///< with faults: so many were run
  int lives = 0;                  ///< with faults: of all jobs
  int resumed = 0;                ///< of them, those that went on from a checkpoint
  int64_t fenced = 0;             ///< with faults: requests of processes that did not know that they were over
  runtime::FaultCounts faults;
  std::vector<BrokerRecord> log;  ///< with faults: what INSERTs committed into topics
  /// With faults: why the program did not go on, as it may when a disk has lost what it said was durable.
  std::string refused;
  bool refused_query = false;                   ///< the job that was refused is the query whose rows these are
  std::unique_ptr<io::MemoryFileSystem> files;  ///< without faults
  std::unique_ptr<io::SimulatedDisk> disk;      ///< with faults

  void Add(runtime::SimulationReport report);
  /// All lines of the files below `folder`, sorted; a line of a partition's folder begins with it.
  std::vector<std::string> LinesBelow(const std::string& folder) const;
};

class Program {
 public:
  /// Parses and plans every statement of `text`, in which "{dir}" stands for the folder of the input files. An error
  /// is rendered as a user sees it.
  static arrow::Result<std::unique_ptr<Program>> Plan(const std::string& text, bool batch,
                                                      const std::string& state_ttl = "0 ms");

  /// Runs it over `inputs`. Thread-safe.
  arrow::Result<ProgramResult> Run(const std::map<std::string, std::string>& inputs, const RunSettings& settings) const;

 private:
  struct Step {
    server::PreparedStatement prepared;
    expr::FunctionContext functions;
    Configuration configuration;
  };

  Program() : session_(SystemClock()) {}
  arrow::Status RunJob(const Step& step, const RunSettings& settings, ProgramResult* result) const;
  static arrow::Status RunWithFaults(const Step& step, runtime::JobOptions options, const RunSettings& settings,
                                     class FinalTable* table, ProgramResult* result);

  server::Session session_;
  std::vector<Step> steps_;
};

}  // namespace tidemark::golden
