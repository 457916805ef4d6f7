// SPDX-License-Identifier: Apache-2.0
// One pass over the text; each Read* function starts at the first byte of a token and leaves the position behind it.

#include "sql/lexer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "sql/keywords.h"
#include "sql/string_literal.h"

namespace tidemark::sql {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Letters, `_`, `$` and everything beyond ASCII (names may be written in any script).
bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || IsBeyondAscii(c);
}

bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }

/// Punctuation of East Asian keyboards: it looks like SQL's own and would else be read as part of a name.
struct FullWidthSymbol {
  std::string_view utf8;
  std::string_view name;
  std::string_view plain;
};
constexpr auto kFullWidthSymbols = std::to_array<FullWidthSymbol>({
    {"\xEF\xBC\x8C", "comma", ","},
    {"\xE3\x80\x81", "comma", ","},
    {"\xEF\xBC\x9B", "semicolon", ";"},
    {"\xEF\xBC\x9A", "colon", ":"},
    {"\xEF\xBC\x88", "parenthesis", "("},
    {"\xEF\xBC\x89", "parenthesis", ")"},
    {"\xEF\xBC\x8A", "asterisk", "*"},
    {"\xEF\xBC\x9D", "equals sign", "="},
    {"\xEF\xBC\x87", "quote", "'"},
});

// Longer ones first. Those that no rule of the grammar takes are of other dialects: read as one, the whole of them is
// what an error is about.
constexpr auto kLongSymbols = std::to_array<std::string_view>(
    {"->>", "<=>", "!~*", "<>", "<=", ">=", "!=", "==", "=>", "||", "::", "&&", "->", "|>", "!~", "~*", "{{", "{%"});

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> Run() {
    while (SkipSpaceAndComments() && position_ < text_.size()) ReadToken();
    // The end stands right behind the last token: errors that point there show the line people look at.
    position_ = tokens_.empty() ? 0 : tokens_.back().range.end;
    token_begin_ = position_;
    Emit(TokenKind::kEnd);
    return std::move(tokens_);
  }

 private:
  char At(size_t offset) const { return position_ + offset < text_.size() ? text_[position_ + offset] : '\0'; }
  bool Follows(std::string_view piece) const { return text_.substr(position_).starts_with(piece); }

  Token& Emit(TokenKind kind) {
    Token token;
    token.kind = kind;
    token.range = {token_begin_, position_};
    token.text = std::string(text_.substr(token_begin_, position_ - token_begin_));
    tokens_.push_back(std::move(token));
    return tokens_.back();
  }

  void EmitError(SourceRange range, std::string error, std::string hint) {
    Token& token = Emit(TokenKind::kError);
    token.range = range;
    token.error = std::move(error);
    token.hint = std::move(hint);
  }

  /// White space, a byte order mark, and no-break spaces, which come in with text copied from web pages.
  size_t SpaceLength() const {
    const char c = At(0);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') return 1;
    if (!IsBeyondAscii(c)) return 0;
    if (Follows("\xC2\xA0")) return 2;
    if (Follows("\xEF\xBB\xBF") || Follows("\xE3\x80\x80")) return 3;
    return 0;
  }

  /// False when a comment does not end: then the rest of the text is swallowed.
  bool SkipSpaceAndComments() {
    while (position_ < text_.size()) {
      token_begin_ = position_;
      if (const size_t space = SpaceLength(); space > 0) {
        position_ += space;
      } else if (Follows("--") || (Follows("//") && !AfterColon())) {
        position_ = std::min(text_.find('\n', position_), text_.size());
      } else if (Follows("/*") && !Follows("/*+")) {
        if (!SkipBlockComment()) return false;
      } else {
        return true;
      }
    }
    return true;
  }

  /// `SET path = s3://bucket` has no comment in it.
  bool AfterColon() const { return position_ > 0 && text_[position_ - 1] == ':'; }

  bool SkipBlockComment() {
    const size_t close = text_.find("*/", position_ + 2);
    if (close != std::string_view::npos) {
      position_ = close + 2;
      return true;
    }
    const size_t begin = position_;
    position_ = text_.size();
    EmitError({begin, begin + 2}, "This comment is never closed", "Close it with '*/'.");
    return false;
  }

  void ReadToken() {
    token_begin_ = position_;
    const char c = At(0);
    if (c == '\'') return ReadString(0);
    if (c == '`') return ReadQuotedName();
    if (c == '"') return ReadDoubleQuoted();
    if (IsDigit(c) || (c == '.' && IsDigit(At(1)) && !AfterOperand())) return ReadNumber();
    if (const auto prefix = StringPrefixLength(text_.substr(position_))) return ReadString(*prefix);
    if (CurlyQuoteLength() > 0) return ReadCurlyQuote();
    if (const FullWidthSymbol* symbol = FindFullWidthSymbol()) return ReadFullWidthSymbol(*symbol);
    if (c == '\0') return ReadNulBytes();
    if (IsNameStart(c) && !(c == '$' && !IsNamePart(At(1)))) return ReadWord();
    ReadSymbol();
  }

  /// Behind a name or a closing bracket a `.` separates names, even when a digit follows by mistake.
  bool AfterOperand() const {
    if (tokens_.empty() || tokens_.back().range.end != position_) return false;
    const Token& last = tokens_.back();
    return last.kind == TokenKind::kWord || last.kind == TokenKind::kQuotedName || last.text == "]" || last.text == ")";
  }

  bool ContinuesName() const {
    if (position_ >= text_.size() || !IsNamePart(text_[position_])) return false;
    return !IsBeyondAscii(At(0)) || !EndsName();
  }

  /// What is no letter although it stands beyond ASCII.
  bool EndsName() const { return SpaceLength() > 0 || CurlyQuoteLength() > 0 || FindFullWidthSymbol() != nullptr; }

  void ReadWord() {
    while (ContinuesName()) ++position_;
    if (position_ < text_.size() && At(0) == '\0') return ReadNulBytes();
    Token& token = Emit(TokenKind::kWord);
    token.upper = ToUpperAscii(token.text);
  }

  void ReadNumber() {
    bool approximate = false;
    while (IsDigit(At(0))) ++position_;
    if (At(0) == '.') {
      ++position_;
      while (IsDigit(At(0))) ++position_;
    }
    const bool has_sign = At(1) == '+' || At(1) == '-';
    if ((At(0) == 'e' || At(0) == 'E') && IsDigit(At(has_sign ? 2 : 1))) {
      approximate = true;
      position_ += has_sign ? 2 : 1;
      while (IsDigit(At(0))) ++position_;
    }
    if (!IsNameStart(At(0)) || !ContinuesName()) {
      Emit(approximate ? TokenKind::kApproximateNumber : TokenKind::kExactNumber);
      return;
    }
    while (ContinuesName()) ++position_;
    EmitError({token_begin_, position_},
              "Malformed number: " + std::string(text_.substr(token_begin_, position_ - token_begin_)),
              "A name that begins with a digit needs back-quotes.");
  }

  /// A string whose opening quote stands `prefix` bytes after the position.
  void ReadString(size_t prefix) {
    const std::string_view prefix_text = text_.substr(position_, prefix);
    StringLiteral literal = ReadStringLiteral(text_, position_, prefix_text);
    position_ = literal.end;
    if (!literal.error.empty()) {
      EmitError(literal.error_range, std::move(literal.error), std::move(literal.hint));
      return;
    }
    Token& token = Emit(literal.is_binary ? TokenKind::kBinary : TokenKind::kString);
    token.text = std::move(literal.value);
  }

  void ReadQuotedName() {
    std::string name;
    ++position_;
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == '\n') break;
      ++position_;
      if (c != '`') {
        name += c;
      } else if (At(0) == '`') {
        name += '`';
        ++position_;
      } else {
        if (name.empty()) {
          EmitError({token_begin_, position_}, "A name must not be empty", "");
        } else {
          Emit(TokenKind::kQuotedName).text = std::move(name);
        }
        return;
      }
    }
    const SourceRange line = {token_begin_, position_};
    position_ = text_.size();
    EmitError(line, "This name is never closed: the back-quote has no partner on its line",
              "Close it with `. A back-quote inside a name is written twice.");
  }

  void ReadDoubleQuoted() {
    const size_t close = text_.find('"', position_ + 1);
    const size_t line_end = text_.find('\n', position_);
    position_ = close < line_end ? close + 1 : position_ + 1;
    std::string hint = "Strings are written in single quotes, names in back-quotes.";
    if (position_ > token_begin_ + 2) {
      const std::string inner(text_.substr(token_begin_ + 1, position_ - token_begin_ - 2));
      hint = "Write '" + inner + "' for a string or `" + inner + "` for a name.";
    }
    EmitError({token_begin_, position_}, "Double quotes have no meaning in Flink SQL", std::move(hint));
  }

  /// Length of a typographic quote at the position: U+2018, U+2019, U+201C, U+201D.
  size_t CurlyQuoteLength() const {
    if (!IsBeyondAscii(At(0))) return 0;
    for (std::string_view quote : {"\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9C", "\xE2\x80\x9D"}) {
      if (Follows(quote)) return quote.size();
    }
    return 0;
  }

  void ReadCurlyQuote() {
    position_ += CurlyQuoteLength();
    EmitError({token_begin_, position_}, "Typographic quotes have no meaning in SQL",
              "Write a plain single quote (') around strings.");
  }

  const FullWidthSymbol* FindFullWidthSymbol() const {
    if (!IsBeyondAscii(At(0))) return nullptr;
    for (const FullWidthSymbol& symbol : kFullWidthSymbols) {
      if (Follows(symbol.utf8)) return &symbol;
    }
    return nullptr;
  }

  void ReadFullWidthSymbol(const FullWidthSymbol& symbol) {
    position_ += symbol.utf8.size();
    EmitError({token_begin_, position_}, "This is a full-width " + std::string(symbol.name),
              "Write '" + std::string(symbol.plain) + "'.");
  }

  /// From the begin of the word in which they stand.
  void ReadNulBytes() {
    while (position_ < text_.size() && (At(0) == '\0' || ContinuesName())) ++position_;
    EmitError({token_begin_, position_}, "The text holds NUL bytes", "Save the file in the encoding UTF-8.");
  }

  void ReadSymbol() {
    if (Follows("/*+")) {
      position_ += 3;
      in_hint_ = true;
      Emit(TokenKind::kHintBegin);
      return;
    }
    if (in_hint_ && Follows("*/")) {
      position_ += 2;
      in_hint_ = false;
      Emit(TokenKind::kHintEnd);
      return;
    }
    for (std::string_view symbol : kLongSymbols) {
      if (!Follows(symbol)) continue;
      position_ += symbol.size();
      Emit(TokenKind::kSymbol);
      return;
    }
    ++position_;
    Emit(TokenKind::kSymbol);
  }

  std::string_view text_;
  size_t position_ = 0;
  size_t token_begin_ = 0;
  bool in_hint_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> Tokenize(std::string_view text) { return Lexer(text).Run(); }

size_t FindInvalidUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    size_t length = 1;
    uint32_t code = lead;
    if (lead >= 0xF0 && lead <= 0xF4) {
      length = 4;
      code = lead & 0x07u;
    } else if (lead >= 0xE0 && lead < 0xF0) {
      length = 3;
      code = lead & 0x0Fu;
    } else if (lead >= 0xC2 && lead < 0xE0) {
      length = 2;
      code = lead & 0x1Fu;
    } else if (lead >= 0x80) {
      return i;
    }
    for (size_t k = 1; k < length; ++k) {
      if (i + k >= text.size() || (static_cast<unsigned char>(text[i + k]) & 0xC0u) != 0x80u) return i;
      code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (overlong || surrogate || code > 0x10FFFF) return i;
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace tidemark::sql
