// SPDX-License-Identifier: Apache-2.0
// Files in memory.
#include "io/memory_file_system.h"

#include <arrow/status.h>

#include <algorithm>
#include <cstring>

namespace tidemark::io {
namespace {

arrow::Status Missing(const std::string& path) { return arrow::Status::IOError(path, ": No such file or directory"); }

std::string WithoutEndSlash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

class Reader final : public ReadableFile {
 public:
  explicit Reader(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  arrow::Result<int64_t> ReadAt(int64_t offset, int64_t length, void* out) override {
    const int64_t count = std::clamp<int64_t>(static_cast<int64_t>(bytes_->size()) - offset, 0, length);
    if (count > 0) std::memcpy(out, bytes_->data() + offset, static_cast<size_t>(count));
    return count;
  }
  arrow::Result<int64_t> Size() override { return static_cast<int64_t>(bytes_->size()); }

 private:
  const std::shared_ptr<const std::string> bytes_;
};

}  // namespace

/// Keeps its bytes under a hidden name, so that tests see what a crash would leave behind.
class MemoryFileSystem::Writer final : public WritableFile {
 public:
  Writer(MemoryFileSystem* files, std::string path, std::string temporary)
      : files_(files), path_(std::move(path)), temporary_(std::move(temporary)) {}
  ~Writer() override {
    if (open_) (void)Abort();  // cannot fail in memory
  }
  arrow::Status Append(std::string_view bytes) override {
    if (!open_ || finished_) return arrow::Status::Invalid(path_, ": written after it was finished or aborted");
    const std::lock_guard lock(files_->mutex_);
    files_->files_[temporary_].bytes->append(bytes);
    bytes_written_ += static_cast<int64_t>(bytes.size());
    return arrow::Status::OK();
  }
  int64_t bytes_written() const override { return bytes_written_; }
  arrow::Status Finish() override {
    if (!open_) return arrow::Status::Invalid(path_, ": finished after it was committed or aborted");
    finished_ = true;
    return arrow::Status::OK();
  }
  arrow::Status Commit() override {
    if (!open_) return arrow::Status::Invalid(path_, ": committed after it was committed or aborted");
    open_ = false;
    return files_->Rename(temporary_, path_);
  }
  arrow::Status Abort() override {
    if (!open_) return arrow::Status::OK();
    open_ = false;
    return files_->Remove(temporary_);
  }

 private:
  MemoryFileSystem* const files_;
  const std::string path_;
  const std::string temporary_;
  bool open_ = true;
  bool finished_ = false;
  int64_t bytes_written_ = 0;
};

void MemoryFileSystem::Put(const std::string& path, std::string bytes) {
  const std::lock_guard lock(mutex_);
  files_[path] = File{std::make_shared<std::string>(std::move(bytes)), Now()};
}

std::string MemoryFileSystem::Get(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  return found == files_.end() || !found->second.bytes ? std::string() : *found->second.bytes;
}

void MemoryFileSystem::CopyFrom(MemoryFileSystem& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  files_.clear();
  for (const auto& [path, file] : other.files_) {
    // A file under way is written to in place.
    files_[path] = File{file.bytes ? std::make_shared<std::string>(*file.bytes) : nullptr, file.modified_micros};
  }
}

std::vector<std::string> MemoryFileSystem::Paths() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, file] : files_) {
    if (file.bytes) paths.push_back(path);
  }
  return paths;
}

arrow::Result<std::unique_ptr<ReadableFile>> MemoryFileSystem::OpenForRead(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end()) return Missing(path);
  if (!found->second.bytes) return arrow::Status::IOError(path, ": Is a directory");
  return std::make_unique<Reader>(found->second.bytes);
}

arrow::Result<std::unique_ptr<WritableFile>> MemoryFileSystem::OpenForWrite(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const size_t slash = path.find_last_of('/');
  const size_t name = slash == std::string::npos ? 0 : slash + 1;
  std::string temporary =
      path.substr(0, name) + "." + path.substr(name) + ".inprogress." + std::to_string(next_temporary_++);
  files_[temporary] = File{std::make_shared<std::string>(), Now()};
  return std::make_unique<Writer>(this, path, std::move(temporary));
}

arrow::Result<FileInfo> MemoryFileSystem::StatLocked(const std::string& path) const {
  FileInfo info;
  info.path = path;
  const auto found = files_.find(path);
  if (found != files_.end()) {
    info.is_directory = found->second.bytes == nullptr;
    info.size_bytes = info.is_directory ? 0 : static_cast<int64_t>(found->second.bytes->size());
    info.modified_micros = found->second.modified_micros;
    info.identity = reinterpret_cast<uintptr_t>(found->second.bytes.get());
    return info;
  }
  const std::string prefix = path == "/" ? path : path + "/";
  const auto below = files_.lower_bound(prefix);
  if (below == files_.end() || !below->first.starts_with(prefix)) return Missing(path);
  info.is_directory = true;
  return info;
}

arrow::Result<FileInfo> MemoryFileSystem::Stat(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return StatLocked(WithoutEndSlash(path));
}

bool MemoryFileSystem::Exists(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return StatLocked(WithoutEndSlash(path)).ok();
}

arrow::Result<std::vector<FileInfo>> MemoryFileSystem::List(const std::string& folder, bool recursive) {
  const std::lock_guard lock(mutex_);
  const std::string root = WithoutEndSlash(folder);
  ARROW_ASSIGN_OR_RAISE(const FileInfo own, StatLocked(root));
  if (!own.is_directory) return arrow::Status::IOError(folder, ": Not a directory");
  const std::string prefix = root == "/" ? root : root + "/";
  std::map<std::string, FileInfo> found;
  for (auto file = files_.lower_bound(prefix); file != files_.end() && file->first.starts_with(prefix); ++file) {
    // Every folder between the root and the file is an entry as well.
    for (size_t slash = file->first.find('/', prefix.size()); slash != std::string::npos;
         slash = file->first.find('/', slash + 1)) {
      const std::string between = file->first.substr(0, slash);
      ARROW_ASSIGN_OR_RAISE(found[between], StatLocked(between));
    }
    ARROW_ASSIGN_OR_RAISE(found[file->first], StatLocked(file->first));
  }
  std::vector<FileInfo> entries;
  for (auto& [path, info] : found) {
    if (recursive || path.find('/', prefix.size()) == std::string::npos) entries.push_back(std::move(info));
  }
  return entries;
}

arrow::Status MemoryFileSystem::CreateFolders(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::string folder = WithoutEndSlash(path);
  const auto found = files_.find(folder);
  if (found != files_.end() && found->second.bytes) return arrow::Status::IOError(path, ": Not a directory");
  files_.try_emplace(folder, File{nullptr, Now()});
  return arrow::Status::OK();
}

arrow::Status MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const FileInfo info, StatLocked(from));
  if (!info.is_directory) {
    File moved = std::move(files_[from]);
    files_.erase(from);
    files_[to] = std::move(moved);
    return arrow::Status::OK();
  }
  std::map<std::string, File> moved;
  for (auto file = files_.begin(); file != files_.end();) {
    if (file->first == from || file->first.starts_with(from + "/")) {
      moved.emplace(to + file->first.substr(from.size()), std::move(file->second));
      file = files_.erase(file);
    } else {
      ++file;
    }
  }
  files_.merge(moved);
  return arrow::Status::OK();
}

arrow::Status MemoryFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::string root = WithoutEndSlash(path);
  std::erase_if(files_, [&](const auto& file) { return file.first == root || file.first.starts_with(root + "/"); });
  return arrow::Status::OK();
}

}  // namespace tidemark::io
