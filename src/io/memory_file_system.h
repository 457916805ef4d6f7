// SPDX-License-Identifier: Apache-2.0
// Files in memory, for tests and the simulator: quick, private to one run, and gone with it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "io/file_system.h"

namespace tidemark::io {

/// Folders exist as soon as something lies below them or they were created. A file that is open for reading keeps its
/// bytes when it is replaced or removed, as on a real disk.
class MemoryFileSystem final : public FileSystem {
 public:
  /// `clock` gives modification times; null: all are 0. Not owned.
  explicit MemoryFileSystem(Clock* clock = nullptr) : clock_(clock) {}

  /// Puts a file in place at once.
  void Put(const std::string& path, std::string bytes);
  /// The bytes of a file; empty when there is none.
  std::string Get(const std::string& path);
  /// Paths of all files, hidden ones included, sorted.
  std::vector<std::string> Paths();
  /// Takes on the files of another disk as they are now: to see what a crash leaves, copy before, and back after it.
  void CopyFrom(MemoryFileSystem& other);

  arrow::Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  arrow::Result<std::unique_ptr<WritableFile>> OpenForWrite(const std::string& path) override;
  arrow::Result<FileInfo> Stat(const std::string& path) override;
  bool Exists(const std::string& path) override;
  arrow::Result<std::vector<FileInfo>> List(const std::string& folder, bool recursive) override;
  arrow::Status CreateFolders(const std::string& path) override;
  arrow::Status Rename(const std::string& from, const std::string& to) override;
  arrow::Status Remove(const std::string& path) override;

 private:
  struct File {
    std::shared_ptr<std::string> bytes;  ///< null: a folder
    int64_t modified_micros = 0;
  };
  class Writer;

  arrow::Result<FileInfo> StatLocked(const std::string& path) const;
  int64_t Now() { return clock_ ? clock_->NowMicros() : 0; }

  Clock* const clock_;
  std::mutex mutex_;
  std::map<std::string, File> files_;  ///< guarded by mutex_
  int64_t next_temporary_ = 0;         ///< guarded by mutex_
};

}  // namespace tidemark::io
