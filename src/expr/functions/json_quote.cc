// SPDX-License-Identifier: Apache-2.0
// JSON_QUOTE, JSON_UNQUOTE: text as a JSON string and back.
#include <array>
#include <charconv>

#include "expr/functions/json.h"
#include "expr/functions/json_document.h"
#include "expr/functions/json_path.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

/// The code point at the front, which is removed.
uint32_t TakeCodePoint(std::string_view* text) {
  const size_t width = std::min(Utf8Width(text->front()), text->size());
  const auto lead = static_cast<unsigned char>(text->front());
  uint32_t code = width == 1 ? lead : lead & (0xFFu >> (width + 1));
  for (size_t i = 1; i < width; ++i) code = code << 6 | (static_cast<unsigned char>((*text)[i]) & 0x3F);
  text->remove_prefix(width);
  return code;
}

void AppendEscape(uint32_t code, StringSink& out) {
  std::array<char, 8> digits;
  const char* end = std::to_chars(digits.begin(), digits.end(), code, 16).ptr;
  const auto count = static_cast<size_t>(end - digits.data());
  out.Append("\\u");
  for (size_t i = count; i < 4; ++i) out.Append('0');
  out.Append({digits.data(), count});
}

/// Everything beyond ASCII is escaped. A character beyond U+FFFF comes out as its whole code point followed by its
/// second surrogate, which is what Flink writes.
void Quote(std::string_view text, StringSink& out) {
  constexpr std::string_view kSpecial = "\"\\/\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  out.Append('"');
  while (!text.empty()) {
    const uint32_t code = TakeCodePoint(&text);
    const size_t special = code < 0x80 ? kSpecial.find(static_cast<char>(code)) : std::string_view::npos;
    if (special != std::string_view::npos) {
      out.Append('\\');
      out.Append(kLetters[special]);
    } else if (code < 0x80) {
      out.Append(static_cast<char>(code));
    } else {
      AppendEscape(code, out);
      if (code >= 0x10000) AppendEscape(0xDC00 + ((code - 0x10000) & 0x3FF), out);
    }
  }
  out.Append('"');
}

/// What is not in quotes, or does not begin with JSON, stays as it is.
KernelFactory MakeUnquote() {
  return [](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    auto document = std::make_shared<JsonDocument>();
    return MakeRowKernel(site.return_type, [document](std::string_view text, StringSink& out) -> arrow::Status {
      const bool quoted = text.size() > 1 && text.starts_with('"') && text.ends_with('"') && document->Parse(text);
      if (!quoted) {
        out.Append(text);
      } else if (document->consumed() == text.size()) {
        out.Append(document->node(document->root()).text);
      } else {
        // "a" "b": the outer quotes go, the inner ones stay.
        ARROW_ASSIGN_OR_RAISE(const std::string inner, UnescapeJsonPathText(text.substr(1, text.size() - 2)));
        out.Append(inner);
      }
      return arrow::Status::OK();
    });
  };
}

}  // namespace

void RegisterJsonQuotes(FunctionRegistry* registry) {
  const Signature signature{{OrNull(TextArg())}, Returns(DataType::String())};
  registry->Add(Define("JSON_QUOTE", {signature}, MapRows(Inline<Quote>()),
                       {"JSON_QUOTE(text)", "The text as a JSON string, in quotes and with escapes"}));
  registry->Add(Define("JSON_UNQUOTE", {signature}, MakeUnquote(),
                       {"JSON_UNQUOTE(text)", "The text of a JSON string; other text stays as it is"}));
}

}  // namespace tidemark::expr
