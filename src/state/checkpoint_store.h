// SPDX-License-Identifier: Apache-2.0
// CheckpointStore: the folder of one job's checkpoints. A checkpoint is a folder chk-<number> (a savepoint:
// savepoint-<number>) with one state file per worker and a manifest, written last: what has none does not exist.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "state/state_file.h"

namespace tidemark::state {

/// A part of a job that keeps state, by what it computes and as a reader knows it.
struct StatefulPart {
  std::string id;
  std::string label;  ///< "GroupAggregate(auction)"
};

/// What a checkpoint is, in manifest.json. Times in microseconds.
struct CheckpointManifest {
  static constexpr int kFormatVersion = 1;

  int64_t number = 0;     ///< rises with each checkpoint of a job
  std::string job_id;     ///< names the job's files; kept when it is resumed
  bool finished = false;  ///< the job had read all its input and given all results: there is nothing to resume
  bool savepoint = false;
  int64_t taken_at_micros = 0;  ///< since 1970
  int64_t duration_micros = 0;  ///< from the request until all state was gathered
  std::string program_version;
  std::vector<StatefulPart> parts;
  int64_t rows = 0;
  std::vector<StateFileInfo> files;  ///< one per worker: worker-<i>.state

  std::string folder;      ///< where it lies; not in the file
  bool committed = false;  ///< see MarkCommitted; not in the file
  int workers() const { return static_cast<int>(files.size()); }
  int64_t size_bytes() const;
};

/// One thread at a time.
class CheckpointStore {
 public:
  /// `files` outlives the store. `retained`: checkpoints that are kept, at least 1; savepoints are never removed.
  CheckpointStore(io::FileSystem* files, std::string folder, int retained)
      : files_(files), folder_(std::move(folder)), retained_(retained) {}

  const std::string& folder() const { return folder_; }
  io::FileSystem* files() const { return files_; }

  /// Writes a checkpoint, then removes those that are too old, and the remains of any that were not completed.
  /// `manifest.files` and `manifest.rows` are filled in here.
  arrow::Result<CheckpointManifest> Write(CheckpointManifest manifest, const std::vector<StateSnapshot>& snapshots);

  /// The complete ones, oldest first. A manifest that cannot be read is an error that names it.
  arrow::Result<std::vector<CheckpointManifest>> List() const;
  /// Each worker's state. Checks every byte against the hashes.
  arrow::Result<std::vector<StateSnapshot>> Load(const CheckpointManifest& manifest) const;

  /// The name of the job whose checkpoints lie here: `fresh` when there is none yet, which is then noted.
  arrow::Result<std::string> JobId(const std::string& fresh);

  /// Notes that everything which a job's last checkpoint had prepared is committed, so that nothing is left to do.
  arrow::Status MarkCommitted(const CheckpointManifest& manifest);

  /// Copies a complete checkpoint to `target`/savepoint-<number>, where nothing may be, as a savepoint that needs
  /// nothing but its own folder. What was copied is removed again when it fails.
  static arrow::Result<CheckpointManifest> CopySavepoint(io::FileSystem* files, const CheckpointManifest& manifest,
                                                         const std::string& target);

  /// The checkpoint in a folder, wherever it lies.
  static arrow::Result<CheckpointManifest> ReadManifest(io::FileSystem* files, const std::string& folder);

 private:
  arrow::Status RemoveOld(int64_t newest);

  io::FileSystem* files_;
  const std::string folder_;
  const int retained_;
};

}  // namespace tidemark::state
