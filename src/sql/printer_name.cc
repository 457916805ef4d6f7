// SPDX-License-Identifier: Apache-2.0
// Printing of names, strings, options, hints.

#include <algorithm>
#include <array>

#include "sql/keywords.h"
#include "sql/printer.h"
#include "sql/printer_rules.h"

namespace tidemark::sql {

namespace {

/// Words that the parser takes as names and that still need quotes: they begin a construct of their own where a name
/// could stand, or (DATETIME) Flink reserves them and we do not, as widely used tables have columns of that name.
bool NeedsQuotes(std::string_view upper) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"DATETIME", "DESCRIPTOR", "FINAL", "MAP", "MODEL", "TIMESTAMPADD", "TIMESTAMPDIFF", "UNBOUNDED"});
  return std::find(kWords.begin(), kWords.end(), upper) != kWords.end();
}

bool IsPlainName(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || !is_letter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string Quote(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (char c : text) {
    quoted += c;
    if (c == quote) quoted += quote;
  }
  return quoted + quote;
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) {
  const std::string upper = ToUpperAscii(name);
  if (IsPlainName(name) && !IsReservedWord(upper) && !NeedsQuotes(upper)) return std::string(name);
  return Quote(name, '`');
}

std::string AlwaysQuoteIdentifier(std::string_view name) { return Quote(name, '`'); }

std::string QuoteString(std::string_view text) { return Quote(text, '\''); }

namespace internal {

void WriteIdentifier(const Identifier& identifier, std::string* out) { *out += QuoteIdentifier(identifier.value); }

void WriteName(const Name& name, std::string* out) {
  for (size_t i = 0; i < name.parts.size(); ++i) {
    if (i > 0) *out += '.';
    WriteIdentifier(name.parts[i], out);
  }
}

void WriteColumns(const std::vector<Identifier>& columns, std::string* out) {
  if (columns.empty()) return;
  *out += " (";
  WriteList(columns, out, [out](const Identifier& column) { WriteIdentifier(column, out); });
  *out += ')';
}

void WriteString(const StringValue& value, std::string* out) { *out += QuoteString(value.value); }

void WriteOptions(const OptionList& options, std::string* out) {
  *out += '(';
  bool first = true;
  for (const Option& option : options) {
    *out += first ? "\n  " : ",\n  ";
    first = false;
    WriteString(option.key, out);
    *out += " = ";
    WriteString(option.value, out);
  }
  *out += options.empty() ? ")" : "\n)";
}

void WriteWithOptions(const OptionList& options, std::string* out) {
  if (options.empty()) return;
  *out += " WITH ";
  WriteOptions(options, out);
}

void WriteComment(const std::optional<StringValue>& comment, std::string* out) {
  if (!comment) return;
  *out += " COMMENT ";
  WriteString(*comment, out);
}

void WriteHints(const std::vector<Hint>& hints, std::string* out) {
  if (hints.empty()) return;
  *out += " /*+ ";
  WriteList(hints, out, [out](const Hint& hint) {
    WriteIdentifier(hint.name, out);
    if (hint.arguments.empty()) return;
    *out += '(';
    WriteList(hint.arguments, out, [out](const HintArgument& argument) {
      if (argument.key) {
        WriteString(*argument.key, out);
        *out += " = ";
      }
      if (argument.is_identifier) {
        *out += argument.value.value;
      } else {
        WriteString(argument.value, out);
      }
    });
    *out += ')';
  });
  *out += " */";
}

void WritePartitionSpec(const PartitionSpec& spec, std::string* out) {
  *out += "PARTITION (";
  WriteList(spec, out, [out](const PartitionEntry& entry) {
    WriteIdentifier(entry.column, out);
    if (!entry.value) return;
    *out += " = ";
    WriteExpression(*entry.value, out);
  });
  *out += ')';
}

}  // namespace internal

std::string ToSql(const Name& name) {
  std::string out;
  internal::WriteName(name, &out);
  return out;
}

}  // namespace tidemark::sql
