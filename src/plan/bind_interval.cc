// SPDX-License-Identifier: Apache-2.0
// The text of interval literals: INTERVAL '1 10:20:30.5' DAY TO SECOND.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "plan/bind_literal.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using sql::TimeUnit;

/// The units that a qualifier may span, from large to small, and what separates the next one in the text.
struct UnitInfo {
  TimeUnit unit;
  bool months;
  int64_t size;       ///< in months or milliseconds
  int64_t count_max;  ///< largest value when it is not the leading unit
  char separator;     ///< between this unit and the next
};

constexpr std::array<UnitInfo, 8> kUnits = {{
    {TimeUnit::kYear, true, 12, 9999, '-'},
    {TimeUnit::kQuarter, true, 3, 3, '\0'},
    {TimeUnit::kMonth, true, 1, 11, '\0'},
    {TimeUnit::kWeek, false, 604800000, 52, '\0'},
    {TimeUnit::kDay, false, 86400000, 6, ' '},
    {TimeUnit::kHour, false, 3600000, 23, ':'},
    {TimeUnit::kMinute, false, 60000, 59, ':'},
    {TimeUnit::kSecond, false, 1000, 59, '\0'},
}};

const UnitInfo* Find(TimeUnit unit) {
  const auto found =
      std::find_if(kUnits.begin(), kUnits.end(), [unit](const UnitInfo& info) { return info.unit == unit; });
  return found == kUnits.end() ? nullptr : &*found;
}

/// Digits of the leading unit where the qualifier does not say.
constexpr int32_t kDefaultPrecision = 2;

class IntervalParser {
 public:
  explicit IntervalParser(const sql::Literal& literal) : literal_(literal), text_(literal.text) {}

  arrow::Result<IntervalValue> Parse() {
    const sql::IntervalQualifier& qualifier = *literal_.interval;
    const UnitInfo* first = Find(qualifier.start);
    const UnitInfo* last = qualifier.end ? Find(*qualifier.end) : first;
    if (first == nullptr || last == nullptr || last < first || first->months != last->months) return BadQualifier();
    TrimSpaces();
    bool negative = literal_.negative;
    if (!text_.empty() && (text_[0] == '-' || text_[0] == '+')) {
      negative ^= text_[0] == '-';
      text_.remove_prefix(1);
    }
    IntervalValue value{first->months, 0};
    for (const UnitInfo* unit = first;; unit = Next(unit)) {
      ARROW_RETURN_NOT_OK(ReadUnit(*unit, unit == first, &value.value));
      if (unit == last) break;
      if (text_.empty() || text_[0] != unit->separator) return Malformed();
      text_.remove_prefix(1);
      while (unit->separator == ' ' && !text_.empty() && text_[0] == ' ') text_.remove_prefix(1);
    }
    if (!text_.empty()) return Malformed();
    if (value.months && value.value > std::numeric_limits<int32_t>::max()) return TooLarge();
    if (negative) value.value = -value.value;
    return value;
  }

 private:
  // The next smaller unit that has a place of its own in the text: months follow years directly.
  static const UnitInfo* Next(const UnitInfo* unit) { return unit->unit == TimeUnit::kYear ? unit + 2 : unit + 1; }

  void TrimSpaces() {
    while (!text_.empty() && text_.front() == ' ') text_.remove_prefix(1);
    while (!text_.empty() && text_.back() == ' ') text_.remove_suffix(1);
  }

  arrow::Status ReadUnit(const UnitInfo& unit, bool leading, int64_t* total) {
    int64_t count = 0;
    size_t digits = 0;
    for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
      if (__builtin_mul_overflow(count, int64_t{10}, &count)) return TooLarge();
      if (__builtin_add_overflow(count, int64_t{text_[digits] - '0'}, &count)) return TooLarge();
    }
    if (digits == 0) return Malformed();
    text_.remove_prefix(digits);
    if (!leading && count > unit.count_max) {
      return sql::SqlError(
          literal_.range,
          fmt::format("{} is too much for {} in INTERVAL '{}'", count, sql::TimeUnitName(unit.unit), literal_.text),
          fmt::format("Behind a larger unit it goes up to {}.", unit.count_max));
    }
    const int32_t precision = literal_.interval->leading_precision.value_or(kDefaultPrecision);
    if (leading && digits > static_cast<size_t>(std::max(precision, 0))) {
      const char* name = sql::TimeUnitName(unit.unit);
      return sql::SqlError(
          literal_.range, fmt::format("Interval value {} has more digits than {}({}) holds", count, name, precision),
          fmt::format("Give the number of digits: INTERVAL '{}' {}({}).", literal_.text, name, digits));
    }
    int64_t scaled = 0;
    if (__builtin_mul_overflow(count, unit.size, &scaled) || __builtin_add_overflow(*total, scaled, total))
      return TooLarge();
    return unit.unit == TimeUnit::kSecond ? ReadFraction(total) : arrow::Status::OK();
  }

  // Milliseconds; further digits are cut off.
  arrow::Status ReadFraction(int64_t* total) {
    if (text_.empty() || text_[0] != '.') return arrow::Status::OK();
    text_.remove_prefix(1);
    int64_t scale = 100;
    size_t digits = 0;
    for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
      *total += (text_[digits] - '0') * scale;
      scale /= 10;
    }
    if (digits == 0) return Malformed();
    text_.remove_prefix(digits);
    return arrow::Status::OK();
  }

  std::string QualifierText() const {
    const sql::IntervalQualifier& qualifier = *literal_.interval;
    std::string text = sql::TimeUnitName(qualifier.start);
    if (qualifier.end) text += std::string(" TO ") + sql::TimeUnitName(*qualifier.end);
    return text;
  }

  arrow::Status Malformed() const {
    const sql::IntervalQualifier& qualifier = *literal_.interval;
    std::string example;
    const UnitInfo* last = Find(qualifier.end.value_or(qualifier.start));
    for (const UnitInfo* unit = Find(qualifier.start);; unit = Next(unit)) {
      example += example.empty() ? "1" : (unit->separator == ':' || unit->unit == TimeUnit::kSecond ? "05" : "5");
      if (unit == last) break;
      example += unit->separator;
    }
    return sql::SqlError(literal_.range,
                         fmt::format("Invalid interval: '{}' is not of the form {}", literal_.text, QualifierText()),
                         fmt::format("Write it like INTERVAL '{}' {}.", example, QualifierText()));
  }

  arrow::Status BadQualifier() const {
    return sql::SqlError(
        literal_.interval->range, "Invalid interval unit: " + QualifierText(),
        "Use YEAR [TO MONTH], QUARTER, MONTH, WEEK, or DAY, HOUR, MINUTE, SECOND from a larger to a smaller one.");
  }

  arrow::Status TooLarge() const {
    return sql::SqlError(literal_.range, fmt::format("Interval out of range: '{}' {}", literal_.text, QualifierText()));
  }

  const sql::Literal& literal_;
  std::string_view text_;
};

}  // namespace

arrow::Result<IntervalValue> ParseInterval(const sql::Literal& literal) { return IntervalParser(literal).Parse(); }

}  // namespace tidemark::plan
