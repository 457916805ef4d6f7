// SPDX-License-Identifier: Apache-2.0
// Reading JSON paths.
#include "expr/functions/json_path.h"

#include <algorithm>
#include <charconv>

#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

using Kind = JsonStep::Kind;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

arrow::Status Bad(std::string_view path, const std::string& what) {
  return arrow::Status::Invalid("'", path, "' is no JSON path: ", what);
}

std::optional<int64_t> ParseIndex(std::string_view text) {
  int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

/// Reads the steps of one path, left to right.
class JsonPathReader {
 public:
  explicit JsonPathReader(std::string_view path) : path_(path) {}

  arrow::Result<std::vector<JsonStep>> Run() {
    at_ = 1;  // behind '$' or '@'
    if (at_ < path_.size() && path_[at_] != '.' && path_[at_] != '[')
      return Bad(path_, "'.' or '[' must follow the first character");
    while (at_ < path_.size()) {
      ARROW_RETURN_NOT_OK(Step());
    }
    ARROW_RETURN_NOT_OK(CheckDescents());
    return std::move(steps_);
  }

 private:
  char Current() const { return at_ < path_.size() ? path_[at_] : '\0'; }
  /// The first position from `from` on that holds no blank.
  size_t Significant(size_t from) const { return std::min(path_.find_first_not_of(' ', from), path_.size()); }
  char At(size_t at) const { return at < path_.size() ? path_[at] : '\0'; }

  JsonStep& Add(Kind kind) {
    steps_.emplace_back().kind = kind;
    return steps_.back();
  }

  arrow::Status Step() {
    if (Current() == '[') return Bracket();
    if (Current() == '.') {
      ++at_;
      if (Current() == '.') {
        ++at_;
        Add(Kind::kDescend);
      }
      if (Current() == '.' || at_ >= path_.size()) return Bad(path_, "a name must follow '.'");
      if (Current() == '[') return Bracket();
    }
    if (Current() == '*') {
      ++at_;
      Add(Kind::kAll);
      return arrow::Status::OK();
    }
    return Name();
  }

  arrow::Status Name() {
    const size_t begin = at_;
    const size_t end = std::min(path_.find_first_of(".[( ", begin), path_.size());
    if (end == begin || At(end) == ' ') return Bad(path_, "a name with blanks is written ['my name']");
    const std::string name(path_.substr(begin, end - begin));
    at_ = end;
    if (Current() != '(') {
      Add(Kind::kMembers).names = {name};
      return arrow::Status::OK();
    }
    if (At(at_ + 1) != ')') {
      if (path_.find(')', at_) == std::string_view::npos) return Bad(path_, "'(' is not closed");
      return arrow::Status::NotImplemented("A function with arguments in a JSON path is not supported yet: '", path_,
                                           "'");
    }
    at_ += 2;
    if (name == "concat" || name == "append" || name == "index")
      return arrow::Status::NotImplemented("The JSON path function ", name, "() is not supported yet");
    Add(Kind::kFunction).names = {name};
    return arrow::Status::OK();
  }

  arrow::Status Bracket() {
    const size_t next = Significant(at_ + 1);
    const char c = At(next);
    if (c == '\'' || c == '"') return QuotedNames(c);
    if (IsDigit(c) || c == '-' || c == ':') return Indexes();
    if (c == '*') {
      const size_t close = Significant(next + 1);
      if (At(close) != ']') return Bad(path_, "']' must follow '*'");
      at_ = close + 1;
      Add(Kind::kAll);
      return arrow::Status::OK();
    }
    if (c == '?') return Filter(next);
    return Bad(path_, "a quoted name, a number, * or ?(...) must follow '['");
  }

  arrow::Status QuotedNames(char quote) {
    JsonStep& step = Add(Kind::kMembers);
    size_t at = at_ + 1;
    while (true) {
      at = Significant(at);
      if (At(at) != quote) return Bad(path_, "expected a quoted name");
      const size_t begin = ++at;
      while (at < path_.size() && path_[at] != quote) at += path_[at] == '\\' ? 2 : 1;
      if (at >= path_.size()) return Bad(path_, "a quoted name is not closed");
      ARROW_ASSIGN_OR_RAISE(std::string name, UnescapeJsonPathText(path_.substr(begin, at - begin)));
      step.names.push_back(std::move(name));
      at = Significant(at + 1);
      if (At(at) == ']') break;
      if (At(at) != ',') return Bad(path_, "',' or ']' must follow a quoted name");
      ++at;
    }
    at_ = at + 1;
    return arrow::Status::OK();
  }

  arrow::Status Indexes() {
    const size_t close = path_.find(']', at_);
    if (close == std::string_view::npos) return Bad(path_, "'[' is not closed");
    const std::string_view body = Trimmed(path_.substr(at_ + 1, close - at_ - 1));
    if (body.find_first_not_of("0123456789,-: ") != std::string_view::npos) return Bad(path_, "expected a number");
    at_ = close + 1;
    return body.find(':') == std::string_view::npos ? IndexList(body) : Slice(body);
  }

  arrow::Status IndexList(std::string_view body) {
    JsonStep& step = Add(Kind::kElements);
    while (true) {
      const size_t comma = body.find(',');
      const auto index = ParseIndex(Trimmed(body.substr(0, comma)));
      if (!index) return Bad(path_, "expected a number");
      step.indexes.push_back(*index);
      if (comma == std::string_view::npos) return arrow::Status::OK();
      body.remove_prefix(comma + 1);
    }
  }

  arrow::Status Slice(std::string_view body) {
    const size_t colon = body.find(':');
    std::string_view rest = body.substr(colon + 1);
    rest = rest.substr(0, rest.find(':'));  // a step, as in [0:9:2], is not looked at
    JsonStep& step = Add(Kind::kSlice);
    if (colon > 0) step.from = ParseIndex(body.substr(0, colon));
    if (!rest.empty()) step.to = ParseIndex(rest);
    const bool bad = (colon > 0 && !step.from) || (!rest.empty() && !step.to) || (!step.from && !step.to);
    return bad ? Bad(path_, "expected [from:to]") : arrow::Status::OK();
  }

  arrow::Status Filter(size_t question_mark) {
    const size_t open = Significant(question_mark + 1);
    if (At(open) != '(') return Bad(path_, "'(' must follow '?'");
    size_t depth = 0;
    size_t at = open;
    for (; at < path_.size(); ++at) {
      const char c = path_[at];
      if (c == '\'' || c == '"') {
        for (++at; at < path_.size() && path_[at] != c;) at += path_[at] == '\\' ? 2 : 1;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        break;
      }
    }
    const size_t close = at < path_.size() ? Significant(at + 1) : path_.size();
    if (At(close) != ']') return Bad(path_, "the filter is not closed");
    JsonStep& step = Add(Kind::kFilter);
    ARROW_ASSIGN_OR_RAISE(step.filter, CompileJsonFilter(path_.substr(open + 1, at - open - 1)));
    at_ = close + 1;
    return arrow::Status::OK();
  }

  arrow::Status CheckDescents() const {
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].kind != Kind::kDescend) continue;
      if (i + 1 == steps_.size()) return Bad(path_, "it ends with '.'");
      const bool names = steps_[i + 1].kind == Kind::kMembers;
      const bool function = steps_.back().kind == Kind::kFunction;
      if (function || (!names && i + 2 < steps_.size()))
        return arrow::Status::NotImplemented("Steps behind '..' other than names are not supported yet: '", path_, "'");
    }
    return arrow::Status::OK();
  }

  std::string_view path_;
  size_t at_ = 0;
  std::vector<JsonStep> steps_;
};

arrow::Result<JsonPath> JsonPath::Compile(std::string_view text) {
  std::string path(Trimmed(text));
  if (path.empty()) return Bad(text, "it is empty");
  if (path.size() > kLengthMax) return arrow::Status::Invalid("A JSON path is too long: ", path.size(), " bytes");
  if (path[0] != '$' && path[0] != '@') path = "$." + path;
  if (path.back() == '.') return Bad(text, "it ends with '.'");
  JsonPath compiled;
  compiled.from_root_ = path[0] == '$';
  ARROW_ASSIGN_OR_RAISE(compiled.steps_, JsonPathReader(path).Run());
  for (size_t i = 0; i < compiled.steps_.size(); ++i) {
    const JsonStep& step = compiled.steps_[i];
    const bool last = i + 1 == compiled.steps_.size();
    const bool one = step.kind == Kind::kFunction ||
                     (step.kind == Kind::kMembers && (step.names.size() == 1 || last)) ||
                     (step.kind == Kind::kElements && step.indexes.size() == 1);
    compiled.definite_ = compiled.definite_ && one;
  }
  return compiled;
}

arrow::Result<std::string> UnescapeJsonPathText(std::string_view text) {
  constexpr std::string_view kLetters = "rftnb";
  constexpr std::string_view kMeanings = "\r\f\t\n\b";
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 >= text.size()) {
      if (text[at] != '\\') out += text[at];
      continue;
    }
    const char c = text[++at];
    if (c == 'u') {
      uint32_t unit = 0;
      const std::string_view digits = text.substr(at + 1, 4);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
      if (digits.size() < 4 || error != std::errc() || end != digits.data() + 4)
        return arrow::Status::Invalid("\\u needs four hex digits");
      AppendUtf8(unit >= 0xD800 && unit < 0xE000 ? '?' : unit, &out);
      at += 4;
      continue;
    }
    const size_t known = kLetters.find(c);
    out += known == std::string_view::npos ? c : kMeanings[known];
  }
  return out;
}

}  // namespace tidemark::expr
