// SPDX-License-Identifier: Apache-2.0
// Taking URLs apart.
#include "expr/functions/url_parts.h"

#include <algorithm>
#include <array>

namespace tidemark::expr {
namespace {

std::string_view TrimControls(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower;
}

/// Takes "protocol:" off the front.
std::optional<std::string> TakeProtocol(std::string_view* text) {
  constexpr std::array<std::string_view, 6> kKnown = {"http", "https", "ftp", "file", "jar", "mailto"};
  if (LowerCase(text->substr(0, 4)) == "url:") text->remove_prefix(4);
  const size_t colon = text->find_first_of(":/");
  if (colon == std::string_view::npos || (*text)[colon] == '/') return std::nullopt;
  std::string protocol = LowerCase(text->substr(0, colon));
  if (std::find(kKnown.begin(), kKnown.end(), protocol) == kKnown.end()) return std::nullopt;
  text->remove_prefix(colon + 1);
  return protocol;
}

/// A port may be missing after its colon.
bool IsPort(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  return text.size() <= 9 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Splits "user:password@host:port"; false when Java refuses it.
bool SplitAuthority(std::string_view authority, UrlParts* parts) {
  std::string_view host = authority;
  const size_t at = authority.find('@');
  if (at != std::string_view::npos) {
    if (authority.rfind('@') != at) {
      parts->host = "";
      return true;
    }
    parts->user_info = authority.substr(0, at);
    host = authority.substr(at + 1);
  }
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos || end <= 2) return false;
    const std::string_view rest = host.substr(end + 1);
    if (!rest.empty() && (rest[0] != ':' || !IsPort(rest.substr(1)))) return false;
    parts->host = host.substr(0, end + 1);
    return true;
  }
  const size_t colon = host.find(':');
  if (colon != std::string_view::npos && !IsPort(host.substr(colon + 1))) return false;
  parts->host = host.substr(0, colon);
  return true;
}

/// Removes "/./" and "/name/../".
std::string WithoutDots(std::string path) {
  for (size_t at; (at = path.find("/./")) != std::string::npos;) path.erase(at, 2);
  for (size_t at = 0; (at = path.find("/../", at)) != std::string::npos;) {
    const size_t before = at == 0 ? std::string::npos : path.rfind('/', at - 1);
    if (before == std::string::npos || path.compare(before, 4, "/../") == 0) {
      at += 3;
      continue;
    }
    path.erase(before, at + 3 - before);
    at = 0;
  }
  while (path.ends_with("/..")) {
    const size_t at = path.size() - 3;
    const size_t before = at == 0 ? std::string::npos : path.rfind('/', at - 1);
    if (before == std::string::npos) break;
    path.resize(before + 1);
  }
  if (path.size() > 1 && path.ends_with("/.")) path.pop_back();
  return path;
}

}  // namespace

std::optional<UrlParts> ParseUrl(std::string_view text) {
  text = TrimControls(text);
  UrlParts parts;
  auto protocol = TakeProtocol(&text);
  if (!protocol) return std::nullopt;
  parts.protocol = std::move(*protocol);
  const size_t hash = text.find('#');
  if (hash != std::string_view::npos) {
    parts.ref = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (parts.protocol == "jar" || parts.protocol == "mailto") {
    if (parts.protocol == "jar" && text.find("!/") == std::string_view::npos) return std::nullopt;
    parts.path = text;
    return parts;
  }
  const size_t question = text.find('?');
  if (question != std::string_view::npos) {
    parts.query = text.substr(question + 1);
    text = text.substr(0, question);
  }
  if (text.starts_with("//") && !text.starts_with("////")) {
    text.remove_prefix(2);
    const std::string_view authority = text.substr(0, text.find('/'));
    parts.authority = authority;
    if (!SplitAuthority(authority, &parts)) return std::nullopt;
    text.remove_prefix(authority.size());
  }
  parts.path = WithoutDots(std::string(text));
  return parts;
}

}  // namespace tidemark::expr
