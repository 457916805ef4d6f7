// SPDX-License-Identifier: Apache-2.0
// Binds CREATE VIEW: its query must be right when it is created.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "plan/bind_environment.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

arrow::Result<ViewPtr> BindCreateView(std::shared_ptr<const sql::CreateViewStatement> statement, std::string_view text,
                                      const PlanContext& context) {
  BindSession session(context);
  const BindEnvironment environment = BindEnvironment::Top(&session);
  if (statement->name.parts.size() > 3) {
    return sql::SqlError(statement->name.range, "A view name has at most three parts: catalog.database.view");
  }
  ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(*statement->query, environment));
  ARROW_RETURN_NOT_OK(CheckColumnTypes(relation, *statement->query));
  if (statement->columns.empty()) ARROW_RETURN_NOT_OK(CheckColumnNames(relation, *statement->query));
  auto view = std::make_shared<ViewDefinition>();
  view->path = environment.Qualify(statement->name);
  view->temporary = statement->temporary;
  view->query = std::shared_ptr<const sql::Query>(statement, statement->query.get());
  view->query_text = std::string(sql::TextOf(text, statement->query->range));
  for (const sql::Identifier& column : statement->columns) {
    for (const std::string& other : view->column_names) {
      if (other == column.value) return sql::SqlError(column.range, "Duplicate column name: " + other);
    }
    view->column_names.push_back(column.value);
  }
  if (!view->column_names.empty() && static_cast<int>(view->column_names.size()) != relation.width()) {
    return sql::SqlError(
        sql::Cover(statement->columns.front().range, statement->columns.back().range),
        fmt::format("{} column names are given for a query of {} columns", view->column_names.size(), relation.width()),
        "Name every column, or none.");
  }
  return view;
}

}  // namespace tidemark::plan
