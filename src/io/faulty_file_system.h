// SPDX-License-Identifier: Apache-2.0
// A file system that misbehaves on request: for tests of what happens when a disk is full, a file vanishes or ends
// early, or the n-th call fails.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "io/file_system.h"

namespace tidemark::io {

/// What goes wrong. Set before use, or between calls.
struct Faults {
  /// The call with this number (1-based, over everything that can fail) gives IOError "injected failure". 0: none.
  int64_t fail_call = 0;
  /// Every later call fails as well, as after a crash or an unplugged disk.
  bool fail_all_after = false;
  /// Bytes that may be written in all; then "No space left on device". Negative: no end.
  int64_t capacity_bytes = -1;
  /// Reads of these paths end at the given offset although Stat and List tell the true size.
  std::map<std::string, int64_t> cut_at;
  /// These paths are listed and have a size, but cannot be opened: removed meanwhile.
  std::set<std::string> vanished;
};

/// Passes calls on to another file system, except where `faults` say otherwise. Thread-safe but for faults().
class FaultyFileSystem final : public FileSystem {
 public:
  /// `target` is not owned and outlives this.
  explicit FaultyFileSystem(FileSystem* target) : target_(target) {}

  Faults& faults() { return faults_; }
  /// Calls so far: run once without faults to learn how many there are, then fail each in turn.
  int64_t calls() const { return calls_.load(); }

  arrow::Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  arrow::Result<std::unique_ptr<WritableFile>> OpenForWrite(const std::string& path) override;
  arrow::Result<FileInfo> Stat(const std::string& path) override;
  bool Exists(const std::string& path) override;
  arrow::Result<std::vector<FileInfo>> List(const std::string& folder, bool recursive) override;
  arrow::Status CreateFolders(const std::string& path) override;
  arrow::Status Rename(const std::string& from, const std::string& to) override;
  arrow::Status Remove(const std::string& path) override;

 private:
  class Reader;
  class Writer;
  arrow::Status CountCall(const std::string& path);

  FileSystem* const target_;
  Faults faults_;
  std::atomic<int64_t> calls_{0};
  std::atomic<int64_t> bytes_written_{0};
};

}  // namespace tidemark::io
