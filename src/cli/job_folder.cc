// SPDX-License-Identifier: Apache-2.0
// Locking, serving and finding jobs.
#include "cli/job_folder.h"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "base/clock.h"
#include "cli/run_folder.h"
#include "cli/run_name.h"
#include "cli/state_files.h"
#include "cli/time_text.h"
#include "io/file_system.h"
#include "io/object_path.h"
#include "state/checkpoint_store.h"

namespace tidemark::cli {
namespace {

constexpr char kLock[] = "/lock";
constexpr char kSocket[] = "/control";
constexpr auto kEndLookup = std::chrono::milliseconds(10);

std::string NameOf(const std::string& folder) { return folder.substr(folder.find_last_of('/') + 1); }

/// The folders of jobs that have run in `folder`.
arrow::Result<std::vector<std::string>> JobsIn(io::FileSystem* files, const std::string& folder) {
  ARROW_ASSIGN_OR_RAISE(const bool is_job, state::CheckpointStore::IsJob(files, folder));
  if (is_job) return std::vector<std::string>{folder};
  std::vector<std::string> jobs;
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(folder, /*recursive=*/false));
  for (const auto& entry : entries) {
    if (!entry.is_directory) continue;
    ARROW_ASSIGN_OR_RAISE(const bool has_job, state::CheckpointStore::IsJob(files, entry.path));
    if (has_job) jobs.push_back(entry.path);
  }
  return jobs;
}

/// "counts: its newest checkpoint, 7, was taken 2026-01-01 10:00:00 UTC, 12 s ago".
arrow::Result<std::string> NewestCheckpointOf(io::FileSystem* files, const std::string& job) {
  const state::CheckpointStore store(files, job, 1);
  ARROW_ASSIGN_OR_RAISE(const auto manifests, store.List());
  if (manifests.empty()) return NameOf(job) + ": it has no checkpoint";
  const auto& newest = manifests.back();
  const int64_t age_ms = (SystemClock()->NowMicros() - newest.taken_at_micros) / 1000;
  return fmt::format("{}: its newest {}, {}, was taken {} UTC, {} ago", NameOf(job),
                     newest.savepoint ? "savepoint" : "checkpoint", newest.number,
                     TimeText(newest.taken_at_micros / 1000), DurationText(age_ms));
}

arrow::Status NothingRuns(io::FileSystem* files, const std::string& folder) {
  ARROW_ASSIGN_OR_RAISE(const auto jobs, JobsIn(files, folder));
  if (jobs.empty()) return arrow::Status::Invalid("'", folder, "' is not a folder of --state: no job has run there");
  std::string text = fmt::format("No job is running in '{}'{}", folder,
                                 io::IsObjectPath(folder) ? " by this user on this machine" : "");
  for (const auto& job : jobs) {
    ARROW_ASSIGN_OR_RAISE(const std::string newest, NewestCheckpointOf(files, job));
    text += "\n  " + newest;
  }
  return arrow::Status::Invalid(text);
}

}  // namespace

arrow::Result<std::unique_ptr<JobFolder>> JobFolder::Enter(const std::string& folder, const std::string& script) {
  ARROW_RETURN_NOT_OK(MakeRunFolder(folder));
  auto lock = io::FileLock::Take(RunFolderOf(folder) + kLock, HolderText(script));
  if (lock.status().IsCancelled()) {
    return arrow::Status::Invalid("The job of '", folder, "' is being run already, by ", lock.status().message(),
                                  ". Stop that first, or give this run another folder with --state");
  }
  ARROW_RETURN_NOT_OK(lock.status());
  return std::unique_ptr<JobFolder>(new JobFolder(folder, std::move(*lock)));
}

void JobFolder::Serve(runtime::Job* job) {
  service_ = std::make_unique<server::JobService>(job, SystemClock());
  auto server = io::LocalServer::Listen(RunFolderOf(folder_) + kSocket,
                                        [this](const std::string& request) { return service_->Answer(request); });
  if (server.ok()) {
    server_ = std::move(*server);
  } else {
    std::cerr << "tidemark: warning: nobody can ask this job anything while it runs: " << server.status().message()
              << "\n";
  }
}

void JobFolder::StopServing() {
  server_.reset();
  service_.reset();
}

arrow::Result<std::string> FindRunningJob(io::FileSystem* files, const std::string& given) {
  ARROW_ASSIGN_OR_RAISE(const std::string folder, StateFolder(given));
  // What runs here is known here: no store need be asked.
  ARROW_ASSIGN_OR_RAISE(const auto jobs, io::IsObjectPath(folder) ? JobsWithRunFolder(folder) : JobsIn(files, folder));
  std::vector<std::string> running;
  for (const auto& job : jobs) {
    ARROW_ASSIGN_OR_RAISE(const auto holder, io::FileLock::HolderOf(RunFolderOf(job) + kLock));
    if (holder) running.push_back(job);
  }
  if (running.size() == 1) return running[0];
  if (running.empty()) return NothingRuns(files, folder);
  std::string text = fmt::format("{} jobs are running in '{}'. Name the folder of one:", running.size(), folder);
  for (const auto& job : running) text += "\n  " + job;
  return arrow::Status::Invalid(text);
}

arrow::Result<std::string> AskJob(const std::string& job_folder, const std::string& request) {
  auto answer = io::AskLocalServer(RunFolderOf(job_folder) + kSocket, request);
  if (answer.ok()) return answer;
  return answer.status().WithMessage(
      "The job of '", job_folder,
      "' does not answer; it is just starting or ending, or serves no socket: ", answer.status().message());
}

arrow::Status WaitUntilEnded(const std::string& job_folder) {
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto holder, io::FileLock::HolderOf(RunFolderOf(job_folder) + kLock));
    if (!holder) return arrow::Status::OK();
    std::this_thread::sleep_for(kEndLookup);
  }
}

}  // namespace tidemark::cli
