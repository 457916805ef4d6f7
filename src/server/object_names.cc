// SPDX-License-Identifier: Apache-2.0
// Look-up of tables, views, databases and catalogs.
#include "server/object_names.h"

#include <algorithm>

#include "sql/diagnostic.h"

namespace tidemark::server {
namespace {

std::vector<std::string> Parts(const sql::Name& name) {
  std::vector<std::string> parts;
  for (const auto& part : name.parts) parts.push_back(part.value);
  return parts;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

arrow::Status Unknown(const char* what, const std::string& value, sql::SourceRange range,
                      const std::vector<std::string>& known) {
  constexpr size_t kShownMax = 5;
  std::string hint = sql::DidYouMean(value, known);
  if (hint.empty() && known.empty()) hint = std::string("No ") + what + " is defined so far.";
  if (hint.empty()) {
    for (size_t i = 0; i < known.size() && i < kShownMax; ++i) hint += (i == 0 ? "There is: " : ", ") + known[i];
    hint += known.size() > kShownMax ? ", ..." : ".";
  }
  return sql::SqlError(range, std::string("Unknown ") + what + ": " + value, hint);
}

}  // namespace

arrow::Result<std::vector<std::string>> Qualify(const sql::Name& name, const Catalog& catalog) {
  auto path = catalog.Qualify(Parts(name));
  if (!path.ok()) return sql::WithPlace(path.status(), name.range);
  return path;
}

arrow::Result<const CatalogObject*> FindObject(const sql::Name& name, sql::ObjectType type, bool may_be_absent,
                                               const Catalog& catalog) {
  ARROW_ASSIGN_OR_RAISE(const auto path, Qualify(name, catalog));
  const CatalogObject* object = catalog.Find(path);
  const bool wants_view = type == sql::ObjectType::kView;
  if (object != nullptr && std::holds_alternative<ViewPtr>(*object) == wants_view) return object;
  if (may_be_absent && object == nullptr) return object;
  if (object != nullptr) {
    return sql::SqlError(
        name.range, "'" + name.ToString() + "' is not a " + (wants_view ? "view" : "table"),
        wants_view ? "It is a table: write TABLE instead of VIEW." : "It is a view: write VIEW instead of TABLE.");
  }
  return Unknown(wants_view ? "view" : "table", name.ToString(), name.range, catalog.ListTables(path[0], path[1]));
}

arrow::Result<const CatalogObject*> FindTableOrView(const sql::Name& name, const Catalog& catalog) {
  ARROW_ASSIGN_OR_RAISE(const auto path, Qualify(name, catalog));
  if (const CatalogObject* object = catalog.Find(path)) return object;
  return Unknown("table or view", name.ToString(), name.range, catalog.ListTables(path[0], path[1]));
}

std::pair<std::string, std::string> DatabaseOf(const sql::Name& name, const Catalog& catalog) {
  const auto parts = Parts(name);
  return parts.size() == 1 ? std::pair(catalog.current_catalog(), parts[0]) : std::pair(parts[0], parts[1]);
}

arrow::Status CheckDatabase(const sql::Name& name, const Catalog& catalog) {
  const auto [catalog_name, database] = DatabaseOf(name, catalog);
  if (name.parts.size() > 1 && !Contains(catalog.ListCatalogs(), catalog_name)) {
    return Unknown("catalog", catalog_name, name.parts[0].range, catalog.ListCatalogs());
  }
  const auto databases = catalog.ListDatabases(catalog_name);
  if (Contains(databases, database)) return arrow::Status::OK();
  return Unknown("database", database, name.last().range, databases);
}

arrow::Status CheckCatalog(const sql::Name& name, const Catalog& catalog) {
  const auto catalogs = catalog.ListCatalogs();
  if (Contains(catalogs, name.last().value)) return arrow::Status::OK();
  return Unknown("catalog", name.last().value, name.range, catalogs);
}

}  // namespace tidemark::server
