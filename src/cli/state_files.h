// SPDX-License-Identifier: Apache-2.0
// Where state lies: folders of this machine, or of an object store (s3://).
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>

#include "catalog/configuration.h"
#include "io/file_system.h"
#include "io/files_by_scheme.h"
#include "io/object_file_system.h"

namespace tidemark::cli {

/// The files of checkpoints and savepoints. No store is asked before a path of it is used.
class StateFiles {
 public:
  /// With the keys s3.* of the configuration. Invalid when they are no settings of a store.
  static arrow::Result<std::unique_ptr<StateFiles>> Make(const Configuration& configuration);

  io::FileSystem* files() { return &files_; }

 private:
  explicit StateFiles(io::ObjectStore store);

  io::ObjectFileSystem objects_;
  io::FilesByScheme files_;
};

/// A folder as a user names it, for state: "s3://bucket/folder" (or s3a://, s3n://, s3p://, which become s3://),
/// "file:///folder" or a path; without slashes at its end. NotImplemented for other schemes, Invalid where credentials
/// are in it.
arrow::Result<std::string> StateFolder(const std::string& given);

}  // namespace tidemark::cli
