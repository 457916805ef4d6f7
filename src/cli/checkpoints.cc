// SPDX-License-Identifier: Apache-2.0
// Naming, listing and verifying checkpoints.
#include "cli/checkpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <vector>

#include "cli/time_text.h"
#include "state/checkpoint_store.h"

namespace tidemark::cli {
namespace {

bool Overwrites(const plan::PhysicalPlan& plan) {
  return std::any_of(plan.sinks.begin(), plan.sinks.end(),
                     [](const auto& sink) { return static_cast<const plan::SinkNode&>(*sink).overwrite; });
}

std::string Time(int64_t micros) { return TimeText(micros / 1'000'000 * 1000); }

const char* KindOf(const state::CheckpointManifest& manifest) {
  if (manifest.finished) return manifest.committed ? "finished" : "last";
  return manifest.savepoint ? "savepoint" : "checkpoint";
}

/// Prints the checkpoints of one job. False when one is damaged.
arrow::Result<bool> ListJob(const std::string& folder, bool verify) {
  const state::CheckpointStore store(io::LocalFileSystem(), folder, 1);
  ARROW_ASSIGN_OR_RAISE(const auto folders, store.Folders());
  bool whole = true;
  for (const auto& path : folders) {
    const auto read = state::CheckpointStore::ReadManifest(io::LocalFileSystem(), path);
    if (!read.ok()) {
      std::cout << fmt::format("{:<10} {}  DAMAGED: {}\n", "checkpoint", path, read.status().message());
      whole = false;
      continue;
    }
    const auto& manifest = *read;
    std::string verdict;
    if (verify) {
      const auto loaded = store.Load(manifest);
      verdict = loaded.ok() ? "  whole" : "  DAMAGED: " + loaded.status().message();
      whole &= loaded.ok();
    }
    std::cout << fmt::format("{:<10} {:>8}  {} UTC  {:>12} bytes  {:>10} rows  {:>2} workers  took {} ms  {}{}\n",
                             KindOf(manifest), manifest.number, Time(manifest.taken_at_micros), manifest.size_bytes(),
                             manifest.rows, manifest.workers(), manifest.duration_micros / 1000, manifest.folder,
                             verdict);
  }
  return whole;
}

arrow::Result<bool> ListAll(const CheckpointsOptions& options) {
  io::FileSystem* files = io::LocalFileSystem();
  ARROW_ASSIGN_OR_RAISE(bool whole, ListJob(options.folder, options.verify));
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(options.folder, /*recursive=*/false));
  for (const auto& entry : entries) {
    if (!entry.is_directory) continue;
    ARROW_ASSIGN_OR_RAISE(const bool job_whole, ListJob(entry.path, options.verify));
    whole &= job_whole;
  }
  return whole;
}

}  // namespace

runtime::CheckpointOptions CheckpointsOf(const server::PreparedStatement& prepared, const server::Session& session,
                                         const CommandOptions& options, JobNames* names) {
  const Configuration& configuration = session.configuration();
  runtime::CheckpointOptions checkpoints;
  const std::string folder = configuration.GetString(config::kCheckpointFolder);
  const bool batch = configuration.GetString(config::kRuntimeMode) == "batch";
  if (folder.empty() || prepared.is_query || batch || Overwrites(prepared.plan)) return checkpoints;
  checkpoints.folder = folder + "/" + names->Take(prepared.plan);
  checkpoints.interval_micros = configuration.GetDurationMillis(config::kCheckpointInterval) * 1000;
  checkpoints.retained = static_cast<int>(configuration.GetInteger(config::kCheckpointsRetained));
  checkpoints.tolerable_failures = static_cast<int>(configuration.GetInteger(config::kCheckpointsTolerated));
  checkpoints.restore_from = options.savepoint;
  checkpoints.program_version = options.program_version;
  return checkpoints;
}

int ListCheckpoints(const CheckpointsOptions& options) {
  const auto whole = ListAll(options);
  if (whole.ok()) return *whole ? kExitDone : kExitFailed;
  std::cerr << "tidemark: error: " << whole.status().message() << "\n";
  return kExitFailed;
}

}  // namespace tidemark::cli
