// SPDX-License-Identifier: Apache-2.0
// Operators, braces and parameters of other databases and of the tools around them, and what Flink SQL has for them.

#include <algorithm>
#include <cctype>

#include "sql/hint_context.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

using Rule = std::string (*)(const TokenCursor&);

constexpr std::string_view kNoParameters = "Parameters are not part of a SQL file: write the value.";

/// The column before the cursor as written (`o.note`), or `value`.
std::string OperandBefore(const TokenCursor& cursor) {
  if (!cursor.HasPrevious() || !IsName(cursor.Previous())) return "value";
  size_t back = 1;
  while (IsSymbolBefore(cursor, ".", back + 1) && cursor.HasPrevious(back + 2)) back += 2;
  const std::string name = Repeatable(cursor, cursor.Previous(back).range.begin, cursor.Previous().range.end);
  return name.empty() ? "value" : name;
}

/// note->>'a', note->'a'->>'b', note:a
std::string JsonOperator(const TokenCursor& cursor) {
  const Token& first = cursor.Peek(1);
  const bool is_arrow = cursor.Is("->") || cursor.Is("->>");
  if (is_arrow && first.kind != TokenKind::kString && !IsNumber(first)) return "";
  // Elsewhere a colon stands between the name and the value of something.
  const bool is_glued = cursor.Is(":") && cursor.HasPrevious() && IsName(cursor.Previous()) && IsName(first) &&
                        cursor.Previous().range.end == cursor.Peek().range.begin &&
                        cursor.Peek().range.end == first.range.begin;
  if (!is_arrow && (!is_glued || Noted(cursor, "=") || Noted(cursor, "a data type"))) return "";
  std::string path = first.kind == TokenKind::kString && first.text.starts_with('$') ? "" : "$";
  for (size_t ahead = 0; cursor.Is("->", ahead) || cursor.Is("->>", ahead) || cursor.Is(":", ahead); ahead += 2) {
    const Token& step = cursor.Peek(ahead + 1);
    const bool is_plain = std::ranges::all_of(
        step.text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '$' || c == '.'; });
    if (!is_plain || step.text.empty()) return "Write JSON_VALUE(" + OperandBefore(cursor) + ", '$.path').";
    path += IsNumber(step) ? "[" + step.text + "]" : path.empty() ? step.text : "." + step.text;
  }
  return "Write JSON_VALUE(" + OperandBefore(cursor) + ", '" + path + "').";
}

/// note ~ 'a' of PostgreSQL
std::string RegularExpressionOperator(const TokenCursor& cursor) {
  const bool negated = cursor.Is("!~") || cursor.Is("!~*");
  const bool ignores_case = cursor.Is("~*") || cursor.Is("!~*");
  if (!negated && !ignores_case && !cursor.Is("~")) return "";
  const Token& right = cursor.Peek(1);
  std::string pattern = right.kind == TokenKind::kString ? Repeatable(cursor, right.range.begin, right.range.end) : "";
  if (pattern.size() < 2) pattern = "'pattern'";
  if (ignores_case) pattern.insert(1, "(?i)");
  return std::string(negated ? "Write NOT REGEXP(" : "Write REGEXP(") + OperandBefore(cursor) + ", " + pattern + ").";
}

/// {'a': 1}, {{ name }}
std::string Brace(const TokenCursor& cursor) {
  if (cursor.Is("{{") || cursor.Is("{%")) return std::string(kNoTemplates);
  if (!cursor.Is("{") || !Noted(cursor, "an expression")) return "";
  const Token& value = cursor.Peek(3);
  const bool is_literal = IsNumber(value) || value.kind == TokenKind::kString;
  const bool is_map = cursor.Peek(1).kind == TokenKind::kString && cursor.Is(":", 2);
  if (!is_map || !is_literal || !cursor.Is("}", 4)) return "Write MAP[key, value, ...], or ROW(a, b).";
  const std::string pair = "'" + cursor.Peek(1).text + "', " + std::string(TextOf(cursor.text(), value.range));
  return "Write MAP[" + pair + "].";
}

/// :id, @x, ?, ${x}
std::string Parameter(const TokenCursor& cursor) {
  if (cursor.Is("?")) return std::string(kNoParameters);
  const bool takes_value = Noted(cursor, "an expression") || Noted(cursor, "a number of rows");
  const bool is_sign = takes_value && (cursor.Is(":") || cursor.Is("@"));
  return is_sign || cursor.AreNext({"$", "{"}) ? std::string(kNoParameters) : "";
}

/// Operators that are one token and have one meaning.
std::string PlainOperator(const TokenCursor& cursor) {
  if (cursor.Is("==")) return "Equality is written with a single '='.";
  if (cursor.Is("!=") || cursor.AreNext({"!", "="})) return "Inequality is written '<>'.";
  if (cursor.Is("<=>")) return "Write a IS NOT DISTINCT FROM b.";
  if (cursor.Is("&&")) return "Write AND.";
  if (cursor.Is("::")) return "Write CAST(value AS type).";
  if (cursor.Is("!")) return "Write NOT.";
  if (cursor.Is("#")) return std::string(kCommentForm);
  if (cursor.Is("|>")) return "A query begins with SELECT: SELECT ... FROM ... WHERE ...";
  return "";
}

std::string WordOperator(const TokenCursor& cursor) {
  if (cursor.AreNext({"AT", "TIME", "ZONE"}) || cursor.AreNext({"AT", "LOCAL"})) {
    return "Convert with CONVERT_TZ(...), or cast to TIMESTAMP_LTZ and set 'table.local-time-zone'.";
  }
  if (cursor.Is("ILIKE")) return "Write UPPER(value) LIKE 'PATTERN'.";
  if (cursor.Is("RLIKE")) return "Write REGEXP(value, 'pattern').";
  if (cursor.Is("MINUS")) return "Write EXCEPT.";
  if (cursor.Is("[") && Noted(cursor, "NOT")) return "An array's type is written ARRAY<INT>, a map's MAP<STRING, INT>.";
  return "";
}

}  // namespace

std::string HintForForeignOperator(const TokenCursor& cursor) {
  static constexpr Rule kRules[] = {PlainOperator, WordOperator, JsonOperator, RegularExpressionOperator,
                                    Brace,         Parameter};
  for (Rule rule : kRules) {
    if (std::string hint = rule(cursor); !hint.empty()) return hint;
  }
  return "";
}

}  // namespace tidemark::sql::internal
