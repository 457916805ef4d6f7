// SPDX-License-Identifier: Apache-2.0
// Walking over tokens and making errors of what was wanted.

#include "sql/token_cursor.h"

#include <algorithm>
#include <array>

#include "sql/diagnostic.h"
#include "sql/keywords.h"

namespace tidemark::sql::internal {

namespace {

// More than that many alternatives help nobody.
constexpr size_t kShownAlternativesMax = 8;
// Longer tokens are cut in messages; the underline shows the rest.
constexpr size_t kShownTokenLengthMax = 40;

bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool IsWordCharacter(char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }

/// What a long list leaves out first: it is rarely what was meant.
bool IsRareAlternative(const std::string& what) {
  static constexpr auto kRare = std::to_array<std::string_view>(
      {"CROSS", "EXCEPT", "FETCH", "FULL", "INTERSECT", "LEFT", "OFFSET", "QUALIFY", "RIGHT", "TABLESAMPLE", "WINDOW"});
  return std::find(kRare.begin(), kRare.end(), what) != kRare.end();
}

/// The alternatives as a message shows them: without the dot that may follow any name, and not too many.
std::vector<std::string> ShownAlternatives(std::vector<std::string> alternatives) {
  if (alternatives.size() > 1) std::erase(alternatives, ".");
  if (alternatives.size() > kShownAlternativesMax) std::erase_if(alternatives, IsRareAlternative);
  return alternatives;
}

/// Symbols in quotes, keywords and descriptions as they are.
std::string ShowAlternative(const std::string& what) {
  if (what == "GROUP" || what == "ORDER") return what + " BY";
  const bool is_symbol = !IsWordCharacter(what[0]) && !(what[0] >= 'a' && what[0] <= 'z');
  return is_symbol ? "'" + what + "'" : what;
}

/// "A, B or C"
std::string JoinAlternatives(const std::vector<std::string>& alternatives) {
  std::string joined;
  const size_t shown = std::min(alternatives.size(), kShownAlternativesMax);
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) joined += i + 1 == alternatives.size() ? " or " : ", ";
    joined += ShowAlternative(alternatives[i]);
  }
  if (shown < alternatives.size()) joined += " ...";
  return joined;
}

std::string Shorten(std::string_view text) {
  if (text.size() <= kShownTokenLengthMax) return std::string(text);
  size_t end = kShownTokenLengthMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace

TokenCursor::TokenCursor(std::string_view text, const ParseLimits& limits)
    : text_(text), limits_(limits), tokens_(Tokenize(text)) {}

const Token& TokenCursor::Peek(size_t ahead) const { return tokens_[std::min(position_ + ahead, tokens_.size() - 1)]; }

bool TokenCursor::Is(std::string_view what, size_t ahead) const {
  const Token& token = Peek(ahead);
  if (IsWordCharacter(what[0])) return token.kind == TokenKind::kWord && token.upper == what;
  return token.kind == TokenKind::kSymbol && token.text == what;
}

bool TokenCursor::AreNext(std::initializer_list<std::string_view> sequence) const {
  size_t ahead = 0;
  for (std::string_view what : sequence) {
    if (!Is(what, ahead++)) return false;
  }
  return true;
}

const Token& TokenCursor::Take() {
  const Token& token = Peek();
  if (position_ + 1 < tokens_.size()) ++position_;
  previous_notes_ = std::move(notes_);
  notes_.clear();
  return token;
}

const Token& TokenCursor::TakeName() {
  const Token& token = Take();
  name_end_ = position_;
  return token;
}

bool TokenCursor::Accept(std::string_view what) {
  if (!Is(what)) {
    Note(what);
    return false;
  }
  Take();
  return true;
}

bool TokenCursor::AcceptAll(std::initializer_list<std::string_view> sequence) {
  if (!AreNext(sequence)) {
    Note(*sequence.begin());
    return false;
  }
  for (size_t i = 0; i < sequence.size(); ++i) Take();
  return true;
}

arrow::Status TokenCursor::Expect(std::string_view what) {
  if (Accept(what)) return arrow::Status::OK();
  return Unexpected();
}

arrow::Status TokenCursor::ExpectAll(std::initializer_list<std::string_view> sequence) {
  for (std::string_view what : sequence) ARROW_RETURN_NOT_OK(Expect(what));
  return arrow::Status::OK();
}

arrow::Status TokenCursor::ExpectClosing(std::string_view close, SourceRange open) {
  if (Accept(close)) return arrow::Status::OK();
  arrow::Status status = Unexpected();
  const Diagnostic* diagnostic = DiagnosticOf(status);
  // Something else in the middle of the list is a mistake of its own; a new clause means that the list should be over.
  const Token& token = Peek();
  const bool list_should_be_over =
      token.kind == TokenKind::kEnd || Is(";") || (token.kind == TokenKind::kWord && IsStructuralWord(token.upper));
  if (!diagnostic->hint.empty() || !list_should_be_over || (close == ")" && ParenthesesMatch())) return status;
  const LineColumn place = LocateOffset(text_, open.begin);
  Diagnostic with_hint = *diagnostic;
  with_hint.hint = "The '" + std::string(TextOf(text_, open)) + "' at line " + std::to_string(place.line) +
                   ", column " + std::to_string(place.column) + " is not closed.";
  return ToStatus(std::move(with_hint));
}

bool TokenCursor::ParenthesesMatch() const {
  const auto ends_statement = [](const Token& token) {
    return token.kind == TokenKind::kEnd || (token.kind == TokenKind::kSymbol && token.text == ";");
  };
  size_t begin = position_;
  while (begin > 0 && !ends_statement(tokens_[begin - 1])) --begin;
  int open = 0;
  for (size_t i = begin; !ends_statement(tokens_[i]); ++i) {
    if (tokens_[i].kind != TokenKind::kSymbol) continue;
    open += (tokens_[i].text == "(") - (tokens_[i].text == ")");
  }
  return open == 0;
}

void TokenCursor::Note(std::string_view what) {
  if (std::find(notes_.begin(), notes_.end(), what) == notes_.end()) notes_.emplace_back(what);
}

arrow::Status TokenCursor::Unexpected(std::string_view expected) {
  const Token& token = Peek();
  if (token.kind == TokenKind::kError) return SyntaxError(token.range, token.error, token.hint);
  // `COUNT（*）`: the word is wrong only because it runs into something that looks like SQL's punctuation.
  const Token& next = Peek(1);
  const bool runs_into_error = next.kind == TokenKind::kError && next.range.begin == token.range.end;
  if (token.kind == TokenKind::kWord && runs_into_error && IsBeyondAscii(text_[next.range.begin])) {
    return SyntaxError(next.range, next.error, next.hint);
  }
  if (!expected.empty()) Note(expected);
  if (std::string hint = HintForForeignOperator(*this); !hint.empty()) {
    return SyntaxError(token.range, DescribeToken(token) + " is not part of Flink SQL", std::move(hint));
  }
  if (const std::string keyword = MisspelledBefore(*this); !keyword.empty()) {
    return SyntaxError(Previous().range, "Unexpected " + DescribeToken(Previous()), "Did you mean " + keyword + "?");
  }
  std::string message = "Unexpected " + DescribeToken(token);
  if (!notes_.empty()) message += ": expected " + JoinAlternatives(ShownAlternatives(notes_));
  return SyntaxError(token.range, std::move(message), HintForUnexpected(*this));
}

SourceRange TokenCursor::RangeFrom(size_t begin) const {
  const size_t end = position_ > 0 ? Previous().range.end : begin;
  return {begin, std::max(begin, end)};
}

arrow::Status TokenCursor::Deepen() {
  if (++depth_ <= limits_.nesting_depth_max) return arrow::Status::OK();
  return ToStatus({DiagnosticCode::kLimit,
                   "Nested deeper than " + std::to_string(limits_.nesting_depth_max) + " levels", Peek().range, ""});
}

arrow::Status TokenCursor::Heighten() {
  if (++height_ <= limits_.tree_height_max) return arrow::Status::OK();
  const std::string limit = std::to_string(limits_.tree_height_max);
  return ToStatus({DiagnosticCode::kLimit, "More than " + limit + " operators in a row or inside each other",
                   Previous().range, "Parentheses around parts of it make several short rows."});
}

std::string DescribeToken(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "end of the text";
    case TokenKind::kString:
      return "string '" + Shorten(token.text) + "'";
    case TokenKind::kBinary:
      return "binary string X'" + Shorten(token.text) + "'";
    case TokenKind::kExactNumber:
    case TokenKind::kApproximateNumber:
      return "number " + Shorten(token.text);
    case TokenKind::kQuotedName:
      return "name `" + Shorten(token.text) + "`";
    case TokenKind::kHintBegin:
      return "hint '/*+'";
    case TokenKind::kHintEnd:
      return "end of a hint '*/'";
    case TokenKind::kWord:
    case TokenKind::kSymbol:
    case TokenKind::kError:
      break;
  }
  return "'" + Shorten(token.text) + "'";
}

}  // namespace tidemark::sql::internal
