// SPDX-License-Identifier: Apache-2.0
// Options of the json format.
#include "formats/json/json_options.h"

#include <arrow/status.h>

#include <algorithm>

namespace tidemark::formats {
namespace {

arrow::Status CheckType(const std::string& path, const DataType& type) {
  if (type.kind() == TypeKind::kMap && !type.map_key().is_character()) {
    return arrow::Status::TypeError("Format 'json' has no form for column '", path, "' of type ", type.ToString(),
                                    ": the keys of a map must be STRING");
  }
  if (type.kind() == TypeKind::kMultiset && !type.element().is_character()) {
    return arrow::Status::TypeError("Format 'json' has no form for column '", path, "' of type ", type.ToString(),
                                    ": the elements of a multiset must be STRING");
  }
  for (const auto& field : type.fields()) ARROW_RETURN_NOT_OK(CheckType(path + "." + field.name, field.type));
  return arrow::Status::OK();
}

}  // namespace

const std::vector<OptionSpec>& JsonOptions::Specs() {
  static const std::vector<OptionSpec> specs = {
      {.key = "fail-on-missing-field",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .description = "A record without one of the columns is a bad record; otherwise the column is NULL."},
      {.key = "ignore-parse-errors",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .description = "Fields that cannot be read become NULL, records that cannot be read are skipped and counted."},
      {.key = "timestamp-format.standard",
       .type = OptionType::kEnum,
       .default_value = "SQL",
       .description = "'yyyy-MM-dd HH:mm:ss[.f]' (SQL) or with a 'T' between date and time (ISO-8601).",
       .enum_values = {"SQL", "ISO-8601"}},
      {.key = "map-null-key.mode",
       .type = OptionType::kEnum,
       .default_value = "FAIL",
       .description = "What to write for an entry of a MAP whose key is NULL.",
       .enum_values = {"FAIL", "DROP", "LITERAL"}},
      {.key = "map-null-key.literal",
       .type = OptionType::kString,
       .default_value = "null",
       .description = "The key written for NULL where map-null-key.mode is LITERAL."},
      {.key = "encode.decimal-as-plain-number",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .description = "Write 100 and 0.00000001 rather than 1E+2 and 1E-8."},
      {.key = "encode.ignore-null-fields",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .description = "Leave NULL fields out when writing."},
      {.key = "decode.json-parser.enabled",
       .type = OptionType::kBoolean,
       .default_value = "true",
       .description = "Chooses between two parsers of Flink; has no effect here."},
  };
  return specs;
}

arrow::Result<JsonOptions> JsonOptions::Parse(const TableOptions& options) {
  JsonOptions parsed;
  const auto flag = [&](const char* key, bool* out) -> arrow::Status {
    const auto found = options.find(key);
    if (found == options.end()) return arrow::Status::OK();
    return ParseBoolean(found->second).Value(out);
  };
  const auto text = [&](const char* key, const char* fallback) {
    const auto found = options.find(key);
    return found == options.end() ? std::string(fallback) : found->second;
  };
  ARROW_RETURN_NOT_OK(flag("fail-on-missing-field", &parsed.fail_on_missing_field));
  ARROW_RETURN_NOT_OK(flag("ignore-parse-errors", &parsed.ignore_parse_errors));
  ARROW_RETURN_NOT_OK(flag("encode.decimal-as-plain-number", &parsed.decimal_as_plain_number));
  ARROW_RETURN_NOT_OK(flag("encode.ignore-null-fields", &parsed.ignore_null_fields));
  if (parsed.fail_on_missing_field && parsed.ignore_parse_errors) {
    return arrow::Status::Invalid(
        "Options 'fail-on-missing-field' and 'ignore-parse-errors' of format 'json' exclude each other; set one of "
        "them");
  }
  if (text("timestamp-format.standard", "SQL") == "ISO-8601") parsed.timestamps = TimestampStandard::kIso8601;
  const std::string mode = text("map-null-key.mode", "FAIL");
  if (mode == "DROP") parsed.map_null_key = MapNullKey::kDrop;
  if (mode == "LITERAL") parsed.map_null_key = MapNullKey::kLiteral;
  parsed.map_null_key_literal = text("map-null-key.literal", "null");
  return parsed;
}

arrow::Status CheckJsonTypes(const Schema& schema) {
  for (const auto& field : schema) ARROW_RETURN_NOT_OK(CheckType(field.name, field.type));
  return arrow::Status::OK();
}

}  // namespace tidemark::formats
