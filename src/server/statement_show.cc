// SPDX-License-Identifier: Apache-2.0
// SHOW and DESCRIBE.
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "expr/aggregate_function.h"
#include "server/session.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::server {
namespace {

using Prepared = arrow::Result<std::optional<PreparedStatement>>;
using Row = std::vector<std::optional<std::string>>;

std::optional<PreparedStatement> Rows(std::vector<std::string> names, std::vector<Row> rows) {
  PreparedStatement prepared;
  prepared.kind = PreparedStatement::Kind::kRows;
  prepared.rows = {std::move(names), std::move(rows)};
  return prepared;
}

/// Whether a name passes SHOW ... [NOT] LIKE | ILIKE 'pattern'.
class NameFilter {
 public:
  explicit NameFilter(const sql::ShowStatement& show) : show_(show) {
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
  bool Passes(const std::string& name) const {
    return !regex_ || RE2::FullMatch(name, *regex_) != show_.pattern_negated;
  }

 private:
  const sql::ShowStatement& show_;
  std::optional<RE2> regex_;
};

std::optional<PreparedStatement> NameRows(const std::string& column, const std::vector<std::string>& names,
                                          const NameFilter& filter) {
  std::vector<Row> rows;
  for (const auto& name : names) {
    if (filter.Passes(name)) rows.push_back({name});
  }
  return Rows({column}, std::move(rows));
}

arrow::Result<const CatalogObject*> FindObject(const sql::Name& name, const Catalog& catalog) {
  std::vector<std::string> parts;
  for (const auto& part : name.parts) parts.push_back(part.value);
  auto path = catalog.Qualify(parts);
  if (!path.ok()) return sql::WithPlace(path.status(), name.range);
  const CatalogObject* object = catalog.Find(*path);
  if (object == nullptr) {
    return sql::SqlError(name.range, "Unknown table or view: " + name.ToString(),
                         sql::DidYouMean(name.last().value, catalog.ListTables((*path)[0], (*path)[1])));
  }
  return object;
}

std::string ColumnExtras(const TableColumn& column) {
  if (column.kind == TableColumn::Kind::kComputed) return "AS " + sql::ToSql(*column.computed);
  if (column.kind != TableColumn::Kind::kMetadata) return "";
  return "METADATA" + (column.metadata_key.empty() ? "" : " FROM " + sql::QuoteString(column.metadata_key)) +
         (column.metadata_virtual ? " VIRTUAL" : "");
}

Prepared DescribeTable(const TableDefinition& table) {
  std::vector<Row> rows;
  const auto is_key = [&](const std::string& name) {
    return std::find(table.primary_key.begin(), table.primary_key.end(), name) != table.primary_key.end();
  };
  std::string key;
  for (const auto& name : table.primary_key) key += (key.empty() ? "" : ", ") + name;
  for (const auto& column : table.columns) {
    const std::string extras = ColumnExtras(column);
    const bool has_watermark = table.watermark && table.watermark->column == column.name;
    rows.push_back({column.name, column.type.WithNullable(true).ToString(), column.type.nullable() ? "TRUE" : "FALSE",
                    is_key(column.name) ? std::optional("PRI(" + key + ")") : std::nullopt,
                    extras.empty() ? std::nullopt : std::optional(extras),
                    has_watermark ? std::optional(sql::ToSql(*table.watermark->expression)) : std::nullopt});
  }
  return Rows({"name", "type", "null", "key", "extras", "watermark"}, std::move(rows));
}

std::string QuotedPath(const std::vector<std::string>& path) {
  std::string text;
  for (const auto& part : path) text += (text.empty() ? "`" : ".`") + part + "`";
  return text;
}

std::string QuotedNames(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

std::string CreateTableText(const TableDefinition& table) {
  std::string text =
      std::string(table.temporary ? "CREATE TEMPORARY TABLE " : "CREATE TABLE ") + QuotedPath(table.path) + " (\n";
  std::vector<std::string> lines;
  for (const auto& column : table.columns) {
    const std::string extras = ColumnExtras(column);
    std::string line = "`" + column.name + "` ";
    if (column.kind != TableColumn::Kind::kComputed) {
      line += column.type.WithTimeAttribute(TimeAttribute::kNone).ToString() + (extras.empty() ? "" : " ");
    }
    lines.push_back(line + extras);
  }
  if (table.watermark) {
    lines.push_back("WATERMARK FOR `" + table.watermark->column + "` AS " + sql::ToSql(*table.watermark->expression));
  }
  if (!table.primary_key.empty()) lines.push_back("PRIMARY KEY (" + QuotedNames(table.primary_key) + ") NOT ENFORCED");
  for (size_t i = 0; i < lines.size(); ++i) text += "  " + lines[i] + (i + 1 < lines.size() ? ",\n" : "\n");
  text += ")";
  if (!table.comment.empty()) text += " COMMENT " + sql::QuoteString(table.comment);
  if (!table.partition_keys.empty()) text += "\nPARTITIONED BY (" + QuotedNames(table.partition_keys) + ")";
  text += "\nWITH (\n";
  size_t printed = 0;
  for (const auto& [key, value] : table.options) {
    text += "  " + sql::QuoteString(key) + " = " + sql::QuoteString(value) +
            (++printed < table.options.size() ? ",\n" : "\n");
  }
  return text + ")\n";
}

Prepared ShowCreate(const sql::ShowStatement& show, const Catalog& catalog) {
  ARROW_ASSIGN_OR_RAISE(const auto* object, FindObject(show.name, catalog));
  PreparedStatement prepared;
  prepared.kind = PreparedStatement::Kind::kText;
  if (const auto* table = std::get_if<TablePtr>(object)) {
    prepared.text = CreateTableText(**table);
  } else {
    const auto& view = *std::get<ViewPtr>(*object);
    prepared.text = "CREATE VIEW " + QuotedPath(view.path) + " AS " + view.query_text + "\n";
  }
  return std::optional<PreparedStatement>(std::move(prepared));
}

std::vector<std::string> FunctionNames() {
  std::set<std::string> names;
  for (const auto& name : expr::FunctionRegistry::BuiltIn().Names()) {
    if (std::isalpha(static_cast<unsigned char>(name[0])) && name.find(' ') == std::string::npos) names.insert(name);
  }
  for (const auto& name : expr::AggregateNames()) names.insert(name);
  return {names.begin(), names.end()};
}

std::vector<std::string> TablesIn(const sql::ShowStatement& show, const Catalog& catalog, bool only_views) {
  std::string in_catalog = catalog.current_catalog();
  std::string database = catalog.current_database();
  if (!show.name.empty()) database = show.name.last().value;
  if (show.name.parts.size() > 1) in_catalog = show.name.parts[0].value;
  std::vector<std::string> names;
  for (const auto& name : catalog.ListTables(in_catalog, database)) {
    const auto* object = catalog.Find({in_catalog, database, name});
    if (!only_views || std::holds_alternative<ViewPtr>(*object)) names.push_back(name);
  }
  return names;
}

Prepared Show(const sql::ShowStatement& show, const Catalog& catalog) {
  const NameFilter filter(show);
  const std::string catalog_name = show.name.empty() ? catalog.current_catalog() : show.name.last().value;
  switch (show.show) {
    case sql::ShowKind::kTables:
      return NameRows("table name", TablesIn(show, catalog, false), filter);
    case sql::ShowKind::kViews:
      return NameRows("view name", TablesIn(show, catalog, true), filter);
    case sql::ShowKind::kCatalogs:
      return NameRows("catalog name", catalog.ListCatalogs(), filter);
    case sql::ShowKind::kDatabases:
      return NameRows("database name", catalog.ListDatabases(catalog_name), filter);
    case sql::ShowKind::kCurrentCatalog:
      return Rows({"current catalog name"}, {{catalog.current_catalog()}});
    case sql::ShowKind::kCurrentDatabase:
      return Rows({"current database name"}, {{catalog.current_database()}});
    case sql::ShowKind::kFunctions:
      return NameRows("function name", FunctionNames(), filter);
    case sql::ShowKind::kUserFunctions:
      return NameRows("function name", {}, filter);
    case sql::ShowKind::kModules:
      return Rows({"module name"}, {{"core"}});
    case sql::ShowKind::kJars:
      return Rows({"jars"}, {});
    case sql::ShowKind::kCreate:
      return ShowCreate(show, catalog);
    case sql::ShowKind::kColumns: {
      ARROW_ASSIGN_OR_RAISE(const auto* object, FindObject(show.name, catalog));
      if (const auto* table = std::get_if<TablePtr>(object)) return DescribeTable(**table);
      return sql::NotSupportedYet(show.range, "SHOW COLUMNS of a view");
    }
    default:
      return sql::NotSupportedYet(show.range, "this SHOW statement");
  }
}

}  // namespace

arrow::Result<std::optional<PreparedStatement>> RunShow(const sql::Statement& statement, const Catalog& catalog) {
  if (const auto* show = statement.TryAs<sql::ShowStatement>()) return Show(*show, catalog);
  const auto* describe = statement.TryAs<sql::DescribeStatement>();
  if (describe == nullptr) return std::nullopt;
  if (describe->object_type != sql::ObjectType::kTable && describe->object_type != sql::ObjectType::kView) {
    return sql::NotSupportedYet(describe->range, std::string("DESCRIBE ") + sql::ObjectTypeName(describe->object_type));
  }
  ARROW_ASSIGN_OR_RAISE(const auto* object, FindObject(describe->name, catalog));
  if (const auto* table = std::get_if<TablePtr>(object)) return DescribeTable(**table);
  return sql::NotSupportedYet(describe->range, "DESCRIBE of a view");
}

}  // namespace tidemark::server
