// SPDX-License-Identifier: Apache-2.0
// From SQL text to tokens. The lexer never fails: what it cannot read becomes a token of kind kError, and the parser
// reports it when it gets there, so that the first error in the text is the one the user sees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/source_range.h"

namespace tidemark::sql {

enum class TokenKind {
  /// The end of the text; always the last token.
  kEnd,
  /// A word without quotes: keyword or name.
  kWord,
  /// `name in back-quotes`
  kQuotedName,
  /// 'text', U&'text', N'text', _charset'text', E'text'
  kString,
  /// X'0AFF'
  kBinary,
  /// 12, 1.5
  kExactNumber,
  /// 1e3
  kApproximateNumber,
  /// Operators and punctuation.
  kSymbol,
  /// `/*+`; what follows until kHintEnd are ordinary tokens.
  kHintBegin,
  /// `*/` that closes a hint.
  kHintEnd,
  /// Text that is no token; `error` and `hint` say why.
  kError,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  SourceRange range;
  /// kWord: as written. kQuotedName, kString: decoded. kBinary: hex digits in upper case. Others: as written.
  std::string text;
  /// kWord in upper case: what keywords are compared with.
  std::string upper;
  /// Of kError.
  std::string error;
  std::string hint;
};

/// All tokens of the text, ending with a kEnd. After a kError that swallows the rest of the text (such as an
/// unterminated string) the kEnd follows at once.
std::vector<Token> Tokenize(std::string_view text);

/// Offset of the first byte that is not valid UTF-8, or std::string_view::npos.
size_t FindInvalidUtf8(std::string_view text);

}  // namespace tidemark::sql
