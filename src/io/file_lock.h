// SPDX-License-Identifier: Apache-2.0
// FileLock: one process at a time uses what a file stands for.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <optional>
#include <string>

namespace tidemark::io {

/// Held until it is destroyed or its process has ended, in whichever way: a killed process leaves none behind. The file
/// stays; what it says is who held it last.
class FileLock {
 public:
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// Makes the file where there is none, in a folder that exists. `holder` names the process for others: one line.
  /// Never waits: Cancelled, with what the holder said of itself, when it is held, also by this process.
  static arrow::Result<std::unique_ptr<FileLock>> Take(const std::string& path, const std::string& holder);

  /// What the holder of the lock said of itself; none when nobody holds it, or there is no such file. Takes nothing.
  static arrow::Result<std::optional<std::string>> HolderOf(const std::string& path);

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  const int descriptor_;
};

}  // namespace tidemark::io
