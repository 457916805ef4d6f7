// SPDX-License-Identifier: Apache-2.0
// CheckpointStore: the folder of one job's checkpoints. A checkpoint is a folder chk-<number> (a savepoint:
// savepoint-<number>; in an object store the run's name follows) with one state file per worker and a manifest, written
// last: what has none does not exist.
//
// A checkpoint may build on others, its bases: of tables that are logs it holds only what is new since the last of
// them. Bases are checkpoints of the same store by the same number of workers. The first of them builds on nothing.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "state/run_claims.h"
#include "state/state_file.h"

namespace tidemark::state {

/// A part of a job that keeps state, by what it computes and as a reader knows it.
struct StatefulPart {
  std::string id;
  std::string label;  ///< "GroupAggregate(auction)"
};

/// What a checkpoint is, in manifest.json. Times in microseconds.
struct CheckpointManifest {
  static constexpr int kFormatVersion = 3;  ///< 1: without bases; 2: fewer operators had logs

  int64_t number = 0;     ///< rises with each checkpoint of a job
  std::string job_id;     ///< names the job's files; kept when it is resumed
  bool finished = false;  ///< the job had read all its input and given all results: there is nothing to resume
  bool savepoint = false;
  int64_t taken_at_micros = 0;  ///< since 1970
  int64_t duration_micros = 0;  ///< from the request until all state was gathered
  int64_t pause_micros = 0;     ///< of it, until workers went on: they stood still for some of that time
  std::string program_version;
  std::vector<StatefulPart> parts;
  int64_t rows = 0;
  std::vector<StateFileInfo> files;    ///< one per worker: worker-<i>.state
  std::vector<int64_t> bases;          ///< their numbers, oldest first
  std::vector<std::string> base_runs;  ///< of each of them: the run that wrote it, as `run`; or none at all

  std::string folder;      ///< where it lies; not in the file
  bool committed = false;  ///< see MarkCommitted; not in the file
  std::string run;         ///< that wrote it, in an object store; not in the file
  int workers() const { return static_cast<int>(files.size()); }
  int64_t size_bytes() const;
};

/// A checkpoint that is being written. Without CheckpointStore::Complete it does not exist. One thread at a time.
class CheckpointWriter {
 public:
  /// Adds to the state of a worker.
  arrow::Status Add(int worker, const StateSnapshot& piece) { return files_[worker]->Add(piece); }
  /// Makes what was added durable; nothing more can be. Complete does it where it was not done.
  arrow::Status Finish();

 private:
  friend class CheckpointStore;
  std::string folder_;
  std::vector<std::unique_ptr<StateFileWriter>> files_;  ///< by worker
  std::vector<StateFileInfo> finished_;                  ///< since Finish
};

/// One thread at a time.
class CheckpointStore {
 public:
  /// `files` outlives the store. `retained`: checkpoints that are kept, at least 1; savepoints are never removed.
  CheckpointStore(io::FileSystem* files, std::string folder, int retained)
      : files_(files), folder_(std::move(folder)), retained_(retained) {}

  const std::string& folder() const { return folder_; }
  io::FileSystem* files() const { return files_; }

  /// In an object store: the job is this run's from now on, and no earlier one, wherever it runs, completes a
  /// checkpoint any more (run_claims.h). `run`: eight or more letters and digits that no other has; `holder`: who it
  /// is, for people. A folder of this machine is kept for one run by a lock, and needs nothing.
  arrow::Status TakeOver(const std::string& run, const std::string& holder);

  /// The name of this run's claim, greater than that of any earlier run; empty where there is none.
  std::string claim() const { return claims_ ? claims_->name() : std::string(); }

  /// Cancelled, with who has it now, when another run has taken the job over since. OK where there are no claims.
  arrow::Status CheckOwned() const { return claims_ ? claims_->Check() : arrow::Status::OK(); }

  /// Begins checkpoint `number` (a savepoint has a folder of another name) of as many workers.
  arrow::Result<std::unique_ptr<CheckpointWriter>> Begin(int64_t number, bool savepoint, int workers);
  /// Writes the manifest, whose `files`, `rows` and `folder` are filled in here. Then removes checkpoints that are too
  /// old and no base of those that are kept, and the remains of any that were not completed. Cancelled when another run
  /// has taken the job over.
  arrow::Result<CheckpointManifest> Complete(CheckpointWriter* writer, CheckpointManifest manifest);

  /// Removes what there is of a checkpoint that is not to be completed. What can't be removed goes with a later one.
  void Discard(std::unique_ptr<CheckpointWriter> writer);

  /// The folders of the complete ones, oldest first.
  arrow::Result<std::vector<std::string>> Folders() const;
  /// The number of the checkpoint in one of them.
  static int64_t NumberOf(const std::string& folder);
  /// The complete ones, oldest first. A manifest that cannot be read is an error that names it.
  arrow::Result<std::vector<CheckpointManifest>> List() const;
  /// The manifests of the bases, oldest first. An error that names both where one is not what it was.
  arrow::Result<std::vector<CheckpointManifest>> Bases(const CheckpointManifest& manifest) const;
  /// Each worker's state, with that of the bases. Checks every byte against the hashes; rows of logs that are left
  /// in their files once more when they are read. Invalid, with the file's name, where one is damaged or gone.
  arrow::Result<std::vector<StateSnapshot>> Load(const CheckpointManifest& manifest, LogRows log_rows) const;

  /// The name of the job whose checkpoints lie here: `fresh` when there is none yet, which is then noted. Of runs that
  /// begin together one that loses the job while it notes it may be the last to do so, and is told: what checkpoints
  /// say counts.
  arrow::Result<std::string> JobId(const std::string& fresh);

  /// Notes with how many workers the job runs now, before it does; gives the most that it ever had. Cancelled when
  /// another run has taken the job over, as of JobId.
  arrow::Result<int> NoteWorkers(int workers);

  /// Notes that everything which a job's last checkpoint had prepared is committed, so that nothing is left to do.
  arrow::Status MarkCommitted(const CheckpointManifest& manifest);

  /// Makes the folder `target` if it is not there; an error where nothing can be written into it.
  static arrow::Status CheckSavepointTarget(io::FileSystem* files, const std::string& target);
  /// Copies a complete checkpoint that builds on no other to `target`/savepoint-<number>, where nothing may be, as a
  /// savepoint that needs nothing but its own folder. What was copied is removed again when it fails.
  static arrow::Result<CheckpointManifest> CopySavepoint(io::FileSystem* files, const CheckpointManifest& manifest,
                                                         const std::string& target);

  /// The folder is one job's: it has a name (see JobId).
  static arrow::Result<bool> IsJob(io::FileSystem* files, const std::string& folder);
  /// The folder is that of a checkpoint which was written to its end.
  static arrow::Result<bool> IsComplete(io::FileSystem* files, const std::string& folder);
  /// The checkpoint in a folder, wherever it lies, whatever the folder is called now. Invalid where its manifest is
  /// damaged; NotImplemented where it is of a later version.
  static arrow::Result<CheckpointManifest> ReadManifest(io::FileSystem* files, const std::string& folder);

 private:
  /// What can't be removed is tried again after the next checkpoint.
  void RemoveOld(int64_t newest);
  std::string FolderOf(int64_t number, bool savepoint) const;
  /// Writes a small file of the job, which is this run's before and after; else it is Cancelled.
  arrow::Status WriteNote(const std::string& path, const std::string& text);
  arrow::Result<ClaimsVerdict> Judge() const;

  io::FileSystem* files_;
  const std::string folder_;
  const int retained_;
  std::optional<RunClaims> claims_;  ///< since TakeOver, in an object store
  std::string run_;                  ///< likewise; else empty
};

}  // namespace tidemark::state
