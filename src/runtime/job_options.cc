// SPDX-License-Identifier: Apache-2.0
// Job options from the session's configuration.
#include "runtime/job_options.h"

#include <thread>

namespace tidemark::runtime {

JobOptions MakeJobOptions(const Configuration& configuration) {
  JobOptions options;
  const int64_t parallelism = configuration.GetInteger(config::kParallelism);
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  options.workers = parallelism > 0 ? static_cast<int>(parallelism) : cores > 0 ? cores : 1;
  options.batch_rows = configuration.GetInteger(config::kBatchSize);
  options.channel_capacity = static_cast<int>(configuration.GetInteger(config::kChannelCapacity));
  options.idle_timeout_micros = configuration.GetDurationMillis(config::kIdleTimeout) * 1000;
  options.read_ahead_batches = configuration.GetInteger(config::kReadAhead);
  // Replaying is for watching results come: a batch run has none before its end.
  if (configuration.GetString(config::kRuntimeMode) != "batch")
    options.replay_speed = configuration.GetInteger(config::kReplaySpeed);
  options.memory_bytes = configuration.GetMemoryBytes(config::kMemory);
  options.spill_folder = configuration.GetString("tidemark.spill.folder");
  options.drops_null_rows = configuration.GetString(config::kNotNullEnforcer) == "DROP";
  options.configuration = &configuration;
  options.components = BuiltInComponents();
  return options;
}

}  // namespace tidemark::runtime
