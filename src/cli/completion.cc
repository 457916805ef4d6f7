// SPDX-License-Identifier: Apache-2.0
// What may stand at a place of a script, by the tokens around it.
#include "cli/completion.h"

#include <strings.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>

#include "expr/aggregate_function.h"
#include "expr/function.h"
#include "server/session.h"
#include "sql/lexer.h"

namespace tidemark::cli {
namespace {

constexpr const char* kKeywords[] = {
    "ADD",     "ALL",       "ALTER",      "AND",      "AS",        "ASC",         "BEGIN",   "BETWEEN",   "BY",
    "CASE",    "CAST",      "CATALOG",    "COLUMN",   "CREATE",    "CROSS",       "CUBE",    "CUMULATE",  "DATABASE",
    "DESC",    "DESCRIBE",  "DESCRIPTOR", "DISTINCT", "DROP",      "ELSE",        "END",     "EXECUTE",   "EXISTS",
    "EXPLAIN", "FALSE",     "FILTER",     "FOR",      "FROM",      "FULL",        "GROUP",   "GROUPING",  "HAVING",
    "HOP",     "IF",        "IN",         "INNER",    "INSERT",    "INTERVAL",    "INTO",    "IS",        "JOIN",
    "KEY",     "LEFT",      "LIKE",       "LIMIT",    "METADATA",  "NOT",         "NULL",    "OFFSET",    "ON",
    "OR",      "ORDER",     "OUTER",      "OVER",     "PARTITION", "PARTITIONED", "PRIMARY", "QUIT",      "RESET",
    "RIGHT",   "ROLLUP",    "SELECT",     "SESSION",  "SET",       "SETS",        "SHOW",    "STATEMENT", "TABLE",
    "TABLES",  "TEMPORARY", "THEN",       "TRUE",     "TUMBLE",    "UNION",       "USE",     "USING",     "VALUES",
    "VIEW",    "VIEWS",     "WATERMARK",  "WHEN",     "WHERE",     "WINDOW",      "WITH"};

using sql::Token;
using sql::TokenKind;
using Words = std::set<std::string>;

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.size() >= prefix.size() && strncasecmp(text.c_str(), prefix.c_str(), prefix.size()) == 0;
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool IsName(const Token& token) { return token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedName; }

bool IsSymbol(const Token& token, std::string_view symbol) {
  return token.kind == TokenKind::kSymbol && token.text == symbol;
}

/// The tokens of the last statement of a script, without the end.
std::vector<Token> LastStatement(const std::string& script) {
  std::vector<Token> tokens = sql::Tokenize(script);
  tokens.pop_back();
  const auto semicolon = std::find_if(tokens.rbegin(), tokens.rend(), [](const Token& t) { return IsSymbol(t, ";"); });
  tokens.erase(tokens.begin(), semicolon.base());
  return tokens;
}

/// The string that is open at the end of the script: what stands behind its quote.
std::optional<std::string> OpenString(const std::string& script) {
  // A quote at the end closes an open string; anywhere else it opens one, and is an error.
  const auto tokens = LastStatement(script + "'");
  if (tokens.empty() || tokens.back().kind != TokenKind::kString) return std::nullopt;
  if (tokens.back().range.end <= script.size()) return std::nullopt;  // the quote went into a comment
  return script.substr(std::min(script.find('\'', tokens.back().range.begin), script.size() - 1) + 1);
}

/// SET or RESET, and nothing but a part of a key behind it.
bool ExpectsKey(const std::vector<Token>& statement) {
  if (statement.empty() || (statement[0].upper != "SET" && statement[0].upper != "RESET")) return false;
  return std::ranges::none_of(statement, [](const Token& token) { return IsSymbol(token, "="); });
}

/// The end of `text` that consists of letters, digits and `more`.
std::string LastWord(const std::string& text, std::string_view more) {
  size_t begin = text.size();
  while (begin > 0) {
    const auto c = static_cast<unsigned char>(text[begin - 1]);
    if (c < 0x80 && std::isalnum(c) == 0 && more.find(static_cast<char>(c)) == std::string_view::npos) break;
    --begin;
  }
  return text.substr(begin);
}

TablePtr FindTable(const std::string& name, const Catalog& catalog) {
  const auto* object = catalog.Find({catalog.current_catalog(), catalog.current_database(), name});
  const auto* table = object == nullptr ? nullptr : std::get_if<TablePtr>(object);
  return table == nullptr ? nullptr : *table;
}

/// The table of that name, or for which the statement says `table [AS] name`.
TablePtr FindTableOrAlias(const std::string& name, const std::vector<Token>& statement, const Catalog& catalog) {
  if (auto table = FindTable(name, catalog)) return table;
  for (size_t i = 1; i < statement.size(); ++i) {
    if (!IsName(statement[i]) || statement[i].text != name) continue;
    const size_t before = statement[i - 1].upper == "AS" && i >= 2 ? i - 2 : i - 1;
    if (!IsName(statement[before])) continue;
    if (auto table = FindTable(statement[before].text, catalog)) return table;
  }
  return nullptr;
}

void AddColumns(const TablePtr& table, const std::string& lead, const std::string& prefix, Words* found) {
  if (table == nullptr) return;
  for (const auto& column : table->columns) {
    if (StartsWith(column.name, prefix)) found->insert(lead + column.name);
  }
}

void AddKeys(const std::string& prefix, Words* found) {
  for (const auto& spec : Configuration::Specs()) {
    if (StartsWith(spec.key, prefix)) found->insert(spec.key);
  }
}

void AddTables(const Catalog& catalog, const std::string& prefix, Words* found) {
  for (const auto& name : catalog.ListTables(catalog.current_catalog(), catalog.current_database())) {
    if (StartsWith(name, prefix)) found->insert(name);
    AddColumns(FindTable(name, catalog), "", prefix, found);
  }
}

/// Keywords and functions.
void AddLanguage(const std::string& prefix, Words* found) {
  const bool lower = !prefix.empty() && std::islower(static_cast<unsigned char>(prefix[0]));
  const auto add = [&](const std::string& name) {
    if (StartsWith(name, prefix)) found->insert(lower ? Lower(name) : name);
  };
  for (const char* keyword : kKeywords) add(keyword);
  for (const auto& name : expr::FunctionRegistry::BuiltIn().Names()) {
    if (std::isalpha(static_cast<unsigned char>(name[0])) && name.find(' ') == std::string::npos) add(name);
  }
  for (const auto& name : expr::AggregateNames()) add(name);
}

Completion Offer(std::string typed, const Words& found, char close = ' ') {
  return {std::move(typed), {found.begin(), found.end()}, close};
}

Completion InString(const std::string& typed, const std::vector<Token>& statement, const std::string& after) {
  Words found;
  if (statement.size() == 2 && ExpectsKey(statement)) AddKeys(typed, &found);
  return Offer(typed, found, after.starts_with('\'') ? '\0' : '\'');
}

}  // namespace

Completion CompletionAt(const std::string& before, const std::string& after, const server::Session& session) {
  if (const auto typed = OpenString(before)) return InString(*typed, LastStatement(before + "'"), after);
  Words found;
  const std::string key = LastWord(before, "_.-");
  const auto statement = LastStatement(before);
  const bool is_first = statement.empty() || before.size() - key.size() <= statement[0].range.begin;
  if (!is_first && ExpectsKey(statement)) {
    AddKeys(key, &found);
    return Offer(key, found);
  }
  std::string typed = LastWord(before, "_$.");
  if (const auto dot = typed.rfind('.'); dot != std::string::npos) {
    const std::string qualifier = LastWord(typed.substr(0, dot), "_$");
    const auto whole = LastStatement(before + " " + after.substr(0, after.find(';')));
    const TablePtr table = FindTableOrAlias(qualifier, whole, session.catalog());
    AddColumns(table, typed.substr(0, dot + 1), typed.substr(dot + 1), &found);
    return Offer(std::move(typed), found);
  }
  AddLanguage(typed, &found);
  AddTables(session.catalog(), typed, &found);
  return Offer(std::move(typed), found);
}

}  // namespace tidemark::cli
