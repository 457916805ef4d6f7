// SPDX-License-Identifier: Apache-2.0
// What people usually got wrong when the parser meets a token it does not want. Each rule looks at the tokens around
// the cursor and at what the grammar would have taken; the first rule that knows something wins. What other dialects
// write: dialect_hints.cc.

#include <algorithm>
#include <array>

#include "sql/edit_distance.h"
#include "sql/hint_context.h"
#include "sql/keywords.h"

namespace tidemark::sql::internal {

namespace {

using Rule = std::string (*)(const TokenCursor&);

// Infix keywords are not noted by the parser (there would be too many), yet people misspell them.
constexpr auto kInfixKeywords =
    std::to_array<std::string_view>({"AND", "BETWEEN", "ESCAPE", "LIKE", "NOT", "SIMILAR", "OVER", "OVERLAPS"});

/// A description such as "a table name" rather than a keyword or symbol.
bool NotedName(const TokenCursor& cursor) {
  return std::any_of(cursor.notes().begin(), cursor.notes().end(), [](const std::string& note) {
    return note.find("name") != std::string::npos || note == "an expression" || note == "a column";
  });
}

bool IsPlainWord(const Token& token) { return token.kind == TokenKind::kWord && !IsReservedWord(token.upper); }

/// The keyword among the candidates that the word misspells, or an empty string.
std::string MisspelledKeyword(const std::string& word, const std::vector<std::string>& candidates) {
  constexpr size_t kWordLengthMin = 3;
  if (word.size() < kWordLengthMin) return "";
  size_t best_distance = word.size() <= 4 ? 1 : 2;
  std::string best;
  for (const std::string& candidate : candidates) {
    if (candidate.size() < kWordLengthMin || candidate == word || candidate[0] < 'A' || candidate[0] > 'Z') continue;
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance || (distance == best_distance && best.empty())) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

/// ORDER and GROUP are meant only where BY follows: else `orders` and `groups` are the names of tables.
void EraseWithoutBy(const TokenCursor& cursor, size_t ahead, std::vector<std::string>* candidates) {
  if (cursor.Is("BY", ahead)) return;
  std::erase_if(*candidates, [](const std::string& word) { return word == "ORDER" || word == "GROUP"; });
}

std::string MisspelledHere(const TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  if (token.kind != TokenKind::kWord || IsReservedWord(token.upper)) return "";
  std::vector<std::string> candidates = cursor.notes();
  if (!NotedName(cursor)) candidates.insert(candidates.end(), kInfixKeywords.begin(), kInfixKeywords.end());
  // IF is a name too: DROP TABLE IF EXIST t.
  if (cursor.HasPrevious() && cursor.Previous().upper == "IF") candidates.emplace_back("EXISTS");
  EraseWithoutBy(cursor, 1, &candidates);
  const std::string keyword = MisspelledKeyword(token.upper, candidates);
  return keyword.empty() ? "" : "Did you mean " + keyword + "?";
}

/// A word that begins a clause and so ends a list before it.
bool IsClause(const Token& token) {
  static constexpr auto kClauses = std::to_array<std::string_view>(
      {"AS", "FROM", "GROUP", "HAVING", "LIMIT", "ORDER", "SELECT", "UNION", "WHERE", "WINDOW", "WITH"});
  return token.kind == TokenKind::kWord && std::binary_search(kClauses.begin(), kClauses.end(), token.upper);
}

std::string TrailingComma(const TokenCursor& cursor) {
  if (!cursor.HasPrevious() || cursor.Previous().kind != TokenKind::kSymbol || cursor.Previous().text != ",") return "";
  const Token& token = cursor.Peek();
  const bool list_ends =
      IsClause(token) || token.kind == TokenKind::kEnd || cursor.Is(")") || cursor.Is("]") || cursor.Is(";");
  return list_ends ? "Remove the comma before it, or add what is missing." : "";
}

/// A structural word in an expression is more often a mistake than a name; what follows tells: `SELECT order FROM t`.
bool LooksLikeName(const TokenCursor& cursor) {
  const Token& next = cursor.Peek(1);
  return (next.kind == TokenKind::kSymbol && next.text != "(") || cursor.Is("FROM", 1) || cursor.Is("AS", 1);
}

std::string ReservedWordAsName(const TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  if (token.kind != TokenKind::kWord || !IsReservedWord(token.upper) || !NotedName(cursor)) return "";
  const bool in_expression = Noted(cursor, "an expression");
  if (in_expression && IsStructuralWord(token.upper) && !LooksLikeName(cursor)) return "";
  // `SELECT a AS FROM t` lacks a name, `CREATE TABLE order (...)` has one.
  const bool is_by_clause = cursor.Is("ORDER") || cursor.Is("GROUP");
  const bool clause_goes_on = is_by_clause ? cursor.Is("BY", 1) : cursor.Peek(1).kind == TokenKind::kWord;
  if (!in_expression && IsClause(token) && clause_goes_on) return "";
  return "'" + token.text + "' is a reserved word: write `" + token.text + "` to use it as a name.";
}

std::string MissingSemicolon(const TokenCursor& cursor) {
  const bool may_end = Noted(cursor, kEndOfStatement) || Noted(cursor, ";");
  if (!may_end || !BeginsStatement(cursor.Peek())) return "";
  return "Is a ';' missing before it? Statements are separated by ';'.";
}

std::string StringAsAlias(const TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  if (token.kind != TokenKind::kString || !cursor.HasPrevious()) return "";
  const bool after_as = cursor.Previous().upper == "AS" && Noted(cursor, "a name");
  const bool instead_of_as = Noted(cursor, "AS") && cursor.Previous().kind != TokenKind::kString;
  if ((!after_as && !instead_of_as) || token.text.empty()) return "";
  return "Names are written in back-quotes: `" + token.text + "`.";
}

std::string MissingComma(const TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  // VALUES (1, 2) (3, 4)
  const bool begins_row = cursor.Is("(") && cursor.HasPrevious() && cursor.Previous().text == ")";
  const bool begins_item = begins_row || token.kind == TokenKind::kQuotedName || token.kind == TokenKind::kString ||
                           token.kind == TokenKind::kExactNumber ||
                           (token.kind == TokenKind::kWord && !IsStructuralWord(token.upper));
  if (!begins_item || !Noted(cursor, ",")) return "";
  return "Is a comma missing before it?";
}

/// WHERE a = 1 b = 2
std::string MissingAnd(const TokenCursor& cursor) {
  const bool after_where = Noted(cursor, "HAVING") && Noted(cursor, "GROUP") && !Noted(cursor, "WHERE");
  const Token& token = cursor.Peek();
  const bool begins_operand = token.kind == TokenKind::kQuotedName || cursor.Is("(") || cursor.Is("EXISTS") ||
                              (token.kind == TokenKind::kWord && !IsReservedWord(token.upper));
  return after_where && begins_operand ? "Is AND or OR missing before it?" : "";
}

/// SELECT id, name orders WHERE id > 1: the table was taken for an alias. SELECT id AS x orders WHERE id > 1.
std::string MissingFrom(const TokenCursor& cursor) {
  static constexpr auto kBehindTable = std::to_array<std::string_view>({"CROSS", "INNER", "JOIN", "LEFT", "WHERE"});
  const auto ends_tables = [&cursor](size_t ahead) {
    return std::ranges::any_of(kBehindTable, [&](std::string_view word) { return cursor.Is(word, ahead); });
  };
  if (!Noted(cursor, "FROM")) return "";
  const bool is_word = cursor.Peek().kind == TokenKind::kWord && !IsStructuralWord(cursor.Peek().upper);
  if (is_word && ends_tables(1)) return "Is FROM missing?";
  if (!cursor.PreviousIsName() || !cursor.HasPrevious(2) || !ends_tables(0)) return "";
  const Token& before = cursor.Previous(2);
  const bool is_alias = before.kind != TokenKind::kSymbol || before.text == ")" || before.text == "*";
  if (!is_alias || before.upper == "AS" || before.upper == "SELECT") return "";
  return "Is FROM missing before '" + cursor.Previous().text + "'?";
}

std::string MissingIs(const TokenCursor& cursor) { return cursor.AreNext({"NOT", "NULL"}) ? "Write IS NOT NULL." : ""; }

std::string UnopenedParenthesis(const TokenCursor& cursor) {
  if (!cursor.Is(")") || Noted(cursor, ")") || Noted(cursor, "an expression") || NotedName(cursor)) return "";
  return Noted(cursor, kEndOfStatement) ? "There is no '(' that it closes." : "";
}

std::string WrongOrderOrPlace(const TokenCursor& cursor) {
  const bool at_end_of_query = Noted(cursor, kEndOfStatement) || Noted(cursor, "OFFSET") || Noted(cursor, "FETCH");
  if (cursor.Is("WHERE") && Noted(cursor, "FROM")) return "WHERE needs a FROM before it.";
  if (at_end_of_query && cursor.Is("WHERE")) return "WHERE stands before GROUP BY, HAVING, ORDER BY and LIMIT.";
  if (at_end_of_query && cursor.Is("GROUP")) return "GROUP BY stands behind WHERE, before HAVING and ORDER BY.";
  if (at_end_of_query && cursor.Is("HAVING")) return "HAVING stands behind GROUP BY, before ORDER BY and LIMIT.";
  if (at_end_of_query && cursor.Is("ORDER")) return "ORDER BY stands before LIMIT, OFFSET and FETCH.";
  if (at_end_of_query && cursor.Is("LIMIT")) return "LIMIT stands before OFFSET.";
  if (cursor.AreNext({"FOR", "SYSTEM_TIME"})) return "FOR SYSTEM_TIME AS OF stands before the alias of the table.";
  if (cursor.Peek().kind == TokenKind::kHintBegin) {
    return "Hints stand behind SELECT, or behind the name of a table and before its alias.";
  }
  if (cursor.Is("COMMENT") || cursor.Is("PARTITIONED") || cursor.Is("DISTRIBUTED")) {
    return "The clauses stand in this order: COMMENT, DISTRIBUTED, PARTITIONED BY, WITH, LIKE or AS.";
  }
  return "";
}

/// 'it\'s': a backslash before the quote that was meant to go on.
std::string BackslashBeforeQuote(const TokenCursor& cursor) {
  if (!cursor.HasPrevious() || cursor.Previous().kind != TokenKind::kString) return "";
  const std::string& text = cursor.Previous().text;
  if (text.empty() || text.back() != '\\') return "";
  return "A backslash has no meaning in a string; a quote inside is written twice: 'it''s'.";
}

/// WHERE name = ;   WHERE a AND;   IN ()
std::string MissingOperand(const TokenCursor& cursor) {
  if (!Noted(cursor, "an expression") || !cursor.HasPrevious()) return "";
  if (cursor.Is(")") && IsSymbolBefore(cursor, "(") && WordBefore(cursor, 2) == "IN")
    return "IN takes at least one value: IN (1, 2).";
  const bool list_ends = cursor.Is(")") || cursor.Is("]") || EndsStatement(cursor);
  static constexpr auto kOperators =
      std::to_array<std::string_view>({"=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||"});
  static constexpr auto kWords =
      std::to_array<std::string_view>({"AND", "BETWEEN", "BY", "HAVING", "NOT", "ON", "OR", "WHERE"});
  const Token& previous = cursor.Previous();
  const bool behind_operator =
      previous.kind == TokenKind::kSymbol && std::ranges::find(kOperators, previous.text) != kOperators.end();
  const bool behind_word = std::ranges::find(kWords, WordBefore(cursor)) != kWords.end();
  if (!list_ends || (!behind_operator && !behind_word)) return "";
  return "Write what stands behind " + (behind_word ? previous.upper : "'" + previous.text + "'") + ", or remove it.";
}

/// LIMIT -1, LIMIT 'a'
std::string RowCount(const TokenCursor& cursor) {
  if (!Noted(cursor, "a number of rows")) return "";
  if (cursor.Is("-")) return "A number of rows is 0 or more; without LIMIT all rows come.";
  return cursor.Peek().kind == TokenKind::kString ? "Write the number without quotes." : "";
}

/// SUBSTRING(name), EXTRACT(ts): calls with words inside.
std::string CallWithWords(const TokenCursor& cursor) {
  struct Form {
    std::string_view name;
    std::string_view text;
  };
  static constexpr auto kForms = std::to_array<Form>({{"CAST", "CAST(value AS type)"},
                                                      {"EXTRACT", "EXTRACT(unit FROM time)"},
                                                      {"OVERLAY", "OVERLAY(text PLACING other FROM start FOR length)"},
                                                      {"POSITION", "POSITION(part IN text)"},
                                                      {"SUBSTRING", "SUBSTRING(text, start, length)"},
                                                      {"TRY_CAST", "TRY_CAST(value AS type)"}});
  const size_t open = OpenParenthesis(cursor);
  if (open == 0 || Noted(cursor, "an expression")) return "";
  const auto form = std::ranges::find(kForms, WordBefore(cursor, open + 1), &Form::name);
  return form == kForms.end() ? "" : "It is called as " + std::string(form->text) + ".";
}

/// BEGIN STATEMENT SET; SELECT ...
std::string QueryInStatementSet(const TokenCursor& cursor) {
  const bool in_set = Noted(cursor, "INSERT") && Noted(cursor, "END");
  return in_set && BeginsStatement(cursor.Peek())
             ? "A statement set holds INSERTs only: write INSERT INTO table SELECT ..."
             : "";
}

/// INTERVAL '1' FORTNIGHT
std::string UnknownUnit(const TokenCursor& cursor) {
  const bool wants_unit = Noted(cursor, "YEAR") && Noted(cursor, "SECOND") && cursor.HasPrevious();
  if (!wants_unit || cursor.Previous().kind != TokenKind::kString) return "";
  return "Write one of these units behind the quotes: INTERVAL '14' DAY.";
}

/// INTERVAL '1 day'
std::string UnitInsideInterval(const TokenCursor& cursor) {
  if (!Noted(cursor, "YEAR") || !Noted(cursor, "SECOND") || !cursor.HasPrevious()) return "";
  const bool in_text =
      cursor.Previous().kind == TokenKind::kString && cursor.Previous().text.find(' ') != std::string::npos;
  return in_text ? "The unit stands behind the quotes: INTERVAL '1' DAY." : "";
}

}  // namespace

bool BeginsStatement(const Token& token) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"ALTER", "ANALYZE", "BEGIN",   "CALL",     "COMPILE", "CREATE", "DELETE",  "DESC",  "DESCRIBE",
       "DROP",  "EXECUTE", "EXPLAIN", "INSERT",   "LOAD",    "REMOVE", "REPLACE", "RESET", "SELECT",
       "SET",   "SHOW",    "STOP",    "TRUNCATE", "UNLOAD",  "UPDATE", "USE",     "WITH"});
  return token.kind == TokenKind::kWord && std::binary_search(kWords.begin(), kWords.end(), token.upper);
}

std::string MisspelledBefore(const TokenCursor& cursor) {
  if (!cursor.PreviousIsName() || !IsPlainWord(cursor.Previous())) return "";
  // `FROM orders FOR`: where a table must stand, its name is no misspelled keyword.
  static constexpr auto kBeforeTable = std::to_array<std::string_view>({"FROM", "INTO", "JOIN", "TABLE"});
  const bool names_table = cursor.HasPrevious(2) && cursor.Previous(2).kind == TokenKind::kWord &&
                           std::ranges::find(kBeforeTable, cursor.Previous(2).upper) != kBeforeTable.end();
  if (names_table) return "";
  // `SELECT a FROM orders` without its ';': the table is no misspelled ORDER, the next statement begins.
  if (!MissingSemicolon(cursor).empty()) return "";
  std::vector<std::string> candidates = cursor.notes();
  candidates.insert(candidates.end(), cursor.previous_notes().begin(), cursor.previous_notes().end());
  EraseWithoutBy(cursor, 0, &candidates);
  return MisspelledKeyword(cursor.Previous().upper, candidates);
}

std::string HintForUnexpected(const TokenCursor& cursor) {
  static constexpr Rule kRules[] = {
      HintForForeignSyntax, MissingFrom,         BackslashBeforeQuote, StringAsAlias,     MissingSemicolon,
      MisspelledHere,       TrailingComma,       ReservedWordAsName,   WrongOrderOrPlace, MissingIs,
      UnopenedParenthesis,  UnitInsideInterval,  UnknownUnit,          MissingOperand,    RowCount,
      CallWithWords,        QueryInStatementSet, MissingComma,         MissingAnd};
  for (Rule rule : kRules) {
    if (std::string hint = rule(cursor); !hint.empty()) return hint;
  }
  return "";
}

}  // namespace tidemark::sql::internal
