// SPDX-License-Identifier: Apache-2.0
// Parsing of dates, times and timestamps in literals.
#include "plan/datetime_text.h"

#include <chrono>

namespace tidemark::plan {
namespace {

/// Reads from the front of a text; every method leaves the text behind what it read.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<int> Number(size_t digits_min, size_t digits_max) {
    size_t length = 0;
    int value = 0;
    while (length < text_.size() && length < digits_max && text_[length] >= '0' && text_[length] <= '9') {
      value = value * 10 + (text_[length++] - '0');
    }
    if (length < digits_min) return std::nullopt;
    text_.remove_prefix(length);
    return value;
  }

  bool Skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  void SkipDigits() {
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') text_.remove_prefix(1);
  }

  bool at_end() const { return text_.empty(); }
  size_t left() const { return text_.size(); }

 private:
  std::string_view text_;
};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<int32_t> ReadDate(Reader* reader) {
  const auto year = reader->Number(4, 4);
  if (!year || !reader->Skip('-')) return std::nullopt;
  const auto month = reader->Number(1, 2);
  if (!month || !reader->Skip('-')) return std::nullopt;
  const auto day = reader->Number(1, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

bool ReadTime(Reader* reader, DatetimeText* into) {
  const auto hour = reader->Number(1, 2);
  if (!hour || *hour > 23 || !reader->Skip(':')) return false;
  const auto minute = reader->Number(1, 2);
  if (!minute || *minute > 59 || !reader->Skip(':')) return false;
  const auto second = reader->Number(1, 2);
  if (!second || *second > 59) return false;
  int64_t fraction = 0;
  if (reader->Skip('.')) {
    const size_t before = reader->left();
    const auto digits = reader->Number(1, 9);
    if (!digits) return false;
    into->digits = static_cast<int32_t>(before - reader->left());
    fraction = *digits;
    reader->SkipDigits();
    for (int32_t i = into->digits; i < 9; ++i) fraction *= 10;
  }
  into->nanos_of_day = ((*hour * 60 + *minute) * 60LL + *second) * 1000000000LL + fraction;
  return true;
}

}  // namespace

std::optional<int32_t> ParseDateText(std::string_view text) {
  Reader reader(Trim(text));
  const auto days = ReadDate(&reader);
  return reader.at_end() ? days : std::nullopt;
}

std::optional<DatetimeText> ParseTimeText(std::string_view text) {
  Reader reader(Trim(text));
  DatetimeText time;
  if (!ReadTime(&reader, &time) || !reader.at_end()) return std::nullopt;
  return time;
}

std::optional<DatetimeText> ParseTimestampText(std::string_view text) {
  Reader reader(Trim(text));
  const auto days = ReadDate(&reader);
  if (!days) return std::nullopt;
  DatetimeText timestamp;
  timestamp.days = *days;
  if (reader.at_end()) return timestamp;
  if (!reader.Skip(' ') || !ReadTime(&reader, &timestamp) || !reader.at_end()) return std::nullopt;
  return timestamp;
}

}  // namespace tidemark::plan
