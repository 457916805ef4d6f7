// SPDX-License-Identifier: Apache-2.0
// SHOW and DESCRIBE: lists of names.
#include <algorithm>
#include <cctype>
#include <set>

#include "expr/aggregate_function.h"
#include "server/object_names.h"
#include "server/show.h"
#include "sql/diagnostic.h"

namespace tidemark::server {
namespace {

std::optional<PreparedStatement> NameRows(const std::string& column, const std::vector<std::string>& names,
                                          const NameFilter& filter) {
  std::vector<Row> rows;
  for (const auto& name : names) {
    if (filter.Passes(name)) rows.push_back({name});
  }
  return RowsOf({{column, DataType::String()}}, std::move(rows));
}

/// In lower case, as Flink lists them.
std::vector<std::string> FunctionNames() {
  std::set<std::string> names;
  const auto add = [&](std::string name) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    names.insert(std::move(name));
  };
  for (const auto& name : expr::FunctionRegistry::BuiltIn().Names()) {
    if (std::isalpha(static_cast<unsigned char>(name[0])) && name.find(' ') == std::string::npos) add(name);
  }
  for (const auto& name : expr::AggregateNames()) add(name);
  return {names.begin(), names.end()};
}

Prepared ShowTables(const sql::ShowStatement& show, const NameFilter& filter, const Catalog& catalog) {
  std::pair<std::string, std::string> where(catalog.current_catalog(), catalog.current_database());
  if (!show.name.empty()) {
    ARROW_RETURN_NOT_OK(CheckDatabase(show.name, catalog));
    where = DatabaseOf(show.name, catalog);
  }
  const bool only_views = show.show == sql::ShowKind::kViews;
  std::vector<std::string> names;
  for (const auto& name : catalog.ListTables(where.first, where.second)) {
    const auto* object = catalog.Find({where.first, where.second, name});
    if (!only_views || std::holds_alternative<ViewPtr>(*object)) names.push_back(name);
  }
  return NameRows(only_views ? "view name" : "table name", names, filter);
}

Prepared ShowDatabases(const sql::ShowStatement& show, const NameFilter& filter, const Catalog& catalog) {
  if (!show.name.empty()) ARROW_RETURN_NOT_OK(CheckCatalog(show.name, catalog));
  const std::string in = show.name.empty() ? catalog.current_catalog() : show.name.last().value;
  return NameRows("database name", catalog.ListDatabases(in), filter);
}

Prepared ShowPartitions(const sql::ShowStatement& show, const Catalog& catalog) {
  ARROW_ASSIGN_OR_RAISE(const auto* object, FindObject(show.name, sql::ObjectType::kTable, false, catalog));
  if (std::get<TablePtr>(*object)->partition_keys.empty()) {
    return sql::SqlError(show.name.range, "'" + show.name.ToString() + "' is not partitioned",
                         "SHOW PARTITIONS is for tables with PARTITIONED BY.");
  }
  return sql::NotSupportedYet(show.range, "SHOW PARTITIONS");
}

Prepared Show(const sql::ShowStatement& show, const plan::PlanContext& context) {
  const NameFilter filter(show);
  const Catalog& catalog = *context.catalog;
  switch (show.show) {
    case sql::ShowKind::kTables:
    case sql::ShowKind::kViews:
      return ShowTables(show, filter, catalog);
    case sql::ShowKind::kCatalogs:
      return NameRows("catalog name", catalog.ListCatalogs(), filter);
    case sql::ShowKind::kDatabases:
      return ShowDatabases(show, filter, catalog);
    case sql::ShowKind::kCurrentCatalog:
      return NameRows("current catalog name", {catalog.current_catalog()}, {});
    case sql::ShowKind::kCurrentDatabase:
      return NameRows("current database name", {catalog.current_database()}, {});
    case sql::ShowKind::kFunctions:
      return NameRows("function name", FunctionNames(), filter);
    case sql::ShowKind::kUserFunctions:
      return NameRows("function name", {}, filter);
    case sql::ShowKind::kModules:
      return NameRows("module name", {"core"}, {});
    case sql::ShowKind::kFullModules:
      return RowsOf({{"module name", DataType::String()}, {"used", DataType::Boolean()}}, {{"core", "TRUE"}});
    case sql::ShowKind::kJars:
      return NameRows("jars", {}, {});
    case sql::ShowKind::kColumns:
      return DescribeObject(show.name, filter, context);
    case sql::ShowKind::kPartitions:
      return ShowPartitions(show, catalog);
    case sql::ShowKind::kCreate:
      return ShowCreate(show, context);
    default:
      return sql::NotSupportedYet(show.range, "this SHOW statement");
  }
}

}  // namespace

std::optional<PreparedStatement> RowsOf(Schema columns, std::vector<Row> rows) {
  PreparedStatement prepared;
  prepared.kind = PreparedStatement::Kind::kRows;
  prepared.rows = {std::move(columns), std::move(rows)};
  return prepared;
}

NameFilter::NameFilter(const sql::ShowStatement& show) : negated_(show.pattern_negated) {
  if (!show.pattern) return;
  std::string regex = show.pattern_ignores_case ? "(?si)" : "(?s)";
  for (char c : show.pattern->value) {
    if (c == '%')
      regex += ".*";
    else if (c == '_')
      regex += ".";
    else
      regex += RE2::QuoteMeta(std::string(1, c));
  }
  regex_.emplace(regex);
}

Prepared RunShow(const sql::Statement& statement, const plan::PlanContext& context) {
  if (const auto* show = statement.TryAs<sql::ShowStatement>()) return Show(*show, context);
  const auto* describe = statement.TryAs<sql::DescribeStatement>();
  if (describe == nullptr) return std::nullopt;
  if (describe->object_type == sql::ObjectType::kTable || describe->object_type == sql::ObjectType::kView)
    return DescribeObject(describe->name, {}, context);
  return sql::NotSupportedYet(describe->range, std::string("DESCRIBE ") + sql::ObjectTypeName(describe->object_type));
}

}  // namespace tidemark::server
