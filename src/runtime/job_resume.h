// SPDX-License-Identifier: Apache-2.0
// Going on from a checkpoint: which one, and whether it fits the job's plan.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <vector>

#include "runtime/dataflow_builder.h"
#include "state/checkpoint_store.h"

namespace tidemark::runtime {

/// Invalid where a value is out of range.
arrow::Status CheckCheckpointOptions(const JobOptions& options);

/// The nodes of the plan that keep something between batches, with their identities.
std::vector<state::StatefulPart> StatefulParts(const JobParts& parts);

/// Looks for the checkpoint that the job's options name, or the newest in the store, and makes `parts` ready to go on
/// from it: state, boards, the job's id. None: a new job. Invalid, with what fits and what does not, when it was taken
/// of another query.
arrow::Result<std::optional<state::CheckpointManifest>> ResumeFrom(state::CheckpointStore& store, JobParts* parts);

/// `manifest`, which is resumed from, behind its bases, where the next checkpoint may build on it: it lies in the job's
/// own folder, is no savepoint, and every worker has again what it had. Else empty.
arrow::Result<std::vector<state::CheckpointManifest>> ChainOf(const state::CheckpointStore& store,
                                                              const std::optional<state::CheckpointManifest>& manifest,
                                                              const JobOptions& options);

/// The rest of a job whose last checkpoint is complete: commits what its sinks had prepared.
arrow::Status CommitFinished(state::CheckpointStore* store, const state::CheckpointManifest& manifest, JobParts* parts);

}  // namespace tidemark::runtime
