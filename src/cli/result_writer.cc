// SPDX-License-Identifier: Apache-2.0
// The four result formats, and the holding back of updating results until they are final.
#include "cli/result_writer.h"

#include <arrow/api.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/final_rows.h"
#include "cli/text_table.h"
#include "expr/evaluator.h"
#include "formats/format.h"

namespace tidemark::cli {
namespace {

constexpr int64_t kRowsPerBatch = 8192;

class FileOutput final : public TextOutput {
 public:
  explicit FileOutput(int descriptor) : descriptor_(descriptor) {}

  arrow::Status Write(std::string_view text) override {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return arrow::Status::IOError("Cannot write to standard output: ", std::strerror(errno));
      text.remove_prefix(static_cast<size_t>(written));
    }
    return arrow::Status::OK();
  }

 private:
  int descriptor_;
};

/// CSV and JSON: whatever the format's encoder makes of a batch.
class EncodedWriter final : public ResultWriter {
 public:
  EncodedWriter(std::unique_ptr<formats::Encoder> encoder, std::string header, TextOutput* output)
      : encoder_(std::move(encoder)), header_(std::move(header)), output_(output) {}

  arrow::Status Add(const Batch& batch) override {
    std::string text = std::exchange(header_, {});
    ARROW_RETURN_NOT_OK(encoder_->Encode(batch, &text));
    rows_ += batch.num_rows;
    return output_->Write(text);
  }
  arrow::Status Finish() override { return header_.empty() ? arrow::Status::OK() : output_->Write(header_); }
  int64_t rows() const override { return rows_; }

 private:
  std::unique_ptr<formats::Encoder> encoder_;
  std::string header_;
  TextOutput* output_;
  int64_t rows_ = 0;
};

/// "+I[1, abc, null]", one line a row, as Flink's print connector writes them.
class ChangelogWriter final : public ResultWriter {
 public:
  explicit ChangelogWriter(const ResultWriterOptions& options) : options_(options) {}

  arrow::Status Add(const Batch& batch) override {
    std::string text;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      text += RowKindName(batch.kind(row));
      text += '[';
      for (size_t i = 0; i < batch.columns.size(); ++i) {
        if (i > 0) text += ", ";
        const bool is_null = batch.columns[i]->IsNull(row);
        text +=
            is_null ? "null" : expr::FormatValue(*batch.columns[i], row, options_.schema[i].type, *options_.functions);
      }
      text += "]\n";
    }
    rows_ += batch.num_rows;
    return options_.output->Write(text);
  }
  arrow::Status Finish() override { return arrow::Status::OK(); }
  int64_t rows() const override { return rows_; }

 private:
  ResultWriterOptions options_;
  int64_t rows_ = 0;
};

class TableWriter final : public ResultWriter {
 public:
  explicit TableWriter(const ResultWriterOptions& options)
      : options_(options), table_(options.schema, options.output) {}

  arrow::Status Add(const Batch& batch) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      std::vector<std::string> cells;
      for (size_t i = 0; i < batch.columns.size(); ++i) {
        cells.push_back(expr::FormatValue(*batch.columns[i], row, options_.schema[i].type, *options_.functions));
      }
      ARROW_RETURN_NOT_OK(table_.AddRow(std::move(cells)));
    }
    rows_ += batch.num_rows;
    return arrow::Status::OK();
  }
  arrow::Status Finish() override { return table_.Finish(); }
  int64_t rows() const override { return rows_; }

 private:
  ResultWriterOptions options_;
  TextTable table_;
  int64_t rows_ = 0;
};

/// Holds an updating result until it is complete, then hands the final rows on.
class FinalRowsWriter final : public ResultWriter {
 public:
  FinalRowsWriter(const Schema& schema, std::unique_ptr<ResultWriter> writer)
      : final_rows_(schema), writer_(std::move(writer)) {}

  arrow::Status Add(const Batch& batch) override { return final_rows_.Apply(batch); }
  arrow::Status Finish() override {
    ARROW_ASSIGN_OR_RAISE(auto batches, final_rows_.Rows(kRowsPerBatch));
    for (const auto& batch : batches) ARROW_RETURN_NOT_OK(writer_->Add(batch));
    return writer_->Finish();
  }
  int64_t rows() const override { return final_rows_.size(); }

 private:
  FinalRows final_rows_;
  std::unique_ptr<ResultWriter> writer_;
};

std::string QuotedCsvName(const std::string& name) {
  if (name.find_first_of(",\"\n\r") == std::string::npos) return name;
  std::string quoted = "\"";
  for (char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

arrow::Result<std::unique_ptr<ResultWriter>> MakeEncodedWriter(const ResultWriterOptions& options,
                                                               const std::string& name) {
  const formats::Format* format = formats::FindFormat(name);
  ARROW_ASSIGN_OR_RAISE(auto encoder, format->make_encoder({}, options.schema, options.functions->local_time_zone));
  std::string header;
  if (name == "csv") {
    for (const auto& field : options.schema) header += (header.empty() ? "" : ",") + QuotedCsvName(field.name);
    header += "\n";
  }
  return std::make_unique<EncodedWriter>(std::move(encoder), std::move(header), options.output);
}

arrow::Result<std::unique_ptr<ResultWriter>> MakePlainWriter(const ResultWriterOptions& options) {
  switch (options.format) {
    case ResultFormat::kTable:
      return std::make_unique<TableWriter>(options);
    case ResultFormat::kChangelog:
      return std::make_unique<ChangelogWriter>(options);
    case ResultFormat::kCsv:
      return MakeEncodedWriter(options, "csv");
    case ResultFormat::kJson:
      return MakeEncodedWriter(options, "json");
  }
  return arrow::Status::Invalid("Unknown result format");
}

}  // namespace

arrow::Result<ResultFormat> ParseResultFormat(const std::string& name) {
  if (name == "table") return ResultFormat::kTable;
  if (name == "csv") return ResultFormat::kCsv;
  if (name == "json") return ResultFormat::kJson;
  if (name == "changelog") return ResultFormat::kChangelog;
  return arrow::Status::Invalid("Unknown result format '", name, "': choose table, csv, json or changelog");
}

TextOutput* StandardOutput() {
  static FileOutput output(STDOUT_FILENO);
  return &output;
}

arrow::Result<std::unique_ptr<ResultWriter>> MakeResultWriter(ResultWriterOptions options) {
  ARROW_ASSIGN_OR_RAISE(auto writer, MakePlainWriter(options));
  if (!options.updating || options.format == ResultFormat::kChangelog) return writer;
  return std::make_unique<FinalRowsWriter>(options.schema, std::move(writer));
}

}  // namespace tidemark::cli
