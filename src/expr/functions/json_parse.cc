// SPDX-License-Identifier: Apache-2.0
// Reading JSON texts strictly: no comments, no trailing commas, no leading zeros, no control characters in strings.
#include <algorithm>

#include "expr/functions/json_document.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

constexpr size_t kNumberLengthMax = 1000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

/// One pass over the text. Nested values are on a stack of open nodes, so that depth costs no C++ stack.
class JsonParser {
 public:
  JsonParser(std::string_view text, JsonDocument* document) : text_(text), document_(*document) {}

  bool Run() {
    if (!Value()) return false;
    while (!open_.empty()) {
      if (!Continue()) return false;
    }
    document_.consumed_ = at_;
    return true;
  }

 private:
  using Node = JsonNode;

  bool Fail(const std::string& what) {
    document_.error_ = what + " at byte " + std::to_string(at_);
    return false;
  }
  bool AtEnd() const { return at_ >= text_.size(); }
  char Current() const { return AtEnd() ? '\0' : text_[at_]; }
  void SkipBlanks() {
    while (!AtEnd() && IsBlank(text_[at_])) ++at_;
  }

  Node& node(int32_t id) { return document_.nodes_[static_cast<size_t>(id)]; }

  int32_t AddNode(JsonKind kind, std::string_view text) {
    const auto id = static_cast<int32_t>(document_.nodes_.size());
    document_.nodes_.push_back({kind, text, key_});
    key_ = {};
    if (open_.empty()) {
      document_.root_ = id;
      return id;
    }
    Node& parent = node(open_.back());
    if (parent.last < 0) {
      parent.first = id;
    } else {
      node(parent.last).next = id;
    }
    parent.last = id;
    ++parent.count;
    return id;
  }

  /// The next value; an array or object is only opened.
  bool Value() {
    SkipBlanks();
    if (AtEnd()) return Fail("Unexpected end of JSON text");
    const char c = text_[at_];
    if (c == '{' || c == '[') return Open(c);
    if (c == '"') {
      std::string_view value;
      if (!String(&value)) return false;
      AddNode(JsonKind::kString, value);
      return true;
    }
    if (c == '-' || IsDigit(c)) return Number();
    return Word("null", JsonKind::kNull) || Word("true", JsonKind::kTrue) || Word("false", JsonKind::kFalse) ||
           Fail("Unexpected character");
  }

  bool Word(std::string_view word, JsonKind kind) {
    if (text_.substr(at_, word.size()) != word) return false;
    const size_t end = at_ + word.size();
    const auto next = static_cast<unsigned char>(end < text_.size() ? text_[end] : ' ');
    const bool goes_on = (next >= '0' && next <= '9') || (next >= 'A' && next <= 'Z') || (next >= 'a' && next <= 'z') ||
                         next == '_' || next == '$' || next >= 0x80;
    if (goes_on) return false;
    at_ = end;
    AddNode(kind, {});
    return true;
  }

  bool Open(char bracket) {
    if (open_.size() >= JsonDocument::kDepthMax) return Fail("JSON nested too deeply");
    ++at_;
    open_.push_back(AddNode(bracket == '{' ? JsonKind::kObject : JsonKind::kArray, {}));
    SkipBlanks();
    if (Current() == (bracket == '{' ? '}' : ']') && !AtEnd()) return Close();
    return bracket == '{' ? Member() : Value();
  }

  bool Close() {
    ++at_;
    if (node(open_.back()).kind == JsonKind::kObject) DropDoubles(open_.back());
    open_.pop_back();
    return true;
  }

  /// What follows a complete value inside of an array or object.
  bool Continue() {
    const bool object = node(open_.back()).kind == JsonKind::kObject;
    SkipBlanks();
    if (AtEnd()) return Fail("Unexpected end of JSON text");
    if (text_[at_] == (object ? '}' : ']')) return Close();
    if (text_[at_] != ',') return Fail("Expected ',' or the closing bracket");
    ++at_;
    return object ? Member() : Value();
  }

  bool Member() {
    SkipBlanks();
    if (Current() != '"') return Fail("Expected a key in double quotes");
    std::string_view key;
    if (!String(&key)) return false;
    SkipBlanks();
    if (Current() != ':') return Fail("Expected ':'");
    ++at_;
    key_ = key;
    return Value();
  }

  bool Number() {
    const size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    if (!IsDigit(Current())) return Fail("Expected a digit");
    const bool zero = text_[at_] == '0';
    const size_t first_digit = at_;
    SkipDigits();
    if (zero && at_ - first_digit > 1) return Fail("A number begins with 0");
    JsonKind kind = JsonKind::kInteger;
    if (Current() == '.') {
      kind = JsonKind::kDecimal;
      ++at_;
      if (!IsDigit(Current())) return Fail("Expected a digit");
      SkipDigits();
    }
    if (Current() == 'e' || Current() == 'E') {
      kind = JsonKind::kDecimal;
      ++at_;
      if (Current() == '+' || Current() == '-') ++at_;
      if (!IsDigit(Current())) return Fail("Expected a digit");
      SkipDigits();
    }
    // A number by itself must be followed by a blank; inside of an array the next ',' or ']' is looked for anyway.
    if (open_.empty() && !AtEnd() && !IsBlank(text_[at_])) return Fail("Unexpected character");
    if (at_ - begin > kNumberLengthMax) return Fail("A number is too long");
    std::string_view digits = text_.substr(begin, at_ - begin);
    if (digits == "-0") digits.remove_prefix(1);
    AddNode(kind, digits);
    return true;
  }

  void SkipDigits() {
    while (IsDigit(Current())) ++at_;
  }

  bool String(std::string_view* value) {
    const size_t begin = ++at_;
    while (!AtEnd() && text_[at_] != '"' && text_[at_] != '\\' && static_cast<unsigned char>(text_[at_]) >= 0x20) ++at_;
    if (Current() == '"') {
      *value = text_.substr(begin, at_ - begin);
      ++at_;
      return true;
    }
    const size_t start = document_.unescaped_.size();
    document_.unescaped_.append(text_.substr(begin, at_ - begin));
    if (!RestOfString()) return false;
    *value = std::string_view(document_.unescaped_).substr(start);
    return true;
  }

  bool RestOfString() {
    std::string& out = document_.unescaped_;
    while (!AtEnd()) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return Fail("A control character in a string");
      ++at_;
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
      } else if (!Escape(&out)) {
        return false;
      }
    }
    return Fail("A string is not closed");
  }

  bool Escape(std::string* out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char c = Current();
    if (AtEnd()) return Fail("A string is not closed");
    if (const size_t known = kLetters.find(c); known != std::string_view::npos) {
      *out += kMeanings[known];
      ++at_;
      return true;
    }
    if (c != 'u') return Fail("Unknown escape");
    uint32_t unit = 0;
    if (!HexUnit(at_, &unit)) return Fail("\\u needs four hex digits");
    at_ += 5;
    uint32_t low = 0;
    const bool pair = unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_, 2) == "\\u" && HexUnit(at_ + 1, &low) &&
                      low >= 0xDC00 && low < 0xE000;
    if (pair) {
      at_ += 6;
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit >= 0xD800 && unit < 0xE000) {
      unit = '?';  // half a character, which UTF-8 cannot hold
    }
    AppendUtf8(unit, out);
    return true;
  }

  /// The four digits after the 'u' at `u`.
  bool HexUnit(size_t u, uint32_t* unit) const {
    if (u + 4 >= text_.size()) return false;
    uint32_t value = 0;
    for (size_t i = u + 1; i <= u + 4; ++i) {
      const int digit = HexDigit(text_[i]);
      if (digit < 0) return false;
      value = value * 16 + static_cast<uint32_t>(digit);
    }
    *unit = value;
    return true;
  }

  /// Keeps the first place and the last value of members of one key.
  void DropDoubles(int32_t object) {
    constexpr int32_t kFew = 8;
    if (node(object).count < 2) return;
    members_.clear();
    for (int32_t id = node(object).first; id >= 0; id = node(id).next) members_.push_back(id);
    bool doubles = false;
    if (node(object).count <= kFew) {
      for (size_t i = 1; i < members_.size() && !doubles; ++i) {
        for (size_t j = 0; j < i && !doubles; ++j) doubles = node(members_[i]).key == node(members_[j]).key;
      }
      if (!doubles) return;
    }
    std::stable_sort(members_.begin(), members_.end(), [&](int32_t a, int32_t b) { return node(a).key < node(b).key; });
    for (size_t i = 0; i < members_.size();) {
      size_t end = i + 1;
      while (end < members_.size() && node(members_[end]).key == node(members_[i]).key) ++end;
      if (end - i > 1) {
        ReplaceValue(members_[i], members_[end - 1]);
        for (size_t k = i + 1; k < end; ++k) node(members_[k]).key = kDropped;
      }
      i = end;
    }
    Unlink(object);
  }

  void ReplaceValue(int32_t to, int32_t from) {
    const int32_t next = node(to).next;
    node(to) = node(from);
    node(to).next = next;
  }

  void Unlink(int32_t object) {
    Node& parent = node(object);
    int32_t previous = -1;
    for (int32_t id = parent.first; id >= 0; id = node(id).next) {
      if (node(id).key.data() != kDropped.data()) {
        previous = id;
        continue;
      }
      node(previous).next = node(id).next;  // never the first: that one keeps its place
      --parent.count;
    }
    parent.last = previous;
  }

  static constexpr std::string_view kDropped = "dropped";

  std::string_view text_;
  JsonDocument& document_;
  size_t at_ = 0;
  std::string_view key_;
  std::vector<int32_t> open_;
  std::vector<int32_t> members_;
};

bool JsonDocument::Parse(std::string_view text) {
  nodes_.clear();
  added_.clear();
  unescaped_.clear();
  unescaped_.reserve(text.size());  // what an escape stands for is never longer than the escape
  error_.clear();
  root_ = -1;
  return JsonParser(text, this).Run();
}

}  // namespace tidemark::expr
