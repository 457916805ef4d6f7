// SPDX-License-Identifier: Apache-2.0
// CSV records to columns: splits a record, checks how many fields it has, and converts those that are asked for.
#include "formats/csv/csv_decoder.h"

#include <arrow/array.h>
#include <arrow/status.h>

#include "formats/column_builder.h"
#include "formats/csv/csv_splitter.h"
#include "formats/text/parse_text.h"
#include "formats/utf8_gate.h"

namespace tidemark::formats {
namespace {

class CsvDecoder final : public Decoder {
 public:
  CsvDecoder(const CsvOptions& options, const DecodeRequest& request)
      : options_(options),
        splitter_(options),
        schema_(request.physical_schema),
        projection_(request.projection),
        bad_records_(request.bad_records),
        max_record_bytes_(request.max_record_bytes) {
    columns_.reserve(projection_.size());
    for (const int column : projection_) columns_.emplace_back(schema_[static_cast<size_t>(column)].type);
    keeps_blank_lines_ = schema_.size() == 1 && schema_[0].type.is_character();
  }

  arrow::Status Start(std::string_view /*header*/) override {
    line_ = 0;
    return arrow::Status::OK();
  }

  arrow::Result<Batch> Decode(std::string_view bytes, bool at_end, int64_t max_rows, int64_t* consumed) override {
    for (auto& column : columns_) column.Reserve(max_rows);
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (at < end && rows_ < max_rows) {
      ARROW_ASSIGN_OR_RAISE(const char* next, ReadRecord(at, end, at_end));
      if (next == nullptr) break;
      at = next;
    }
    *consumed = at - bytes.data();
    return Finish();
  }

  using Decoder::DecodeMessages;
  arrow::Result<Batch> DecodeMessages(const std::vector<std::string_view>& messages,
                                      std::vector<int64_t>* rows_after) override {
    if (rows_after != nullptr) rows_after->clear();
    for (size_t i = 0; i < messages.size(); ++i) {
      line_ = static_cast<int64_t>(i);
      copy_.assign(messages[i]);
      while (copy_.ends_with('\n') || copy_.ends_with('\r')) copy_.pop_back();
      const size_t length = copy_.size();
      copy_.append(kPadding, '\0');
      if (length > 0) ARROW_RETURN_NOT_OK(ReadRecord(copy_.data(), copy_.data() + length, /*at_end=*/true).status());
      if (rows_after != nullptr) rows_after->push_back(rows_);
    }
    return Finish();
  }

 private:
  /// Reads one record; gives the start of the next, or null when it is not there as a whole.
  arrow::Result<const char*> ReadRecord(const char* text, const char* end, bool at_end) {
    if (line_ == 0 && end - text >= 3 && std::string_view(text, 3) == "\xEF\xBB\xBF") text += 3;
    if (options_.comments && *text == '#') {
      const void* newline = std::memchr(text, '\n', static_cast<size_t>(end - text));
      if (newline == nullptr) return at_end ? end : nullptr;
      ++line_;
      return static_cast<const char*>(newline) + 1;
    }
    const auto outcome = splitter_.Split(text, end, at_end);
    if (outcome == CsvSplitter::Outcome::kIncomplete) {
      if (end - text <= max_record_bytes_) return nullptr;
      return GiveUpLine(text, end);
    }
    const int64_t line = ++line_;
    line_ += splitter_.inner_lines();
    const char* next = splitter_.end();
    if (outcome == CsvSplitter::Outcome::kBad) {
      ARROW_RETURN_NOT_OK(Refuse(line, splitter_.record(), splitter_.problem()));
      return next;
    }
    const std::string_view record = splitter_.record();
    if (record.empty() && !keeps_blank_lines_) return next;
    std::string reason;
    if (static_cast<int64_t>(record.size()) > max_record_bytes_) {
      reason = TooLong();
    } else if (!IsUtf8(record)) {
      reason = "not valid UTF-8";
    } else if (Convert(&reason)) {
      ++rows_;
      return next;
    }
    for (auto& column : columns_) column.Truncate(rows_);
    ARROW_RETURN_NOT_OK(Refuse(line, record, std::move(reason)));
    return next;
  }

  /// A record that never seems to end is given up with its first line. A line that long is the reader's business.
  arrow::Result<const char*> GiveUpLine(const char* text, const char* end) {
    const void* newline = std::memchr(text, '\n', static_cast<size_t>(end - text));
    if (newline == nullptr) return nullptr;
    const char* line_end = static_cast<const char*>(newline);
    ++line_;
    ARROW_RETURN_NOT_OK(
        Refuse(line_, {text, static_cast<size_t>(line_end - text)}, TooLong() + "; is a quote not closed?"));
    return line_end + 1;
  }

  std::string TooLong() const {
    return "longer than " + std::to_string(max_record_bytes_) + " bytes (tidemark.max-record-size)";
  }

  arrow::Status Refuse(int64_t line, std::string_view record, std::string reason) {
    BadRecord bad;
    bad.line = line;
    bad.reason = std::move(reason);
    bad.record = record;
    if (bad_records_ == nullptr) return arrow::Status::Invalid("record ", line, ": ", bad.reason);
    return bad_records_->Handle(bad);
  }

  bool Convert(std::string* reason) {
    const auto& fields = splitter_.fields();
    size_t count = fields.size();
    if (count == schema_.size() + 1 && options_.allow_trailing_delimiter && fields.back().raw.empty() &&
        !fields.back().quoted)
      --count;
    if (!options_.ignore_parse_errors &&
        (count < schema_.size() || (count > schema_.size() && !options_.ignore_further_fields))) {
      *reason = std::to_string(count) + (count == 1 ? " field" : " fields") + " where the table has " +
                std::to_string(schema_.size()) + " columns";
      return false;
    }
    for (size_t i = 0; i < projection_.size(); ++i) {
      const auto source = static_cast<size_t>(projection_[i]);
      ColumnBuilder& column = columns_[i];
      if (source >= count) {
        column.AppendNull();
        continue;
      }
      const CsvField& field = fields[source];
      const std::string_view text = field.escaped ? splitter_.Unescape(field, &scratch_) : field.raw;
      if (ConvertField(text, &column)) continue;
      if (!options_.ignore_parse_errors) {
        *reason = "field '" + schema_[source].name + "': " + DescribeMismatch(text, column.type()) +
                  Hint(text, schema_[source]);
        return false;
      }
      column.Truncate(rows_);
      column.AppendNull();
    }
    return true;
  }

  bool IsNull(std::string_view text) const {
    return (options_.null_literal && text == *options_.null_literal) || (options_.empty_is_null && text.empty());
  }

  bool ConvertField(std::string_view text, ColumnBuilder* column) const {
    if (IsNull(text)) {
      column->AppendNull();
      return true;
    }
    if (column->type().kind() == TypeKind::kArray) return ConvertArray(text, column);
    if (column->type().kind() == TypeKind::kRow) return ConvertRow(text, column);
    return AppendText(text, TimestampStandard::kEither, column);
  }

  bool ConvertArray(std::string_view text, ColumnBuilder* column) const {
    bool more = !TrimSpaces(text).empty();
    while (more) {
      const size_t end = text.find(options_.array_delimiter);
      more = end != std::string_view::npos;
      if (!ConvertField(text.substr(0, end), &column->child(0))) return false;
      if (more) text.remove_prefix(end + options_.array_delimiter.size());
    }
    column->EndList();
    return true;
  }

  bool ConvertRow(std::string_view text, ColumnBuilder* column) const {
    for (size_t i = 0; i < column->num_children(); ++i) {
      const size_t end = text.find(options_.array_delimiter);
      const bool last = i + 1 == column->num_children();
      if (last != (end == std::string_view::npos)) return false;
      if (!ConvertField(text.substr(0, end), &column->child(i))) return false;
      if (!last) text.remove_prefix(end + options_.array_delimiter.size());
    }
    column->EndStruct();
    return true;
  }

  /// What probably went wrong.
  static std::string Hint(std::string_view text, const Field& field) {
    if (text == field.name) return " (a header line? set option 'csv.skip-header' to 'true')";
    if (text.empty()) return " (set option 'csv.null-literal' to '' to read empty fields as NULL)";
    if (text == "NA" || text == "NULL" || text == "null" || text == "\\N") {
      return " (set option 'csv.null-literal' to '" + std::string(text) + "' to read it as NULL)";
    }
    return "";
  }

  arrow::Result<Batch> Finish() {
    Batch batch;
    batch.num_rows = rows_;
    for (auto& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto array, column.Finish(rows_));
      batch.columns.push_back(std::move(array));
    }
    rows_ = 0;
    return batch;
  }

  const CsvOptions options_;
  CsvSplitter splitter_;
  const Schema schema_;
  const std::vector<int> projection_;
  BadRecordHandler* const bad_records_;
  const int64_t max_record_bytes_;
  bool keeps_blank_lines_ = false;
  std::vector<ColumnBuilder> columns_;
  int64_t rows_ = 0;
  int64_t line_ = 0;
  std::string scratch_;
  std::string copy_;
};

}  // namespace

std::unique_ptr<Decoder> MakeCsvDecoder(const CsvOptions& options, const DecodeRequest& request) {
  return std::make_unique<CsvDecoder>(options, request);
}

}  // namespace tidemark::formats
