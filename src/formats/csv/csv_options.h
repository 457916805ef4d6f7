// SPDX-License-Identifier: Apache-2.0
// The options of the csv format, parsed.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <vector>

#include "catalog/configuration.h"
#include "catalog/table.h"

namespace tidemark::formats {

struct CsvOptions {
  std::string delimiter = ",";      ///< one character, in UTF-8
  std::optional<char> quote = '"';  ///< none: quotes mean nothing
  std::optional<char> escape;
  bool comments = false;             ///< lines that begin with '#' are passed over
  bool ignore_parse_errors = false;  ///< as in JsonOptions; also: missing fields are NULL, further ones are passed over
  std::string array_delimiter = ";";
  std::optional<std::string> null_literal;
  bool scientific_decimals = true;
  bool trim_spaces = false;
  bool ignore_further_fields = false;
  bool allow_trailing_delimiter = true;
  bool empty_is_null = false;
  bool header = false;

  /// The keys, without "csv.".
  static const std::vector<OptionSpec>& Specs();
  static arrow::Result<CsvOptions> Parse(const TableOptions& options);
};

/// CSV has a form for scalars, arrays of scalars and rows of scalars.
arrow::Status CheckCsvTypes(const Schema& schema);

}  // namespace tidemark::formats
