// SPDX-License-Identifier: Apache-2.0
// Text formats through their encoder, Parquet through its writer.
#include "connectors/files/file_writer.h"

#include "formats/format.h"
#include "formats/parquet/parquet_writer.h"

namespace tidemark::connectors {
namespace {

class TextFileWriter final : public FileWriter {
 public:
  TextFileWriter(std::unique_ptr<io::WritableFile> file, std::unique_ptr<formats::Encoder> encoder)
      : file_(std::move(file)), encoder_(std::move(encoder)) {}

  arrow::Status Begin() {
    ARROW_ASSIGN_OR_RAISE(const std::string head, encoder_->Begin());
    return file_->Append(head);
  }
  arrow::Status Write(const Batch& batch) override {
    text_.clear();
    ARROW_RETURN_NOT_OK(encoder_->Encode(batch, &text_));
    bytes_ += static_cast<int64_t>(text_.size());
    return file_->Append(text_);
  }
  int64_t bytes() const override { return bytes_; }
  arrow::Status Finish() override {
    text_ = {};
    return file_->Finish();
  }
  arrow::Status Commit() override { return file_->Commit(); }

 private:
  std::unique_ptr<io::WritableFile> file_;
  std::unique_ptr<formats::Encoder> encoder_;
  std::string text_;
  int64_t bytes_ = 0;
};

class ParquetFileWriter final : public FileWriter {
 public:
  ParquetFileWriter(std::unique_ptr<io::WritableFile> file, std::unique_ptr<formats::ParquetWriter> writer)
      : file_(std::move(file)), writer_(std::move(writer)) {}

  arrow::Status Write(const Batch& batch) override { return writer_->Write(batch); }
  int64_t bytes() const override { return writer_ ? writer_->size_bytes() : file_->bytes_written(); }
  arrow::Status Finish() override {
    if (writer_) ARROW_RETURN_NOT_OK(writer_->Close());
    writer_ = nullptr;
    return file_->Finish();
  }
  arrow::Status Commit() override {
    ARROW_RETURN_NOT_OK(Finish());
    return file_->Commit();
  }

 private:
  std::unique_ptr<io::WritableFile> file_;
  std::unique_ptr<formats::ParquetWriter> writer_;  // writes into file_, so it goes first
};

}  // namespace

arrow::Result<std::unique_ptr<FileWriter>> FileWriter::Open(io::FileSystem* files, const std::string& path,
                                                            const Schema& schema, const FilesOptions& options,
                                                            const std::string& local_time_zone) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForWrite(path));
  if (options.format == "parquet") {
    ARROW_ASSIGN_OR_RAISE(const auto parquet, formats::ParquetOptions::Parse(options.format_options));
    ARROW_ASSIGN_OR_RAISE(auto writer, formats::ParquetWriter::Make(file.get(), schema, parquet));
    return std::make_unique<ParquetFileWriter>(std::move(file), std::move(writer));
  }
  const formats::Format* format = formats::FindFormat(options.format);
  ARROW_ASSIGN_OR_RAISE(auto encoder, format->make_encoder(options.format_options, schema, local_time_zone));
  auto writer = std::make_unique<TextFileWriter>(std::move(file), std::move(encoder));
  ARROW_RETURN_NOT_OK(writer->Begin());
  return writer;
}

}  // namespace tidemark::connectors
