// SPDX-License-Identifier: Apache-2.0
// In-memory catalogs.
#include "catalog/catalog.h"

#include <set>

namespace tidemark {
namespace {

const std::vector<std::string>& PathOf(const CatalogObject& object) {
  const auto* table = std::get_if<TablePtr>(&object);
  return table != nullptr ? (*table)->path : std::get<ViewPtr>(object)->path;
}

template <typename Map>
std::vector<std::string> KeysOf(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

}  // namespace

Catalog::Catalog() : current_catalog_(kDefaultCatalog), current_database_(kDefaultDatabase) {
  catalogs_[kDefaultCatalog][kDefaultDatabase];
  default_databases_[kDefaultCatalog] = kDefaultDatabase;
}

arrow::Result<std::vector<std::string>> Catalog::Qualify(const std::vector<std::string>& name) const {
  switch (name.size()) {
    case 1:
      return std::vector<std::string>{current_catalog_, current_database_, name[0]};
    case 2:
      return std::vector<std::string>{current_catalog_, name[0], name[1]};
    case 3:
      return name;
    default:
      return arrow::Status::Invalid("A table's name has at most three parts: catalog.database.table");
  }
}

bool IsTemporary(const CatalogObject& object) {
  const auto* table = std::get_if<TablePtr>(&object);
  return table != nullptr ? (*table)->temporary : std::get<ViewPtr>(object)->temporary;
}

arrow::Status Catalog::Add(CatalogObject object) {
  const auto path = PathOf(object);
  const auto catalog = catalogs_.find(path[0]);
  if (catalog == catalogs_.end()) return arrow::Status::KeyError("Catalog '", path[0], "' does not exist");
  const auto database = catalog->second.find(path[1]);
  if (database == catalog->second.end())
    return arrow::Status::KeyError("Database '", path[1], "' does not exist in catalog '", path[0], "'");
  const bool temporary = IsTemporary(object);
  auto& objects = temporary ? database->second.temporary : database->second.permanent;
  const bool added = objects.emplace(path[2], std::move(object)).second;
  if (added) return arrow::Status::OK();
  return arrow::Status::AlreadyExists("A ", temporary ? "temporary " : "", "table or view named '", path[2],
                                      "' exists already");
}

arrow::Status Catalog::Replace(CatalogObject object) {
  const auto path = PathOf(object);
  const bool temporary = IsTemporary(object);
  if (!Contains(path, temporary)) return arrow::Status::KeyError("Table '", path[2], "' does not exist");
  Database& database = catalogs_[path[0]][path[1]];
  (temporary ? database.temporary : database.permanent)[path[2]] = std::move(object);
  return arrow::Status::OK();
}

arrow::Status Catalog::Drop(const std::vector<std::string>& path) {
  if (Find(path) == nullptr) return arrow::Status::KeyError("Table '", path[2], "' does not exist");
  Database& database = catalogs_[path[0]][path[1]];
  if (database.temporary.erase(path[2]) == 0) database.permanent.erase(path[2]);
  return arrow::Status::OK();
}

const Catalog::Database* Catalog::FindDatabase(const std::vector<std::string>& path) const {
  const auto catalog = catalogs_.find(path[0]);
  if (catalog == catalogs_.end()) return nullptr;
  const auto database = catalog->second.find(path[1]);
  return database == catalog->second.end() ? nullptr : &database->second;
}

const CatalogObject* Catalog::Find(const std::vector<std::string>& path) const {
  const Database* database = FindDatabase(path);
  if (database == nullptr) return nullptr;
  for (const Objects* objects : {&database->temporary, &database->permanent}) {
    if (const auto found = objects->find(path[2]); found != objects->end()) return &found->second;
  }
  return nullptr;
}

bool Catalog::Contains(const std::vector<std::string>& path, bool temporary) const {
  const Database* database = FindDatabase(path);
  return database != nullptr && (temporary ? database->temporary : database->permanent).count(path[2]) > 0;
}

std::vector<std::string> Catalog::ListTables(const std::string& catalog, const std::string& database) const {
  const Database* found = FindDatabase({catalog, database});
  if (found == nullptr) return {};
  std::set<std::string> names;
  for (const Objects* objects : {&found->temporary, &found->permanent}) {
    for (const auto& [name, object] : *objects) names.insert(name);
  }
  return {names.begin(), names.end()};
}

arrow::Status Catalog::CreateDatabase(const std::string& catalog, const std::string& database) {
  const auto found = catalogs_.find(catalog);
  if (found == catalogs_.end()) return arrow::Status::KeyError("Catalog '", catalog, "' does not exist");
  const bool added = found->second.emplace(database, Database()).second;
  return added ? arrow::Status::OK() : arrow::Status::AlreadyExists("Database '", database, "' exists already");
}

arrow::Status Catalog::DropDatabase(const std::string& catalog, const std::string& database, bool cascade) {
  const auto found = catalogs_.find(catalog);
  if (found == catalogs_.end() || found->second.count(database) == 0) {
    return arrow::Status::KeyError("Database '", database, "' does not exist");
  }
  if (catalog == current_catalog_ && database == current_database_) {
    return arrow::Status::Invalid("Database '", database, "' is in use: switch to another with USE first");
  }
  if (!cascade && !found->second[database].permanent.empty()) {
    return arrow::Status::Invalid("Database '", database,
                                  "' is not empty: write DROP DATABASE ... CASCADE to drop its tables too");
  }
  found->second.erase(database);
  return arrow::Status::OK();
}

arrow::Status Catalog::CreateCatalog(const std::string& catalog, const std::string& default_database) {
  const auto [found, added] = catalogs_.try_emplace(catalog);
  if (!added) return arrow::Status::AlreadyExists("Catalog '", catalog, "' exists already");
  found->second[default_database];
  default_databases_[catalog] = default_database;
  return arrow::Status::OK();
}

arrow::Status Catalog::DropCatalog(const std::string& catalog) {
  if (catalogs_.count(catalog) == 0) return arrow::Status::KeyError("Catalog '", catalog, "' does not exist");
  if (catalog == current_catalog_)
    return arrow::Status::Invalid("Catalog '", catalog, "' is in use: switch to another with USE CATALOG first");
  catalogs_.erase(catalog);
  return arrow::Status::OK();
}

arrow::Status Catalog::UseCatalog(const std::string& catalog) {
  const auto found = catalogs_.find(catalog);
  if (found == catalogs_.end()) return arrow::Status::KeyError("Catalog '", catalog, "' does not exist");
  current_catalog_ = catalog;
  current_database_ = default_databases_[catalog];
  return arrow::Status::OK();
}

arrow::Status Catalog::UseDatabase(const std::string& catalog, const std::string& database) {
  const auto found = catalogs_.find(catalog);
  if (found == catalogs_.end()) return arrow::Status::KeyError("Catalog '", catalog, "' does not exist");
  if (found->second.count(database) == 0)
    return arrow::Status::KeyError("Database '", database, "' does not exist in catalog '", catalog, "'");
  current_catalog_ = catalog;
  current_database_ = database;
  return arrow::Status::OK();
}

std::vector<std::string> Catalog::ListCatalogs() const { return KeysOf(catalogs_); }

std::vector<std::string> Catalog::ListDatabases(const std::string& catalog) const {
  const auto found = catalogs_.find(catalog);
  return found == catalogs_.end() ? std::vector<std::string>() : KeysOf(found->second);
}

}  // namespace tidemark
