// SPDX-License-Identifier: Apache-2.0
// Finding, checking and loading a checkpoint.
#include "runtime/job_resume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "connectors/job_id.h"
#include "state/hash_bytes.h"

namespace tidemark::runtime {

using plan::PhysicalNode;
using Kind = PhysicalNode::Kind;

namespace {

bool KeepsState(const PhysicalNode& node) {
  switch (node.kind()) {
    case Kind::kCalc:
    case Kind::kExchange:
    case Kind::kLocalWindowAggregate:
    case Kind::kWindowAssign:
    case Kind::kUnion:
    case Kind::kExpand:
    case Kind::kUnnest:
      return false;
    default:
      return true;
  }
}

/// `stateful`: of the plan.
std::string NewJobId(const JobOptions& options, const std::vector<state::StatefulPart>& stateful) {
  std::vector<std::string> ids;
  for (const auto& part : stateful) ids.push_back(part.id);
  std::ranges::sort(ids);
  const std::string seed =
      fmt::format("{} {} {}", options.clock->NowMicros(), options.clock->SteadyMicros(), options.functions.random_seed);
  return connectors::MakeJobId(state::HashBytes(fmt::format("{}", fmt::join(ids, "\n"))), state::HashBytes(seed));
}

std::set<std::string> IdsOf(const std::vector<state::StatefulPart>& parts) {
  std::set<std::string> ids;
  for (const auto& part : parts) ids.insert(part.id);
  return ids;
}

arrow::Status CheckFits(const state::CheckpointManifest& manifest, const std::vector<state::StatefulPart>& now) {
  const std::set<std::string> ids_then = IdsOf(manifest.parts);
  const std::set<std::string> ids_now = IdsOf(now);
  if (ids_then == ids_now) return arrow::Status::OK();
  std::string text = fmt::format("The checkpoint in '{}' does not fit this query.", manifest.folder);
  for (const auto& part : now) {
    if (ids_then.contains(part.id)) text += fmt::format("\n  fits:                  {}", part.label);
  }
  // Those that look alike are most likely one that was changed.
  std::multiset<std::string> lost;
  for (const auto& part : manifest.parts) {
    if (!ids_now.contains(part.id)) lost.insert(part.label);
  }
  bool any_differs = false;
  for (const auto& part : now) {
    if (ids_then.contains(part.id)) continue;
    const auto like = lost.find(part.label);
    const bool differs = like != lost.end();
    if (differs) lost.erase(like);
    any_differs |= differs;
    text += fmt::format("\n  {} {}", differs ? "computes another thing:" : "has no state there:    ", part.label);
  }
  for (const auto& label : lost) text += fmt::format("\n  its state would be lost: {}", label);
  if (any_differs) {
    text +=
        "\nAn operator computes another thing when its expressions, aggregates or keys have changed, or anything below "
        "it has, such as the WATERMARK of a table";
  }
  return arrow::Status::Invalid(text,
                                "\nRun the query as it was, or begin anew with another folder for the state "
                                "(keeping the state that still fits is not supported yet)");
}

/// The checkpoint that was asked for by its folder.
arrow::Result<state::CheckpointManifest> ReadAsked(io::FileSystem* files, const std::string& folder) {
  ARROW_ASSIGN_OR_RAISE(const bool is_complete, state::CheckpointStore::IsComplete(files, folder));
  if (is_complete) return state::CheckpointStore::ReadManifest(files, folder);
  std::string text = fmt::format("There is no checkpoint in '{}'. ", folder);
  ARROW_ASSIGN_OR_RAISE(auto below, state::CheckpointStore(files, folder, 1).Folders());
  if (below.empty() && files->Exists(folder)) {
    // It may be the folder of all jobs.
    ARROW_ASSIGN_OR_RAISE(const auto jobs, files->List(folder, /*recursive=*/false));
    for (const auto& job : jobs) {
      if (!job.is_directory) continue;
      ARROW_ASSIGN_OR_RAISE(const auto theirs, state::CheckpointStore(files, job.path, 1).Folders());
      below.insert(below.end(), theirs.begin(), theirs.end());
    }
  }
  if (below.empty())
    return arrow::Status::Invalid(text, "Name the folder of one, as `tidemark checkpoints` lists them");
  text += "Name one of those in it:";
  for (const auto& path : below) text += "\n  " + path;
  return arrow::Status::Invalid(text);
}

/// The newest checkpoint, but for `damaged`, that is whole and of this query. Empty: none.
arrow::Result<std::string> NewestWhole(const state::CheckpointStore& store, const std::string& damaged,
                                       const std::vector<state::StatefulPart>& now) {
  ARROW_ASSIGN_OR_RAISE(const auto folders, store.Folders());
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    if (*folder == damaged) continue;
    const auto manifest = state::CheckpointStore::ReadManifest(store.files(), *folder);
    if (!manifest.ok() || !CheckFits(*manifest, now).ok()) continue;
    if (store.Load(*manifest, state::LogRows::kLeft).ok()) return *folder;
  }
  return std::string();
}

/// Of a checkpoint that is damaged: what to write to go on. Other errors stay as they are.
arrow::Status WithWayOut(const arrow::Status& status, const std::string& folder, const state::CheckpointStore& store,
                         const JobParts& parts) {
  if (!status.IsInvalid()) return status;
  const auto whole = NewestWhole(store, folder, StatefulParts(parts));
  std::string text = fmt::format("{}\nThe job cannot go on from checkpoint '{}'.", status.message(), folder);
  if (whole.ok() && !whole->empty()) {
    text += fmt::format(
        " The newest other one that is whole:\n  --from-savepoint {}\nWith that added, the same command goes on from "
        "there, and gives again what came after it: results that are visible already come twice",
        *whole);
  } else {
    text += fmt::format(
        " None of the others in '{}' is whole. Name a savepoint that was copied elsewhere with --from-savepoint, or "
        "begin anew with another folder for the state, after removing the results that are visible already",
        store.folder());
  }
  text += fmt::format(". What is damaged: tidemark checkpoints --verify {}", store.folder());
  return status.WithMessage(text);
}

/// What the checkpoints that can be read call the job. Empty: there are none.
arrow::Result<std::string> JobIdIn(io::FileSystem* files, const std::vector<std::string>& folders) {
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    const auto manifest = state::CheckpointStore::ReadManifest(files, *folder);
    if (manifest.ok()) return manifest->job_id;
    if (!manifest.status().IsInvalid()) return manifest.status();
  }
  return std::string();
}

}  // namespace

arrow::Status CheckCheckpointOptions(const JobOptions& options) {
  if (options.checkpoints.interval_micros < 1) {
    return arrow::Status::Invalid(
        "'execution.checkpointing.interval' must be longer than nothing; without --state no checkpoints are taken");
  }
  if (options.checkpoints.timeout_micros < 0) {
    return arrow::Status::Invalid("'execution.checkpointing.timeout' must not be negative");
  }
  if (options.checkpoints.retained < 1) {
    return arrow::Status::Invalid("'execution.checkpointing.num-retained' must be at least 1");
  }
  return arrow::Status::OK();
}

std::vector<state::StatefulPart> StatefulParts(const JobParts& parts) {
  std::vector<state::StatefulPart> stateful;
  for (const PhysicalNode* node : parts.shape.nodes()) {
    if (KeepsState(*node)) stateful.push_back({parts.ids[parts.shape.IndexOf(*node)], node->label()});
  }
  return stateful;
}

arrow::Result<std::optional<state::CheckpointManifest>> ResumeFrom(state::CheckpointStore& store, JobParts* parts) {
  const JobOptions& options = parts->options;
  ARROW_RETURN_NOT_OK(store.TakeOver(options.checkpoints.run, options.checkpoints.holder));
  parts->claim = store.claim();
  ARROW_ASSIGN_OR_RAISE(const auto folders, store.Folders());
  std::optional<state::CheckpointManifest> manifest;
  if (!options.checkpoints.restore_from.empty()) {
    ARROW_ASSIGN_OR_RAISE(manifest, ReadAsked(options.files, options.checkpoints.restore_from));
  } else if (!folders.empty()) {
    auto newest = state::CheckpointStore::ReadManifest(options.files, folders.back());
    if (!newest.ok()) return WithWayOut(newest.status(), folders.back(), store, *parts);
    manifest = *std::move(newest);
  }
  ARROW_ASSIGN_OR_RAISE(parts->job_id,
                        store.JobId(manifest ? manifest->job_id : NewJobId(options, StatefulParts(*parts))));
  // Checkpoints that lie there are of the job; the note may be of a run that lost it while both began.
  ARROW_ASSIGN_OR_RAISE(const std::string job_id, JobIdIn(options.files, folders));
  if (!job_id.empty()) parts->job_id = job_id;
  ARROW_ASSIGN_OR_RAISE(parts->workers_ever, store.NoteWorkers(options.workers));
  if (!manifest) return manifest;
  parts->workers_ever = std::max(parts->workers_ever, manifest->workers());
  ARROW_RETURN_NOT_OK(CheckFits(*manifest, StatefulParts(*parts)));
  parts->resumed_checkpoint = parts->last_checkpoint = manifest->number;
  if (!folders.empty()) {
    parts->last_checkpoint = std::max(state::CheckpointStore::NumberOf(folders.back()), manifest->number);
  }
  if (manifest->finished && manifest->committed) return manifest;
  auto snapshots = store.Load(*manifest, state::LogRows::kLeft);
  if (!snapshots.ok()) return WithWayOut(snapshots.status(), manifest->folder, store, *parts);
  parts->resumed = std::make_shared<const std::vector<state::StateSnapshot>>(*std::move(snapshots));
  for (const auto& [node, board] : parts->boards) {
    const auto reader = state::MakeSnapshotReader(parts->resumed, parts->ids[parts->shape.IndexOf(*node)], 0, 1);
    ARROW_RETURN_NOT_OK(board->Restore(*reader));
  }
  return manifest;
}

arrow::Result<std::vector<state::CheckpointManifest>> ChainOf(const state::CheckpointStore& store,
                                                              const std::optional<state::CheckpointManifest>& manifest,
                                                              const JobOptions& options) {
  if (!manifest || manifest->savepoint || manifest->workers() != options.workers ||
      !options.checkpoints.restore_from.empty()) {
    return std::vector<state::CheckpointManifest>();
  }
  ARROW_ASSIGN_OR_RAISE(auto chain, store.Bases(*manifest));
  chain.push_back(*manifest);
  return chain;
}

arrow::Status CommitFinished(state::CheckpointStore* store, const state::CheckpointManifest& manifest,
                             JobParts* parts) {
  ARROW_ASSIGN_OR_RAISE(const auto sinks, BuildSinks(parts));
  for (const auto& sink : sinks) {
    ARROW_RETURN_NOT_OK(sink->Restore(*state::MakeSnapshotReader(parts->resumed, sink->id(), 0, 1)));
    ARROW_RETURN_NOT_OK(sink->Commit());
    ARROW_RETURN_NOT_OK(sink->Close(/*complete=*/true));
  }
  return store->MarkCommitted(manifest);
}

}  // namespace tidemark::runtime
