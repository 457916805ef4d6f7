// SPDX-License-Identifier: Apache-2.0
// Objects of a store (S3 and what speaks like it) behind the calls for files. Keys are paths: folders are what keys
// begin with, and exist as long as something lies below them.
#pragma once

#include <arrow/filesystem/type_fwd.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "io/file_system.h"

namespace tidemark::io {

/// How a store is reached, and what its errors mean.
struct ObjectStore {
  /// Gives the store that has the bucket. Called once for each bucket, when it is first used.
  std::function<arrow::Result<std::shared_ptr<arrow::fs::FileSystem>>(const std::string& bucket)> connect;
  /// Tells a user what to do about the store's error, met at `path`. Null: errors stay as they are.
  std::function<arrow::Status(const arrow::Status& error, const std::string& path)> explain;
};

/// Paths are "s3://bucket/key". A file that is written goes up in parts while it grows; Commit makes the object, whole
/// and durable, and what was not committed never is one. So a file cannot be finished and stay hidden: Finish is
/// NotImplemented. CreateFolders makes nothing, but fails where there is no such bucket.
class ObjectFileSystem final : public FileSystem {
 public:
  explicit ObjectFileSystem(ObjectStore store) : store_(std::move(store)) {}

  arrow::Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  arrow::Result<std::unique_ptr<WritableFile>> OpenForWrite(const std::string& path) override;
  arrow::Result<FileInfo> Stat(const std::string& path) override;
  bool Exists(const std::string& path) override;
  arrow::Result<std::vector<FileInfo>> List(const std::string& folder, bool recursive) override;
  arrow::Status CreateFolders(const std::string& path) override;
  arrow::Status Rename(const std::string& from, const std::string& to) override;
  arrow::Status Remove(const std::string& path) override;

 private:
  /// A path in the store that has its bucket.
  struct Place {
    std::shared_ptr<arrow::fs::FileSystem> files;
    std::string bucket;
    std::string key_path;  ///< "bucket/key", as Arrow writes it
  };
  arrow::Result<Place> PlaceOf(const std::string& path);
  arrow::Status CheckBucket(const Place& place, const std::string& path);
  arrow::Status Explained(const arrow::Status& status, const std::string& path) const;

  const ObjectStore store_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<arrow::fs::FileSystem>> connected_;  ///< by bucket; guarded by mutex_
};

}  // namespace tidemark::io
