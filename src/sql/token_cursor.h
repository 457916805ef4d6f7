// SPDX-License-Identifier: Apache-2.0
// The parser's view of the text: a place in the list of tokens, what would have been accepted there, and the errors
// that follow from it. The grammar rules (parser_rules.h) are functions over a TokenCursor.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/status.h>

#include "sql/lexer.h"
#include "sql/parser.h"
#include "sql/source_range.h"

namespace tidemark::sql::internal {

/// Walks over tokens, forwards only.
///
/// Keywords and symbols are named by their text ("SELECT", "("); a quoted name never equals a keyword.
/// Every Accept() that fails notes what it wanted; Unexpected() turns the notes into "expected A, B or C". The notes of
/// the token before are kept too: a misspelled keyword is often taken for an alias and noticed one token late.
class TokenCursor {
 public:
  /// Tokenizes the text, which must outlive the cursor.
  TokenCursor(std::string_view text, const ParseLimits& limits);

  std::string_view text() const { return text_; }
  const ParseLimits& limits() const { return limits_; }

  /// The token `ahead` places from here; beyond the end it is the kEnd token.
  const Token& Peek(size_t ahead = 0) const;
  /// The token before this one; REQUIRES: one was taken.
  /// With `back`, the one so many places before; REQUIRES: HasPrevious(back).
  const Token& Previous(size_t back = 1) const { return tokens_[position_ - back]; }
  bool HasPrevious(size_t back = 1) const { return position_ >= back; }
  /// Number of tokens taken so far.
  size_t position() const { return position_; }

  /// True when the token is this keyword or symbol. Notes nothing.
  bool Is(std::string_view what, size_t ahead = 0) const;
  /// True when the tokens from here on are these.
  bool AreNext(std::initializer_list<std::string_view> sequence) const;
  bool AtEnd() const { return Peek().kind == TokenKind::kEnd; }

  /// Takes the token, whatever it is, and returns it.
  const Token& Take();
  /// The same for a token that is used as a name: when the next one is unexpected, it may be a misspelled keyword.
  const Token& TakeName();
  /// True when the token before this one was used as a name.
  bool PreviousIsName() const { return position_ > 0 && name_end_ == position_; }
  /// Takes the token if it is this keyword or symbol, else notes that it would have been welcome.
  bool Accept(std::string_view what);
  /// Takes all of them or none; notes the first.
  bool AcceptAll(std::initializer_list<std::string_view> sequence);

  /// Takes the keyword or symbol or fails.
  arrow::Status Expect(std::string_view what);
  arrow::Status ExpectAll(std::initializer_list<std::string_view> sequence);
  /// Takes `)` (or what else closes `open`); the error points back to the opening one.
  arrow::Status ExpectClosing(std::string_view close, SourceRange open);

  /// Notes something that would have been welcome at this token: a keyword, a symbol, or words like "a table name".
  void Note(std::string_view what);

  /// The error "Unexpected <token>: expected ..." for this token, with a hint where the mistake is a usual one.
  arrow::Status Unexpected(std::string_view expected = "");

  /// The range from the begin of an earlier token to the end of the last token taken.
  SourceRange RangeFrom(size_t begin) const;

  const std::vector<std::string>& notes() const { return notes_; }
  const std::vector<std::string>& previous_notes() const { return previous_notes_; }

  /// Counts one more level of nesting; fails beyond the limit. A NestingScope takes it back.
  arrow::Status Deepen();
  /// Counts that the tree of what was read in this NestingScope got a new root, as with each operator of a chain; fails
  /// beyond the limit. Every scope inside another one makes the tree of the outer one higher, too.
  arrow::Status Heighten();

 private:
  /// Whether each '(' of the statement around the cursor has its ')'.
  bool ParenthesesMatch() const;

  friend class NestingScope;

  std::string_view text_;
  ParseLimits limits_;
  std::vector<Token> tokens_;
  size_t position_ = 0;
  /// The position behind the last token that was used as a name.
  size_t name_end_ = 0;
  std::vector<std::string> notes_;
  std::vector<std::string> previous_notes_;
  int depth_ = 0;
  /// No tree that was read in the innermost NestingScope is higher.
  int height_ = 0;
};

/// Restores the cursor's nesting depth at the end of a scope, and makes what was read in it a part of the tree outside.
class NestingScope {
 public:
  explicit NestingScope(TokenCursor& cursor) : cursor_(cursor), depth_(cursor.depth_), height_(cursor.height_) {
    cursor.height_ = 0;
  }
  ~NestingScope() {
    cursor_.depth_ = depth_;
    cursor_.height_ = std::max(height_, cursor_.height_ + 1);
  }
  NestingScope(const NestingScope&) = delete;
  NestingScope& operator=(const NestingScope&) = delete;

 private:
  TokenCursor& cursor_;
  int depth_;
  int height_;
};

/// What the parser notes where a statement may end.
inline constexpr std::string_view kEndOfStatement = "the end of the statement";

/// A token as messages show it: "'FORM'", "the string 'abc'", "the end of the text".
std::string DescribeToken(const Token& token);

/// What to write instead of an operator or word of another SQL dialect at the cursor, or an empty string.
std::string HintForForeignOperator(const TokenCursor& cursor);

/// The same for a clause, a literal or the name of a kind; may assume that the cursor is at an unexpected token.
std::string HintForForeignSyntax(const TokenCursor& cursor);

/// What to write instead of the statement of another database at the cursor, or an empty string.
std::string HintForForeignStatement(const TokenCursor& cursor);

/// The keyword that the word before the cursor misspells, or an empty string. `SELECT a FORM t`: FORM was taken for an
/// alias, and `t` is what is unexpected.
std::string MisspelledBefore(const TokenCursor& cursor);

/// A hint for the unexpected token at the cursor, or an empty string: misspelled keywords, missing and trailing
/// commas, reserved words as names ...
std::string HintForUnexpected(const TokenCursor& cursor);

/// True for words that begin a statement.
bool BeginsStatement(const Token& token);

}  // namespace tidemark::sql::internal
