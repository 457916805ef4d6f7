// SPDX-License-Identifier: Apache-2.0
// Clauses and statements of other databases, and what Flink SQL has for them (operators: dialect_operators.cc). Each
// rule looks at the tokens around the cursor and at what the grammar would have taken there; the first that knows
// something wins.

#include <array>

#include "sql/hint_context.h"
#include "sql/keywords.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

using Rule = std::string (*)(const TokenCursor&);

constexpr std::string_view kUnnestForm = "Write CROSS JOIN UNNEST(array) AS t (column).";
constexpr std::string_view kNameColumns = "Name the columns you want instead of '*'.";

/// SELECT TOP 10 a FROM t
std::string Top(const TokenCursor& cursor) {
  if (WordBefore(cursor) != "TOP" || cursor.Peek().kind != TokenKind::kExactNumber) return "";
  return "Write LIMIT " + cursor.Peek().text + " at the end of the query.";
}

/// DATEADD(DAY, 1, a): the unit of another dialect's function; EXTRACT('hour' FROM a): one in quotes.
std::string Unit(const TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  const std::string unit = ToUpperAscii(token.text);
  if (token.kind == TokenKind::kString && Noted(cursor, "a time unit") && TimeUnitFromName(unit)) {
    return "The unit has no quotes: write " + unit + ".";
  }
  if (!IsSymbolBefore(cursor, "(") || !IsReservedWord(token.upper)) return "";
  const std::string function = WordBefore(cursor, 2);
  if (function == "DATEADD" || function == "DATE_ADD") return "Write TIMESTAMPADD(" + unit + ", 1, time).";
  if (function == "DATEDIFF" || function == "DATE_DIFF") return "Write TIMESTAMPDIFF(" + unit + ", from, to).";
  if (function == "DATEPART" || function == "DATE_PART") return "Write EXTRACT(" + unit + " FROM time).";
  return "";
}

/// DECIMAL(10, 2) in `, DECIMAL(10, 2))`
std::string TypeAhead(const TokenCursor& cursor) {
  size_t end = 2;
  if (cursor.Is("(", end)) {
    while (!cursor.Is(")", end) && !EndsStatement(cursor, end)) ++end;
    ++end;
  }
  if (cursor.Peek(1).kind != TokenKind::kWord || !cursor.Is(")", end)) return "";
  return Repeatable(cursor, cursor.Peek(1).range.begin, cursor.Peek(end - 1).range.end);
}

/// SAFE_CAST(a AS INT), SUBSTR(a FROM 2): a keyword between the arguments of a function that takes commas; and
/// CAST(a, INT), the other way round.
std::string BetweenArguments(const TokenCursor& cursor) {
  const size_t open = cursor.Is("AS") || cursor.Is("FROM") || cursor.Is(",") ? OpenParenthesis(cursor) : 0;
  const std::string function = open > 0 ? WordBefore(cursor, open + 1) : "";
  if (cursor.Is("AS") && function == "SAFE_CAST") return "Write TRY_CAST(value AS type).";
  if (cursor.Is("AS") && function == "CONVERT") return "Write CAST(value AS type).";
  if (cursor.Is("FROM") && function == "SUBSTR") return "Write SUBSTR(text, begin, length).";
  if (cursor.Is("FROM") && function == "DATE_PART") return "Write EXTRACT(unit FROM time).";
  if (!cursor.Is(",") || (function != "CAST" && function != "TRY_CAST")) return "";
  std::string value = Repeatable(cursor, cursor.Previous(open).range.end, cursor.Previous().range.end);
  std::string type = TypeAhead(cursor);
  if (value.empty()) value = "value";
  if (type.empty()) type = "type";
  return "Write " + function + "(" + value + " AS " + type + ").";
}

/// [1, 2] of DuckDB, [id] of SQL Server
std::string Bracket(const TokenCursor& cursor) {
  if (!cursor.Is("[")) return "";
  const bool is_name = cursor.Peek(1).kind == TokenKind::kWord && cursor.Is("]", 2);
  const bool takes_name = std::ranges::any_of(cursor.notes(), [](const std::string& note) {
    return note == "an expression" || note == "a name" || note.ends_with(" name");
  });
  if (is_name && takes_name) {
    return "Names are quoted with back-quotes: `" + cursor.Peek(1).text + "`.";
  }
  if (!Noted(cursor, "an expression")) return "";
  const std::string list = ListAt(cursor, 1);
  return "Write ARRAY[" + (list.empty() ? "..." : list) + "].";
}

/// SELECT * EXCEPT (a), SELECT * REPLACE (a + 1 AS a)
std::string StarWithout(const TokenCursor& cursor) {
  const bool in_except = IsSymbolBefore(cursor, "(") && WordBefore(cursor, 2) == "EXCEPT" &&
                         IsSymbolBefore(cursor, "*", 3) && Noted(cursor, "a query");
  const bool is_word = cursor.Is("EXCLUDE") || (cursor.Is("(", 1) && (cursor.Is("REPLACE") || cursor.Is("RENAME")));
  return in_except || (is_word && IsSymbolBefore(cursor, "*")) ? std::string(kNameColumns) : "";
}

std::string ByAll(const TokenCursor& cursor) {
  if (!Noted(cursor, "an expression")) return "";
  const bool group = WordBefore(cursor) == "ALL" && WordBefore(cursor, 2) == "BY" && WordBefore(cursor, 3) == "GROUP";
  if (group) return "Name the columns: GROUP BY a, b.";
  const bool order = cursor.Is("ALL") && WordBefore(cursor) == "BY" && WordBefore(cursor, 2) == "ORDER";
  return order ? "Name the columns: ORDER BY a, b." : "";
}

/// x IN 1, 2; x IN [1, 2]; x IN UNNEST(a)
std::string InWithoutParentheses(const TokenCursor& cursor) {
  if (WordBefore(cursor) != "IN" || !Noted(cursor, "(")) return "";
  if (cursor.Is("UNNEST")) return "Write ARRAY_CONTAINS(array, value).";
  const size_t first = cursor.Is("[") ? 1 : 0;
  const bool is_literal = IsNumber(cursor.Peek(first)) || cursor.Peek(first).kind == TokenKind::kString;
  const std::string list = is_literal ? ListAt(cursor, first) : "";
  return "The list stands in parentheses: IN (" + (list.empty() ? "1, 2" : list) + ").";
}

/// 'connector': 'datagen', ROW<a: INT>
std::string Colon(const TokenCursor& cursor) {
  if (!cursor.Is(":") || !cursor.HasPrevious()) return "";
  const Token& name = cursor.Previous();
  const Token& value = cursor.Peek(1);
  if (name.kind == TokenKind::kString && value.kind == TokenKind::kString && Noted(cursor, "=")) {
    return "Write '" + name.text + "' = '" + value.text + "'.";
  }
  if (!Noted(cursor, "a data type") || !IsName(name) || value.kind != TokenKind::kWord) return "";
  return "There is no colon before a type: write " + name.text + " " + value.text + ".";
}

/// What CREATE TABLE has elsewhere: kinds, clauses, constraints.
std::string CreateTable(const TokenCursor& cursor) {
  if (Noted(cursor, "TABLE") && Noted(cursor, "CATALOG")) {
    if (cursor.Is("STREAM")) return "Write CREATE TABLE; a table with a WATERMARK is a stream.";
    if (cursor.Is("SOURCE") || cursor.Is("SINK")) return "Write CREATE TABLE ... WITH ('connector' = '...').";
    if (cursor.Is("EXTERNAL")) return "Write CREATE TABLE; every table is external.";
    if (cursor.Is("TEMP")) return "Write TEMPORARY.";
  }
  const bool is_format = cursor.Is("USING") || cursor.AreNext({"STORED", "AS"}) || cursor.AreNext({"ROW", "FORMAT"});
  if (is_format && Noted(cursor, "DISTRIBUTED") && Noted(cursor, "WITH")) {
    return FileHint(cursor.Peek(cursor.Is("USING") ? 1 : 2).text);
  }
  const bool has_place = cursor.Is("ENGINE") || cursor.Is("LOCATION") || cursor.Is("TBLPROPERTIES");
  if (has_place && Noted(cursor, "WITH")) return "Say where the table lives: WITH ('connector' = '...').";
  if (Noted(cursor, "PRIMARY") && cursor.AreNext({"FOREIGN", "KEY"})) {
    return "There are no foreign keys; leave it out.";
  }
  if (Noted(cursor, "PRIMARY") && cursor.AreNext({"CHECK", "("})) {
    return "There are no checks; leave it out, and filter with WHERE in the query.";
  }
  if (WordBefore(cursor) == "WATERMARK" && Noted(cursor, "FOR") && cursor.Is("AS", 1)) {
    return "Write WATERMARK FOR " + cursor.Peek().text + " AS ....";
  }
  return "";
}

/// The first string in the rest of the statement.
std::string NextString(const TokenCursor& cursor) {
  size_t ahead = 0;
  while (!EndsStatement(cursor, ahead) && cursor.Peek(ahead).kind != TokenKind::kString) ++ahead;
  return EndsStatement(cursor, ahead) ? "" : cursor.Peek(ahead).text;
}

std::string OtherStatements(const TokenCursor& cursor) {
  if (WordBefore(cursor) == "LOAD" && cursor.Is("DATA")) return FileHint(NextString(cursor));
  const bool query_follows = cursor.Is("SELECT", 1) || cursor.Is("VALUES", 1) || cursor.Is("(", 1);
  if (WordBefore(cursor) == "INSERT" && Noted(cursor, "INTO") && IsName(cursor.Peek()) && query_follows) {
    return "Write INSERT INTO " + cursor.Peek().text + ".";
  }
  const bool names_kind = WordBefore(cursor) == "DATABASE" || WordBefore(cursor) == "SCHEMA";
  if (names_kind && WordBefore(cursor, 2) == "USE" && IsName(cursor.Peek()) && EndsStatement(cursor, 1)) {
    return "Write USE " + cursor.Peek().text + ".";
  }
  if (WordBefore(cursor) == "BEGIN" && Noted(cursor, "STATEMENT")) {
    return "There are no transactions; BEGIN STATEMENT SET; ... END; runs several INSERTs as one job.";
  }
  return "";
}

/// WITH a AS SELECT ..., and WITH a AS (...) with nothing behind it.
std::string CommonTable(const TokenCursor& cursor) {
  const bool begins_query = cursor.Is("SELECT") || cursor.Is("VALUES");
  if (begins_query && WordBefore(cursor) == "AS" && Noted(cursor, "(") && cursor.HasPrevious(2)) {
    const std::string name = IsName(cursor.Previous(2)) ? cursor.Previous(2).text : "a";
    return "Put the query in parentheses: WITH " + name + " AS (SELECT ...).";
  }
  const bool nothing_follows = EndsStatement(cursor) && IsSymbolBefore(cursor, ")");
  if (!nothing_follows || !Noted(cursor, "a query") || !Noted(cursor, ",")) return "";
  const size_t open = OpenParenthesis(cursor, 2);
  const bool names_table = open > 0 && WordBefore(cursor, open + 1) == "AS" && cursor.HasPrevious(open + 2);
  const Token* name = names_table ? &cursor.Previous(open + 2) : nullptr;
  if (name == nullptr || !IsName(*name)) return "A SELECT that reads it must follow.";
  return "A SELECT that reads '" + name->text + "' must follow.";
}

/// Where a table must stand.
std::string ForeignTable(const TokenCursor& cursor) {
  if (!Noted(cursor, "a table name") && WordBefore(cursor) != "LATERAL") return "";
  const Token& token = cursor.Peek();
  const bool is_file = token.kind == TokenKind::kString && token.text.find_first_of("./") != std::string::npos;
  if (is_file && Noted(cursor, "LATERAL")) return FileHint(token.text);
  const bool is_quoted = token.kind == TokenKind::kString && !token.text.empty();
  if (is_quoted) return "Names are written in back-quotes: `" + token.text + "`.";
  if (cursor.AreNext({"RANGE", "("})) {
    return "Use a datagen table with 'fields.a.kind' = 'sequence', 'fields.a.start' = '1', 'fields.a.end' = '10'.";
  }
  if (WordBefore(cursor) != "LATERAL" || !IsName(token) || !cursor.Is("(", 1)) return "";
  if (cursor.Is("FLATTEN") || cursor.Is("EXPLODE")) return std::string(kUnnestForm);
  return "Write LATERAL TABLE(" + token.text + "(...)).";
}

std::string Clause(const TokenCursor& cursor) {
  if (WordBefore(cursor) == "DISTINCT" && cursor.Is("ON")) {
    return "Number the rows with ROW_NUMBER() OVER (PARTITION BY ... ORDER BY ...) AS rn, and keep WHERE rn = 1.";
  }
  const bool emits = cursor.AreNext({"EMIT", "CHANGES"}) || (WordBefore(cursor) == "EMIT" && cursor.Is("CHANGES"));
  if (emits) return "Leave it out; streaming results are changes.";
  const bool emits_last = cursor.AreNext({"EMIT", "FINAL"}) || (WordBefore(cursor) == "EMIT" && cursor.Is("FINAL"));
  if (emits_last) return "Leave it out; a window gives its rows when it is over.";
  if (cursor.Is("NULL") && Noted(cursor, "NULLS") && (cursor.Is("FIRST", 1) || cursor.Is("LAST", 1))) {
    return "Write NULLS " + cursor.Peek(1).upper + ".";
  }
  if (cursor.Is("VALUE") && Noted(cursor, "VALUES")) return "Did you mean VALUES?";
  if (cursor.Is("OUTER") && Noted(cursor, "JOIN")) return "Write LEFT, RIGHT or FULL OUTER JOIN.";
  if (cursor.AreNext({"IF", "NOT", "EXISTS"})) return "IF NOT EXISTS stands before the name.";
  if (cursor.AreNext({"LATERAL", "VIEW"})) return std::string(kUnnestForm);
  if (cursor.AreNext({"ON", "CONFLICT"}) || cursor.AreNext({"ON", "DUPLICATE"})) {
    return "Leave it out; a sink that takes updates keeps the newest row of each PRIMARY KEY.";
  }
  if (cursor.Is("INDEX") && Noted(cursor, "TABLE")) return "There are no indexes.";
  if (cursor.AreNext({"NOT", "("})) return "Write NOT IN (...), or NOT before the whole condition.";
  if (cursor.Is(",") && Noted(cursor, "AND")) return "Write BETWEEN low AND high.";
  if (cursor.Is("UNSIGNED"))
    return "All numbers have a sign: write the next larger type, or DECIMAL(20, 0) for BIGINT UNSIGNED.";
  if (cursor.AreNext({"FOR", "UPDATE"})) return "There are no locks; leave it out.";
  return "";
}

/// ELSEIF, ELSE IF, and a THEN without its WHEN
std::string Case(const TokenCursor& cursor) {
  const bool is_word = cursor.Is("ELSEIF") || cursor.Is("ELSIF") || cursor.Is("ELIF");
  const bool behind_if = Noted(cursor, "END") && WordBefore(cursor) == "IF" && WordBefore(cursor, 2) == "ELSE";
  if ((is_word && Noted(cursor, "ELSE")) || behind_if) return "Write another WHEN ... THEN ....";
  return cursor.Is("THEN") && Noted(cursor, "WHEN") ? "Write CASE WHEN condition THEN value ... END." : "";
}

}  // namespace

std::string HintForForeignSyntax(const TokenCursor& cursor) {
  static constexpr Rule kRules[] = {
      Top,   Unit,        BetweenArguments, StarWithout, ByAll,        Bracket, InWithoutParentheses,
      Colon, CreateTable, OtherStatements,  CommonTable, ForeignTable, Clause,  Case};
  for (Rule rule : kRules) {
    if (std::string hint = rule(cursor); !hint.empty()) return hint;
  }
  return "";
}

std::string HintForForeignStatement(const TokenCursor& cursor) {
  if (cursor.Is("#")) return std::string(kCommentForm);
  if (cursor.Is("\\")) return "Commands are statements too: SHOW TABLES, DESCRIBE t, QUIT.";
  if (cursor.Is("{{") || cursor.Is("{%")) return std::string(kNoTemplates);
  if (cursor.Is("COPY")) return FileHint(NextString(cursor));
  if (cursor.Is("MERGE")) {
    return "Join the tables in an INSERT INTO; a sink with a PRIMARY KEY keeps the newest row of each key.";
  }
  if (cursor.Is("UPSERT")) return "Write INSERT INTO; a sink with a PRIMARY KEY keeps the newest row of each key.";
  if (cursor.Is("COMMIT") || cursor.Is("ROLLBACK")) return "There are no transactions; leave it out.";
  if (!cursor.Is("FROM")) return "";
  const Token& table = cursor.Peek(1);
  const bool is_function = cursor.Is("(", 2);
  const bool reads_file = is_function && (table.upper.starts_with("READ_") || table.upper.ends_with("_SCAN"));
  if (table.kind == TokenKind::kString || reads_file) return FileHint(table.text);
  if (is_function || !IsName(table)) return "A query begins with SELECT.";
  const std::string items = cursor.Is("SELECT", 2) ? ListAt(cursor, 3) : "";
  return "A query begins with SELECT: SELECT " + (items.empty() ? "*" : items) + " FROM " + table.text + ".";
}

}  // namespace tidemark::sql::internal
