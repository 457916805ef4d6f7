// SPDX-License-Identifier: Apache-2.0
// The options of the json format, parsed. debezium-json has the same ones and its own.
#pragma once

#include <arrow/result.h>

#include <string>
#include <vector>

#include "catalog/configuration.h"
#include "catalog/table.h"
#include "formats/text/parse_text.h"

namespace tidemark::formats {

enum class MapNullKey : uint8_t { kFail, kDrop, kLiteral };

struct JsonOptions {
  bool fail_on_missing_field = false;
  /// A field that cannot be read is NULL; a record that cannot be read is a bad record.
  bool ignore_parse_errors = false;
  TimestampStandard timestamps = TimestampStandard::kSql;
  MapNullKey map_null_key = MapNullKey::kFail;
  std::string map_null_key_literal = "null";
  bool decimal_as_plain_number = false;
  bool ignore_null_fields = false;

  /// The keys, without "json.".
  static const std::vector<OptionSpec>& Specs();
  /// REQUIRES: the values fit Specs().
  static arrow::Result<JsonOptions> Parse(const TableOptions& options);
};

/// JSON has no form for maps whose keys are not text.
arrow::Status CheckJsonTypes(const Schema& schema);

}  // namespace tidemark::formats
