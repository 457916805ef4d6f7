// SPDX-License-Identifier: Apache-2.0
// Translates java.util.regex patterns into RE2's syntax, construct by construct. What has no equal there is refused by
// name.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "expr/regex/java_character_sets.h"
#include "expr/regex/java_escape.h"
#include "expr/regex/java_pattern.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

/// Any character but a line terminator: Java knows more of these than RE2.
constexpr std::string_view kDot = "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]";
constexpr std::string_view kAnyDot = "(?s:.)";

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsQuantifier(char c) { return c == '*' || c == '+' || c == '?' || c == '{'; }

class Translator : private EscapeTranslator {
 public:
  explicit Translator(std::string_view pattern) : EscapeTranslator(pattern) {}

  arrow::Result<std::optional<JavaPattern>> Run() {
    std::vector<PatternFlags> outer;
    while (at_ < pattern_.size() && !invalid_) {
      const char c = pattern_[at_];
      if (c == '(') {
        outer.push_back(flags_);
        ARROW_ASSIGN_OR_RAISE(const bool opened, Group());
        if (!opened) outer.pop_back();
        has_atom_ = false;
      } else if (c == ')') {
        if (outer.empty()) return std::nullopt;
        flags_ = outer.back();
        outer.pop_back();
        Copy(1);
        has_atom_ = true;
      } else if (IsQuantifier(c)) {
        ARROW_RETURN_NOT_OK(Quantifier());
      } else if (flags_.comments && IsSpace(c)) {
        ++at_;
      } else if (flags_.comments && c == '#') {
        at_ = std::min(pattern_.find_first_of("\n\r", at_), pattern_.size());
      } else {
        ARROW_RETURN_NOT_OK(FoldedAtom());
        has_atom_ = c != '|';
      }
    }
    if (invalid_ || !outer.empty()) return std::nullopt;
    return std::move(out_);
  }

 private:
  /// RE2 folds the letters of all scripts where Java is told to.
  arrow::Status FoldedAtom() {
    const char c = pattern_[at_];
    const bool folds = flags_.ignore_case && flags_.unicode_case && c != '^' && c != '$' && c != '|';
    if (!folds) return Atom();
    if (c == '\\' && Peek(1) == 'Q') return Refuse("\\Q with the flags i and u");
    const size_t begin = out_.re2.size();
    const size_t groups = out_.line_end_groups.size();
    ARROW_RETURN_NOT_OK(Atom());
    if (out_.line_end_groups.size() == groups) {
      out_.re2.insert(begin, "(?i:");
      out_.re2 += ')';
    }
    return arrow::Status::OK();
  }

  arrow::Status Atom() {
    const char c = pattern_[at_];
    switch (c) {
      case '\\':
        if (Peek(1) != 'Z' || !IsLast(at_ + 2)) return Escape(/*in_class=*/false);
        EndOfLine(2, /*multiline=*/false);
        return arrow::Status::OK();
      case '[':
        return Class();
      case '.':
        Emit(flags_.dot_all ? kAnyDot : kDot, 1);
        return arrow::Status::OK();
      case '^':
        if (flags_.multiline && out_.re2.empty()) out_.begins_line = true;
        Emit(flags_.multiline ? "(?m:^)" : "^", 1);
        return arrow::Status::OK();
      case '$':
        EndOfLine(1, flags_.multiline);
        return arrow::Status::OK();
      default:
        Literal();
        return arrow::Status::OK();
    }
  }

  /// At a quantifier: one may stand behind an atom, with ? or + behind itself.
  arrow::Status Quantifier() {
    const bool braced = pattern_[at_] == '{';
    // Any other brace is an error in Java and a character in RE2.
    const size_t length = braced ? QuantifierLength() : 1;
    invalid_ = length == 0 || (!braced && !has_atom_);
    if (invalid_) return arrow::Status::OK();
    // Java takes {n} behind nothing, or behind a quantifier, for one of nothing.
    const bool counts = has_atom_;
    at_ += length;
    if (counts) out_.re2 += pattern_.substr(at_ - length, length);
    has_atom_ = false;
    if (Peek(0) == '+' && counts) return Refuse("possessive quantifiers such as *+");
    if (Peek(0) == '?' && counts) {
      Copy(1);
    } else if (Peek(0) == '?' || Peek(0) == '+') {
      ++at_;
    }
    return arrow::Status::OK();
  }

  /// $ and \Z also stand before the last line terminator (before any, with the flag m). RE2 cannot look ahead, so the
  /// terminator is taken into a group of its own, to be given back. That is possible where nothing follows.
  void EndOfLine(size_t consumed, bool multiline) {
    if (!IsLast(at_ + consumed)) return Emit(multiline ? "(?m:$)" : "$", consumed);
    ++groups_;
    out_.line_end_groups.push_back(groups_);
    out_.multiline = out_.multiline || multiline;
    const std::string terminator = "(" + std::string(kLineTerminator) + ")";
    Emit(multiline ? "(?:" + terminator + "|\\z)" : terminator + "?\\z", consumed);
  }

  /// The place after the group that `at` lies in, skipping its further alternatives; npos at the end of the pattern.
  size_t AfterGroup(size_t at) const {
    int depth = 0;
    bool in_class = false;
    for (; at < pattern_.size(); ++at) {
      const char c = pattern_[at];
      if (c == '\\') {
        ++at;
      } else if (in_class) {
        in_class = c != ']';
      } else if (c == '[') {
        in_class = true;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && depth-- == 0) {
        return at + 1;
      }
    }
    return std::string_view::npos;
  }

  /// Whether the match is over at `at`: nothing but the ends of groups and further alternatives follow.
  bool IsLast(size_t at) const {
    while (at < pattern_.size()) {
      if (pattern_[at] != ')' && pattern_[at] != '|') return false;
      at = AfterGroup(at);
      if (at < pattern_.size() && IsQuantifier(pattern_[at])) return false;
    }
    return true;
  }

  /// Length of {n}, {n,} or {n,m} here; 0 when it is none.
  size_t QuantifierLength() const {
    size_t at = at_ + 1;
    const auto number = [&] {
      int value = 0;
      for (; at < pattern_.size() && IsDigit(pattern_[at]); ++at)
        value = std::min(value * 10 + (pattern_[at] - '0'), 1 << 20);
      return value;
    };
    const size_t digits = at;
    const int least = number();
    if (at == digits) return 0;
    if (at < pattern_.size() && pattern_[at] == ',') {
      const size_t most = ++at;
      if (const int value = number(); at > most && value < least) return 0;
    }
    return at < pattern_.size() && pattern_[at] == '}' ? at + 1 - at_ : 0;
  }

  /// At '('. True when a group was opened, false when only flags were set.
  arrow::Result<bool> Group() {
    if (Peek(1) != '?') {
      out_.groups.push_back(++groups_);
      Copy(1);
      return true;
    }
    switch (Peek(2)) {
      case '=':
      case '!':
        return Refuse("lookahead (?= (?!");
      case '>':
        return Refuse("atomic groups (?>");
      case '<':
        if (Peek(3) == '=' || Peek(3) == '!') return Refuse("lookbehind (?<= (?<!");
        NamedGroup();
        return true;
      default:
        return FlagGroup();
    }
  }

  /// At "(?<": letters and digits, then '>'.
  void NamedGroup() {
    size_t end = at_ + 3;
    while (end < pattern_.size() && (IsLetter(pattern_[end]) || (IsDigit(pattern_[end]) && end > at_ + 3))) ++end;
    invalid_ = end == at_ + 3 || end >= pattern_.size() || pattern_[end] != '>';
    out_.groups.push_back(++groups_);
    out_.re2 += "(?P<";
    at_ += 3;
    if (!invalid_) Copy(end + 1 - at_);
  }

  /// At "(?": flags, alone or for a group. RE2 gets none of them: what they change is written out.
  arrow::Result<bool> FlagGroup() {
    size_t end = at_ + 2;
    bool on = true;
    PatternFlags flags = flags_;
    for (; end < pattern_.size() && pattern_[end] != ')' && pattern_[end] != ':'; ++end) {
      const char flag = pattern_[end];
      if (flag == '-' && on) {
        on = false;
      } else if (flag == 's') {
        flags.dot_all = on;
      } else if (flag == 'i') {
        flags.ignore_case = on;
      } else if (flag == 'm') {
        flags.multiline = on;
      } else if (flag == 'u') {
        flags.unicode_case = on;
      } else if (flag == 'x') {
        flags.comments = on;
      } else {
        if (std::string_view("dU").find(flag) != std::string_view::npos) return Refuse(std::string("the flag ") + flag);
        invalid_ = true;
        return false;
      }
    }
    if (end == pattern_.size()) {
      invalid_ = true;
      return false;
    }
    const bool group = pattern_[end] == ':';
    if (group) out_.re2 += "(?:";
    at_ = end + 1;
    flags_ = flags;
    return group;
  }

  /// At '['. The whole class, up to its ']'.
  arrow::Status Class() {
    Copy(1);
    if (Peek(0) == '^') Copy(1);
    for (bool first = true; at_ < pattern_.size(); first = false) {
      const char c = pattern_[at_];
      if (c == ']' && !first) {
        Copy(1);
        return arrow::Status::OK();
      }
      if (c == '[') return Refuse("a class inside a class");
      if (flags_.comments && (IsSpace(c) || c == '#')) return Refuse("blanks in a class with the flag x");
      if (c == '&' && Peek(1) == '&') return Refuse("intersections of classes &&");
      if (c == '\\') {
        ARROW_RETURN_NOT_OK(Escape(/*in_class=*/true));
        if (invalid_) return arrow::Status::OK();
      } else if (c == ']') {
        Emit("\\]", 1);
      } else {
        ClassCharacter();
      }
    }
    invalid_ = true;
    return arrow::Status::OK();
  }

  /// A character of a class, or a range of them.
  void ClassCharacter() {
    const char first = pattern_[at_];
    const char last = Peek(2);
    const bool range = Peek(1) == '-' && last != ']' && last != '[' && last != '\\' && last != '\0';
    if (!range || first < 0 || last < 0) {
      if (flags_.ignore_case && IsLetter(first) && !range) out_.re2 += OtherCase(first);
      return Copy(Utf8Width(first));
    }
    Copy(3);
    if (!flags_.ignore_case) return;
    for (const char from : {'a', 'A'}) {
      const char low = std::max(first, from);
      const char high = std::min<char>(last, static_cast<char>(from + 25));
      if (low <= high) out_.re2 += std::string(1, OtherCase(low)) + '-' + OtherCase(high);
    }
  }

  /// Something stands here that can be repeated.
  bool has_atom_ = false;
};

}  // namespace

arrow::Result<std::optional<JavaPattern>> TranslateJavaPattern(std::string_view pattern) {
  return Translator(pattern).Run();
}

}  // namespace tidemark::expr
