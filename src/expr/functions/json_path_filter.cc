// SPDX-License-Identifier: Apache-2.0
// Conditions in JSON paths: @.price < 10 && (@.name == 'x' || !(@.n >= $.least)).
#include <array>
#include <charconv>

#include "expr/functions/decimal_digits.h"
#include "expr/functions/json_path.h"

namespace tidemark::expr {
namespace {

/// A side of a comparison, as far as comparisons look at it.
struct Value {
  enum class Kind { kMissing, kNull, kBoolean, kNumber, kText, kNested };
  Kind kind = Kind::kMissing;
  std::string text;
};

int CompareNumbers(const std::string& left, const std::string& right) {
  const bool left_negative = left.starts_with('-');
  const bool right_negative = right.starts_with('-');
  const DecimalDigits a = DecimalDigits::FromText(left);
  const DecimalDigits b = DecimalDigits::FromText(right);
  const auto sign = [](const DecimalDigits& number, bool negative) {
    return number.digits == "0" ? 0 : negative ? -1 : 1;
  };
  const int left_sign = sign(a, left_negative);
  const int right_sign = sign(b, right_negative);
  if (left_sign != right_sign || left_sign == 0) return left_sign - right_sign;
  if (a.exponent != b.exponent) return a.exponent < b.exponent ? -left_sign : left_sign;
  const int order = a.digits.compare(b.digits);
  return order == 0 ? 0 : order < 0 ? -left_sign : left_sign;
}

bool IsNumberText(const std::string& text) {
  double value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  return error != std::errc::invalid_argument && stop == end && text.find_first_of("nN") == std::string::npos;
}

bool Equal(const Value& left, const Value& right) {
  using Kind = Value::Kind;
  const bool right_scalar = right.kind == Kind::kNumber || right.kind == Kind::kText;
  switch (left.kind) {
    case Kind::kMissing:
      return false;
    case Kind::kNull:
      return right.kind == Kind::kNull;
    case Kind::kBoolean:
    case Kind::kNested:
      return right.kind == left.kind && right.text == left.text;
    case Kind::kNumber:
      return right_scalar && IsNumberText(right.text) && CompareNumbers(left.text, right.text) == 0;
    case Kind::kText:
      return right_scalar && left.text == right.text;
  }
  return false;
}

bool Less(const Value& left, const Value& right, bool or_equal) {
  if (left.kind == Value::Kind::kNumber && right.kind == Value::Kind::kNumber) {
    const int order = CompareNumbers(left.text, right.text);
    return order < 0 || (or_equal && order == 0);
  }
  if (left.kind != Value::Kind::kText || right.kind != Value::Kind::kText) return false;
  return or_equal ? !Utf16Less(right.text, left.text) : Utf16Less(left.text, right.text);
}

/// A constant, or a path from the value at hand ('@') or from the whole document ('$').
struct Operand {
  Value constant;
  std::optional<JsonPath> path;

  Value Read(int32_t node, bool lax, JsonDocument* document) const {
    if (!path) return constant;
    const JsonFound found = ReadJsonPath(*path, lax, path->from_root() ? document->root() : node, document);
    if (!found.error.empty()) return {};
    if (found.node < 0) return {Value::Kind::kNull, ""};
    const JsonKind kind = document->node(found.node).kind;
    Value value;
    value.kind = kind == JsonKind::kTrue || kind == JsonKind::kFalse ? Value::Kind::kBoolean
                 : document->node(found.node).is_number()            ? Value::Kind::kNumber
                 : kind == JsonKind::kString                         ? Value::Kind::kText
                                                                     : Value::Kind::kNested;
    if (value.kind == Value::Kind::kNested) {
      document->Write(found.node, &value.text);
    } else {
      document->WriteScalarText(found.node, &value.text);
    }
    return value;
  }
};

class Comparison final : public JsonFilter {
 public:
  Comparison(Operand left, std::string op, Operand right)
      : left_(std::move(left)), op_(std::move(op)), right_(std::move(right)) {}

  bool Keeps(int32_t node, bool lax, JsonDocument* document) const override {
    const Value left = left_.Read(node, lax, document);
    const Value right = right_.Read(node, lax, document);
    if (op_ == "==") return Equal(left, right);
    if (op_ == "!=") return !Equal(left, right);
    if (op_ == "===") return left.kind == right.kind && Equal(left, right);
    if (op_ == "!==") return left.kind != right.kind || !Equal(left, right);
    if (op_ == "<" || op_ == "<=") return Less(left, right, op_ == "<=");
    return Less(right, left, op_ == ">=");
  }

 private:
  const Operand left_;
  const std::string op_;
  const Operand right_;
};

using FilterPtr = std::shared_ptr<const JsonFilter>;

class Combination final : public JsonFilter {
 public:
  enum class Op { kAnd, kOr, kNot };
  Combination(Op op, std::vector<FilterPtr> parts) : op_(op), parts_(std::move(parts)) {}

  bool Keeps(int32_t node, bool lax, JsonDocument* document) const override {
    if (op_ == Op::kNot) return !parts_[0]->Keeps(node, lax, document);
    for (const auto& part : parts_) {
      if (part->Keeps(node, lax, document) == (op_ == Op::kOr)) return op_ == Op::kOr;
    }
    return op_ == Op::kAnd;
  }

 private:
  const Op op_;
  const std::vector<FilterPtr> parts_;
};

class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : text_(text) {}

  arrow::Result<FilterPtr> Run() {
    ARROW_ASSIGN_OR_RAISE(FilterPtr filter, Either());
    SkipBlanks();
    if (at_ < text_.size()) return Bad("something follows the condition");
    return filter;
  }

 private:
  static constexpr int kDepthMax = 100;

  arrow::Status Bad(const std::string& what) const {
    return arrow::Status::Invalid("'", text_, "' is no condition of a JSON path: ", what);
  }
  arrow::Status Missing(const std::string& what) const {
    return arrow::Status::NotImplemented(what, " in a condition of a JSON path is not supported yet: '", text_, "'");
  }
  void SkipBlanks() { at_ = std::min(text_.find_first_not_of(' ', at_), text_.size()); }
  bool Accept(std::string_view token) {
    SkipBlanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  arrow::Result<FilterPtr> Either() {
    if (++depth_ > kDepthMax) return Bad("it is nested too deeply");
    std::vector<FilterPtr> parts;
    do {
      ARROW_ASSIGN_OR_RAISE(parts.emplace_back(), All());
    } while (Accept("||"));
    --depth_;
    if (parts.size() == 1) return parts[0];
    return std::make_shared<Combination>(Combination::Op::kOr, std::move(parts));
  }

  arrow::Result<FilterPtr> All() {
    std::vector<FilterPtr> parts;
    do {
      ARROW_ASSIGN_OR_RAISE(parts.emplace_back(), One());
    } while (Accept("&&"));
    if (parts.size() == 1) return parts[0];
    return std::make_shared<Combination>(Combination::Op::kAnd, std::move(parts));
  }

  arrow::Result<FilterPtr> One() {
    if (Accept("!")) {
      if (++depth_ > kDepthMax) return Bad("it is nested too deeply");
      ARROW_ASSIGN_OR_RAISE(FilterPtr inner, One());
      --depth_;
      return std::make_shared<Combination>(Combination::Op::kNot, std::vector<FilterPtr>{std::move(inner)});
    }
    if (Accept("(")) {
      ARROW_ASSIGN_OR_RAISE(FilterPtr inner, Either());
      if (!Accept(")")) return Bad("'(' is not closed");
      return inner;
    }
    ARROW_ASSIGN_OR_RAISE(Operand left, ReadOperand());
    ARROW_ASSIGN_OR_RAISE(std::string op, Operator());
    ARROW_ASSIGN_OR_RAISE(Operand right, ReadOperand());
    return std::make_shared<Comparison>(std::move(left), std::move(op), std::move(right));
  }

  arrow::Result<std::string> Operator() {
    for (const char* op : {"===", "!==", "==", "!=", "<=", ">=", "=~"}) {
      if (!Accept(op)) continue;
      if (op[1] == '~') return Missing("=~");
      return op;
    }
    for (const char* op : {"<", ">"}) {
      if (Accept(op)) return op;
    }
    SkipBlanks();
    const bool ends = at_ >= text_.size() || text_[at_] == ')' || text_[at_] == '&' || text_[at_] == '|';
    return ends ? Missing("A test whether something exists") : Missing("This operator");
  }

  arrow::Result<Operand> ReadOperand() {
    SkipBlanks();
    if (at_ >= text_.size()) return Bad("it ends too early");
    const char c = text_[at_];
    if (c == '@' || c == '$') return Path();
    if (c == '\'' || c == '"') return Text(c);
    if (c == '[' || c == '{' || c == '/') return Missing("A list, an object or a pattern");
    if (Accept("true")) return Operand{{Value::Kind::kBoolean, "true"}, std::nullopt};
    if (Accept("false")) return Operand{{Value::Kind::kBoolean, "false"}, std::nullopt};
    if (Accept("null")) return Operand{{Value::Kind::kNull, ""}, std::nullopt};
    const size_t end = std::min(text_.find_first_not_of("0123456789-.eE", at_), text_.size());
    const std::string number(text_.substr(at_, end - at_));
    if (!IsNumberText(number)) return Bad("expected a value");
    at_ = end;
    std::string canonical;
    WriteBigDecimal(number, &canonical);
    return Operand{{Value::Kind::kNumber, canonical}, std::nullopt};
  }

  arrow::Result<Operand> Text(char quote) {
    const size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return Bad("a string is not closed");
    ARROW_ASSIGN_OR_RAISE(std::string text, UnescapeJsonPathText(text_.substr(begin, at_ - begin)));
    ++at_;
    return Operand{{Value::Kind::kText, std::move(text)}, std::nullopt};
  }

  /// Up to a blank, an operator or a parenthesis that is not its own.
  arrow::Result<Operand> Path() {
    const size_t begin = at_;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '[') {
        if (!SkipBrackets()) return Bad("'[' is not closed");
      } else if (c == '(' && text_.substr(at_, 2) == "()") {
        ++at_;
      } else if (std::string_view(" <>=!~)&|").find(c) != std::string_view::npos) {
        break;
      }
    }
    Operand operand;
    ARROW_ASSIGN_OR_RAISE(operand.path, JsonPath::Compile(text_.substr(begin, at_ - begin)));
    return operand;
  }

  /// Leaves at_ at the bracket that closes the one there.
  bool SkipBrackets() {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\'' || c == '"') {
        for (++at_; at_ < text_.size() && text_[at_] != c;) at_ += text_[at_] == '\\' ? 2 : 1;
      }
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (depth == 0) return true;
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

arrow::Result<std::shared_ptr<const JsonFilter>> CompileJsonFilter(std::string_view text) {
  return FilterReader(text).Run();
}

}  // namespace tidemark::expr
