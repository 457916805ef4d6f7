// SPDX-License-Identifier: Apache-2.0
// ENCODE and DECODE: text as bytes of a character set and back. As in Java, a character that a set lacks is written as
// '?', and bytes that stand for none are read as U+FFFD.
#include <optional>
#include <string>
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/string.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

enum class Charset { kAscii, kLatin1, kUtf8, kUtf16Big, kUtf16Little, kUtf16 };

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

arrow::Result<Charset> FindCharset(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  if (upper == "UTF-8" || upper == "UTF8") return Charset::kUtf8;
  if (upper == "US-ASCII" || upper == "ASCII") return Charset::kAscii;
  if (upper == "ISO-8859-1" || upper == "LATIN1" || upper == "ISO8859-1" || upper == "ISO8859_1")
    return Charset::kLatin1;
  if (upper == "UTF-16BE") return Charset::kUtf16Big;
  if (upper == "UTF-16LE") return Charset::kUtf16Little;
  if (upper == "UTF-16" || upper == "UTF16") return Charset::kUtf16;
  return arrow::Status::Invalid("Unknown character set: '", name,
                                "'; known are US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16");
}

uint32_t Decode(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  uint32_t code = character.size() == 1 ? lead : lead & (0x7Fu >> character.size());
  for (size_t i = 1; i < character.size(); ++i) code = code << 6 | (static_cast<unsigned char>(character[i]) & 0x3F);
  return code;
}

void AppendUtf8(uint32_t code, StringSink& out) {
  if (code < 0x80) {
    out.Append(static_cast<char>(code));
    return;
  }
  const int tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr unsigned kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  out.Append(static_cast<char>(kLeads[tail] | code >> (6 * tail)));
  for (int i = tail - 1; i >= 0; --i) out.Append(static_cast<char>(0x80 | (code >> (6 * i) & 0x3F)));
}

void AppendUnit(uint32_t unit, bool little, StringSink& out) {
  const char high = static_cast<char>(unit >> 8);
  const char low = static_cast<char>(unit);
  out.Append(little ? low : high);
  out.Append(little ? high : low);
}

void EncodeUtf16(uint32_t code, bool little, StringSink& out) {
  if (code < 0x10000) return AppendUnit(code, little, out);
  AppendUnit(0xD800 + ((code - 0x10000) >> 10), little, out);
  AppendUnit(0xDC00 + ((code - 0x10000) & 0x3FF), little, out);
}

arrow::Status Encode(std::string_view text, std::string_view name, StringSink& out) {
  ARROW_ASSIGN_OR_RAISE(const Charset charset, FindCharset(name));
  if (charset == Charset::kUtf8) {
    out.Append(text);
    return arrow::Status::OK();
  }
  if (charset == Charset::kUtf16 && !text.empty()) AppendUnit(0xFEFF, false, out);
  while (!text.empty()) {
    const size_t width = ValidUtf8Prefix(text);
    const uint32_t code = width == 0 ? 0xFFFD : Decode(text.substr(0, width));
    if (charset == Charset::kAscii || charset == Charset::kLatin1) {
      out.Append(code < (charset == Charset::kAscii ? 0x80u : 0x100u) ? static_cast<char>(code) : '?');
    } else {
      EncodeUtf16(code, charset == Charset::kUtf16Little, out);
    }
    text.remove_prefix(std::max<size_t>(width, 1));
  }
  return arrow::Status::OK();
}

void DecodeUtf16(std::string_view bytes, bool little, StringSink& out) {
  auto unit_at = [&](size_t at) -> uint32_t {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return little ? second << 8 | first : first << 8 | second;
  };
  size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) {
    const uint32_t unit = unit_at(at);
    const bool high = unit >= 0xD800 && unit < 0xDC00;
    const uint32_t next = high && at + 3 < bytes.size() ? unit_at(at + 2) : 0;
    if (high && next >= 0xDC00 && next < 0xE000) {
      AppendUtf8(0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00), out);
      at += 2;
    } else if (unit >= 0xD800 && unit < 0xE000) {
      out.Append(kReplacement);
    } else {
      AppendUtf8(unit, out);
    }
  }
  if (at < bytes.size()) out.Append(kReplacement);
}

arrow::Status DecodeBytes(std::string_view bytes, std::string_view name, StringSink& out) {
  ARROW_ASSIGN_OR_RAISE(const Charset charset, FindCharset(name));
  switch (charset) {
    case Charset::kUtf8:
      out.Append(RepairUtf8(bytes));
      break;
    case Charset::kUtf16Big:
      DecodeUtf16(bytes, false, out);
      break;
    case Charset::kUtf16Little:
      DecodeUtf16(bytes, true, out);
      break;
    case Charset::kUtf16: {
      const bool little = bytes.starts_with("\xFF\xFE");
      const bool marked = little || bytes.starts_with("\xFE\xFF");
      DecodeUtf16(bytes.substr(marked ? 2 : 0), little, out);
      break;
    }
    case Charset::kAscii:
    case Charset::kLatin1:
      for (char c : bytes) {
        const auto code = static_cast<unsigned char>(c);
        AppendUtf8(charset == Charset::kAscii && code >= 0x80 ? 0xFFFD : code, out);
      }
  }
  return arrow::Status::OK();
}

}  // namespace

void RegisterTextCharset(FunctionRegistry* registry) {
  registry->Add(DefineFallible("ENCODE", {Signature{{TextArg(), TextArg()}, Returns(DataType::Bytes())}},
                               MapRows(Inline<Encode>()),
                               {"ENCODE(text, charset)", "The bytes of the text in a character set such as 'UTF-8'"}));
  Parameter bytes = ArgWhere("BYTES", [](const DataType& type) { return type.is_binary(); });
  registry->Add(DefineFallible(
      "DECODE", {Signature{{bytes, TextArg()}, Returns(DataType::String())}}, MapRows(Inline<DecodeBytes>()),
      {"DECODE(bytes, charset)", "The text that bytes stand for in a character set such as 'UTF-8'"}));
}

}  // namespace tidemark::expr
