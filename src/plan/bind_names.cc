// SPDX-License-Identifier: Apache-2.0
// Errors for names that mean nothing: what is near, and where such a name exists.
#include <algorithm>
#include <cctype>

#include "expr/aggregate_function.h"
#include "plan/bind_environment.h"
#include "plan/flink_function_names.h"
#include "plan/foreign_functions.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

std::string Quoted(const std::string& name) { return "'" + name + "'"; }

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += Quoted(names[i]);
  }
  return text;
}

std::vector<std::string> TableNames(const BindEnvironment& environment, const std::string& catalog,
                                    const std::string& database) {
  std::vector<std::string> names = environment.context().catalog->ListTables(catalog, database);
  for (const auto* frame = environment.common_tables; frame != nullptr; frame = frame->parent) {
    for (const auto& table : frame->tables) names.push_back(table.name);
  }
  return names;
}

/// Tables of the current database, not in `scope`, that declare a column of this name.
std::vector<std::string> TablesWithColumn(const std::string& column, const Scope& scope,
                                          const BindEnvironment& environment) {
  std::vector<std::string> tables;
  const Catalog& catalog = *environment.context().catalog;
  for (const std::string& name : catalog.ListTables(environment.catalog, environment.database)) {
    const CatalogObject* object = catalog.Find({environment.catalog, environment.database, name});
    const TablePtr* table = object == nullptr ? nullptr : std::get_if<TablePtr>(object);
    if (table == nullptr || (*table)->FindColumn(column) == nullptr) continue;
    if (scope.FindRelation({name}) == nullptr) tables.push_back(name);
  }
  return tables;
}

std::vector<std::string> ColumnNames(const std::vector<VisibleColumn>& columns) {
  std::vector<std::string> names;
  for (const VisibleColumn& column : columns) names.push_back(column.name);
  return names;
}

std::string ListHint(const std::string& what, const std::vector<std::string>& names) {
  constexpr size_t kNamesMax = 12;
  if (names.empty()) return "";
  std::string text = what;
  for (size_t i = 0; i < std::min(names.size(), kNamesMax); ++i) text += (i == 0 ? ": " : ", ") + names[i];
  return text + (names.size() > kNamesMax ? ", ..." : "") + ".";
}

std::string NearestOrAll(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  const std::string nearest = sql::DidYouMean(name, known);
  return nearest.empty() ? ListHint(what, known) : nearest;
}

arrow::Status UnknownQualifier(const sql::Name& name, const Scope& scope) {
  const sql::Identifier& qualifier = name.parts[0];
  std::vector<std::string> known;
  for (const ScopeRelation& relation : scope.relations()) {
    if (!relation.path.empty()) known.push_back(relation.path.back());
  }
  for (const VisibleColumn& column : scope.visible()) {
    if (column.expression->type().kind() == TypeKind::kRow) known.push_back(column.name);
  }
  std::string hint = sql::DidYouMean(qualifier.value, known);
  if (hint.empty()) hint = ListHint("FROM has", known);
  return sql::SqlError(qualifier.range, "No table, alias or ROW column is called " + Quoted(qualifier.value) + " here",
                       hint);
}

std::string UpperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

/// `SELECT NOW FROM t`, `WHERE id = $1`: a name that is no column in any table.
std::string HintForNoColumn(const sql::Identifier& name) {
  if (name.quoted || name.value.size() < 2) return "";
  if (name.value[0] == '$' && name.value.find_first_not_of("0123456789", 1) == std::string::npos) {
    return "Parameters are not part of a SQL file: write the value.";
  }
  const std::string upper = UpperCase(name.value);
  if (upper == "SYSDATE") return HintForForeignFunction(upper);
  // Short names, such as E, are aliases with a typo rather than functions.
  const expr::ScalarFunction* function = upper.size() < 3 ? nullptr : expr::FunctionRegistry::BuiltIn().Find(upper);
  return function != nullptr && function->resolve({}).ok() ? "Write " + upper + "()." : "";
}

}  // namespace

arrow::Status UnknownColumn(const sql::Name& name, const Scope& scope, const BindEnvironment& environment) {
  std::vector<std::string> qualifier;
  for (size_t i = 0; i + 1 < name.parts.size(); ++i) qualifier.push_back(name.parts[i].value);
  const ScopeRelation* relation = nullptr;
  while (!qualifier.empty() && (relation = scope.FindRelation(qualifier)) == nullptr) qualifier.pop_back();
  if (name.parts.size() > 1 && relation == nullptr) return UnknownQualifier(name, scope);

  const sql::Identifier& column = relation == nullptr ? name.parts[0] : name.parts[qualifier.size()];
  const std::vector<std::string> known =
      ColumnNames(relation == nullptr ? scope.visible() : scope.ColumnsOf(*relation));
  std::string message = "Unknown column: " + column.value;
  if (relation != nullptr) message += " (not in " + Quoted(relation->path.back()) + ")";
  if (std::string hint = HintForNoColumn(column); !hint.empty() && name.parts.size() == 1) {
    return sql::SqlError(column.range, message, std::move(hint));
  }
  std::string hint = sql::DidYouMean(column.value, known);
  std::vector<std::string> elsewhere;
  if (environment.hints_other_tables) elsewhere = TablesWithColumn(column.value, scope, environment);
  if (!elsewhere.empty()) {
    if (!hint.empty()) hint += " ";
    hint += "A column of that name is in table " + Join(elsewhere) + ", which this FROM does not read.";
  }
  if (hint.empty() && known.empty()) hint = "There are no columns here; a string is written in single quotes.";
  if (hint.empty()) hint = ListHint("The columns are", known);
  return sql::SqlError(column.range, message, hint);
}

arrow::Status UnknownTable(const sql::Name& name, const BindEnvironment& environment) {
  if (name.parts.size() > 3) {
    return sql::SqlError(name.range, "A table name has at most three parts: catalog.database.table");
  }
  const std::vector<std::string> path = environment.Qualify(name);
  const Catalog& catalog = *environment.context().catalog;
  const auto catalogs = catalog.ListCatalogs();
  if (std::find(catalogs.begin(), catalogs.end(), path[0]) == catalogs.end()) {
    return sql::SqlError(name.parts[0].range, "Unknown catalog: " + path[0],
                         NearestOrAll("The catalogs are", path[0], catalogs));
  }
  const auto databases = catalog.ListDatabases(path[0]);
  if (std::find(databases.begin(), databases.end(), path[1]) == databases.end()) {
    const size_t part = name.parts.size() == 3 ? 1 : 0;
    return sql::SqlError(name.parts[part].range, "Unknown database: " + path[1],
                         NearestOrAll("The databases are", path[1], databases));
  }
  const auto known = TableNames(environment, path[0], path[1]);
  std::string hint = sql::DidYouMean(path[2], known);
  if (hint.empty()) hint = ListHint("The tables and views are", known);
  if (hint.empty()) hint = "No table is defined so far: write CREATE TABLE " + path[2] + " (...) WITH (...) first.";
  return sql::SqlError(name.range, "Unknown table: " + name.ToString(), hint);
}

arrow::Status UnknownFunction(const sql::Name& name) {
  const std::string upper = UpperCase(name.last().value);
  if (name.parts.size() == 1 && IsFlinkFunctionName(upper)) {
    return sql::NotSupportedYet(name.range, "The function " + upper);
  }
  if (std::string hint = HintForForeignFunction(upper); !hint.empty() && name.parts.size() == 1) {
    return sql::SqlError(name.range, "Unknown function: " + name.ToString(), std::move(hint));
  }
  std::vector<std::string> known = expr::FunctionRegistry::BuiltIn().Names();
  const auto is_operator = [](const std::string& text) {
    return text.empty() || !std::isalpha(static_cast<unsigned char>(text[0])) || text.find(' ') != std::string::npos;
  };
  known.erase(std::remove_if(known.begin(), known.end(), is_operator), known.end());
  for (const std::string& aggregate : expr::AggregateNames()) known.push_back(aggregate);
  for (const char* form : {"COALESCE", "IF", "IFNULL", "NULLIF", "CAST", "TRY_CAST", "ROW_NUMBER"})
    known.push_back(form);
  std::string hint = sql::DidYouMean(upper, known);
  if (hint.empty()) hint = "SHOW FUNCTIONS lists what there is.";
  return sql::SqlError(name.range, "Unknown function: " + name.ToString(), hint);
}

}  // namespace tidemark::plan
