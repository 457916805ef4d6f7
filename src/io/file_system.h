// SPDX-License-Identifier: Apache-2.0
// The one door to files: everything that reads or writes a file does it through a FileSystem, so that tests can make
// it fail, tear or run full, and so that object stores can stand behind the same calls.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::io {

struct FileInfo {
  std::string path;
  int64_t size_bytes = 0;
  int64_t modified_micros = 0;
  bool is_directory = false;
  /// Another number means another file that took the name.
  uint64_t identity = 0;
};

/// Random reads of one file. Thread-safe for ReadAt.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  /// Reads up to `length` bytes at `offset` into `out`; fewer only at the end of the file.
  virtual arrow::Result<int64_t> ReadAt(int64_t offset, int64_t length, void* out) = 0;
  virtual arrow::Result<int64_t> Size() = 0;
};

/// Sequential writing of one file. Nothing is visible under the final name before Commit.
class WritableFile {
 public:
  /// Abandons the file unless Commit was called.
  virtual ~WritableFile() = default;
  virtual arrow::Status Append(std::string_view bytes) = 0;
  virtual int64_t bytes_written() const = 0;
  /// Makes the bytes durable and gives the file's handle back to the system; the file stays hidden, and nothing more
  /// can be appended. Calling it again does nothing.
  virtual arrow::Status Finish() = 0;
  /// Finish, and makes the file visible under its name, in one step.
  virtual arrow::Status Commit() = 0;
  /// Removes what was written.
  virtual arrow::Status Abort() = 0;
};

/// Thread-safe. Errors are IOError with the path and the system's reason; a missing file is IOError whose message says
/// "No such file or directory". What Commit, Rename and CreateFolders did survives a power failure; what Remove removed
/// may come back.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual arrow::Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) = 0;
  /// Opens a hidden temporary beside `path` (its name begins with '.'), which Commit renames.
  virtual arrow::Result<std::unique_ptr<WritableFile>> OpenForWrite(const std::string& path) = 0;
  virtual arrow::Result<FileInfo> Stat(const std::string& path) = 0;
  virtual bool Exists(const std::string& path) = 0;
  /// Entries of a folder, sorted by path; with `recursive`, all below. Hidden files ('.', '_' prefix) are included.
  virtual arrow::Result<std::vector<FileInfo>> List(const std::string& folder, bool recursive) = 0;
  virtual arrow::Status CreateFolders(const std::string& path) = 0;
  /// To its own name: makes the name durable that somebody else gave it.
  virtual arrow::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual arrow::Status Remove(const std::string& path) = 0;  ///< a file, or a folder with all below; absent is OK
};

/// The machine's own files. Lives for the whole process.
FileSystem* LocalFileSystem();

/// "file:///x", "file:/x", "/x" and "x" name local files; other schemes are NotImplemented ("not supported yet").
arrow::Result<std::string> LocalPath(const std::string& uri);

}  // namespace tidemark::io
