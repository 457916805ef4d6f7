// SPDX-License-Identifier: Apache-2.0
// LIKE: pieces between the % signs are searched for from left to right, the last one from the end.
#include "expr/functions/like_pattern.h"

#include <algorithm>

#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

arrow::Status InvalidEscape(std::string_view pattern, size_t at) {
  return arrow::Status::Invalid("Invalid escape in pattern '", pattern, "' at position ", at + 1,
                                ": the escape character may stand before %, _ and itself only");
}

/// What _ does not stand for: \n \r U+0085 U+2028 U+2029, as for Java's dot.
bool StartsWithLineTerminator(std::string_view text) {
  return text[0] == '\n' || text[0] == '\r' || text.starts_with("\xC2\x85") || text.starts_with("\xE2\x80\xA8") ||
         text.starts_with("\xE2\x80\xA9");
}

constexpr std::string_view kAnyCharacter = "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]";

/// The class names that SQL writes in brackets, as RE2 does.
std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

}  // namespace

arrow::Result<LikePattern> LikePattern::Make(std::string_view pattern, std::optional<char> escape) {
  LikePattern compiled;
  compiled.pieces_.emplace_back();
  bool any_wildcard = false;
  auto add = [&](char c, bool wildcard) {
    Piece& piece = compiled.pieces_.back();
    piece.bytes += c;
    piece.any.push_back(wildcard);
    any_wildcard |= wildcard;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (escape && c == *escape) {
      if (i + 1 >= pattern.size()) return InvalidEscape(pattern, i);
      const char next = pattern[++i];
      if (next != '%' && next != '_' && next != *escape) return InvalidEscape(pattern, i - 1);
      add(next, false);
    } else if (c == '%') {
      compiled.pieces_.emplace_back();
    } else {
      add(c, c == '_');
    }
  }
  for (Piece& piece : compiled.pieces_) {
    if (std::find(piece.any.begin(), piece.any.end(), true) == piece.any.end()) piece.any.clear();
  }
  return compiled;
}

size_t LikePattern::MatchAt(const Piece& piece, std::string_view text, size_t at) {
  if (piece.any.empty()) {
    return text.substr(at).starts_with(piece.bytes) ? at + piece.bytes.size() : std::string_view::npos;
  }
  for (size_t i = 0; i < piece.bytes.size(); ++i) {
    if (at >= text.size()) return std::string_view::npos;
    if (piece.any[i]) {
      if (StartsWithLineTerminator(text.substr(at))) return std::string_view::npos;
      at = std::min(at + Utf8Width(text[at]), text.size());
    } else if (text[at++] != piece.bytes[i]) {
      return std::string_view::npos;
    }
  }
  return at;
}

size_t LikePattern::Find(const Piece& piece, std::string_view text, size_t at) {
  if (piece.any.empty()) {
    const size_t found = text.find(piece.bytes, at);
    return found == std::string_view::npos ? found : found + piece.bytes.size();
  }
  for (; at <= text.size(); ++at) {
    // A wildcard must not begin inside a character.
    if (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (const size_t end = MatchAt(piece, text, at); end != std::string_view::npos) return end;
  }
  return std::string_view::npos;
}

bool LikePattern::MatchesEnd(const Piece& piece, std::string_view text, size_t from) const {
  if (piece.any.empty()) return text.size() - from >= piece.bytes.size() && text.ends_with(piece.bytes);
  // The piece has a fixed number of characters: step back that many.
  size_t at = text.size();
  for (int64_t count = Utf8Length(piece.bytes); count > 0; --count) {
    if (at == from) return false;
    do {
      --at;
    } while (at > from && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  }
  return MatchAt(piece, text, at) == text.size();
}

bool LikePattern::Matches(std::string_view text) const {
  const size_t first_end = MatchAt(pieces_.front(), text, 0);
  if (first_end == std::string_view::npos) return false;
  if (pieces_.size() == 1) return first_end == text.size();
  size_t at = first_end;
  for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
    at = Find(pieces_[i], text, at);
    if (at == std::string_view::npos) return false;
  }
  return MatchesEnd(pieces_.back(), text, at);
}

arrow::Result<std::string> SimilarToRegex(std::string_view pattern, std::optional<char> escape) {
  std::string regex;
  bool in_brackets = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (escape && c == *escape) {
      if (i + 1 >= pattern.size()) return InvalidEscape(pattern, i);
      const char next = pattern[++i];
      const bool letter_or_digit =
          (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
      if (letter_or_digit) return InvalidEscape(pattern, i - 1);
      if (static_cast<unsigned char>(next) < 0x80) regex += '\\';
      regex += next;
    } else if (in_brackets) {
      const size_t close = pattern.substr(i).starts_with("[:") ? pattern.find(":]", i) : std::string_view::npos;
      if (close != std::string_view::npos) {
        const std::string name = LowerCase(pattern.substr(i, close + 2 - i));
        regex += name == "[:whitespace:]" ? "[:space:]" : name;
        i = close + 1;
        continue;
      }
      if (c == '\\') regex += '\\';
      regex += c;
      in_brackets = c != ']';
    } else if (c == '%') {
      regex += "(?s:.*)";
    } else if (c == '_' || c == '.') {
      regex += kAnyCharacter;
    } else if (c == '\\' || c == '$') {
      regex += '\\';
      regex += c;
    } else {
      regex += c;
      in_brackets = c == '[';
    }
  }
  return regex;
}

}  // namespace tidemark::expr
