// SPDX-License-Identifier: Apache-2.0
// Arrow's file systems of object stores, one for each bucket.
#include "io/object_file_system.h"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "io/object_path.h"

namespace tidemark::io {
namespace {

using arrow::fs::FileType;

/// Small reads in order, as of a file's sections, take one request for so many bytes.
constexpr int64_t kWindowBytes = int64_t{4} << 20;

arrow::Status Missing(const std::string& path) { return arrow::Status::IOError(path, ": No such file or directory"); }

std::string WithoutLastSlashes(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

FileInfo InfoOf(const arrow::fs::FileInfo& found) {
  FileInfo info;
  info.path = std::string(kObjectScheme) + WithoutLastSlashes(found.path());
  info.is_directory = found.IsDirectory();
  info.size_bytes = found.IsFile() ? found.size() : 0;
  if (found.mtime() != arrow::fs::kNoTime) {
    info.modified_micros =
        std::chrono::duration_cast<std::chrono::microseconds>(found.mtime().time_since_epoch()).count();
  }
  return info;
}

class ObjectReader final : public ReadableFile {
 public:
  using Explain = std::function<arrow::Status(const arrow::Status&)>;

  ObjectReader(std::shared_ptr<arrow::io::RandomAccessFile> file, Explain explain)
      : file_(std::move(file)), explain_(std::move(explain)) {}

  arrow::Result<int64_t> ReadAt(int64_t offset, int64_t length, void* out) override {
    if (length >= kWindowBytes) {
      auto read = file_->ReadAt(offset, length, out);
      return read.ok() ? read : explain_(read.status());
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!window_ || offset < window_begin_ || offset + length > window_begin_ + window_->size()) {
      auto read = file_->ReadAt(offset, kWindowBytes);
      if (!read.ok()) return explain_(read.status());
      window_ = std::move(*read);
      window_begin_ = offset;
    }
    const int64_t taken = std::min(length, window_begin_ + window_->size() - offset);
    if (taken <= 0) return 0;
    std::memcpy(out, window_->data() + (offset - window_begin_), static_cast<size_t>(taken));
    return taken;
  }

  arrow::Result<int64_t> Size() override {
    auto size = file_->GetSize();
    return size.ok() ? size : explain_(size.status());
  }

 private:
  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const Explain explain_;
  std::mutex mutex_;
  std::shared_ptr<arrow::Buffer> window_;  ///< guarded by mutex_; null: nothing was read
  int64_t window_begin_ = 0;               ///< guarded by mutex_
};

class ObjectWriter final : public WritableFile {
 public:
  using Explain = std::function<arrow::Status(const arrow::Status&)>;

  ObjectWriter(std::string path, std::shared_ptr<arrow::io::OutputStream> stream, Explain explain)
      : path_(std::move(path)), stream_(std::move(stream)), explain_(std::move(explain)) {}

  ~ObjectWriter() override {
    // Closing, which the stream would do by itself, makes an object of what there is.
    if (!over_) (void)Abort();
  }

  arrow::Status Append(std::string_view bytes) override {
    if (over_) return arrow::Status::Invalid(path_, ": written after it was committed or aborted");
    bytes_written_ += static_cast<int64_t>(bytes.size());
    return explain_(stream_->Write(bytes.data(), static_cast<int64_t>(bytes.size())));
  }

  int64_t bytes_written() const override { return bytes_written_; }

  arrow::Status Finish() override {
    return arrow::Status::NotImplemented(path_, ": an object is visible as soon as it is durable");
  }

  arrow::Status Commit() override {
    if (over_) return arrow::Status::Invalid(path_, ": committed twice, or after it was aborted");
    ARROW_RETURN_NOT_OK(explain_(stream_->Close()));
    over_ = true;
    return arrow::Status::OK();
  }

  arrow::Status Abort() override {
    if (over_) return arrow::Status::OK();
    over_ = true;
    return explain_(stream_->Abort());
  }

 private:
  const std::string path_;
  const std::shared_ptr<arrow::io::OutputStream> stream_;
  const Explain explain_;
  int64_t bytes_written_ = 0;
  bool over_ = false;  ///< committed or aborted
};

}  // namespace

arrow::Status ObjectFileSystem::Explained(const arrow::Status& status, const std::string& path) const {
  return status.ok() || !store_.explain ? status : store_.explain(status, path);
}

arrow::Result<ObjectFileSystem::Place> ObjectFileSystem::PlaceOf(const std::string& path) {
  Place place;
  if (IsObjectPath(path)) place.key_path = WithoutLastSlashes(path.substr(kObjectScheme.size()));
  place.bucket = place.key_path.substr(0, place.key_path.find('/'));
  if (place.bucket.empty()) return arrow::Status::Invalid("'", path, "' names no bucket: write s3://bucket/folder");
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& files = connected_[place.bucket];
  if (!files) {
    auto connected = store_.connect(place.bucket);
    if (!connected.ok()) return Explained(connected.status(), path);
    files = std::move(*connected);
  }
  place.files = files;
  return place;
}

arrow::Status ObjectFileSystem::CheckBucket(const Place& place, const std::string& path) {
  const auto bucket = place.files->GetFileInfo(place.bucket);
  if (!bucket.ok()) return Explained(bucket.status(), path);
  if (bucket->type() != FileType::NotFound) return arrow::Status::OK();
  return Explained(arrow::Status::IOError("NO_SUCH_BUCKET"), path);
}

arrow::Result<std::unique_ptr<ReadableFile>> ObjectFileSystem::OpenForRead(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const Place place, PlaceOf(path));
  auto info = place.files->GetFileInfo(place.key_path);
  if (!info.ok()) return Explained(info.status(), path);
  if (info->type() == FileType::NotFound) return Missing(path);
  if (!info->IsFile()) return arrow::Status::IOError(path, ": Is a directory");
  auto file = place.files->OpenInputFile(*info);
  if (!file.ok()) return Explained(file.status(), path);
  return std::make_unique<ObjectReader>(std::move(*file),
                                        [this, path](const arrow::Status& status) { return Explained(status, path); });
}

arrow::Result<std::unique_ptr<WritableFile>> ObjectFileSystem::OpenForWrite(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const Place place, PlaceOf(path));
  auto stream = place.files->OpenOutputStream(place.key_path);
  if (!stream.ok()) return Explained(stream.status(), path);
  return std::make_unique<ObjectWriter>(path, std::move(*stream),
                                        [this, path](const arrow::Status& status) { return Explained(status, path); });
}

arrow::Result<FileInfo> ObjectFileSystem::Stat(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const Place place, PlaceOf(path));
  const auto info = place.files->GetFileInfo(place.key_path);
  if (!info.ok()) return Explained(info.status(), path);
  if (info->type() == FileType::NotFound) return Missing(path);
  return InfoOf(*info);
}

bool ObjectFileSystem::Exists(const std::string& path) { return Stat(path).ok(); }

arrow::Result<std::vector<FileInfo>> ObjectFileSystem::List(const std::string& folder, bool recursive) {
  ARROW_ASSIGN_OR_RAISE(const Place place, PlaceOf(folder));
  arrow::fs::FileSelector selector;
  selector.base_dir = place.key_path;
  selector.recursive = recursive;
  selector.allow_not_found = true;
  const auto entries = place.files->GetFileInfo(selector);
  if (!entries.ok()) return Explained(entries.status(), folder);
  if (entries->empty()) {
    ARROW_RETURN_NOT_OK(CheckBucket(place, folder));
    if (place.key_path != place.bucket) ARROW_RETURN_NOT_OK(Stat(folder).status());
  }
  std::vector<FileInfo> found;
  for (const auto& entry : *entries) found.push_back(InfoOf(entry));
  std::sort(found.begin(), found.end(), [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return found;
}

arrow::Status ObjectFileSystem::CreateFolders(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const Place place, PlaceOf(path));
  return CheckBucket(place, path);
}

arrow::Status ObjectFileSystem::Rename(const std::string& from, const std::string& to) {
  ARROW_ASSIGN_OR_RAISE(const Place source, PlaceOf(from));
  ARROW_ASSIGN_OR_RAISE(const Place target, PlaceOf(to));
  if (source.bucket != target.bucket) return arrow::Status::Invalid(from, ": cannot be moved to another bucket, ", to);
  return Explained(source.files->Move(source.key_path, target.key_path), from);
}

arrow::Status ObjectFileSystem::Remove(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const Place place, PlaceOf(path));
  const auto info = place.files->GetFileInfo(place.key_path);
  if (!info.ok()) return Explained(info.status(), path);
  if (info->type() == FileType::NotFound) return arrow::Status::OK();
  return Explained(
      info->IsDirectory() ? place.files->DeleteDir(place.key_path) : place.files->DeleteFile(place.key_path), path);
}

}  // namespace tidemark::io
