// SPDX-License-Identifier: Apache-2.0
// The names a session knows: catalogs, databases, tables, views. In memory; one per session.
#pragma once

#include <arrow/result.h>

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "catalog/table.h"

namespace tidemark {

using CatalogObject = std::variant<TablePtr, ViewPtr>;

inline constexpr char kDefaultCatalog[] = "default_catalog";
inline constexpr char kDefaultDatabase[] = "default_database";

/// In-memory catalogs with one current catalog and database, as Flink's session has. Not thread-safe.
/// Names are case-sensitive. Starts with catalog kDefaultCatalog, database kDefaultDatabase.
/// A temporary table or view hides a permanent one of the same path until it is dropped.
class Catalog {
 public:
  Catalog();

  /// Completes a one- to three-part name with the current catalog and database. Fails on more parts.
  arrow::Result<std::vector<std::string>> Qualify(const std::vector<std::string>& name) const;

  /// AlreadyExists when the name is taken by a table or view that is temporary if this one is, permanent if it is not.
  arrow::Status Add(CatalogObject object);
  /// Puts the object in place of one of the same name, both temporary or both permanent (ALTER, CREATE OR REPLACE).
  arrow::Status Replace(CatalogObject object);
  /// Drops what Find finds. KeyError when absent.
  arrow::Status Drop(const std::vector<std::string>& path);
  /// The temporary table or view of that path, else the permanent one; null when absent.
  const CatalogObject* Find(const std::vector<std::string>& path) const;
  /// Whether Add would fail because the name is taken.
  bool Contains(const std::vector<std::string>& path, bool temporary) const;
  /// Every table and view name of a database, sorted; for SHOW TABLES and suggestions.
  std::vector<std::string> ListTables(const std::string& catalog, const std::string& database) const;

  arrow::Status CreateDatabase(const std::string& catalog, const std::string& database);
  arrow::Status DropDatabase(const std::string& catalog, const std::string& database, bool cascade);
  /// The catalog begins with one database, which USE CATALOG goes to.
  arrow::Status CreateCatalog(const std::string& catalog, const std::string& default_database);
  arrow::Status DropCatalog(const std::string& catalog);
  arrow::Status UseCatalog(const std::string& catalog);
  arrow::Status UseDatabase(const std::string& catalog, const std::string& database);
  std::vector<std::string> ListCatalogs() const;
  std::vector<std::string> ListDatabases(const std::string& catalog) const;
  const std::string& current_catalog() const { return current_catalog_; }
  const std::string& current_database() const { return current_database_; }

 private:
  using Objects = std::map<std::string, CatalogObject>;
  struct Database {
    Objects permanent;
    Objects temporary;
  };
  const Database* FindDatabase(const std::vector<std::string>& path) const;

  std::map<std::string, std::map<std::string, Database>> catalogs_;
  std::map<std::string, std::string> default_databases_;  ///< by catalog
  std::string current_catalog_;
  std::string current_database_;
};

/// Whether it is a TEMPORARY table or view.
bool IsTemporary(const CatalogObject& object);

}  // namespace tidemark
