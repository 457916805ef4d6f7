// SPDX-License-Identifier: Apache-2.0
// RunClaims: which run of a job may complete checkpoints in an object store. A lock holds on one machine; a store is
// used from many, and a run that was cut off may come back and not know that another has the job.
//
// The model. Each run writes a claim of its own, runs/<sequence>-<run>, with a greater sequence than all there are; the
// greatest claim has the job. Then it lists the checkpoints, and notes in its claim which one it found newest. A run
// that completes a checkpoint writes the manifest and lists the claims after that: only when its own is still the
// greatest is the checkpoint complete, and are its results committed. As a store shows what was written to everybody
// who asks later, either the successor finds the checkpoint, or the run finds its successor's claim. A manifest that
// came too late for both counts for nothing: it is of an earlier run than the newest claim that found something, and
// neither what that claim found nor older.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace tidemark::state {

/// Which checkpoints count, by the claims that there are. Default: all do.
struct ClaimsVerdict {
  bool decides = false;  ///< a claim says what it found; the last such one is meant below
  std::string found;     ///< the name of the checkpoint's folder; empty: there was none
  int64_t found_number = 0;
  std::set<std::string> runs;  ///< of that claim and of those after it

  /// `folder_name`: of a checkpoint, with its `number` and `run`.
  bool Counts(const std::string& folder_name, int64_t number, const std::string& run) const {
    return !decides || runs.contains(run) || number < found_number || folder_name == found;
  }
};

/// The claims of one job. One thread at a time.
class RunClaims {
 public:
  /// `files` outlives it. `job_folder`: of the job's checkpoints.
  RunClaims(io::FileSystem* files, const std::string& job_folder) : files_(files), folder_(job_folder + "/runs") {}

  /// Claims the job. `run`: letters and digits that no other run has. `holder`: who it is, for people.
  arrow::Status Take(const std::string& run, const std::string& holder);
  /// Notes what the run goes on from: the name of a checkpoint's folder; "" and 0 when there is none. REQUIRES: taken.
  arrow::Status NoteFound(const std::string& checkpoint, int64_t number);
  /// OK while the run has the job. Cancelled, with who its successor is, when it has not. REQUIRES: taken.
  arrow::Status Check() const;
  /// Of this run: its own, and greater than that of any earlier one. Empty before Take.
  std::string name() const { return own_.path.substr(own_.path.rfind('/') + 1); }
  /// Removes the claims of earlier runs, which are of no use when this one has noted what it found.
  void RemoveOlder();
  arrow::Result<ClaimsVerdict> Judge() const;

 private:
  struct Claim {
    int64_t sequence = 0;
    std::string run;
    std::string path;
  };
  /// Lowest first; of two with the same sequence the greater run is the greater claim.
  arrow::Result<std::vector<Claim>> List() const;

  io::FileSystem* const files_;
  const std::string folder_;
  Claim own_;
  std::string holder_;  ///< of the own claim
};

}  // namespace tidemark::state
