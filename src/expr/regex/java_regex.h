// SPDX-License-Identifier: Apache-2.0
// JavaRegex: regular expressions of java.util.regex run by RE2. What RE2 cannot do (lookaround, back references,
// possessive quantifiers ...) or does differently is refused, so that no row is matched wrongly.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/regex/java_pattern.h"

namespace re2 {
class RE2;
}

namespace tidemark::expr {

/// A match: where the whole and its groups lie in the text; groups that took no part have a null data().
using RegexMatch = std::vector<std::string_view>;

/// A compiled pattern. Thread-safe.
class JavaRegex {
 public:
  /// Null pointer when Java calls the pattern invalid; NotImplemented where it is valid but cannot be run.
  static arrow::Result<std::unique_ptr<JavaRegex>> Compile(std::string_view pattern);
  ~JavaRegex();

  /// Number of capturing groups.
  int groups() const { return static_cast<int>(groups_.size()); }
  /// Whether a part of `text` matches.
  bool Find(std::string_view text) const;
  /// The leftmost match at or after byte `start`; `match` gets `1 + groups` entries (groups: how many are wanted).
  bool Find(std::string_view text, size_t start, int groups, RegexMatch* match) const;

  /// Calls `visit(match)` for each match from left to right, as Java's Matcher.find steps: after an empty match it goes
  /// on one character further. `visit` returns false to stop.
  template <typename Visit>
  void ForEachMatch(std::string_view text, int groups, Visit visit) const {
    RegexMatch match;
    for (size_t start = 0; start <= text.size() && Find(text, start, groups, &match);) {
      if (!visit(match)) return;
      const size_t end = static_cast<size_t>(match[0].data() - text.data()) + match[0].size();
      start = match[0].empty() ? end + CharacterWidth(text, end) : end;
    }
  }

  /// Splits as Java's String.split(regex, limit): limit 0 drops empty strings at the end, a positive limit ends the
  /// list with the unsplit rest.
  std::vector<std::string_view> Split(std::string_view text, int limit) const;

 private:
  JavaRegex(std::unique_ptr<re2::RE2> re, JavaPattern pattern);
  /// Whether a match of RE2 is one of Java's.
  bool IsMatch(std::string_view text, const RegexMatch& pieces) const;
  /// Takes line terminators behind a $ out of the match and its groups.
  void GiveBackLineEnds(RegexMatch* pieces) const;
  static size_t CharacterWidth(std::string_view text, size_t at);

  std::unique_ptr<re2::RE2> re_;
  /// Where RE2 numbers the groups of Java's pattern.
  std::vector<int> groups_;
  std::vector<int> line_end_groups_;
  bool multiline_ = false;
  bool begins_line_ = false;
  /// To RE2 there is no word's edge (\B) between the bytes of a character either: such matches are passed over.
  bool splits_characters_ = false;
};

/// Compiled patterns by text: the last one used is found at once, so that a constant pattern costs nothing per row.
/// One thread.
class RegexCache {
 public:
  RegexCache();
  ~RegexCache();
  RegexCache(RegexCache&&) noexcept;
  RegexCache& operator=(RegexCache&&) noexcept;
  /// Null when Java calls the pattern invalid. Good until the next call.
  arrow::Result<const JavaRegex*> Get(std::string_view pattern);

 private:
  struct Entry;
  std::vector<std::unique_ptr<Entry>> entries_;
  size_t last_ = 0;
};

}  // namespace tidemark::expr
