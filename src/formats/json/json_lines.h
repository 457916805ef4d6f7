// SPDX-License-Identifier: Apache-2.0
// JsonLines: the decoder around a reader of JSON records: one record a line, or one a message. A record that cannot be
// read costs only itself.
#pragma once

#include <arrow/status.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/format.h"
#include "formats/json/json_scan.h"
#include "formats/utf8_gate.h"

namespace tidemark::formats {

/// `Records` turns one JSON text into rows. It has:
///   const char* Read(const char* text);    the character after the record, or null: no row was added
///   std::string DescribeProblem(const char* begin) const;
///   void SetProblem(const char* at, const char* reason);
///   void Reserve(int64_t rows);   int64_t rows() const;   void Truncate(int64_t rows);
///   arrow::Result<Batch> Finish();
template <typename Records>
class JsonLines final : public Decoder {
 public:
  /// `bad_records` may be null: then a bad record is an error.
  JsonLines(Records records, BadRecordHandler* bad_records, int64_t max_record_bytes)
      : records_(std::move(records)), bad_records_(bad_records), max_record_bytes_(max_record_bytes) {}

  arrow::Status Start(std::string_view /*header*/) override {
    line_ = 0;
    return arrow::Status::OK();
  }

  arrow::Result<Batch> Decode(std::string_view bytes, bool at_end, int64_t max_rows, int64_t* consumed) override {
    records_.Reserve(max_rows);
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    const char* const last_newline = static_cast<const char*>(::memrchr(at, '\n', bytes.size()));
    const char* const lines_end = last_newline == nullptr ? at : last_newline + 1;
    utf8_.Start(at, lines_end);
    while (at < lines_end && records_.rows() < max_rows) {
      at = ReadLine(at, lines_end, {});
      if (at == nullptr) return std::move(failure_);
    }
    if (at_end && at == lines_end && at < end && records_.rows() < max_rows) {
      const std::string_view last(at, static_cast<size_t>(end - at));
      ARROW_RETURN_NOT_OK(ReadCopied(last));
      at = end;
    }
    *consumed = at - bytes.data();
    return records_.Finish();
  }

  using Decoder::DecodeMessages;
  arrow::Result<Batch> DecodeMessages(const std::vector<std::string_view>& messages,
                                      std::vector<int64_t>* rows_after) override {
    records_.Reserve(static_cast<int64_t>(messages.size()));
    if (rows_after != nullptr) rows_after->clear();
    line_ = 0;
    const char* const lines_end = CopyAsLines(messages);
    const char* at = copy_.data();
    for (const auto& message : messages) {
      at = ReadLine(at, lines_end, message);
      if (at == nullptr) return std::move(failure_);
      if (rows_after != nullptr) rows_after->push_back(records_.rows());
    }
    return records_.Finish();
  }

 private:
  /// Fills copy_ with the messages, each ended as a line; gives the end of the last. A message may hold line breaks as
  /// white space: in the copy they are carriage returns, which are white space between values and an error inside of
  /// strings too.
  const char* CopyAsLines(const std::vector<std::string_view>& messages) {
    size_t length = 0;
    for (const auto& message : messages) length += message.size() + 1;
    copy_.resize(length + kPadding);
    char* at = copy_.data();
    for (const auto& message : messages) {
      if (!message.empty()) {
        std::memcpy(at, message.data(), message.size());
        if (std::memchr(at, '\n', message.size()) != nullptr) std::replace(at, at + message.size(), '\n', '\r');
      }
      at += message.size();
      *at++ = '\n';
    }
    std::memset(at, 0, kPadding);
    utf8_.Start(copy_.data(), at);
    return at;
  }

  /// Reads text that has no end of line of its own from a copy that has one.
  arrow::Status ReadCopied(std::string_view text) {
    const char* const end = CopyAsLines({text});
    return ReadLine(copy_.data(), end, text) == nullptr ? std::move(failure_) : arrow::Status::OK();
  }

  /// Reads the line at `line`; gives the start of the next, or null with failure_ set. `original`: what to report
  /// instead of the line itself.
  const char* ReadLine(const char* line, const char* lines_end, std::string_view original) {
    ++line_;
    // A byte order mark may open a file.
    const char* text = std::memcmp(line, "\xEF\xBB\xBF", 3) == 0 ? line + 3 : line;
    text = json::SkipSpace(text);
    if (*text == '\n') return text + 1;
    if (utf8_.Passes(line) || IsUtf8({line, static_cast<size_t>(FindEnd(line, lines_end) - line)})) [[likely]] {
      const int64_t rows_before = records_.rows();
      const char* after = records_.Read(text);
      if (after != nullptr) [[likely]] {
        after = json::SkipSpace(after);
        if (*after == '\n') {
          if (after - line <= max_record_bytes_) [[likely]]
            return after + 1;
          records_.Truncate(rows_before);
          return Refuse(line, after, original, TooLong());
        }
        records_.Truncate(rows_before);
        records_.SetProblem(after, "there is text after the record");
      }
      return Refuse(line, FindEnd(line, lines_end), original, records_.DescribeProblem(line));
    }
    return Refuse(line, FindEnd(line, lines_end), original, "not valid UTF-8");
  }

  static const char* FindEnd(const char* line, const char* lines_end) {
    return static_cast<const char*>(std::memchr(line, '\n', static_cast<size_t>(lines_end - line)));
  }

  std::string TooLong() const {
    return "longer than " + std::to_string(max_record_bytes_) + " bytes (tidemark.max-record-size)";
  }

  const char* Refuse(const char* line, const char* line_end, std::string_view original, std::string reason) {
    BadRecord bad;
    bad.line = line_;
    bad.reason = std::move(reason);
    bad.record = original.data() != nullptr ? original : std::string_view(line, static_cast<size_t>(line_end - line));
    failure_ = bad_records_ != nullptr ? bad_records_->Handle(bad)
                                       : arrow::Status::Invalid("record ", line_, ": ", bad.reason);
    return failure_.ok() ? line_end + 1 : nullptr;
  }

  Records records_;
  BadRecordHandler* const bad_records_;
  const int64_t max_record_bytes_;
  Utf8Gate utf8_;
  int64_t line_ = 0;
  std::string copy_;
  arrow::Status failure_;
};

}  // namespace tidemark::formats
