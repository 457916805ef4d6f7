// SPDX-License-Identifier: Apache-2.0
// TO_BASE64, FROM_BASE64, HEX, UNHEX, BIN, ASCII, CHR: numbers and bytes as text and back.
#include <array>
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/string.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

constexpr std::array<int8_t, 256> kBase64Values = [] {
  std::array<int8_t, 256> values{};
  for (int8_t& value : values) value = -1;
  for (size_t i = 0; i < kBase64.size(); ++i) values[static_cast<unsigned char>(kBase64[i])] = static_cast<int8_t>(i);
  return values;
}();

void ToBase64(std::string_view bytes, StringSink& out) {
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t word = 0;
    for (size_t i = 0; i < 3; ++i) word = word << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0);
    for (size_t i = 0; i < 4; ++i) out.Append(i <= count ? kBase64[word >> (18 - 6 * i) & 63] : '=');
  }
}

/// Padding may be missing; anything but the alphabet and padding at the end is an error.
arrow::Status DecodeBase64(std::string_view text, StringSink& out) {
  std::string_view body = text;
  while (!body.empty() && body.back() == '=') body.remove_suffix(1);
  const size_t padding = text.size() - body.size();
  if (body.size() % 4 == 1 || padding > 2 || (padding > 0 && text.size() % 4 != 0)) {
    return arrow::Status::Invalid("FROM_BASE64: wrong length of base64 text: '", text, "'");
  }
  uint32_t word = 0;
  int bits = 0;
  for (char c : body) {
    const int8_t value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0)
      return arrow::Status::Invalid("FROM_BASE64: no base64 character: '", std::string(1, c), "' in '", text, "'");
    word = word << 6 | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.Append(static_cast<char>(word >> bits & 0xFF));
    }
  }
  return arrow::Status::OK();
}

arrow::Status FromBase64(std::string_view text, StringSink& out) {
  ARROW_RETURN_NOT_OK(DecodeBase64(text, out));
  // The result is text: bytes that are no character become U+FFFD, as Java reads them.
  const std::string_view decoded = out.current();
  for (std::string_view rest = decoded; !rest.empty();) {
    const size_t width = ValidUtf8Prefix(rest);
    if (width > 0) {
      rest.remove_prefix(width);
      continue;
    }
    const std::string repaired = RepairUtf8(decoded);
    out.Shrink(static_cast<int64_t>(decoded.size()));
    out.Append(repaired);
    break;
  }
  return arrow::Status::OK();
}

/// Digits of an unsigned number, without leading zeros, `bits` bits each.
void AppendDigits(uint64_t value, int bits, StringSink& out) {
  const int digits = value == 0 ? 1 : (64 - __builtin_clzll(value) + bits - 1) / bits;
  for (int i = digits - 1; i >= 0; --i) out.Append(kHexDigits[value >> (i * bits) & ((1u << bits) - 1)]);
}

void HexOfNumber(int64_t value, StringSink& out) { AppendDigits(static_cast<uint64_t>(value), 4, out); }
void Bin(int64_t value, StringSink& out) { AppendDigits(static_cast<uint64_t>(value), 1, out); }

void HexOfText(std::string_view text, StringSink& out) {
  for (char c : text) {
    out.Append(kHexDigits[static_cast<unsigned char>(c) >> 4]);
    out.Append(kHexDigits[static_cast<unsigned char>(c) & 15]);
  }
}

arrow::Result<std::unique_ptr<ScalarKernel>> MakeHex(const CallSite& site) {
  if (site.arguments[0].type.is_character()) return MakeRowKernel(site, Inline<HexOfText>());
  return MakeRowKernel(site, Inline<HexOfNumber>());
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Of an odd number of digits the first is dropped for a zero byte. False (NULL) for anything that is no digit.
bool Unhex(std::string_view text, StringSink& out) {
  if (text.size() % 2 == 1) {
    if (HexValue(text[0]) < 0) return false;
    out.Append('\0');
    text.remove_prefix(1);
  }
  for (size_t at = 0; at < text.size(); at += 2) {
    const int high = HexValue(text[at]);
    const int low = HexValue(text[at + 1]);
    if (high < 0 || low < 0) return false;
    out.Append(static_cast<char>(high << 4 | low));
  }
  return true;
}

/// The first byte, signed; 0 for ''.
int32_t Ascii(std::string_view text) { return text.empty() ? 0 : static_cast<signed char>(text[0]); }

/// The character of the lowest 8 bits; '' for negative numbers.
void Chr(int64_t code, StringSink& out) {
  if (code < 0) return;
  const auto byte = static_cast<unsigned>(code & 0xFF);
  if (byte < 0x80) {
    out.Append(static_cast<char>(byte));
  } else {
    out.Append(static_cast<char>(0xC0 | byte >> 6));
    out.Append(static_cast<char>(0x80 | (byte & 0x3F)));
  }
}

}  // namespace

void RegisterTextCode(FunctionRegistry* registry) {
  registry->Add(Define("TO_BASE64", {Signature{{StringOrBytesArg()}, Returns(DataType::String())}},
                       MapRows(Inline<ToBase64>()), {"TO_BASE64(text)", "The bytes of the text in base64"}));
  registry->Add(DefineFallible("FROM_BASE64", {Signature{{StringOrBytesArg()}, Returns(DataType::String())}},
                               MapRows(Inline<FromBase64>()),
                               {"FROM_BASE64(text)", "The text that base64 stands for"}));
  registry->Add(Define(
      "HEX",
      {Signature{{CountArg()}, Returns(DataType::String())}, Signature{{TextArg()}, Returns(DataType::String())}},
      MakeHex, {"HEX(integer or text)", "A number, or the bytes of a text, in hexadecimal digits"}));
  registry->Add(
      Define("UNHEX", OrNulls({Signature{{TextArg()}, ReturnsNullable(DataType::Bytes())}}), MapRows(Inline<Unhex>()),
             {"UNHEX(text)", "The bytes that hexadecimal digits stand for; NULL if there are other characters"}));
  registry->Add(Define("BIN", {Signature{{CountArg()}, Returns(DataType::String())}}, MapRows(Inline<Bin>()),
                       {"BIN(integer)", "A number in binary digits"}));
  registry->Add(Define("ASCII", {Signature{{TextArg()}, Returns(DataType::Int())}}, MapRows(Inline<Ascii>()),
                       {"ASCII(text)", "The first byte of the text as a number"}));
  registry->Add(Define("CHR", {Signature{{CountArg()}, ReturnsNullable(DataType::String())}}, MapRows(Inline<Chr>()),
                       {"CHR(integer)", "The character with a code, modulo 256"}));
}

}  // namespace tidemark::expr
