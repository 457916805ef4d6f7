// SPDX-License-Identifier: Apache-2.0
// Choosing a file system by the path.
#include "io/files_by_scheme.h"

#include "io/object_path.h"

namespace tidemark::io {

FileSystem* FilesByScheme::Of(const std::string& path) const { return IsObjectPath(path) ? objects_ : files_; }

arrow::Result<std::unique_ptr<ReadableFile>> FilesByScheme::OpenForRead(const std::string& path) {
  return Of(path)->OpenForRead(path);
}

arrow::Result<std::unique_ptr<WritableFile>> FilesByScheme::OpenForWrite(const std::string& path) {
  return Of(path)->OpenForWrite(path);
}

arrow::Result<FileInfo> FilesByScheme::Stat(const std::string& path) { return Of(path)->Stat(path); }

bool FilesByScheme::Exists(const std::string& path) { return Of(path)->Exists(path); }

arrow::Result<std::vector<FileInfo>> FilesByScheme::List(const std::string& folder, bool recursive) {
  return Of(folder)->List(folder, recursive);
}

arrow::Status FilesByScheme::CreateFolders(const std::string& path) { return Of(path)->CreateFolders(path); }

arrow::Status FilesByScheme::Rename(const std::string& from, const std::string& to) {
  if (Of(from) != Of(to)) return arrow::Status::Invalid(from, ": cannot be renamed to ", to, ", which lies elsewhere");
  return Of(from)->Rename(from, to);
}

arrow::Status FilesByScheme::Remove(const std::string& path) { return Of(path)->Remove(path); }

}  // namespace tidemark::io
