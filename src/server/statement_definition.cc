// SPDX-License-Identifier: Apache-2.0
// CREATE and DROP of everything but tables with data, and USE: they change the catalog and need no job.
#include "server/object_names.h"
#include "server/session.h"
#include "sql/diagnostic.h"

namespace tidemark::server {
namespace {

using Prepared = arrow::Result<std::optional<PreparedStatement>>;

Prepared Done() { return std::optional<PreparedStatement>(PreparedStatement()); }

Prepared CreateView(std::shared_ptr<const sql::CreateViewStatement> create, std::string_view text, Catalog* catalog,
                    const plan::PlanContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto view, plan::BindCreateView(create, text, context));
  const bool exists = catalog->Contains(view->path, view->temporary);
  if (create->if_not_exists && exists) return Done();
  if (exists && !create->or_replace) {
    return sql::SqlError(create->name.range, "A table or view named '" + create->name.ToString() + "' exists already",
                         "Write CREATE VIEW IF NOT EXISTS or CREATE OR REPLACE VIEW, or drop it first.");
  }
  ARROW_RETURN_NOT_OK(
      sql::WithPlace(create->or_replace && exists ? catalog->Replace(view) : catalog->Add(view), create->name.range));
  return Done();
}

/// A temporary table hides a permanent one, so each kind is dropped by its own statement.
arrow::Status CheckTemporary(const sql::DropStatement& drop, const CatalogObject& object) {
  const bool is_temporary = IsTemporary(object);
  if (is_temporary == drop.temporary) return arrow::Status::OK();
  const std::string type = sql::ObjectTypeName(drop.object_type);
  const std::string name = "'" + drop.name.ToString() + "'";
  return is_temporary ? sql::SqlError(drop.name.range, name + " is temporary", "Write DROP TEMPORARY " + type + ".")
                      : sql::SqlError(drop.name.range, name + " is not temporary", "Write DROP " + type + ".");
}

Prepared DropObject(const sql::DropStatement& drop, Catalog* catalog) {
  ARROW_ASSIGN_OR_RAISE(const auto path, Qualify(drop.name, *catalog));
  auto found = FindObject(drop.name, drop.object_type, drop.if_exists, *catalog);
  if (drop.if_exists && !found.ok()) return Done();  // of the other kind
  ARROW_ASSIGN_OR_RAISE(const CatalogObject* object, found);
  if (object == nullptr) return Done();
  const auto fits = CheckTemporary(drop, *object);
  if (!fits.ok() && drop.if_exists && drop.temporary) return Done();
  ARROW_RETURN_NOT_OK(fits);
  ARROW_RETURN_NOT_OK(catalog->Drop(path));
  return Done();
}

Prepared Drop(const sql::DropStatement& drop, Catalog* catalog) {
  switch (drop.object_type) {
    case sql::ObjectType::kTable:
    case sql::ObjectType::kView:
      return DropObject(drop, catalog);
    case sql::ObjectType::kDatabase: {
      const auto exists = CheckDatabase(drop.name, *catalog);
      if (!exists.ok() && drop.if_exists) return Done();
      ARROW_RETURN_NOT_OK(exists);
      const auto [catalog_name, database] = DatabaseOf(drop.name, *catalog);
      const bool cascade = drop.behavior == sql::DropBehavior::kCascade;
      ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->DropDatabase(catalog_name, database, cascade), drop.name.range));
      return Done();
    }
    case sql::ObjectType::kCatalog: {
      const auto exists = CheckCatalog(drop.name, *catalog);
      if (!exists.ok() && drop.if_exists) return Done();
      ARROW_RETURN_NOT_OK(exists);
      ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->DropCatalog(drop.name.last().value), drop.name.range));
      return Done();
    }
    default:
      return sql::NotSupportedYet(drop.range, std::string("DROP ") + sql::ObjectTypeName(drop.object_type));
  }
}

Prepared CreateDatabase(const sql::CreateSimpleStatement& create, Catalog* catalog) {
  const auto [catalog_name, database] = DatabaseOf(create.name, *catalog);
  auto status = catalog->CreateDatabase(catalog_name, database);
  if (status.IsAlreadyExists() && create.if_not_exists) return Done();
  ARROW_RETURN_NOT_OK(sql::WithPlace(status, create.name.range));
  return Done();
}

Prepared CreateCatalog(const sql::CreateSimpleStatement& create, Catalog* catalog) {
  constexpr char kInMemory[] = "generic_in_memory";
  std::string default_database = "default";
  const sql::Option* type = nullptr;
  for (const auto& option : create.options) {
    if (option.key.value == "type") {
      type = &option;
    } else if (option.key.value == "default-database") {
      default_database = option.value.value;
    }
  }
  if (type == nullptr) {
    return sql::SqlError(create.name.range, "A catalog needs the option 'type'",
                         "Write CREATE CATALOG " + create.name.ToString() + " WITH ('type' = 'generic_in_memory').");
  }
  if (type->value.value != kInMemory) {
    return sql::NotSupportedYet(type->value.range, "a catalog of type '" + type->value.value + "'",
                                "Write 'type' = 'generic_in_memory'.");
  }
  for (const auto& option : create.options) {
    if (option.key.value == "type" || option.key.value == "default-database") continue;
    return sql::SqlError(option.key.range, "Unknown option of a catalog: " + option.key.value,
                         sql::DidYouMean(option.key.value, {"type", "default-database"}));
  }
  auto status = catalog->CreateCatalog(create.name.last().value, default_database);
  if (status.IsAlreadyExists() && create.if_not_exists) return Done();
  ARROW_RETURN_NOT_OK(sql::WithPlace(status, create.name.range));
  return Done();
}

Prepared CreateSimple(const sql::CreateSimpleStatement& create, Catalog* catalog) {
  if (create.object_type == sql::ObjectType::kDatabase) return CreateDatabase(create, catalog);
  if (create.object_type == sql::ObjectType::kCatalog) return CreateCatalog(create, catalog);
  return sql::NotSupportedYet(create.range, std::string("CREATE ") + sql::ObjectTypeName(create.object_type));
}

Prepared Use(const sql::UseStatement& use, Catalog* catalog) {
  if (use.object_type == sql::ObjectType::kCatalog) {
    ARROW_RETURN_NOT_OK(CheckCatalog(use.name, *catalog));
    ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->UseCatalog(use.name.last().value), use.name.range));
    return Done();
  }
  ARROW_RETURN_NOT_OK(CheckDatabase(use.name, *catalog));
  const auto [catalog_name, database] = DatabaseOf(use.name, *catalog);
  ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->UseDatabase(catalog_name, database), use.name.range));
  return Done();
}

}  // namespace

arrow::Result<std::optional<PreparedStatement>> RunDefinition(const StatementInScript& in_script, Catalog* catalog,
                                                              const plan::PlanContext& context) {
  const sql::Statement& statement = *in_script.statement;
  switch (statement.kind) {
    case sql::StatementKind::kCreateView:
      return CreateView(std::static_pointer_cast<const sql::CreateViewStatement>(in_script.statement), in_script.text,
                        catalog, context);
    case sql::StatementKind::kDrop:
      return Drop(statement.As<sql::DropStatement>(), catalog);
    case sql::StatementKind::kCreateSimple:
      return CreateSimple(statement.As<sql::CreateSimpleStatement>(), catalog);
    case sql::StatementKind::kUse:
      return Use(statement.As<sql::UseStatement>(), catalog);
    default:
      return std::nullopt;
  }
}

}  // namespace tidemark::server
