// SPDX-License-Identifier: Apache-2.0
// Statements that change the catalog and need no job.
#include "server/session.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::server {
namespace {

using Prepared = arrow::Result<std::optional<PreparedStatement>>;

Prepared Done() { return std::optional<PreparedStatement>(PreparedStatement()); }

std::vector<std::string> Parts(const sql::Name& name) {
  std::vector<std::string> parts;
  for (const auto& part : name.parts) parts.push_back(part.value);
  return parts;
}

arrow::Result<std::vector<std::string>> Qualify(const sql::Name& name, const Catalog& catalog) {
  auto path = catalog.Qualify(Parts(name));
  if (!path.ok()) return sql::WithPlace(path.status(), name.range);
  return path;
}

/// Catalog and database of `db` or `catalog.db`.
std::pair<std::string, std::string> DatabaseOf(const sql::Name& name, const Catalog& catalog) {
  const auto parts = Parts(name);
  return parts.size() == 1 ? std::pair(catalog.current_catalog(), parts[0]) : std::pair(parts[0], parts[1]);
}

arrow::Status UnknownObject(const sql::Name& name, const char* type, const std::vector<std::string>& candidates) {
  return sql::SqlError(name.range, std::string(type) + " '" + name.ToString() + "' does not exist",
                       sql::DidYouMean(name.last().value, candidates));
}

Prepared Drop(const sql::DropStatement& drop, Catalog* catalog) {
  switch (drop.object_type) {
    case sql::ObjectType::kTable:
    case sql::ObjectType::kView: {
      ARROW_ASSIGN_OR_RAISE(auto path, Qualify(drop.name, *catalog));
      const CatalogObject* object = catalog->Find(path);
      const bool wants_view = drop.object_type == sql::ObjectType::kView;
      const bool fits = object != nullptr && std::holds_alternative<ViewPtr>(*object) == wants_view;
      if (!fits) {
        if (drop.if_exists) return Done();
        const char* type = wants_view ? "View" : "Table";
        if (object != nullptr) {
          return sql::SqlError(drop.name.range,
                               "'" + drop.name.ToString() + "' is not a " + (wants_view ? "view" : "table"),
                               wants_view ? "write DROP TABLE" : "write DROP VIEW");
        }
        return UnknownObject(drop.name, type, catalog->ListTables(path[0], path[1]));
      }
      ARROW_RETURN_NOT_OK(catalog->Drop(path));
      return Done();
    }
    case sql::ObjectType::kDatabase: {
      const auto [catalog_name, database] = DatabaseOf(drop.name, *catalog);
      auto status = catalog->DropDatabase(catalog_name, database, drop.behavior == sql::DropBehavior::kCascade);
      if (status.IsKeyError() && drop.if_exists) return Done();
      ARROW_RETURN_NOT_OK(sql::WithPlace(status, drop.name.range));
      return Done();
    }
    case sql::ObjectType::kCatalog: {
      auto status = catalog->DropCatalog(drop.name.last().value);
      if (status.IsKeyError() && drop.if_exists) return Done();
      ARROW_RETURN_NOT_OK(sql::WithPlace(status, drop.name.range));
      return Done();
    }
    default:
      return sql::NotSupportedYet(drop.range, std::string("DROP ") + sql::ObjectTypeName(drop.object_type));
  }
}

Prepared CreateSimple(const sql::CreateSimpleStatement& create, Catalog* catalog) {
  if (create.object_type == sql::ObjectType::kDatabase) {
    const auto [catalog_name, database] = DatabaseOf(create.name, *catalog);
    auto status = catalog->CreateDatabase(catalog_name, database);
    if (status.IsAlreadyExists() && create.if_not_exists) return Done();
    ARROW_RETURN_NOT_OK(sql::WithPlace(status, create.name.range));
    return Done();
  }
  if (create.object_type != sql::ObjectType::kCatalog) {
    return sql::NotSupportedYet(create.range, std::string("CREATE ") + sql::ObjectTypeName(create.object_type));
  }
  for (const auto& option : create.options) {
    if (option.key.value == "type" && option.value.value != "generic_in_memory") {
      return sql::NotSupportedYet(option.value.range, "a catalog of type '" + option.value.value + "'");
    }
  }
  auto status = catalog->CreateCatalog(create.name.last().value);
  if (status.IsAlreadyExists() && create.if_not_exists) return Done();
  ARROW_RETURN_NOT_OK(sql::WithPlace(status, create.name.range));
  return Done();
}

Prepared Use(const sql::UseStatement& use, Catalog* catalog) {
  if (use.object_type == sql::ObjectType::kCatalog) {
    ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->UseCatalog(use.name.last().value), use.name.range));
    return Done();
  }
  const auto [catalog_name, database] = DatabaseOf(use.name, *catalog);
  ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->UseDatabase(catalog_name, database), use.name.range));
  return Done();
}

arrow::Result<TablePtr> FindTable(const sql::AlterTableStatement& alter, const Catalog& catalog) {
  ARROW_ASSIGN_OR_RAISE(auto path, Qualify(alter.name, catalog));
  const CatalogObject* object = catalog.Find(path);
  if (object != nullptr && std::holds_alternative<TablePtr>(*object)) return std::get<TablePtr>(*object);
  if (alter.if_exists && object == nullptr) return TablePtr();
  return UnknownObject(alter.name, "Table", catalog.ListTables(path[0], path[1]));
}

Prepared AlterTable(const sql::AlterTableStatement& alter, Catalog* catalog, const plan::PlanContext& context) {
  if (alter.materialized) return sql::NotSupportedYet(alter.range, "ALTER MATERIALIZED TABLE");
  ARROW_ASSIGN_OR_RAISE(auto table, FindTable(alter, *catalog));
  if (!table) return Done();
  auto changed = std::make_shared<TableDefinition>(*table);
  switch (alter.action) {
    case sql::AlterTableAction::kRenameTable: {
      ARROW_ASSIGN_OR_RAISE(changed->path, Qualify(alter.new_name, *catalog));
      ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->Add(TablePtr(changed)), alter.new_name.range));
      ARROW_RETURN_NOT_OK(catalog->Drop(table->path));
      return Done();
    }
    case sql::AlterTableAction::kSetOptions:
      for (const auto& option : alter.options) changed->options[option.key.value] = option.value.value;
      break;
    case sql::AlterTableAction::kResetOptions:
      for (const auto& key : alter.keys) changed->options.erase(key.value);
      break;
    case sql::AlterTableAction::kDropPrimaryKey:
      changed->primary_key.clear();
      break;
    case sql::AlterTableAction::kDropWatermark:
      changed->watermark.reset();
      break;
    default:
      return sql::NotSupportedYet(alter.action_range, "this form of ALTER TABLE");
  }
  ARROW_RETURN_NOT_OK(sql::WithPlace(context.tables->Validate(*changed), alter.action_range));
  ARROW_RETURN_NOT_OK(catalog->Replace(TablePtr(changed)));
  return Done();
}

}  // namespace

arrow::Result<std::optional<PreparedStatement>> RunDefinition(const sql::Statement& statement, Catalog* catalog,
                                                              const plan::PlanContext& context) {
  switch (statement.kind) {
    case sql::StatementKind::kDrop:
      return Drop(statement.As<sql::DropStatement>(), catalog);
    case sql::StatementKind::kCreateSimple:
      return CreateSimple(statement.As<sql::CreateSimpleStatement>(), catalog);
    case sql::StatementKind::kUse:
      return Use(statement.As<sql::UseStatement>(), catalog);
    case sql::StatementKind::kAlterTable:
      return AlterTable(statement.As<sql::AlterTableStatement>(), catalog, context);
    default:
      return std::nullopt;
  }
}

}  // namespace tidemark::server
