// SPDX-License-Identifier: Apache-2.0
// Date patterns: "yyyy-MM-dd HH:mm:ss.SSS" as Java has them, to write and to read timestamps.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/temporal_text.h"

namespace tidemark::expr {

/// Flink hands patterns to one of two Java classes, which differ in detail.
enum class PatternDialect {
  /// java.time.DateTimeFormatter (DATE_FORMAT of a timestamp, TO_TIMESTAMP): S is a digit of the fraction, [ ] is
  /// optional, the whole text must match, February 31 is the month's last day.
  kDateTimeFormatter,
  /// java.text.SimpleDateFormat (FROM_UNIXTIME, UNIX_TIMESTAMP, TO_DATE): S is a number of milliseconds, text after the
  /// pattern is ignored, fields beyond their range carry over (month 13 is next January).
  kSimpleDateFormat,
};

/// A moment to write: a wall clock reading and its distance from UTC.
struct WallClock {
  int64_t days = 0;          ///< since 1970-01-01
  int64_t nanos_of_day = 0;  ///< 0 .. 86,399,999,999,999
  int64_t offset_seconds = 0;
  bool has_offset = false;  ///< false: patterns that ask for a zone fail
};

/// What was read.
struct PatternReading {
  ParsedTimestamp timestamp;
  /// Where the text had a zone offset.
  std::optional<int64_t> offset_seconds;
};

/// A compiled pattern. Immutable.
class DatePattern {
 public:
  /// Invalid for an unknown letter, an unclosed quote or bracket.
  static arrow::Result<DatePattern> Make(std::string_view pattern, PatternDialect dialect);

  /// Appends the moment. Invalid only where the pattern asks for a zone and there is none.
  arrow::Status Format(const WallClock& clock, std::string* out) const;

  /// nullopt when the text does not have the pattern. Fields that the pattern lacks are those of 1970-01-01 00:00:00.
  std::optional<PatternReading> Parse(std::string_view text) const;

 private:
  struct Element {
    enum class Kind { kLiteral, kField, kOptionalStart, kOptionalEnd };
    Kind kind = Kind::kLiteral;
    std::string literal;
    char letter = 0;
    int count = 0;
    size_t partner = 0;  ///< kOptionalStart: index of its end
  };
  struct Fields;
  struct Cursor;

  arrow::Status AddField(std::string_view pattern, char letter, int count);
  arrow::Status CloseBrackets(std::string_view pattern);
  bool ParseRange(size_t begin, size_t end, Cursor* cursor) const;
  bool ParseField(const Element& element, size_t index, Cursor* cursor) const;
  /// A name, a half of the day or an offset; nullopt: the field is a number.
  std::optional<bool> ParseText(const Element& element, Cursor* cursor) const;
  bool ParseNumber(const Element& element, size_t index, Cursor* cursor, int64_t* value) const;
  /// False where the field takes no such number.
  bool SetNumber(char letter, int64_t value, Fields* fields) const;
  /// Digits that fixed-width fields right behind element `index` claim.
  int DigitsReservedAfter(size_t index) const;

  PatternDialect dialect_ = PatternDialect::kDateTimeFormatter;
  std::vector<Element> elements_;
};

}  // namespace tidemark::expr
