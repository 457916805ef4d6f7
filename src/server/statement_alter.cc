// SPDX-License-Identifier: Apache-2.0
// ALTER TABLE and ALTER VIEW, and the forms of ALTER that change nothing tidemark keeps.
#include "server/object_names.h"
#include "server/session.h"
#include "sql/diagnostic.h"

namespace tidemark::server {
namespace {

using Prepared = arrow::Result<std::optional<PreparedStatement>>;

Prepared Done() { return std::optional<PreparedStatement>(PreparedStatement()); }

arrow::Result<std::vector<std::string>> FreePath(const sql::Name& name, bool temporary, const Catalog& catalog) {
  ARROW_ASSIGN_OR_RAISE(auto path, Qualify(name, catalog));
  if (!catalog.Contains(path, temporary)) return path;
  return sql::SqlError(name.range, "A table or view named '" + name.ToString() + "' exists already",
                       "Choose another name, or drop it first.");
}

Prepared AlterTable(std::shared_ptr<const sql::AlterTableStatement> alter, Catalog* catalog,
                    const plan::PlanContext& context) {
  if (alter->materialized) return sql::NotSupportedYet(alter->range, "ALTER MATERIALIZED TABLE");
  ARROW_ASSIGN_OR_RAISE(const auto* object,
                        FindObject(alter->name, sql::ObjectType::kTable, alter->if_exists, *catalog));
  if (object == nullptr) return Done();
  const TablePtr table = std::get<TablePtr>(*object);
  if (alter->action == sql::AlterTableAction::kRenameTable) {
    auto renamed = std::make_shared<TableDefinition>(*table);
    ARROW_ASSIGN_OR_RAISE(renamed->path, FreePath(alter->new_name, table->temporary, *catalog));
    ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->Add(TablePtr(renamed)), alter->new_name.range));
    ARROW_RETURN_NOT_OK(catalog->Drop(table->path));
    return Done();
  }
  ARROW_ASSIGN_OR_RAISE(auto changed, plan::BindAlterTable(alter, *table, context));
  ARROW_RETURN_NOT_OK(catalog->Replace(changed));
  return Done();
}

arrow::Result<ViewPtr> FindView(const sql::Name& name, const Catalog& catalog) {
  ARROW_ASSIGN_OR_RAISE(const auto* object, FindObject(name, sql::ObjectType::kView, false, catalog));
  return std::get<ViewPtr>(*object);
}

Prepared AlterView(std::shared_ptr<const sql::AlterViewStatement> alter, std::string_view text, Catalog* catalog,
                   const plan::PlanContext& context) {
  ARROW_ASSIGN_OR_RAISE(const ViewPtr view, FindView(alter->name, *catalog));
  ARROW_ASSIGN_OR_RAISE(auto changed, plan::BindAlterView(alter, *view, text, context));
  ARROW_RETURN_NOT_OK(catalog->Replace(changed));
  return Done();
}

Prepared RenameView(const sql::AlterSimpleStatement& alter, Catalog* catalog) {
  ARROW_ASSIGN_OR_RAISE(const ViewPtr view, FindView(alter.name, *catalog));
  auto renamed = std::make_shared<ViewDefinition>(*view);
  ARROW_ASSIGN_OR_RAISE(renamed->path, FreePath(alter.new_name, view->temporary, *catalog));
  ARROW_RETURN_NOT_OK(sql::WithPlace(catalog->Add(ViewPtr(renamed)), alter.new_name.range));
  ARROW_RETURN_NOT_OK(catalog->Drop(view->path));
  return Done();
}

Prepared AlterSimple(const sql::AlterSimpleStatement& alter, Catalog* catalog) {
  switch (alter.object_type) {
    case sql::ObjectType::kView:
      return RenameView(alter, catalog);
    case sql::ObjectType::kDatabase:
      // Databases and catalogs in memory have options that nothing reads: only their existence is checked.
      ARROW_RETURN_NOT_OK(CheckDatabase(alter.name, *catalog));
      return Done();
    case sql::ObjectType::kCatalog:
      ARROW_RETURN_NOT_OK(CheckCatalog(alter.name, *catalog));
      return Done();
    default:
      return sql::NotSupportedYet(alter.range, std::string("ALTER ") + sql::ObjectTypeName(alter.object_type));
  }
}

}  // namespace

arrow::Result<std::optional<PreparedStatement>> RunAlter(const StatementInScript& in_script, Catalog* catalog,
                                                         const plan::PlanContext& context) {
  const auto& statement = in_script.statement;
  switch (statement->kind) {
    case sql::StatementKind::kAlterTable:
      return AlterTable(std::static_pointer_cast<const sql::AlterTableStatement>(statement), catalog, context);
    case sql::StatementKind::kAlterView:
      return AlterView(std::static_pointer_cast<const sql::AlterViewStatement>(statement), in_script.text, catalog,
                       context);
    case sql::StatementKind::kAlterSimple:
      return AlterSimple(statement->As<sql::AlterSimpleStatement>(), catalog);
    default:
      return std::nullopt;
  }
}

}  // namespace tidemark::server
