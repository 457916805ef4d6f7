// SPDX-License-Identifier: Apache-2.0
// InterruptedFileSystem: another process does something at a chosen moment, for tests of what runs do to each other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/file_system.h"

namespace tidemark::io {

/// Something happens just before the n-th request.
class InterruptedFileSystem final : public FileSystem {
 public:
  explicit InterruptedFileSystem(FileSystem* files) : files_(files) {}

  void Interrupt(int before_request, std::function<void()> happens) {
    left_ = before_request;
    happens_ = std::move(happens);
  }
  bool has_happened() const { return !happens_; }

  arrow::Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override {
    Request();
    return files_->OpenForRead(path);
  }
  arrow::Result<std::unique_ptr<WritableFile>> OpenForWrite(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(auto file, files_->OpenForWrite(path));
    return std::make_unique<Upload>(this, std::move(file));
  }
  arrow::Result<FileInfo> Stat(const std::string& path) override {
    Request();
    return files_->Stat(path);
  }
  bool Exists(const std::string& path) override { return Stat(path).ok(); }
  arrow::Result<std::vector<FileInfo>> List(const std::string& folder, bool recursive) override {
    Request();
    return files_->List(folder, recursive);
  }
  arrow::Status CreateFolders(const std::string& path) override { return files_->CreateFolders(path); }
  arrow::Status Rename(const std::string& from, const std::string& to) override { return files_->Rename(from, to); }
  arrow::Status Remove(const std::string& path) override {
    Request();
    return files_->Remove(path);
  }

 private:
  /// An object appears with the request that commits it.
  class Upload final : public WritableFile {
   public:
    Upload(InterruptedFileSystem* owner, std::unique_ptr<WritableFile> file) : owner_(owner), file_(std::move(file)) {}
    arrow::Status Append(std::string_view bytes) override { return file_->Append(bytes); }
    int64_t bytes_written() const override { return file_->bytes_written(); }
    arrow::Status Finish() override { return file_->Finish(); }
    arrow::Status Commit() override {
      owner_->Request();
      return file_->Commit();
    }
    arrow::Status Abort() override { return file_->Abort(); }

   private:
    InterruptedFileSystem* owner_;
    std::unique_ptr<WritableFile> file_;
  };

  void Request() {
    if (happens_ && left_-- == 0) std::exchange(happens_, nullptr)();
  }

  FileSystem* files_;
  int left_ = 0;
  std::function<void()> happens_;
};

}  // namespace tidemark::io
