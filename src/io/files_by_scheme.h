// SPDX-License-Identifier: Apache-2.0
// One file system for paths of several kinds: "s3://bucket/key" is an object, everything else a file.
#pragma once

#include <string>

#include "io/file_system.h"

namespace tidemark::io {

/// Passes each call on by its path. Thread-safe as those are.
class FilesByScheme final : public FileSystem {
 public:
  /// Both outlive it.
  FilesByScheme(FileSystem* files, FileSystem* objects) : files_(files), objects_(objects) {}

  arrow::Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  arrow::Result<std::unique_ptr<WritableFile>> OpenForWrite(const std::string& path) override;
  arrow::Result<FileInfo> Stat(const std::string& path) override;
  bool Exists(const std::string& path) override;
  arrow::Result<std::vector<FileInfo>> List(const std::string& folder, bool recursive) override;
  arrow::Status CreateFolders(const std::string& path) override;
  /// Invalid from one kind to the other.
  arrow::Status Rename(const std::string& from, const std::string& to) override;
  arrow::Status Remove(const std::string& path) override;

 private:
  FileSystem* Of(const std::string& path) const;

  FileSystem* const files_;
  FileSystem* const objects_;
};

}  // namespace tidemark::io
