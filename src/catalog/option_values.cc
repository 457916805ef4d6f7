// SPDX-License-Identifier: Apache-2.0
// Parsing of option values in Flink's spelling (TimeUtils and MemorySize in Flink's documentation of configuration).
#include <arrow/status.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "catalog/configuration.h"
#include "sql/diagnostic.h"

namespace tidemark {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

/// A number and the unit behind it, in lower case.
struct Quantity {
  int64_t number = 0;
  std::string unit;
};

bool ParseQuantity(std::string_view text, Quantity* quantity) {
  text = Trimmed(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quantity->number);
  if (error != std::errc() || quantity->number < 0) return false;
  quantity->unit = Lower(Trimmed(text.substr(static_cast<size_t>(end - text.data()))));
  return true;
}

struct Unit {
  std::string_view name;
  int64_t factor;
};

/// The product, or false for an unknown unit or an overflow.
template <size_t kCount>
bool Scale(const Quantity& quantity, const Unit (&units)[kCount], int64_t* result) {
  for (const Unit& unit : units) {
    if (unit.name == quantity.unit) return !__builtin_mul_overflow(quantity.number, unit.factor, result);
  }
  return false;
}

constexpr Unit kDurationUnits[] = {
    {"", 1},           {"ms", 1},           {"milli", 1},
    {"millis", 1},     {"millisecond", 1},  {"milliseconds", 1},
    {"s", 1000},       {"sec", 1000},       {"secs", 1000},
    {"second", 1000},  {"seconds", 1000},   {"m", 60'000},
    {"min", 60'000},   {"minute", 60'000},  {"minutes", 60'000},
    {"h", 3'600'000},  {"hour", 3'600'000}, {"hours", 3'600'000},
    {"d", 86'400'000}, {"day", 86'400'000}, {"days", 86'400'000},
};

constexpr Unit kMemoryUnits[] = {
    {"", 1},
    {"b", 1},
    {"bytes", 1},
    {"k", 1 << 10},
    {"kb", 1 << 10},
    {"kibibytes", 1 << 10},
    {"m", 1 << 20},
    {"mb", 1 << 20},
    {"mebibytes", 1 << 20},
    {"g", 1 << 30},
    {"gb", 1 << 30},
    {"gibibytes", 1 << 30},
    {"t", int64_t{1} << 40},
    {"tb", int64_t{1} << 40},
    {"tebibytes", int64_t{1} << 40},
};

/// What to write instead of `value`, where that can be told.
std::string HintFor(const OptionSpec& spec, const std::string& value) {
  if (spec.type == OptionType::kEnum) return sql::DidYouMean(Lower(value), spec.enum_values);
  if (spec.type != OptionType::kBoolean) return "";
  const std::string lower = Lower(Trimmed(value));
  if (lower == "yes" || lower == "on" || lower == "1" || lower == "t" || lower == "y") return "Write 'true'.";
  if (lower == "no" || lower == "off" || lower == "0" || lower == "f" || lower == "n") return "Write 'false'.";
  return "Write 'true' or 'false'.";
}

}  // namespace

arrow::Result<int64_t> ParseDurationMillis(const std::string& text) {
  Quantity quantity;
  int64_t millis = 0;
  if (ParseQuantity(text, &quantity)) {
    // Finer than a millisecond: what Flink calls micros and nanos.
    for (const auto& [unit, divisor] : {std::pair("us", 1000),
                                        {"micro", 1000},
                                        {"micros", 1000},
                                        {"microseconds", 1000},
                                        {"ns", 1'000'000},
                                        {"nano", 1'000'000},
                                        {"nanos", 1'000'000},
                                        {"nanoseconds", 1'000'000}}) {
      if (quantity.unit == unit) return quantity.number / divisor;
    }
    if (Scale(quantity, kDurationUnits, &millis)) return millis;
  }
  return arrow::Status::Invalid(
      "'", text, "' is not a duration; write a number and a unit, such as '500 ms', '10 s', '5 min', '2 h' or '1 d'");
}

arrow::Result<int64_t> ParseMemorySizeBytes(const std::string& text) {
  Quantity quantity;
  int64_t bytes = 0;
  if (ParseQuantity(text, &quantity) && Scale(quantity, kMemoryUnits, &bytes)) return bytes;
  return arrow::Status::Invalid("'", text,
                                "' is not a size; write a number and a unit, such as '64 kb', '128 mb' or '2 gb'");
}

arrow::Result<bool> ParseBoolean(const std::string& text) {
  const std::string lower = Lower(Trimmed(text));
  if (lower == "true") return true;
  if (lower == "false") return false;
  return arrow::Status::Invalid("'", text, "' is not 'true' or 'false'");
}

arrow::Result<int64_t> ParseInteger(const std::string& text) {
  const std::string_view trimmed = Trimmed(text);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), value);
  if (error == std::errc() && !trimmed.empty() && end == trimmed.data() + trimmed.size()) return value;
  return arrow::Status::Invalid("'", text, "' is not an integer");
}

arrow::Status CheckOptionValue(const OptionSpec& spec, const std::string& value) {
  const auto check = [&]() -> arrow::Status {
    switch (spec.type) {
      case OptionType::kString:
        return arrow::Status::OK();
      case OptionType::kInteger:
        return ParseInteger(value).status();
      case OptionType::kBoolean:
        return ParseBoolean(value).status();
      case OptionType::kDuration:
        return ParseDurationMillis(value).status();
      case OptionType::kMemorySize:
        return ParseMemorySizeBytes(value).status();
      case OptionType::kEnum:
        break;
    }
    std::string choices;
    for (const auto& choice : spec.enum_values) {
      if (Lower(choice) == Lower(value)) return arrow::Status::OK();
      choices += (choices.empty() ? "" : ", ") + choice;
    }
    return arrow::Status::Invalid("'", value, "' is not one of ", choices);
  };
  const arrow::Status status = check();
  if (status.ok()) return status;
  return sql::SqlError({}, "Option '" + spec.key + "': " + status.message(), HintFor(spec, value));
}

}  // namespace tidemark
