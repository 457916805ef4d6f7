// SPDX-License-Identifier: Apache-2.0
// FileWriter: rows into one file, whatever the format.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>

#include "columnar/batch.h"
#include "connectors/files/files_options.h"
#include "io/file_system.h"

namespace tidemark::connectors {

/// One thread. Destroyed without Commit, it leaves nothing behind.
class FileWriter {
 public:
  /// `schema`: the columns that lie in the file.
  static arrow::Result<std::unique_ptr<FileWriter>> Open(io::FileSystem* files, const std::string& path,
                                                         const Schema& schema, const FilesOptions& options,
                                                         const std::string& local_time_zone);
  virtual ~FileWriter() = default;
  virtual arrow::Status Write(const Batch& batch) = 0;
  /// Bytes so far, roughly.
  virtual int64_t bytes() const = 0;
  /// Completes the file and makes it durable; it stays hidden. Calling it again does nothing.
  virtual arrow::Status Finish() = 0;
  /// Finish, and makes the file visible.
  virtual arrow::Status Commit() = 0;
};

}  // namespace tidemark::connectors
