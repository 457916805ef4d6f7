// SPDX-License-Identifier: Apache-2.0
// PARSE_URL, URL_ENCODE, URL_DECODE.
#include <optional>
#include <string>
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/string.h"
#include "expr/functions/url_parts.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

std::optional<std::string> FileOf(const UrlParts& url) { return url.query ? url.path + "?" + *url.query : url.path; }

std::optional<std::string> PartOf(std::string_view text, std::string_view part) {
  const auto url = ParseUrl(text);
  if (!url) return std::nullopt;
  if (part == "HOST") return url->host;
  if (part == "PATH") return url->path;
  if (part == "QUERY") return url->query;
  if (part == "REF") return url->ref;
  if (part == "PROTOCOL") return url->protocol;
  if (part == "FILE") return FileOf(*url);
  if (part == "AUTHORITY") return url->authority;
  if (part == "USERINFO") return url->user_info;
  return std::nullopt;
}

/// The value of the first `key=value` in a query.
std::optional<std::string> ParameterOf(std::string_view text, std::string_view part, std::string_view key) {
  if (part != "QUERY") return std::nullopt;
  const auto url = ParseUrl(text);
  if (!url || !url->query) return std::nullopt;
  const std::string wanted = std::string(key) + "=";
  for (std::string_view rest = *url->query;;) {
    const size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    if (pair.starts_with(wanted)) return std::string(pair.substr(wanted.size()));
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
}

arrow::Result<std::unique_ptr<ScalarKernel>> MakeParseUrl(const CallSite& site) {
  if (site.arguments.size() == 2) return MakeRowKernel(site, Inline<PartOf>());
  return MakeRowKernel(site, Inline<ParameterOf>());
}

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '*' || c == '_';
}

void UrlEncode(std::string_view text, StringSink& out) {
  for (char c : text) {
    if (IsPlain(c)) {
      out.Append(c);
    } else if (c == ' ') {
      out.Append('+');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      const char escaped[] = {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
      out.Append(std::string_view(escaped, sizeof(escaped)));
    }
  }
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// nullopt where a % has no two hexadecimal digits behind it.
std::optional<std::string> UrlDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  bool escaped = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    // Java reads the two as a number, which may have a sign.
    const int high = text[i + 1] == '+' ? 0 : HexValue(text[i + 1]);
    const int low = HexValue(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high << 4 | low));
    escaped = true;
    i += 2;
  }
  return escaped ? RepairUtf8(decoded) : decoded;
}

}  // namespace

void RegisterUrl(FunctionRegistry* registry) {
  registry->Add(Define("PARSE_URL",
                       {Signature{{TextArg(), TextArg(), Optional(TextArg())}, ReturnsNullable(DataType::String())}},
                       MakeParseUrl,
                       {"PARSE_URL(url, part [, key])",
                        "HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE or USERINFO of a URL; with a key one "
                        "parameter of its QUERY"}));
  const std::vector<Signature> one = {Signature{{TextArg()}, ReturnsNullable(DataType::String())}};
  registry->Add(Define("URL_ENCODE", OrNulls(one), MapRows(Inline<UrlEncode>()),
                       {"URL_ENCODE(text)", "The text as it stands in a form's URL"}));
  registry->Add(Define("URL_DECODE", OrNulls(one), MapRows(Inline<UrlDecode>()),
                       {"URL_DECODE(text)", "The text that a form's URL stands for; NULL if it is malformed"}));
}

}  // namespace tidemark::expr
