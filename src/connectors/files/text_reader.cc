// SPDX-License-Identifier: Apache-2.0
// Finds the records that begin in a piece, and hands their bytes on, block by block.
#include "connectors/files/text_reader.h"

#include <arrow/status.h>

#include <algorithm>
#include <cstring>

#include "connectors/bad_records.h"
#include "connectors/record_stream.h"
#include "io/compression.h"

namespace tidemark::connectors {
namespace {

/// How far the last record of a piece reaches into the next one is looked for in steps of this size.
constexpr int64_t kSearchBytes = int64_t{64} << 10;
/// A header is looked for in so many bytes at most.
constexpr int64_t kHeaderBytesMax = int64_t{1} << 20;

arrow::Result<int64_t> CountLines(io::FileSystem* files, const std::string& path, int64_t end, int64_t block_bytes) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForRead(path));
  std::string block(static_cast<size_t>(block_bytes), '\0');
  int64_t lines = 0;
  for (int64_t at = 0; at < end;) {
    const int64_t wanted = std::min(static_cast<int64_t>(block.size()), end - at);
    ARROW_ASSIGN_OR_RAISE(const int64_t got, file->ReadAt(at, wanted, block.data()));
    if (got == 0) break;
    lines += std::count(block.begin(), block.begin() + got, '\n');
    at += got;
  }
  return lines;
}

class TextReader final : public FileReader {
 public:
  TextReader(const ReadPlan& plan, const formats::Format& format)
      : plan_(plan),
        has_header_(format.has_header != nullptr && format.has_header(plan.options.format_options)),
        block_bytes_(plan.context.read_sizes.block_bytes),
        bad_records_(plan.options.bad_records, plan.metrics, plan.context.dead_letters) {}

  arrow::Status Open(const formats::Format& format) {
    formats::DecodeRequest request = plan_.request;
    request.bad_records = &bad_records_;
    ARROW_ASSIGN_OR_RAISE(auto decoder, format.make_decoder(plan_.options.format_options, request));
    records_ = std::make_unique<RecordStream>(std::move(decoder), &bad_records_, request.max_record_bytes,
                                              plan_.context.batch_rows, block_bytes_);
    return arrow::Status::OK();
  }

  arrow::Status Start(const FilePiece& piece) override {
    piece_ = piece;
    file_.reset();
    compressed_.reset();
    next_ = 0;
    const io::FileInfo& info = piece_.file;
    const io::Compression compression = io::CompressionOf(info.path);
    records_->Start(has_header_);
    if (compression != io::Compression::kNone) {
      ARROW_ASSIGN_OR_RAISE(compressed_, io::OpenInput(plan_.context.files, info.path, info.size_bytes, compression));
    } else {
      ARROW_ASSIGN_OR_RAISE(file_, plan_.context.files->OpenForRead(info.path));
    }
    ARROW_RETURN_NOT_OK(CheckUnchanged(plan_.context.files, info));
    if (file_) ARROW_RETURN_NOT_OK(FindFirstRecord());
    bad_records_.Start(info.path, [this, first = next_]() -> arrow::Result<int64_t> {
      if (first == 0) return has_header_ ? 1 : 0;
      return CountLines(plan_.context.files, piece_.file.path, first, block_bytes_);
    });
    return arrow::Status::OK();
  }

  arrow::Result<Batch> Next(bool* at_end) override {
    if (records_->wants_bytes()) ARROW_RETURN_NOT_OK(compressed_ ? FillCompressed() : FillPlain());
    auto batch = records_->Next();
    if (!batch.ok()) {
      if (compressed_) ARROW_RETURN_NOT_OK(CheckRest());
      // What the decoder says has no place, what the policy says has one.
      const std::string& message = batch.status().message();
      return message.starts_with(piece_.file.path) ? batch.status()
                                                   : batch.status().WithMessage(piece_.file.path, ": ", message);
    }
    *at_end = records_->done();
    return batch;
  }

 private:
  arrow::Status FindFirstRecord() {
    if (piece_.begin == 0) return arrow::Status::OK();
    if (has_header_) ARROW_RETURN_NOT_OK(FeedHeader());
    // A record begins behind each line end; one may end just before the piece.
    ARROW_ASSIGN_OR_RAISE(next_, BehindLineEnd(piece_.begin - 1, piece_.end));
    if (next_ >= piece_.end) records_->End();
    return arrow::Status::OK();
  }

  /// Every piece needs to see the file's first line.
  arrow::Status FeedHeader() {
    const int64_t limit = std::min(kHeaderBytesMax, piece_.file.size_bytes);
    for (int64_t at = 0; at < limit;) {
      char* space = records_->Space();
      ARROW_ASSIGN_OR_RAISE(const int64_t got, file_->ReadAt(at, std::min(block_bytes_, limit - at), space));
      if (got == 0) return TooShort(at);
      const void* newline = std::memchr(space, '\n', static_cast<size_t>(got));
      records_->Added(newline == nullptr ? got : static_cast<const char*>(newline) - space + 1);
      ARROW_RETURN_NOT_OK(records_->Next());
      if (newline != nullptr) return arrow::Status::OK();
      at += got;
    }
    return arrow::Status::Invalid(piece_.file.path, ": the header line is longer than ", limit, " bytes");
  }

  /// The offset behind the first line end at or after `from`; `limit` when there is none before it.
  arrow::Result<int64_t> BehindLineEnd(int64_t from, int64_t limit) {
    std::string block(static_cast<size_t>(std::min(limit - from, kSearchBytes)), '\0');
    for (int64_t at = from; at < limit;) {
      const int64_t wanted = std::min<int64_t>(limit - at, static_cast<int64_t>(block.size()));
      ARROW_ASSIGN_OR_RAISE(const int64_t got, file_->ReadAt(at, wanted, block.data()));
      if (got < wanted) return TooShort(at + got);
      const void* newline = std::memchr(block.data(), '\n', static_cast<size_t>(got));
      if (newline != nullptr) return at + (static_cast<const char*>(newline) - block.data()) + 1;
      at += got;
    }
    return limit;
  }

  /// Reads up to the piece's end, then on to the end of the record that begins last in it.
  arrow::Status FillPlain() {
    const int64_t size = piece_.file.size_bytes;
    if (next_ >= size) {
      records_->End();
      return arrow::Status::OK();
    }
    const bool inside = next_ < piece_.end;
    const int64_t wanted =
        inside ? std::min(block_bytes_, piece_.end - next_) : std::min({kSearchBytes, block_bytes_, size - next_});
    char* space = records_->Space();
    ARROW_ASSIGN_OR_RAISE(const int64_t got, file_->ReadAt(next_, wanted, space));
    if (got < wanted) return TooShort(next_ + got);
    next_ += got;
    int64_t used = got;
    bool ends = false;
    if (inside) {
      ends = next_ == piece_.end && space[got - 1] == '\n';
    } else if (const void* newline = std::memchr(space, '\n', static_cast<size_t>(got)); newline != nullptr) {
      used = static_cast<const char*>(newline) - space + 1;
      ends = true;
    }
    records_->Added(used);
    plan_.metrics->bytes.fetch_add(used, std::memory_order_relaxed);
    if (ends) records_->End();
    return arrow::Status::OK();
  }

  arrow::Status FillCompressed() {
    const int64_t before = compressed_->file_position();
    ARROW_ASSIGN_OR_RAISE(const int64_t got, compressed_->Read(block_bytes_, records_->Space()));
    plan_.metrics->bytes.fetch_add(compressed_->file_position() - before, std::memory_order_relaxed);
    if (got == 0)
      records_->End();
    else
      records_->Added(got);
    return arrow::Status::OK();
  }

  /// What cannot be decoded may be the first that is seen of damage to the file, whose checksum comes last.
  arrow::Status CheckRest() {
    std::string block(static_cast<size_t>(block_bytes_), '\0');
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const int64_t got, compressed_->Read(block_bytes_, block.data()));
      if (got == 0) return arrow::Status::OK();
    }
  }

  arrow::Status TooShort(int64_t bytes) const {
    return arrow::Status::IOError(piece_.file.path, ": became shorter while it was read: ", bytes, " bytes instead of ",
                                  piece_.file.size_bytes);
  }

  const ReadPlan& plan_;
  const bool has_header_;
  const int64_t block_bytes_;
  BadRecordPolicy bad_records_;
  std::unique_ptr<RecordStream> records_;
  FilePiece piece_;
  std::unique_ptr<io::ReadableFile> file_;       ///< a plain file
  std::unique_ptr<io::InputStream> compressed_;  ///< or a compressed one
  int64_t next_ = 0;                             ///< offset of the next byte to read of a plain file
};

}  // namespace

arrow::Result<std::unique_ptr<FileReader>> MakeTextReader(const ReadPlan& plan, const formats::Format& format) {
  auto reader = std::make_unique<TextReader>(plan, format);
  ARROW_RETURN_NOT_OK(reader->Open(format));
  return reader;
}

}  // namespace tidemark::connectors
