// SPDX-License-Identifier: Apache-2.0
// Translates java.util.regex patterns into RE2's syntax, construct by construct. What has no equal there is refused by
// name.
#include <array>
#include <string>
#include <string_view>

#include "expr/regex/java_regex.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

/// Any character but a line terminator: Java knows more of these than RE2.
constexpr std::string_view kDot = "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]";
constexpr std::string_view kAnyDot = "(?s:.)";
constexpr std::string_view kLineBreak = "(?:\\r\\n|[\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}])";
constexpr std::string_view kHorizontal = " \\t\\x{A0}\\x{1680}\\x{180e}\\x{2000}-\\x{200a}\\x{202f}\\x{205f}\\x{3000}";
constexpr std::string_view kVertical = "\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}";
constexpr std::string_view kSpace = "\\t\\n\\x0B\\f\\r ";

struct NamedClass {
  std::string_view java;
  std::string_view re2;
};

/// \p{Name} of POSIX and of java.lang.Character, ASCII only as in Java.
constexpr std::array<NamedClass, 13> kAsciiClasses = {{{"Lower", "a-z"},
                                                       {"Upper", "A-Z"},
                                                       {"ASCII", "\\x00-\\x7F"},
                                                       {"Alpha", "a-zA-Z"},
                                                       {"Digit", "0-9"},
                                                       {"Alnum", "a-zA-Z0-9"},
                                                       {"Punct", "!-/:-@\\[-`{-~"},
                                                       {"Graph", "!-~"},
                                                       {"Print", " -~"},
                                                       {"Blank", " \\t"},
                                                       {"Cntrl", "\\x00-\\x1F\\x7F"},
                                                       {"XDigit", "0-9a-fA-F"},
                                                       {"Space", "\\t\\n\\x0B\\f\\r "}}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) {}

  arrow::Result<std::optional<std::string>> Run() {
    std::vector<bool> outer_dot_all;
    while (at_ < pattern_.size() && !invalid_) {
      const char c = pattern_[at_];
      if (c == '\\') {
        ARROW_RETURN_NOT_OK(Escape(/*in_class=*/false));
      } else if (c == '[') {
        ARROW_RETURN_NOT_OK(Class());
      } else if (c == '(') {
        outer_dot_all.push_back(dot_all_);
        ARROW_ASSIGN_OR_RAISE(const bool opened, Group());
        if (!opened) outer_dot_all.pop_back();
      } else if (c == ')') {
        if (outer_dot_all.empty()) return std::nullopt;
        dot_all_ = outer_dot_all.back();
        outer_dot_all.pop_back();
        Copy(1);
      } else if (c == '.') {
        out_ += dot_all_ ? kAnyDot : kDot;
        ++at_;
      } else if (c == '{') {
        // A quantifier is taken whole after its atom; any other brace is an error in Java and a character in RE2.
        const size_t length = QuantifierLength();
        if (length == 0 || at_ == 0) return std::nullopt;
        Copy(length);
      } else {
        Copy(Utf8Width(c));
      }
    }
    if (invalid_ || !outer_dot_all.empty()) return std::nullopt;
    return out_;
  }

 private:
  static arrow::Status Refuse(const std::string& what) {
    return arrow::Status::NotImplemented("Regular expressions with ", what, " are not supported yet");
  }

  void Copy(size_t length) {
    out_ += pattern_.substr(at_, length);
    at_ += length;
  }

  char Peek(size_t ahead) const { return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0'; }

  /// Length of {n}, {n,} or {n,m} here; 0 when it is none.
  size_t QuantifierLength() const {
    size_t at = at_ + 1;
    const size_t digits = at;
    while (at < pattern_.size() && IsDigit(pattern_[at])) ++at;
    if (at == digits) return 0;
    if (at < pattern_.size() && pattern_[at] == ',') {
      for (++at; at < pattern_.size() && IsDigit(pattern_[at]);) ++at;
    }
    return at < pattern_.size() && pattern_[at] == '}' ? at + 1 - at_ : 0;
  }

  /// At '('. True when a group was opened, false when only flags were set.
  arrow::Result<bool> Group() {
    if (Peek(1) != '?') {
      Copy(1);
      return true;
    }
    switch (Peek(2)) {
      case ':':
        Copy(3);
        return true;
      case '=':
      case '!':
        return Refuse("lookahead (?= (?!");
      case '>':
        return Refuse("atomic groups (?>");
      case '<':
        if (Peek(3) == '=' || Peek(3) == '!') return Refuse("lookbehind (?<= (?<!");
        out_ += "(?P<";
        at_ += 3;
        return true;
      default:
        return Flags();
    }
  }

  /// At "(?": flags, alone or for a group.
  arrow::Result<bool> Flags() {
    size_t end = at_ + 2;
    bool on = true;
    bool dot_all = dot_all_;
    for (; end < pattern_.size() && pattern_[end] != ')' && pattern_[end] != ':'; ++end) {
      const char flag = pattern_[end];
      if (flag == '-' && on) {
        on = false;
      } else if (flag == 's') {
        dot_all = on;
      } else if (flag != 'i' && flag != 'm') {
        if (std::string_view("dxuU").find(flag) != std::string_view::npos)
          return Refuse(std::string("the flag ") + flag);
        invalid_ = true;
        return false;
      }
    }
    if (end == pattern_.size()) {
      invalid_ = true;
      return false;
    }
    const bool group = pattern_[end] == ':';
    const std::string_view flags = pattern_.substr(at_, end + 1 - at_);
    // RE2 wants at least one flag after the sign and none of it empty.
    if (flags == "(?)") {
      at_ = end + 1;
      return false;
    }
    Copy(end + 1 - at_);
    dot_all_ = dot_all;
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
      if (c == '&' && Peek(1) == '&') return Refuse("intersections of classes &&");
      if (c == '\\') {
        ARROW_RETURN_NOT_OK(Escape(/*in_class=*/true));
        if (invalid_) return arrow::Status::OK();
      } else if (c == ']') {
        out_ += "\\]";
        ++at_;
      } else {
        Copy(Utf8Width(c));
      }
    }
    invalid_ = true;
    return arrow::Status::OK();
  }

  void Emit(std::string_view text, size_t consumed) {
    out_ += text;
    at_ += consumed;
  }
  /// A set of characters, written as it must stand in or outside of a class.
  arrow::Status EmitSet(std::string_view set, bool negated, bool in_class, size_t consumed) {
    if (in_class && negated) return Refuse("a negated set inside a class");
    Emit(in_class ? std::string(set) : std::string(negated ? "[^" : "[") + std::string(set) + "]", consumed);
    return arrow::Status::OK();
  }

  /// At '\\'.
  arrow::Status Escape(bool in_class) {
    const char c = Peek(1);
    switch (c) {
      case '\0':
        invalid_ = true;
        return arrow::Status::OK();
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 't':
      case 'n':
      case 'r':
      case 'f':
      case 'a':
        Copy(2);
        return arrow::Status::OK();
      case 's':
        return EmitSet(kSpace, false, in_class, 2);
      case 'S':
        return EmitSet(kSpace, true, in_class, 2);
      case 'h':
        return EmitSet(kHorizontal, false, in_class, 2);
      case 'H':
        return EmitSet(kHorizontal, true, in_class, 2);
      case 'v':
        return EmitSet(kVertical, false, in_class, 2);
      case 'V':
        return EmitSet(kVertical, true, in_class, 2);
      case 'e':
        Emit("\\x1B", 2);
        return arrow::Status::OK();
      case 'p':
      case 'P':
        return Property(in_class);
      case 'Q':
        return Quoted();
      case 'u':
        return Hex(2, 4);
      case 'x':
        if (Peek(2) != '{') return Hex(2, 2);
        Copy(2);
        return arrow::Status::OK();
      case '0':
        return Octal();
      case 'c':
        return Control();
      default:
        break;
    }
    if (!in_class && (c == 'b' || c == 'B' || c == 'A' || c == 'z')) {
      Copy(2);
      return arrow::Status::OK();
    }
    if (!in_class && c == 'R') {
      Emit(kLineBreak, 2);
      return arrow::Status::OK();
    }
    if (!in_class && IsDigit(c)) return Refuse("back references");
    if (!in_class && (c == 'k' || c == 'G' || c == 'Z' || c == 'X' || c == 'N')) return Refuse(std::string("\\") + c);
    if (IsLetter(c) || IsDigit(c)) {
      invalid_ = true;
      return arrow::Status::OK();
    }
    Copy(1 + Utf8Width(c));
    return arrow::Status::OK();
  }

  /// \p{Name}, \P{Name}, \pL.
  arrow::Status Property(bool in_class) {
    const bool negated = Peek(1) == 'P';
    if (Peek(2) != '{') {
      Copy(2);
      if (at_ < pattern_.size()) Copy(1);
      return arrow::Status::OK();
    }
    const size_t end = pattern_.find('}', at_);
    if (end == std::string_view::npos) {
      invalid_ = true;
      return arrow::Status::OK();
    }
    std::string_view name = pattern_.substr(at_ + 3, end - at_ - 3);
    for (const NamedClass& ascii : kAsciiClasses) {
      if (ascii.java == name) return EmitSet(ascii.re2, negated, in_class, end + 1 - at_);
    }
    if (name.starts_with("Is")) name.remove_prefix(2);
    // Categories of one or two letters and names of scripts are RE2's too; it refuses those it does not know.
    Emit(std::string(negated ? "\\P{" : "\\p{") + std::string(name) + "}", end + 1 - at_);
    return arrow::Status::OK();
  }

  /// \Q...\E
  arrow::Status Quoted() {
    const size_t end = pattern_.find("\\E", at_ + 2);
    const std::string_view text = pattern_.substr(at_ + 2, end == std::string_view::npos ? end : end - at_ - 2);
    for (char c : text) {
      if (static_cast<unsigned char>(c) < 0x80 && !IsLetter(c) && !IsDigit(c)) out_.push_back('\\');
      out_.push_back(c);
    }
    at_ = end == std::string_view::npos ? pattern_.size() : end + 2;
    return arrow::Status::OK();
  }

  /// `skip` characters, then exactly `digits` hexadecimal digits.
  arrow::Status Hex(size_t skip, size_t digits) {
    for (size_t i = 0; i < digits; ++i) {
      if (!IsHex(Peek(skip + i))) invalid_ = true;
    }
    if (!invalid_) Emit("\\x{" + std::string(pattern_.substr(at_ + skip, digits)) + "}", skip + digits);
    return arrow::Status::OK();
  }

  /// \0n, \0nn, \0mnn
  arrow::Status Octal() {
    size_t length = 2;
    int value = 0;
    while (length < 5 && Peek(length) >= '0' && Peek(length) <= '7' && value * 8 + (Peek(length) - '0') <= 0377) {
      value = value * 8 + (Peek(length) - '0');
      ++length;
    }
    if (length == 2) {
      invalid_ = true;
      return arrow::Status::OK();
    }
    constexpr std::string_view kHex = "0123456789ABCDEF";
    Emit(std::string("\\x{") + kHex[value >> 4] + kHex[value & 15] + "}", length);
    return arrow::Status::OK();
  }

  /// \cX
  arrow::Status Control() {
    const int value = (static_cast<unsigned char>(Peek(2)) ^ 64) & 0x7F;
    constexpr std::string_view kHex = "0123456789ABCDEF";
    if (Peek(2) == '\0') {
      invalid_ = true;
    } else {
      Emit(std::string("\\x{") + kHex[value >> 4] + kHex[value & 15] + "}", 3);
    }
    return arrow::Status::OK();
  }

  const std::string_view pattern_;
  size_t at_ = 0;
  std::string out_;
  bool dot_all_ = false;
  bool invalid_ = false;
};

}  // namespace

arrow::Result<std::optional<std::string>> TranslateJavaPattern(std::string_view pattern) {
  return Translator(pattern).Run();
}

}  // namespace tidemark::expr
