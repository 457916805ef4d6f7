// SPDX-License-Identifier: Apache-2.0
// Splitting CSV records into fields.
#include "formats/csv/csv_splitter.h"

#include <algorithm>
#include <cstring>

#include "formats/text/byte_scan.h"
#include "formats/text/parse_text.h"

namespace tidemark::formats {

CsvSplitter::CsvSplitter(const CsvOptions& options) : options_(options) {}

/// The end of an unquoted field: a delimiter, a line break, or `end`.
const char* CsvSplitter::FindPlainEnd(const char* text, const char* end, bool* escaped) const {
  const char delimiter = options_.delimiter[0];
  const char escape = options_.escape.value_or('\n');
  while (true) {
    text = FindAnyOf3(text, end, delimiter, '\n', escape);
    if (text >= end) return end;
    if (*text == '\n') return text;
    if (*text == delimiter &&
        (options_.delimiter.size() == 1 ||
         std::string_view(text, static_cast<size_t>(end - text)).starts_with(options_.delimiter))) {
      return text;
    }
    if (options_.escape && *text == *options_.escape) {
      *escaped = true;
      text += text + 1 < end && text[1] != '\n' ? 2 : 1;
      continue;
    }
    ++text;
  }
}

/// A quoted field whose opening quote is at `text`. Gives what follows the closing quote; null when there is none.
const char* CsvSplitter::SplitQuoted(const char* text, const char* end, CsvField* field) {
  const char quote = *options_.quote;
  const char escape = options_.escape.value_or(quote);
  const char* const begin = text + 1;
  const char* at = begin;
  while (true) {
    at = FindAnyOf3(at, end, quote, escape, quote);
    if (at >= end) return nullptr;
    if (options_.escape && *at == escape && escape != quote) {
      field->escaped = true;
      at += 2;
      continue;
    }
    if (at + 1 < end && at[1] == quote) {
      field->escaped = true;
      at += 2;
      continue;
    }
    break;
  }
  field->quoted = true;
  field->raw = std::string_view(begin, static_cast<size_t>(at - begin));
  inner_lines_ += std::count(field->raw.begin(), field->raw.end(), '\n');
  return at + 1;
}

CsvSplitter::Outcome CsvSplitter::Split(const char* text, const char* end, bool at_end) {
  fields_.clear();
  inner_lines_ = 0;
  const char* const begin = text;
  const auto line_end_after = [&](const char* at) {
    const void* newline = at < end ? std::memchr(at, '\n', static_cast<size_t>(end - at)) : nullptr;
    return newline == nullptr ? end : static_cast<const char*>(newline);
  };
  const auto refuse = [&](const char* resume, const char* problem) {
    problem_ = problem;
    record_ = std::string_view(begin, static_cast<size_t>(resume - begin));
    end_ = std::min(resume + 1, end);
    return Outcome::kBad;
  };
  while (true) {
    CsvField& field = fields_.emplace_back();
    const char* start = text;
    if (options_.quote && options_.trim_spaces) {
      while (text < end && (*text == ' ' || *text == '\t')) ++text;
      if (text == end || *text != *options_.quote) text = start;
    }
    if (options_.quote && text < end && *text == *options_.quote) {
      text = SplitQuoted(text, end, &field);
      if (text == nullptr || (text == end && !at_end)) {
        if (!at_end) return Outcome::kIncomplete;
        inner_lines_ = 0;
        // Most likely the quote was meant as text: only its own line is given up.
        return refuse(line_end_after(start), "a quote is opened but not closed");
      }
      while (text < end && (*text == ' ' || *text == '\t' || *text == '\r') &&
             !std::string_view(text, 1).starts_with(options_.delimiter))
        ++text;
      const bool delimiter = std::string_view(text, static_cast<size_t>(end - text)).starts_with(options_.delimiter);
      if (text < end && *text != '\n' && !delimiter) {
        const char* const line_end = line_end_after(text);
        if (line_end == end && !at_end) return Outcome::kIncomplete;  // the rest of the line is given up with it
        return refuse(line_end, "there is text after a closing quote; quotes inside of a quoted field are doubled");
      }
    } else {
      text = FindPlainEnd(text, end, &field.escaped);
      const char* field_end = text;
      if (text == end && !at_end) return Outcome::kIncomplete;
      if ((text == end || *text == '\n') && field_end > start && field_end[-1] == '\r') --field_end;
      field.raw = std::string_view(start, static_cast<size_t>(field_end - start));
      if (options_.trim_spaces) field.raw = TrimSpaces(field.raw);
    }
    if (text >= end || *text == '\n') break;
    text += options_.delimiter.size();
  }
  if (text >= end && !at_end) return Outcome::kIncomplete;
  record_ = std::string_view(begin, static_cast<size_t>(text - begin));
  if (record_.ends_with('\r')) record_.remove_suffix(1);
  end_ = std::min(text + 1, end);
  return Outcome::kRecord;
}

std::string_view CsvSplitter::Unescape(const CsvField& field, std::string* scratch) const {
  scratch->clear();
  for (size_t i = 0; i < field.raw.size(); ++i) {
    const char c = field.raw[i];
    const bool last = i + 1 == field.raw.size();
    if (options_.escape && c == *options_.escape && !last) {
      const char next = field.raw[++i];
      *scratch += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next == '0' ? '\0' : next;
    } else {
      *scratch += c;
      if (field.quoted && c == *options_.quote && !last && field.raw[i + 1] == c) ++i;
    }
  }
  return *scratch;
}

}  // namespace tidemark::formats
