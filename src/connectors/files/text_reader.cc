// SPDX-License-Identifier: Apache-2.0
// Pieces of plain files are read whole; streams through a buffer that holds at least one record.
#include "connectors/files/text_reader.h"

#include <algorithm>
#include <cstring>

#include "connectors/files/bad_records.h"
#include "io/compression.h"

namespace tidemark::connectors {
namespace {

constexpr int64_t kPadding = formats::Decoder::kPadding;
constexpr int64_t kReadBytes = int64_t{1} << 20;

/// Bytes with readable padding on both sides.
class PaddedBuffer {
 public:
  std::string_view view() const { return {bytes_.data() + kPadding + begin_, static_cast<size_t>(end_ - begin_)}; }
  int64_t size() const { return end_ - begin_; }
  /// Room for `length` more bytes behind the present ones; valid until the next call.
  char* Extend(int64_t length) {
    if (begin_ > 0 && begin_ >= size()) {
      std::memmove(bytes_.data() + kPadding, bytes_.data() + kPadding + begin_, static_cast<size_t>(size()));
      end_ -= begin_;
      begin_ = 0;
    }
    const auto needed = static_cast<size_t>(end_ + length + 2 * kPadding);
    if (bytes_.size() < needed) bytes_.resize(std::max(needed, bytes_.size() * 2));
    return bytes_.data() + kPadding + end_;
  }
  void Added(int64_t length) { end_ += length; }
  void Consume(int64_t length) { begin_ += length; }
  void CutTo(int64_t length) { end_ = begin_ + length; }

 private:
  std::string bytes_;
  int64_t begin_ = 0;
  int64_t end_ = 0;
};

arrow::Result<std::string> ReadHeader(io::ReadableFile* file, int64_t size, int64_t max_record_bytes) {
  std::string header;
  while (static_cast<int64_t>(header.size()) < std::min(size, max_record_bytes)) {
    const size_t old = header.size();
    header.resize(old + 4096);
    ARROW_ASSIGN_OR_RAISE(const int64_t read, file->ReadAt(static_cast<int64_t>(old), 4096, header.data() + old));
    header.resize(old + read);
    const auto newline = header.find('\n', old);
    if (newline != std::string::npos) return header.substr(0, newline + 1);
    if (read == 0) break;
  }
  return header;
}

bool HasHeader(const ReadPlan& plan, const formats::Format& format) {
  return format.has_header != nullptr && format.has_header(plan.options.format_options);
}

arrow::Result<int64_t> CountLines(io::FileSystem* files, const std::string& path, int64_t end) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForRead(path));
  std::string buffer(kReadBytes, '\0');
  int64_t lines = 0;
  for (int64_t at = 0; at < end;) {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, file->ReadAt(at, std::min(kReadBytes, end - at), buffer.data()));
    if (read == 0) break;
    lines += std::count(buffer.begin(), buffer.begin() + read, '\n');
    at += read;
  }
  return lines;
}

arrow::Result<std::unique_ptr<formats::Decoder>> MakeDecoder(const ReadPlan& plan, const formats::Format& format,
                                                             formats::BadRecordHandler* bad_records) {
  formats::DecodeRequest request = plan.request;
  request.bad_records = bad_records;
  return format.make_decoder(plan.options.format_options, request);
}

class LinesReader final : public FileReader {
 public:
  LinesReader(const ReadPlan& plan, FilePiece piece, const formats::Format& format)
      : plan_(plan),
        piece_(std::move(piece)),
        format_(format),
        bad_records_(piece_.file.path, plan.options.bad_records, plan.metrics, plan.context.dead_letters,
                     [this] { return CountLines(plan_.context.files, piece_.file.path, first_record_); }) {}

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(file_, plan_.context.files->OpenForRead(piece_.file.path));
    ARROW_ASSIGN_OR_RAISE(decoder_, MakeDecoder(plan_, format_, &bad_records_));
    std::string header;
    if (HasHeader(plan_, format_)) {
      ARROW_ASSIGN_OR_RAISE(header, ReadHeader(file_.get(), piece_.file.size_bytes, plan_.request.max_record_bytes));
    }
    ARROW_RETURN_NOT_OK(Load(static_cast<int64_t>(header.size())));
    return decoder_->Start(header);
  }

  arrow::Result<Batch> Next(bool* at_end) override {
    Batch batch;
    if (buffer_.size() > 0) {
      int64_t consumed = 0;
      ARROW_ASSIGN_OR_RAISE(batch, decoder_->Decode(buffer_.view(), true, plan_.context.batch_rows, &consumed));
      if (consumed == 0) return arrow::Status::Invalid(piece_.file.path, ": a record could not be read to its end");
      buffer_.Consume(consumed);
      plan_.metrics->bytes.fetch_add(consumed, std::memory_order_relaxed);
    }
    *at_end = buffer_.size() == 0;
    return batch;
  }

 private:
  /// Reads the piece, up to the end of the record that begins last in it.
  arrow::Status Load(int64_t header_bytes) {
    const int64_t size = piece_.file.size_bytes;
    int64_t begin = piece_.begin;
    if (begin > 0) {
      ARROW_ASSIGN_OR_RAISE(begin, NextLine(begin - 1, piece_.end));
    }
    begin = std::max(begin, header_bytes);
    first_record_ = begin;
    if (begin >= piece_.end) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(Append(begin, piece_.end - begin));
    if (buffer_.view().back() == '\n' || piece_.end >= size) return arrow::Status::OK();
    const auto last_line = buffer_.view().rfind('\n');
    const int64_t last_begin = begin + (last_line == std::string_view::npos ? 0 : static_cast<int64_t>(last_line) + 1);
    const int64_t limit = last_begin + plan_.request.max_record_bytes;
    ARROW_ASSIGN_OR_RAISE(const int64_t end, NextLine(piece_.end, std::min(size, limit)));
    if (end >= limit && limit < size) return TooLong(last_begin - begin);
    return Append(piece_.end, end - piece_.end);
  }

  arrow::Status TooLong(int64_t buffered_before) {
    const std::string_view before = buffer_.view().substr(0, static_cast<size_t>(buffered_before));
    formats::BadRecord bad;
    bad.line = 1 + std::count(before.begin(), before.end(), '\n');
    bad.reason = "a record is longer than 'tidemark.max-record-size' (" + std::to_string(plan_.request.max_record_bytes) + " bytes)";
    bad.record = buffer_.view().substr(static_cast<size_t>(buffered_before), 1024);
    ARROW_RETURN_NOT_OK(bad_records_.Handle(bad));
    buffer_.CutTo(buffered_before);
    return arrow::Status::OK();
  }

  arrow::Status Append(int64_t offset, int64_t length) {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, file_->ReadAt(offset, length, buffer_.Extend(length)));
    if (read < length) {
      return arrow::Status::IOError(piece_.file.path, " became shorter while it was read: ", offset + read, " bytes instead of ",
                                    piece_.file.size_bytes);
    }
    buffer_.Added(read);
    return arrow::Status::OK();
  }

  /// The offset behind the first line end at or after `from`; `limit` when there is none before it.
  arrow::Result<int64_t> NextLine(int64_t from, int64_t limit) {
    std::string block;
    for (int64_t at = from; at < limit;) {
      block.resize(static_cast<size_t>(std::min<int64_t>(limit - at, 64 << 10)));
      ARROW_ASSIGN_OR_RAISE(const int64_t read, file_->ReadAt(at, static_cast<int64_t>(block.size()), block.data()));
      if (read == 0) break;
      const void* newline = std::memchr(block.data(), '\n', static_cast<size_t>(read));
      if (newline != nullptr) return at + (static_cast<const char*>(newline) - block.data()) + 1;
      at += read;
    }
    return limit;
  }

  const ReadPlan& plan_;
  const FilePiece piece_;
  const formats::Format& format_;
  int64_t first_record_ = 0;
  FileBadRecords bad_records_;
  std::unique_ptr<io::ReadableFile> file_;
  std::unique_ptr<formats::Decoder> decoder_;
  PaddedBuffer buffer_;
};

class StreamReader final : public FileReader {
 public:
  StreamReader(const ReadPlan& plan, io::FileInfo file, const formats::Format& format)
      : plan_(plan),
        file_(std::move(file)),
        format_(format),
        bad_records_(file_.path, plan.options.bad_records, plan.metrics, plan.context.dead_letters,
                     [] { return arrow::Result<int64_t>(0); }) {}

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(input_, io::OpenInput(plan_.context.files, file_.path, file_.size_bytes, io::CompressionOf(file_.path)));
    ARROW_ASSIGN_OR_RAISE(decoder_, MakeDecoder(plan_, format_, &bad_records_));
    std::string header;
    if (HasHeader(plan_, format_)) {
      ARROW_ASSIGN_OR_RAISE(header, TakeHeader());
    }
    return decoder_->Start(header);
  }

  arrow::Result<Batch> Next(bool* at_end) override {
    for (;;) {
      if (!ended_ && (buffer_.size() == 0 || starved_)) ARROW_RETURN_NOT_OK(Fill());
      Batch batch;
      int64_t consumed = 0;
      if (buffer_.size() > 0) {
        ARROW_ASSIGN_OR_RAISE(batch, decoder_->Decode(buffer_.view(), ended_, plan_.context.batch_rows, &consumed));
        buffer_.Consume(consumed);
      }
      // Only part of a record was there: more must be read before the next call.
      starved_ = consumed == 0 || batch.num_rows < plan_.context.batch_rows;
      if (consumed == 0 && buffer_.size() > plan_.request.max_record_bytes) ARROW_RETURN_NOT_OK(SkipTooLong());
      *at_end = ended_ && buffer_.size() == 0;
      if (ended_ && consumed == 0 && buffer_.size() > 0) {
        return arrow::Status::Invalid(file_.path, ": the last record is not complete");
      }
      if (batch.num_rows > 0 || *at_end) return batch;
    }
  }

 private:
  arrow::Status Fill() {
    const int64_t before = input_->file_position();
    ARROW_ASSIGN_OR_RAISE(const int64_t read, input_->Read(kReadBytes, buffer_.Extend(kReadBytes)));
    buffer_.Added(read);
    ended_ = read == 0;
    plan_.metrics->bytes.fetch_add(input_->file_position() - before, std::memory_order_relaxed);
    return arrow::Status::OK();
  }

  arrow::Result<std::string> TakeHeader() {
    while (!ended_ && buffer_.view().find('\n') == std::string_view::npos && buffer_.size() < plan_.request.max_record_bytes) {
      ARROW_RETURN_NOT_OK(Fill());
    }
    const auto newline = buffer_.view().find('\n');
    std::string header(buffer_.view().substr(0, newline == std::string_view::npos ? newline : newline + 1));
    buffer_.Consume(static_cast<int64_t>(header.size()));
    return header;
  }

  /// Drops bytes up to the next line end.
  arrow::Status SkipTooLong() {
    formats::BadRecord bad;
    bad.line = -1;
    bad.reason = "a record is longer than 'tidemark.max-record-size' (" + std::to_string(plan_.request.max_record_bytes) + " bytes)";
    bad.record = buffer_.view().substr(0, 1024);
    ARROW_RETURN_NOT_OK(bad_records_.Handle(bad));
    for (;;) {
      const auto newline = buffer_.view().find('\n');
      if (newline != std::string_view::npos) {
        buffer_.Consume(static_cast<int64_t>(newline) + 1);
        return arrow::Status::OK();
      }
      buffer_.Consume(buffer_.size());
      if (ended_) return arrow::Status::OK();
      ARROW_RETURN_NOT_OK(Fill());
    }
  }

  const ReadPlan& plan_;
  const io::FileInfo file_;
  const formats::Format& format_;
  FileBadRecords bad_records_;
  std::unique_ptr<io::InputStream> input_;
  std::unique_ptr<formats::Decoder> decoder_;
  PaddedBuffer buffer_;
  bool ended_ = false;
  bool starved_ = true;
};

}  // namespace

arrow::Result<std::unique_ptr<FileReader>> OpenLines(const ReadPlan& plan, const FilePiece& piece, const formats::Format& format) {
  auto reader = std::make_unique<LinesReader>(plan, piece, format);
  ARROW_RETURN_NOT_OK(reader->Open());
  return reader;
}

arrow::Result<std::unique_ptr<FileReader>> OpenStream(const ReadPlan& plan, const io::FileInfo& file, const formats::Format& format) {
  auto reader = std::make_unique<StreamReader>(plan, file, format);
  ARROW_RETURN_NOT_OK(reader->Open());
  return reader;
}

}  // namespace tidemark::connectors
