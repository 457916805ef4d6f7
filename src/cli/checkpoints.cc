// SPDX-License-Identifier: Apache-2.0
// Naming, listing and verifying checkpoints.
#include "cli/checkpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <vector>

#include "cli/run_name.h"
#include "cli/state_files.h"
#include "cli/time_text.h"
#include "state/checkpoint_store.h"
#include "state/text_file.h"

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

/// Prints what checkpoints there are.
class Listing {
 public:
  Listing(io::FileSystem* files, bool verify) : files_(files), verify_(verify) {}

  arrow::Status AddJob(const std::string& folder) {
    const state::CheckpointStore store(files_, folder, 1);
    ARROW_ASSIGN_OR_RAISE(const auto folders, store.Folders());
    for (const auto& path : folders) AddCheckpoint(path);
    return arrow::Status::OK();
  }

  void AddCheckpoint(const std::string& folder) {
    const auto read = state::CheckpointStore::ReadManifest(files_, folder);
    if (!read.ok() && IsGone(folder)) return;
    any_ = true;
    if (!read.ok()) {
      std::cout << fmt::format("{:<10} {}  {}: {}\n", "checkpoint", folder,
                               read.status().IsNotImplemented() ? "NEWER" : "DAMAGED", read.status().message());
      whole_ = false;
      return;
    }
    const auto& manifest = *read;
    std::cout << fmt::format(
        "{:<10} {:>8}  {} UTC  {:>12} bytes  {:>10} rows  {:>2} workers  took {} ms, paused {:.1f} ms  {}{}\n",
        KindOf(manifest), manifest.number, Time(manifest.taken_at_micros), manifest.size_bytes(), manifest.rows,
        manifest.workers(), manifest.duration_micros / 1000, static_cast<double>(manifest.pause_micros) / 1000,
        manifest.folder, verify_ ? Verdict(manifest) : "");
  }

  bool any() const { return any_; }
  /// None was found to be damaged.
  bool whole() const { return whole_; }

 private:
  /// A job that runs removes what it no longer needs.
  bool IsGone(const std::string& folder) {
    const auto is_complete = state::CheckpointStore::IsComplete(files_, folder);
    return is_complete.ok() && !*is_complete;
  }

  std::string Verdict(const state::CheckpointManifest& manifest) {
    const state::CheckpointStore store(files_, manifest.folder, 1);
    const auto loaded = store.Load(manifest, state::LogRows::kRead);
    if (!loaded.ok() && IsGone(manifest.folder)) return "  removed by its job meanwhile";
    whole_ &= loaded.ok();
    return loaded.ok() ? "  whole" : "  DAMAGED: " + loaded.status().message();
  }

  io::FileSystem* const files_;
  const bool verify_;
  bool any_ = false;
  bool whole_ = true;
};

arrow::Result<bool> ListAll(const CheckpointsOptions& options) {
  Configuration configuration;
  ARROW_RETURN_NOT_OK(ApplySettings(options.shared, &configuration));
  ARROW_ASSIGN_OR_RAISE(const auto state_files, StateFiles::Make(configuration));
  ARROW_ASSIGN_OR_RAISE(const std::string folder, StateFolder(options.folder));
  io::FileSystem* files = state_files->files();
  Listing listing(files, options.verify);
  ARROW_ASSIGN_OR_RAISE(const bool is_checkpoint, state::CheckpointStore::IsComplete(files, folder));
  if (is_checkpoint) listing.AddCheckpoint(folder);
  ARROW_RETURN_NOT_OK(listing.AddJob(folder));
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(folder, /*recursive=*/false));
  for (const auto& entry : entries) {
    if (entry.is_directory) ARROW_RETURN_NOT_OK(listing.AddJob(entry.path));
  }
  if (!listing.any()) {
    return arrow::Status::Invalid("there is no checkpoint in '", options.folder,
                                  "'. Give the folder of --state, one job's in it, or a checkpoint's own");
  }
  return listing.whole();
}

}  // namespace

arrow::Result<runtime::CheckpointOptions> CheckpointsOf(const server::PreparedStatement& prepared,
                                                        const server::Session& session, const CommandOptions& options,
                                                        JobNames* names) {
  const Configuration& configuration = session.configuration();
  runtime::CheckpointOptions checkpoints;
  ARROW_ASSIGN_OR_RAISE(const std::string folder, StateFolder(configuration.GetString(config::kCheckpointFolder)));
  const bool batch = configuration.GetString(config::kRuntimeMode) == "batch";
  if (folder.empty() || prepared.is_query || batch || Overwrites(prepared.plan)) return checkpoints;
  checkpoints.folder = folder + "/" + names->Take(prepared.plan);
  checkpoints.interval_micros = configuration.GetDurationMillis(config::kCheckpointInterval) * 1000;
  checkpoints.timeout_micros = configuration.GetDurationMillis("execution.checkpointing.timeout") * 1000;
  checkpoints.retained = static_cast<int>(configuration.GetInteger(config::kCheckpointsRetained));
  checkpoints.tolerable_failures = static_cast<int>(configuration.GetInteger(config::kCheckpointsTolerated));
  ARROW_ASSIGN_OR_RAISE(checkpoints.restore_from, StateFolder(options.savepoint));
  ARROW_ASSIGN_OR_RAISE(checkpoints.savepoint_folder,
                        StateFolder(configuration.GetString("execution.checkpointing.savepoint-dir")));
  checkpoints.program_version = options.program_version;
  checkpoints.run = NewRunName();
  checkpoints.holder = HolderText(options.file) + " on " + HostName();
  return checkpoints;
}

arrow::Status CheckBeginsOnPurpose(const runtime::CheckpointOptions& checkpoints, io::FileSystem* files,
                                   const JobNames& names) {
  if (checkpoints.folder.empty() || !checkpoints.restore_from.empty()) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(const auto own, state::CheckpointStore(files, checkpoints.folder, 1).Folders());
  if (!own.empty()) return arrow::Status::OK();
  const size_t slash = checkpoints.folder.rfind('/');
  const std::string root = checkpoints.folder.substr(0, slash);
  const std::string name = checkpoints.folder.substr(slash + 1);
  ARROW_ASSIGN_OR_RAISE(const bool is_there, state::IsThere(files, root));  // a store has no empty folders
  if (!is_there) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(root, /*recursive=*/false));
  for (const auto& entry : entries) {
    const std::string other = entry.path.substr(entry.path.rfind('/') + 1);
    if (!entry.is_directory || names.IsTaken(other)) continue;
    const std::string table = JobNames::SharedTable(name, other);
    if (table.empty()) continue;
    ARROW_ASSIGN_OR_RAISE(const auto theirs, state::CheckpointStore(files, entry.path, 1).Folders());
    if (theirs.empty()) continue;
    return arrow::Status::Invalid(
        "This job has no state in '", checkpoints.folder, "', but '", entry.path,
        "' has that of another one which writes into table ", table,
        " too. If this is that job with an INSERT more or less, it would begin anew and give its results again. Run it "
        "as it was; or, to begin anew all the same, name another folder for the state");
  }
  return arrow::Status::OK();
}

int ListCheckpoints(const CheckpointsOptions& options) {
  const auto whole = ListAll(options);
  if (whole.ok()) return *whole ? kExitDone : kExitFailed;
  std::cerr << "tidemark: error: " << whole.status().message() << "\n";
  return kExitFailed;
}

}  // namespace tidemark::cli
