// SPDX-License-Identifier: Apache-2.0
// Options of the csv format.
#include "formats/csv/csv_options.h"

#include <arrow/status.h>

#include "formats/utf8_gate.h"

namespace tidemark::formats {
namespace {

OptionSpec Flag(const char* key, const char* default_value, const char* description) {
  return {.key = key, .type = OptionType::kBoolean, .default_value = default_value, .description = description};
}

OptionSpec Text(const char* key, const char* default_value, const char* description) {
  return {.key = key, .type = OptionType::kString, .default_value = default_value, .description = description};
}

/// Java's escapes in an option's value: \t, \n, \\, \u0001 and so on.
std::string Unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    switch (text[i]) {
      case 't':
        out += '\t';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'u': {
        const std::string hex = text.substr(i + 1, 4);
        char* end = nullptr;
        const long code = std::strtol(hex.c_str(), &end, 16);
        if (hex.size() == 4 && *end == '\0' && code < 0x80) {
          out += static_cast<char>(code);
          i += 4;
        } else {
          out += "\\u";
        }
        break;
      }
      default:
        out += text[i];
    }
  }
  return out;
}

bool IsOneCharacter(const std::string& text) {
  if (text.empty() || !IsUtf8(text)) return false;
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return text.size() == length;
}

class Reader {
 public:
  explicit Reader(const TableOptions& options) : options_(options) {}

  arrow::Status Bool(const char* key, bool* out) const {
    const std::string* value = Find(key);
    return value == nullptr ? arrow::Status::OK() : ParseBoolean(*value).Value(out);
  }
  /// A single byte: what quotes and escapes may be.
  arrow::Status Character(const char* key, std::optional<char>* out) const {
    const std::string* value = Find(key);
    if (value == nullptr) return arrow::Status::OK();
    const std::string text = value->size() == 1 ? *value : Unescape(*value);
    if (text.size() != 1) {
      return arrow::Status::Invalid("Option 'csv.", key, "' takes one ASCII character, not '", *value, "'");
    }
    *out = text[0];
    return arrow::Status::OK();
  }
  const std::string* Find(const char* key) const {
    const auto found = options_.find(key);
    return found == options_.end() ? nullptr : &found->second;
  }

 private:
  const TableOptions& options_;
};

bool IsScalar(const DataType& type) { return !type.is_nested(); }

}  // namespace

const std::vector<OptionSpec>& CsvOptions::Specs() {
  static const std::vector<OptionSpec> specs = {
      Text("field-delimiter", ",", "The character between fields; \\t for a tab."),
      Flag("disable-quote-character", "false",
           "Quotes have no meaning; a large file may then be read by several workers."),
      Text("quote-character", "\"", "The character around fields that hold delimiters or line breaks."),
      Flag("allow-comments", "false", "Pass over lines that begin with '#'."),
      Flag("ignore-parse-errors", "false",
           "Fields that cannot be read become NULL, records that cannot be read are skipped and counted."),
      Text("array-element-delimiter", ";", "What stands between the elements of an ARRAY or the fields of a ROW."),
      Text("escape-character", "", "The character that takes the meaning of the one after it."),
      Text("null-literal", "", "The text that stands for NULL."),
      Flag("write-bigdecimal-in-scientific-notation", "true", "Write DECIMALs such as 100000 as 1E+5."),
      Flag("trim-spaces", "false", "Take white space from both ends of unquoted fields."),
      Flag("ignore-trailing-unmappable", "false", "Pass over fields after the last column."),
      Flag("allow-trailing-comma", "true", "A delimiter may follow the last field."),
      Flag("fail-on-missing-columns", "true", "Accepted for Flink; a record with too few fields is a bad record."),
      Flag("empty-string-as-null", "false", "Read empty fields as NULL."),
      Flag("skip-header", "false", "The first line of each file is a header."),
      Flag("ignore-first-line", "false", "The same, by the name that later versions of Flink give it."),
  };
  return specs;
}

arrow::Result<CsvOptions> CsvOptions::Parse(const TableOptions& options) {
  const Reader read(options);
  CsvOptions parsed;
  bool no_quotes = false;
  ARROW_RETURN_NOT_OK(read.Bool("disable-quote-character", &no_quotes));
  ARROW_RETURN_NOT_OK(read.Bool("allow-comments", &parsed.comments));
  ARROW_RETURN_NOT_OK(read.Bool("ignore-parse-errors", &parsed.ignore_parse_errors));
  ARROW_RETURN_NOT_OK(read.Bool("write-bigdecimal-in-scientific-notation", &parsed.scientific_decimals));
  ARROW_RETURN_NOT_OK(read.Bool("trim-spaces", &parsed.trim_spaces));
  ARROW_RETURN_NOT_OK(read.Bool("ignore-trailing-unmappable", &parsed.ignore_further_fields));
  ARROW_RETURN_NOT_OK(read.Bool("allow-trailing-comma", &parsed.allow_trailing_delimiter));
  ARROW_RETURN_NOT_OK(read.Bool("empty-string-as-null", &parsed.empty_is_null));
  ARROW_RETURN_NOT_OK(read.Bool("ignore-first-line", &parsed.header));
  ARROW_RETURN_NOT_OK(read.Bool("skip-header", &parsed.header));
  ARROW_RETURN_NOT_OK(read.Character("quote-character", &parsed.quote));
  ARROW_RETURN_NOT_OK(read.Character("escape-character", &parsed.escape));
  if (no_quotes) {
    if (read.Find("quote-character") != nullptr) {
      return arrow::Status::Invalid(
          "Options 'csv.quote-character' and 'csv.disable-quote-character' exclude each other; set one of them");
    }
    parsed.quote.reset();
  }
  if (const std::string* delimiter = read.Find("field-delimiter")) {
    parsed.delimiter = IsOneCharacter(*delimiter) ? *delimiter : Unescape(*delimiter);
    if (!IsOneCharacter(parsed.delimiter) || parsed.delimiter == "\n") {
      return arrow::Status::Invalid("Option 'csv.field-delimiter' takes one character (\\t for a tab), not '",
                                    *delimiter, "'");
    }
  }
  if (parsed.quote && parsed.delimiter[0] == *parsed.quote) {
    return arrow::Status::Invalid("Options 'csv.field-delimiter' and 'csv.quote-character' must differ");
  }
  if (const std::string* delimiter = read.Find("array-element-delimiter")) parsed.array_delimiter = *delimiter;
  if (const std::string* literal = read.Find("null-literal")) parsed.null_literal = *literal;
  return parsed;
}

arrow::Status CheckCsvTypes(const Schema& schema) {
  for (const auto& field : schema) {
    const DataType& type = field.type;
    bool fits = IsScalar(type);
    if (type.kind() == TypeKind::kArray) fits = IsScalar(type.element());
    if (type.kind() == TypeKind::kRow) {
      fits = true;
      for (const auto& inner : type.fields()) fits = fits && IsScalar(inner.type);
    }
    if (!fits) {
      return arrow::Status::TypeError(
          "Format 'csv' has no form for column '", field.name, "' of type ", type.ToString(),
          ": only scalars, arrays of scalars and rows of scalars can be written in a field");
    }
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::formats
