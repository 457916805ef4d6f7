// SPDX-License-Identifier: Apache-2.0
// Patterns of LIKE and SIMILAR TO.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::expr {

/// A compiled LIKE pattern: % stands for any text, _ for one character but a line
/// terminator. Without an escape character nothing is escaped.
class LikePattern {
 public:
  /// Invalid where the escape character stands before anything but %, _ or itself.
  static arrow::Result<LikePattern> Make(std::string_view pattern, std::optional<char> escape);

  bool Matches(std::string_view text) const;

 private:
  /// A stretch of the pattern between two %: literal bytes and _.
  struct Piece {
    std::string bytes;
    std::vector<bool> any;  ///< byte i stands for _; empty when there is none
  };

  /// The end of a match of `piece` at `text[at]`, or npos.
  static size_t MatchAt(const Piece& piece, std::string_view text, size_t at);
  /// The end of the first match at or after `at`, or npos.
  static size_t Find(const Piece& piece, std::string_view text, size_t at);
  bool MatchesEnd(const Piece& piece, std::string_view text, size_t from) const;

  std::vector<Piece> pieces_;  ///< at least one; a % stands between any two
};

/// The regular expression (RE2) of a SIMILAR TO pattern: % and _ as in LIKE, | * + ? {n} ( ) [ ] as in regular
/// expressions.
arrow::Result<std::string> SimilarToRegex(std::string_view pattern, std::optional<char> escape);

}  // namespace tidemark::expr
