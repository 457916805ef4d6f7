// SPDX-License-Identifier: Apache-2.0
// Reading format strings and laying out their arguments.
#include "expr/functions/java_format.h"

#include <algorithm>
#include <cmath>

#include "expr/functions/case_map.h"
#include "expr/functions/decimal_digits.h"
#include "expr/functions/utf16.h"
#include "expr/value_limit.h"

namespace tidemark::expr {
namespace {

constexpr int kWidthMax = 1 << 20;
constexpr int kDefaultPrecision = 6;

struct Spec {
  int index = 0;  // explicit argument, from 1; 0: the next one; -1: the one before
  std::string flags;
  int width = -1;
  int precision = -1;
  char conversion = 0;

  bool Has(char flag) const { return flags.find(flag) != std::string::npos; }
};

using Text = std::optional<std::string>;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes a number off the front; -1 when there is none, -2 when it is out of bounds.
int TakeNumber(std::string_view* text) {
  if (text->empty() || !IsDigit(text->front())) return -1;
  int64_t number = 0;
  while (!text->empty() && IsDigit(text->front())) {
    number = std::min<int64_t>(number * 10 + (text->front() - '0'), kWidthMax + 1);
    text->remove_prefix(1);
  }
  return number > kWidthMax ? -2 : static_cast<int>(number);
}

/// Reads what follows a %; false when it is malformed.
bool TakeSpec(std::string_view* text, Spec* spec) {
  std::string_view rest = *text;
  if (const int number = TakeNumber(&rest); number > 0 && !rest.empty() && rest.front() == '$') {
    spec->index = number;
    *text = rest.substr(1);
  }
  while (!text->empty() && std::string_view("-#+ 0,(<").find(text->front()) != std::string_view::npos) {
    if (spec->Has(text->front())) return false;
    spec->flags.push_back(text->front());
    text->remove_prefix(1);
  }
  if (spec->Has('<')) spec->index = -1;
  spec->width = TakeNumber(text);
  if (spec->width == -2 || spec->width == 0) return false;
  if (!text->empty() && text->front() == '.') {
    text->remove_prefix(1);
    spec->precision = TakeNumber(text);
    if (spec->precision < 0) return false;
  }
  if (text->empty()) return false;
  spec->conversion = text->front();
  text->remove_prefix(1);
  const bool needs_width = spec->Has('-') || spec->Has('0');
  return !(needs_width && spec->width < 0) && !(spec->Has('-') && spec->Has('0')) &&
         !(spec->Has('+') && spec->Has(' '));
}

bool OnlyFlags(const Spec& spec, std::string_view allowed) {
  return std::all_of(spec.flags.begin(), spec.flags.end(),
                     [&](char flag) { return flag == '<' || allowed.find(flag) != std::string_view::npos; });
}

std::string UpperCase(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return text;
}

/// In capitals, whatever the language.
std::string UpperCaseText(const std::string& text) {
  StringSink sink;
  if (!sink.Reset(1).ok()) return text;
  AppendUpper(text, sink);
  return std::string(sink.current());
}

std::string Pad(std::string text, const Spec& spec) {
  const int64_t missing = spec.width - Utf16Length(text);
  if (missing <= 0) return text;
  const std::string blanks(static_cast<size_t>(missing), ' ');
  return spec.Has('-') ? text + blanks : blanks + text;
}

/// Text conversions: the precision cuts.
Text LayOutText(std::string text, const Spec& spec) {
  if (!OnlyFlags(spec, "-")) return std::nullopt;
  if (spec.precision >= 0) {
    const Utf16Cut cut = CutUtf16(text, spec.precision);
    text.resize(cut.bytes);
    if (cut.halved) text += '?';
  }
  if (spec.conversion >= 'A' && spec.conversion <= 'Z') text = UpperCaseText(text);
  return Pad(std::move(text), spec);
}

std::string Grouped(const std::string& digits) {
  const size_t whole = std::min(digits.find('.'), digits.size());
  std::string grouped;
  for (size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(digits[i]);
  }
  return grouped + digits.substr(whole);
}

/// Sign, grouping, zeros and blanks around the digits of a number.
std::string LayOutNumber(std::string digits, bool negative, const Spec& spec) {
  const bool scientific = digits.find('e') != std::string::npos;
  if (spec.Has(',') && !scientific) digits = Grouped(digits);
  std::string before = negative ? (spec.Has('(') ? "(" : "-") : spec.Has('+') ? "+" : spec.Has(' ') ? " " : "";
  const std::string after = negative && spec.Has('(') ? ")" : "";
  if (spec.Has('0')) {
    const auto length = static_cast<int>(before.size() + digits.size() + after.size());
    if (length < spec.width) digits.insert(0, static_cast<size_t>(spec.width - length), '0');
  }
  return Pad(before + digits + after, spec);
}

Text FormatInteger(const FormatArgument& argument, const Spec& spec) {
  if (spec.precision >= 0 || spec.Has(spec.conversion == 'd' ? '#' : ',')) return std::nullopt;
  if (argument.kind == FormatArgument::Kind::kNull) {
    const char conversion = spec.conversion == 'X' ? 'S' : 's';
    return LayOutText("null", {.flags = spec.Has('-') ? "-" : "", .width = spec.width, .conversion = conversion});
  }
  if (argument.kind != FormatArgument::Kind::kInteger) return std::nullopt;
  if (spec.conversion == 'd') {
    if (!OnlyFlags(spec, "-+ 0,(")) return std::nullopt;
    const bool negative = argument.integer < 0;
    const uint64_t magnitude =
        negative ? ~static_cast<uint64_t>(argument.integer) + 1 : static_cast<uint64_t>(argument.integer);
    return LayOutNumber(std::to_string(magnitude), negative, spec);
  }
  if (!OnlyFlags(spec, "-#0")) return std::nullopt;
  uint64_t bits = static_cast<uint64_t>(argument.integer);
  if (argument.integer_bytes < 8) bits &= (uint64_t{1} << (8 * argument.integer_bytes)) - 1;
  const int shift = spec.conversion == 'o' ? 3 : 4;
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[bits & ((1u << shift) - 1)]);
    bits >>= shift;
  } while (bits != 0);
  const std::string prefix = !spec.Has('#') ? "" : shift == 3 ? "0" : "0x";
  if (spec.Has('0') && static_cast<int>(prefix.size() + digits.size()) < spec.width) {
    digits.insert(0, static_cast<size_t>(spec.width) - prefix.size() - digits.size(), '0');
  }
  digits = prefix + digits;
  if (spec.conversion == 'X') digits = UpperCase(std::move(digits));
  return Pad(std::move(digits), spec);
}

std::string Scientific(const DecimalDigits& number, int precision, const Spec& spec) {
  DecimalDigits rounded = number;
  rounded.RoundToDigits(precision + 1);
  std::string digits = rounded.digits;
  digits.resize(static_cast<size_t>(precision) + 1, '0');
  std::string text = digits.substr(0, 1);
  if (precision > 0 || spec.Has('#')) text += "." + digits.substr(1);
  const int exponent = number.digits == "0" ? 0 : rounded.exponent;
  const std::string magnitude = std::to_string(std::abs(exponent));
  return text + "e" + (exponent < 0 ? "-" : "+") + (magnitude.size() < 2 ? "0" : "") + magnitude;
}

std::string General(const DecimalDigits& number, int precision, const Spec& spec) {
  if (precision == 0) precision = 1;
  DecimalDigits rounded = number;
  rounded.RoundToDigits(precision);
  if (number.digits == "0" || (rounded.exponent >= -4 && rounded.exponent < precision)) {
    return number.ToFixed(precision - 1 - (number.digits == "0" ? 0 : rounded.exponent));
  }
  return Scientific(number, precision - 1, spec);
}

Text FormatFloating(const FormatArgument& argument, const Spec& spec) {
  const char kind = static_cast<char>(spec.conversion | 0x20);
  if (!OnlyFlags(spec, kind == 'f' ? "-#+ 0,(" : kind == 'e' ? "-#+ 0(" : "-+ 0,(")) return std::nullopt;
  if (argument.kind == FormatArgument::Kind::kNull)
    return LayOutText("null", {.flags = spec.Has('-') ? "-" : "",
                               .width = spec.width,
                               .precision = spec.precision,
                               .conversion = spec.conversion});
  if (argument.kind != FormatArgument::Kind::kFloating) return std::nullopt;
  const double value = argument.floating;
  const bool negative = std::signbit(value) && !std::isnan(value);
  std::string text;
  if (!std::isfinite(value)) {
    Spec plain = spec;
    std::erase_if(plain.flags, [](char flag) { return flag == '0' || flag == ','; });
    text = LayOutNumber(std::isnan(value) ? "NaN" : "Infinity", negative, plain);
  } else {
    const DecimalDigits number = DecimalDigits::FromText(argument.text);
    const int precision = spec.precision < 0 ? kDefaultPrecision : spec.precision;
    std::string digits = kind == 'f'   ? number.ToFixed(precision)
                         : kind == 'e' ? Scientific(number, precision, spec)
                                       : General(number, precision, spec);
    if (kind == 'f' && precision == 0 && spec.Has('#')) digits += ".";
    text = LayOutNumber(std::move(digits), negative, spec);
  }
  return spec.conversion >= 'A' && spec.conversion <= 'Z' ? UpperCase(std::move(text)) : text;
}

std::string TextOf(const FormatArgument& argument) {
  switch (argument.kind) {
    case FormatArgument::Kind::kNull:
      return "null";
    case FormatArgument::Kind::kInteger:
      return std::to_string(argument.integer);
    case FormatArgument::Kind::kBoolean:
      return argument.integer != 0 ? "true" : "false";
    default:
      return argument.text;
  }
}

Text FormatCharacter(const FormatArgument& argument, const Spec& spec) {
  if (spec.precision >= 0 || !OnlyFlags(spec, "-")) return std::nullopt;
  if (argument.kind == FormatArgument::Kind::kNull) return LayOutText("null", spec);
  const bool fits = argument.kind == FormatArgument::Kind::kInteger && argument.integer_bytes <= 4 &&
                    argument.integer >= 0 && argument.integer < 0x110000;
  if (!fits) return std::nullopt;
  const auto code = static_cast<uint32_t>(argument.integer);
  std::string character;
  if (code < 0x80) {
    character.push_back(static_cast<char>(code));
  } else {
    const int tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr unsigned kLeads[] = {0, 0xC0, 0xE0, 0xF0};
    character.push_back(static_cast<char>(kLeads[tail] | code >> (6 * tail)));
    for (int i = tail - 1; i >= 0; --i) character.push_back(static_cast<char>(0x80 | (code >> (6 * i) & 0x3F)));
  }
  return LayOutText(std::move(character), spec);
}

arrow::Result<Text> FormatOne(const FormatArgument& argument, const Spec& spec) {
  switch (spec.conversion) {
    case 'd':
    case 'o':
    case 'x':
    case 'X':
      return FormatInteger(argument, spec);
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return FormatFloating(argument, spec);
    case 's':
    case 'S':
      return LayOutText(TextOf(argument), spec);
    case 'b':
    case 'B': {
      const bool no = argument.kind == FormatArgument::Kind::kNull ||
                      (argument.kind == FormatArgument::Kind::kBoolean && argument.integer == 0);
      return LayOutText(no ? "false" : "true", spec);
    }
    case 'c':
    case 'C':
      return FormatCharacter(argument, spec);
    case 'h':
    case 'H':
    case 't':
    case 'T':
    case 'a':
    case 'A':
      return arrow::Status::NotImplemented("PRINTF conversion %", std::string(1, spec.conversion),
                                           " is not supported yet");
    default:
      return std::nullopt;
  }
}

}  // namespace

arrow::Result<std::optional<std::string>> FormatLikeJava(std::string_view format,
                                                         const std::vector<FormatArgument>& arguments) {
  std::string result;
  size_t next = 0;
  int previous = -1;
  while (!format.empty()) {
    const size_t percent = format.find('%');
    result += format.substr(0, percent);
    if (percent == std::string_view::npos) break;
    format.remove_prefix(percent + 1);
    Spec spec;
    if (!TakeSpec(&format, &spec)) return std::nullopt;
    if (spec.conversion == '%' || spec.conversion == 'n') {
      if (spec.precision >= 0 || !OnlyFlags(spec, spec.conversion == '%' ? "-" : "") ||
          (spec.conversion == 'n' && spec.width >= 0)) {
        return std::nullopt;
      }
      result += Pad(spec.conversion == '%' ? "%" : "\n", spec);
      continue;
    }
    const int at = spec.index == -1 ? previous : spec.index > 0 ? spec.index - 1 : static_cast<int>(next++);
    if (at < 0 || at >= static_cast<int>(arguments.size())) return std::nullopt;
    previous = at;
    ARROW_ASSIGN_OR_RAISE(Text text, FormatOne(arguments[static_cast<size_t>(at)], spec));
    if (!text) return std::nullopt;
    result += *text;
    ARROW_RETURN_NOT_OK(CheckValueBytes("PRINTF", static_cast<int64_t>(result.size())));
  }
  return result;
}

}  // namespace tidemark::expr
