// SPDX-License-Identifier: Apache-2.0
// CsvSplitter: finds the fields of one CSV record (RFC 4180, with the format's options).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/csv_options.h"

namespace tidemark::formats {

/// A field as it lies in the text.
struct CsvField {
  std::string_view raw;  ///< without the quotes around it
  bool quoted = false;
  bool escaped = false;  ///< holds doubled quotes or escapes: Unescape it before use
};

class CsvSplitter {
 public:
  explicit CsvSplitter(const CsvOptions& options);

  enum class Outcome {
    kRecord,      ///< fields() and end() are set
    kIncomplete,  ///< the text ends inside the record
    kBad,         ///< problem() and end() are set: end() is where reading may go on
  };
  /// Reads the record that begins at `text`. `at_end`: nothing follows `end`, so that a missing line end is fine.
  /// REQUIRES: 32 bytes after `end` may be read.
  Outcome Split(const char* text, const char* end, bool at_end);

  const std::vector<CsvField>& fields() const { return fields_; }
  /// The start of the next record.
  const char* end() const { return end_; }
  /// The record's text without its line end.
  std::string_view record() const { return record_; }
  const char* problem() const { return problem_; }
  /// Line breaks inside of quotes.
  int64_t inner_lines() const { return inner_lines_; }

  /// What an escaped field stands for.
  std::string_view Unescape(const CsvField& field, std::string* scratch) const;

 private:
  const char* FindPlainEnd(const char* text, const char* end, bool* escaped) const;
  const char* SplitQuoted(const char* text, const char* end, CsvField* field);

  const CsvOptions options_;
  std::vector<CsvField> fields_;
  const char* end_ = nullptr;
  std::string_view record_;
  const char* problem_ = "";
  int64_t inner_lines_ = 0;
};

}  // namespace tidemark::formats
