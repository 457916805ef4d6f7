// SPDX-License-Identifier: Apache-2.0
// Adapters between our file interfaces and Arrow's.
#include "formats/parquet/parquet_io.h"

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/status.h>

#include <algorithm>

namespace tidemark::formats {
namespace {

class ArrowFile final : public arrow::io::RandomAccessFile {
 public:
  ArrowFile(std::string path, std::unique_ptr<io::ReadableFile> file, int64_t size_bytes)
      : path_(std::move(path)), file_(std::move(file)), size_bytes_(size_bytes) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return size_bytes_; }

  arrow::Result<int64_t> Read(int64_t length, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t got, ReadAt(position_, length, out));
    position_ += got;
    return got;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, length));
    position_ += buffer->size();
    return buffer;
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override {
    if (position < 0 || length < 0 || position > size_bytes_) {
      return arrow::Status::IOError(path_, ": the file refers to bytes outside of itself");
    }
    const int64_t wanted = std::min(length, size_bytes_ - position);
    ARROW_ASSIGN_OR_RAISE(const int64_t got, file_->ReadAt(position, wanted, out));
    if (got < wanted)
      return arrow::Status::IOError(path_, ": ends early; was it cut off or replaced while being read?");
    return got;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override {
    // A damaged file may ask for any length: no more memory than there are bytes.
    const int64_t wanted = std::clamp<int64_t>(size_bytes_ - position, 0, std::max<int64_t>(length, 0));
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(wanted));
    ARROW_ASSIGN_OR_RAISE(const int64_t got, ReadAt(position, wanted, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  const std::string path_;
  const std::unique_ptr<io::ReadableFile> file_;
  const int64_t size_bytes_;
  int64_t position_ = 0;
  bool closed_ = false;
};

class ArrowStream final : public arrow::io::OutputStream {
 public:
  explicit ArrowStream(io::WritableFile* file) : file_(file) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Write(const void* data, int64_t length) override {
    ARROW_RETURN_NOT_OK(file_->Append({static_cast<const char*>(data), static_cast<size_t>(length)}));
    position_ += length;
    return arrow::Status::OK();
  }
  using arrow::io::OutputStream::Write;

 private:
  io::WritableFile* const file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenArrowFile(io::FileSystem* files,
                                                                          const std::string& path, int64_t size_bytes) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForRead(path));
  return std::make_shared<ArrowFile>(path, std::move(file), size_bytes);
}

std::shared_ptr<arrow::io::OutputStream> MakeArrowStream(io::WritableFile* file) {
  return std::make_shared<ArrowStream>(file);
}

}  // namespace tidemark::formats
