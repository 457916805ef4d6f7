// SPDX-License-Identifier: Apache-2.0
// Streaming compression and decompression with Arrow's codecs.
#include "io/compression.h"

#include <arrow/status.h>
#include <arrow/util/compression.h>

#include <algorithm>
#include <vector>

namespace tidemark::io {
namespace {

constexpr int64_t kBlockBytes = 256 << 10;

arrow::Result<std::unique_ptr<arrow::util::Codec>> MakeCodec(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return arrow::util::Codec::Create(arrow::Compression::GZIP);
    case Compression::kZstd:
      return arrow::util::Codec::Create(arrow::Compression::ZSTD);
    case Compression::kBzip2:
      return arrow::util::Codec::Create(arrow::Compression::BZ2);
    case Compression::kNone:
      break;
  }
  return arrow::Status::Invalid("No codec for plain bytes");
}

class PlainInput final : public InputStream {
 public:
  PlainInput(std::string path, std::unique_ptr<ReadableFile> file, int64_t size_bytes)
      : path_(std::move(path)), file_(std::move(file)), size_bytes_(size_bytes) {}

  arrow::Result<int64_t> Read(int64_t length, void* out) override {
    const int64_t wanted = std::min(length, size_bytes_ - position_);
    if (wanted == 0) return 0;
    ARROW_ASSIGN_OR_RAISE(const int64_t got, file_->ReadAt(position_, wanted, out));
    if (got < wanted) {
      return arrow::Status::IOError(path_, ": ends after ", position_ + got, " bytes, though it had ", size_bytes_,
                                    " when it was listed; was it cut off or replaced while being read?");
    }
    position_ += got;
    return got;
  }
  int64_t file_position() const override { return position_; }

 private:
  const std::string path_;
  const std::unique_ptr<ReadableFile> file_;
  const int64_t size_bytes_;
  int64_t position_ = 0;
};

class DecompressedInput final : public InputStream {
 public:
  DecompressedInput(std::string path, std::unique_ptr<InputStream> source, std::unique_ptr<arrow::util::Codec> codec,
                    std::shared_ptr<arrow::util::Decompressor> decompressor)
      : path_(std::move(path)),
        source_(std::move(source)),
        codec_(std::move(codec)),
        decompressor_(std::move(decompressor)),
        input_(kBlockBytes) {}

  arrow::Result<int64_t> Read(int64_t length, void* out) override {
    while (true) {
      if (decompressor_->IsFinished()) {
        ARROW_ASSIGN_OR_RAISE(const bool more, NextMember());
        if (!more) return 0;
      }
      ARROW_ASSIGN_OR_RAISE(const int64_t written, Step(length, static_cast<uint8_t*>(out)));
      if (written > 0) return written;
    }
  }
  int64_t file_position() const override { return source_->file_position(); }

 private:
  /// One call of the codec, after new input was fetched where it has none and waits for some.
  arrow::Result<int64_t> Step(int64_t length, uint8_t* out) {
    if (begin_ == end_ && !output_pending_) {
      ARROW_RETURN_NOT_OK(Refill());
      if (begin_ == end_) {
        return arrow::Status::IOError(path_, ": the compressed data ends in the middle (", codec_->name(),
                                      "); the file was cut off or is still being written");
      }
    }
    auto result = decompressor_->Decompress(end_ - begin_, input_.data() + begin_, length, out);
    if (!result.ok()) {
      return arrow::Status::IOError(path_, ": damaged ", codec_->name(), " data: ", result.status().message());
    }
    begin_ += result->bytes_read;
    // A full output may hide more; an output with room left does not.
    output_pending_ = result->need_more_output || result->bytes_written == length;
    if (result->bytes_read == 0 && result->bytes_written == 0 && begin_ < end_ && !decompressor_->IsFinished()) {
      return arrow::Status::IOError(path_, ": damaged ", codec_->name(), " data");
    }
    return result->bytes_written;
  }

  arrow::Status Refill() {
    ARROW_ASSIGN_OR_RAISE(end_, source_->Read(static_cast<int64_t>(input_.size()), input_.data()));
    begin_ = 0;
    return arrow::Status::OK();
  }

  /// After a member ended: begins the next, if there is one. Zero bytes that only fill up a block are passed over.
  arrow::Result<bool> NextMember() {
    while (true) {
      while (begin_ < end_ && input_[begin_] == 0) ++begin_;
      if (begin_ < end_) break;
      ARROW_RETURN_NOT_OK(Refill());
      if (begin_ == end_) return false;
    }
    output_pending_ = false;
    ARROW_RETURN_NOT_OK(decompressor_->Reset());
    return true;
  }

  const std::string path_;
  const std::unique_ptr<InputStream> source_;
  const std::unique_ptr<arrow::util::Codec> codec_;
  const std::shared_ptr<arrow::util::Decompressor> decompressor_;
  std::vector<uint8_t> input_;
  int64_t begin_ = 0;
  int64_t end_ = 0;
  bool output_pending_ = false;
};

class CompressedFile final : public WritableFile {
 public:
  CompressedFile(std::unique_ptr<WritableFile> target, std::unique_ptr<arrow::util::Codec> codec,
                 std::shared_ptr<arrow::util::Compressor> compressor)
      : target_(std::move(target)),
        codec_(std::move(codec)),
        compressor_(std::move(compressor)),
        output_(kBlockBytes) {}

  arrow::Status Append(std::string_view bytes) override {
    const auto* input = reinterpret_cast<const uint8_t*>(bytes.data());
    auto left = static_cast<int64_t>(bytes.size());
    while (left > 0) {
      ARROW_ASSIGN_OR_RAISE(const auto result, compressor_->Compress(left, input, Room(), output_.data()));
      ARROW_RETURN_NOT_OK(Pass(result.bytes_written));
      input += result.bytes_read;
      left -= result.bytes_read;
      if (result.bytes_read == 0) output_.resize(output_.size() * 2);
    }
    return arrow::Status::OK();
  }

  int64_t bytes_written() const override { return target_->bytes_written(); }

  arrow::Status Finish() override {
    bool more = !finished_;
    while (more) {
      ARROW_ASSIGN_OR_RAISE(const auto result, compressor_->End(Room(), output_.data()));
      ARROW_RETURN_NOT_OK(Pass(result.bytes_written));
      more = result.should_retry;
      if (more && result.bytes_written == 0) output_.resize(output_.size() * 2);
    }
    finished_ = true;
    return target_->Finish();
  }

  arrow::Status Commit() override {
    ARROW_RETURN_NOT_OK(Finish());
    return target_->Commit();
  }

  arrow::Status Abort() override { return target_->Abort(); }

 private:
  int64_t Room() const { return static_cast<int64_t>(output_.size()); }
  arrow::Status Pass(int64_t length) {
    return target_->Append({reinterpret_cast<const char*>(output_.data()), static_cast<size_t>(length)});
  }

  const std::unique_ptr<WritableFile> target_;
  const std::unique_ptr<arrow::util::Codec> codec_;
  const std::shared_ptr<arrow::util::Compressor> compressor_;
  std::vector<uint8_t> output_;
  bool finished_ = false;
};

}  // namespace

Compression CompressionOf(std::string_view path) {
  if (path.ends_with(".gz") || path.ends_with(".gzip")) return Compression::kGzip;
  if (path.ends_with(".zst") || path.ends_with(".zstd")) return Compression::kZstd;
  if (path.ends_with(".bz2")) return Compression::kBzip2;
  return Compression::kNone;
}

arrow::Result<Compression> ParseCompression(const std::string& name) {
  if (name == "none") return Compression::kNone;
  if (name == "gzip") return Compression::kGzip;
  if (name == "zstd") return Compression::kZstd;
  if (name == "bzip2") return Compression::kBzip2;
  return arrow::Status::Invalid("Unknown compression '", name, "'; there are none, gzip, zstd and bzip2");
}

arrow::Result<std::unique_ptr<InputStream>> OpenInput(FileSystem* files, const std::string& path, int64_t size_bytes,
                                                      Compression compression) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForRead(path));
  auto plain = std::make_unique<PlainInput>(path, std::move(file), size_bytes);
  // An empty file is no damaged archive: it is how an interrupted or empty export often looks.
  if (compression == Compression::kNone || size_bytes == 0) return plain;
  ARROW_ASSIGN_OR_RAISE(auto codec, MakeCodec(compression));
  ARROW_ASSIGN_OR_RAISE(auto decompressor, codec->MakeDecompressor());
  return std::make_unique<DecompressedInput>(path, std::move(plain), std::move(codec), std::move(decompressor));
}

arrow::Result<std::unique_ptr<WritableFile>> CompressInto(std::unique_ptr<WritableFile> target,
                                                          Compression compression) {
  if (compression == Compression::kNone) return target;
  ARROW_ASSIGN_OR_RAISE(auto codec, MakeCodec(compression));
  ARROW_ASSIGN_OR_RAISE(auto compressor, codec->MakeCompressor());
  return std::make_unique<CompressedFile>(std::move(target), std::move(codec), std::move(compressor));
}

namespace {

class StringFile final : public WritableFile {
 public:
  explicit StringFile(std::string* out) : out_(out) {}
  arrow::Status Append(std::string_view bytes) override {
    out_->append(bytes);
    return arrow::Status::OK();
  }
  int64_t bytes_written() const override { return static_cast<int64_t>(out_->size()); }
  arrow::Status Finish() override { return arrow::Status::OK(); }
  arrow::Status Commit() override { return arrow::Status::OK(); }
  arrow::Status Abort() override { return arrow::Status::OK(); }

 private:
  std::string* const out_;
};

}  // namespace

arrow::Result<std::string> Compress(std::string_view bytes, Compression compression) {
  std::string compressed;
  ARROW_ASSIGN_OR_RAISE(auto file, CompressInto(std::make_unique<StringFile>(&compressed), compression));
  ARROW_RETURN_NOT_OK(file->Append(bytes));
  ARROW_RETURN_NOT_OK(file->Commit());
  return compressed;
}

}  // namespace tidemark::io
