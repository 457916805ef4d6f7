// SPDX-License-Identifier: Apache-2.0
// Binds a table, a view or a common table by its name.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "plan/bind_from.h"
#include "plan/table_schema.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

std::string ConnectorOf(const TableDefinition& table) {
  const auto connector = table.options.find("connector");
  return connector == table.options.end() ? "" : fmt::format(" (connector '{}')", connector->second);
}

arrow::Result<BoundRelation> BindScan(TablePtr table, sql::SourceRange range, const BindEnvironment& environment) {
  if (!environment.context().tables->CanRead(*table)) {
    return sql::SqlError(range,
                         fmt::format("Table '{}'{} can be written, not read", table->name(), ConnectorOf(*table)),
                         "Use it in INSERT INTO, or give it a connector that can read.");
  }
  BindEnvironment definition = environment;
  definition.catalog = table->path[0];
  definition.database = table->path[1];
  definition.outer = nullptr;
  auto bound = BindTableSchema(*table, definition);
  if (!bound.ok()) return AtReference(bound.status(), range, fmt::format("Table '{}'", table->name()));
  std::vector<ColumnOrigin> origins(bound->columns.size());
  for (size_t i = 0; i < origins.size(); ++i) {
    const Field& field = bound->columns[i];
    if (!field.type.is_timestamp() || field.type.time_attribute() != TimeAttribute::kNone) continue;
    origins[i].time_loss =
        std::make_shared<const TimeLoss>(TimeLoss{TimeLoss::Cause::kNoWatermark, field.name, table->name()});
  }
  auto scan = std::make_shared<LogicalScan>(std::move(bound->columns), std::move(table));
  scan->computed = std::move(bound->computed);
  scan->watermark = std::move(bound->watermark);
  scan->rowtime_column = bound->rowtime_column;
  scan->range = range;
  return BoundRelation{std::move(scan), std::move(origins)};
}

arrow::Result<BoundRelation> RenameToView(BoundRelation relation, const ViewDefinition& view, sql::SourceRange range) {
  if (view.column_names.empty()) return relation;
  if (static_cast<int>(view.column_names.size()) != relation.width()) {
    return sql::SqlError(range, fmt::format("View '{}' names {} columns, but its query gives {}", view.path.back(),
                                            view.column_names.size(), relation.width()));
  }
  std::vector<OutputColumn> columns;
  for (int i = 0; i < relation.width(); ++i) {
    columns.push_back({view.column_names[i], ColumnOf(relation.schema(), i), view.column_names[i]});
  }
  return Project(std::move(relation), columns, range);
}

arrow::Result<BoundRelation> BindView(const ViewDefinition& view, sql::SourceRange range,
                                      const BindEnvironment& environment) {
  const std::string name = fmt::format("{}", fmt::join(view.path, "."));
  std::vector<std::string>& open = environment.session->open_views;
  if (std::find(open.begin(), open.end(), name) != open.end()) {
    return sql::SqlError(range, fmt::format("View '{}' reads itself", view.path.back()),
                         "Drop it and create it with another query.");
  }
  BindEnvironment inside;
  inside.session = environment.session;
  inside.catalog = view.query_catalog;
  inside.database = view.query_database;
  open.push_back(name);
  auto relation = BindRelation(*view.query, inside);
  open.pop_back();
  if (!relation.ok()) return AtReference(relation.status(), range, fmt::format("In view '{}'", view.path.back()));
  return RenameToView(std::move(*relation), view, range);
}

}  // namespace

arrow::Result<Schema> BindColumns(const TableDefinition& table, sql::SourceRange range, const PlanContext& context) {
  BindSession session(context);
  BindEnvironment environment = BindEnvironment::Top(&session);
  environment.catalog = table.path[0];
  environment.database = table.path[1];
  auto bound = BindTableSchema(table, environment);
  if (!bound.ok()) return AtReference(bound.status(), range, fmt::format("Table '{}'", table.name()));
  return std::move(bound->columns);
}

arrow::Result<Schema> BindColumns(const ViewDefinition& view, sql::SourceRange range, const PlanContext& context) {
  BindSession session(context);
  ARROW_ASSIGN_OR_RAISE(const BoundRelation relation, BindView(view, range, BindEnvironment::Top(&session)));
  return relation.schema();
}

arrow::Result<TablePtr> ApplyHints(TablePtr table, const std::vector<sql::Hint>& hints,
                                   const BindEnvironment& environment) {
  for (const sql::Hint& hint : hints) {
    if (hint.name.value != "OPTIONS") continue;
    auto changed = std::make_shared<TableDefinition>(*table);
    for (const sql::HintArgument& argument : hint.arguments) {
      if (!argument.key) {
        return sql::SqlError(argument.value.range, "OPTIONS takes 'key' = 'value'",
                             "Write /*+ OPTIONS('key' = 'value') */.");
      }
      changed->options[argument.key->value] = argument.value.value;
    }
    ARROW_RETURN_NOT_OK(sql::WithPlace(environment.context().tables->Validate(*changed), hint.range));
    table = std::move(changed);
  }
  return table;
}

arrow::Result<BoundRelation> BindTableName(const sql::Name& name, const std::vector<sql::Hint>& hints,
                                           const BindEnvironment& environment, std::vector<std::string>* path) {
  if (name.parts.size() == 1) {
    if (const CommonTableBinding* common = environment.FindCommonTable(name.parts[0].value)) {
      *path = {common->name};
      return common->relation;
    }
  }
  if (name.parts.size() > 3) return UnknownTable(name, environment);
  *path = environment.Qualify(name);
  const CatalogObject* object = environment.context().catalog->Find(*path);
  if (object == nullptr) return UnknownTable(name, environment);
  if (const ViewPtr* view = std::get_if<ViewPtr>(object)) return BindView(**view, name.range, environment);
  ARROW_ASSIGN_OR_RAISE(TablePtr table, ApplyHints(std::get<TablePtr>(*object), hints, environment));
  return BindScan(std::move(table), name.range, environment);
}

}  // namespace tidemark::plan
