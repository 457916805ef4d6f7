// SPDX-License-Identifier: Apache-2.0
// Injected faults around another file system.
#include "io/faulty_file_system.h"

#include <arrow/status.h>

#include <algorithm>

namespace tidemark::io {

class FaultyFileSystem::Reader final : public ReadableFile {
 public:
  Reader(FaultyFileSystem* owner, std::string path, std::unique_ptr<ReadableFile> target)
      : owner_(owner), path_(std::move(path)), target_(std::move(target)) {}
  arrow::Result<int64_t> ReadAt(int64_t offset, int64_t length, void* out) override {
    ARROW_RETURN_NOT_OK(owner_->CountCall(path_));
    const auto cut = owner_->faults_.cut_at.find(path_);
    if (cut != owner_->faults_.cut_at.end()) length = std::clamp<int64_t>(cut->second - offset, 0, length);
    return length == 0 ? 0 : target_->ReadAt(offset, length, out);
  }
  arrow::Result<int64_t> Size() override { return target_->Size(); }

 private:
  FaultyFileSystem* const owner_;
  const std::string path_;
  const std::unique_ptr<ReadableFile> target_;
};

class FaultyFileSystem::Writer final : public WritableFile {
 public:
  Writer(FaultyFileSystem* owner, std::string path, std::unique_ptr<WritableFile> target)
      : owner_(owner), path_(std::move(path)), target_(std::move(target)) {}
  arrow::Status Append(std::string_view bytes) override {
    ARROW_RETURN_NOT_OK(owner_->CountCall(path_));
    const int64_t capacity = owner_->faults_.capacity_bytes;
    const int64_t total =
        owner_->bytes_written_.fetch_add(static_cast<int64_t>(bytes.size())) + static_cast<int64_t>(bytes.size());
    if (capacity >= 0 && total > capacity) return arrow::Status::IOError(path_, ": No space left on device");
    return target_->Append(bytes);
  }
  int64_t bytes_written() const override { return target_->bytes_written(); }
  arrow::Status Finish() override {
    ARROW_RETURN_NOT_OK(owner_->CountCall(path_));
    return target_->Finish();
  }
  arrow::Status Commit() override {
    ARROW_RETURN_NOT_OK(owner_->CountCall(path_));
    return target_->Commit();
  }
  arrow::Status Abort() override { return target_->Abort(); }

 private:
  FaultyFileSystem* const owner_;
  const std::string path_;
  const std::unique_ptr<WritableFile> target_;
};

arrow::Status FaultyFileSystem::CountCall(const std::string& path) {
  const int64_t call = calls_.fetch_add(1) + 1;
  const bool fails =
      faults_.fail_call > 0 && (call == faults_.fail_call || (faults_.fail_all_after && call > faults_.fail_call));
  return fails ? arrow::Status::IOError(path, ": injected failure of call ", call) : arrow::Status::OK();
}

arrow::Result<std::unique_ptr<ReadableFile>> FaultyFileSystem::OpenForRead(const std::string& path) {
  ARROW_RETURN_NOT_OK(CountCall(path));
  if (faults_.vanished.contains(path)) return arrow::Status::IOError(path, ": No such file or directory");
  ARROW_ASSIGN_OR_RAISE(auto file, target_->OpenForRead(path));
  return std::make_unique<Reader>(this, path, std::move(file));
}

arrow::Result<std::unique_ptr<WritableFile>> FaultyFileSystem::OpenForWrite(const std::string& path) {
  ARROW_RETURN_NOT_OK(CountCall(path));
  ARROW_ASSIGN_OR_RAISE(auto file, target_->OpenForWrite(path));
  return std::make_unique<Writer>(this, path, std::move(file));
}

arrow::Result<FileInfo> FaultyFileSystem::Stat(const std::string& path) {
  ARROW_RETURN_NOT_OK(CountCall(path));
  return target_->Stat(path);
}

bool FaultyFileSystem::Exists(const std::string& path) { return target_->Exists(path); }

arrow::Result<std::vector<FileInfo>> FaultyFileSystem::List(const std::string& folder, bool recursive) {
  ARROW_RETURN_NOT_OK(CountCall(folder));
  return target_->List(folder, recursive);
}

arrow::Status FaultyFileSystem::CreateFolders(const std::string& path) {
  ARROW_RETURN_NOT_OK(CountCall(path));
  return target_->CreateFolders(path);
}

arrow::Status FaultyFileSystem::Rename(const std::string& from, const std::string& to) {
  ARROW_RETURN_NOT_OK(CountCall(from));
  return target_->Rename(from, to);
}

arrow::Status FaultyFileSystem::Remove(const std::string& path) {
  ARROW_RETURN_NOT_OK(CountCall(path));
  return target_->Remove(path);
}

}  // namespace tidemark::io
