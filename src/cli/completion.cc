// SPDX-License-Identifier: Apache-2.0
// What may be completed, and the hook into libedit.
#include "cli/completion.h"

#include <editline/readline.h>
#include <strings.h>

#include <cctype>
#include <cstring>
#include <set>

#include "expr/aggregate_function.h"
#include "expr/function.h"
#include "server/session.h"

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

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.size() >= prefix.size() && strncasecmp(text.c_str(), prefix.c_str(), prefix.size()) == 0;
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

void AddTables(const server::Session& session, const std::string& prefix, std::set<std::string>* found) {
  const Catalog& catalog = session.catalog();
  for (const auto& name : catalog.ListTables(catalog.current_catalog(), catalog.current_database())) {
    if (StartsWith(name, prefix)) found->insert(name);
    const auto* object = catalog.Find({catalog.current_catalog(), catalog.current_database(), name});
    const auto* table = std::get_if<TablePtr>(object);
    if (table == nullptr) continue;
    for (const auto& column : (*table)->columns) {
      if (StartsWith(column.name, prefix)) found->insert(column.name);
    }
  }
}

const server::Session* completed_session = nullptr;  // libedit's hook takes no argument of ours

char** Complete(const char* text, int start, int end) {
  (void)start;
  (void)end;
  rl_attempted_completion_over = 1;
  const auto found = Completions(text, *completed_session);
  if (found.empty()) return nullptr;
  // libedit's convention: first what all share, then each, then null; all of it is freed by libedit.
  std::string shared = found[0];
  for (const auto& name : found) {
    size_t length = 0;
    while (length < shared.size() && length < name.size() && shared[length] == name[length]) ++length;
    shared.resize(length);
  }
  auto** matches = static_cast<char**>(std::malloc((found.size() + 2) * sizeof(char*)));
  matches[0] = strdup(shared.empty() ? text : shared.c_str());
  for (size_t i = 0; i < found.size(); ++i) matches[i + 1] = strdup(found[i].c_str());
  matches[found.size() + 1] = nullptr;
  return matches;
}

}  // namespace

std::vector<std::string> Completions(const std::string& prefix, const server::Session& session) {
  std::set<std::string> found;
  const bool lower = !prefix.empty() && std::islower(static_cast<unsigned char>(prefix[0]));
  const auto add = [&](const std::string& name) {
    if (StartsWith(name, prefix)) found.insert(lower ? Lower(name) : name);
  };
  for (const char* keyword : kKeywords) add(keyword);
  for (const auto& name : expr::FunctionRegistry::BuiltIn().Names()) {
    if (std::isalpha(static_cast<unsigned char>(name[0])) && name.find(' ') == std::string::npos) add(name);
  }
  for (const auto& name : expr::AggregateNames()) add(name);
  AddTables(session, prefix, &found);
  if (prefix.find('.') != std::string::npos || StartsWith("tidemark", prefix)) {
    for (const auto& spec : Configuration::Specs()) {
      if (StartsWith(spec.key, prefix)) found.insert(spec.key);
    }
  }
  return {found.begin(), found.end()};
}

void InstallCompletion(const server::Session* session) {
  completed_session = session;
  rl_attempted_completion_function = Complete;
}

}  // namespace tidemark::cli
