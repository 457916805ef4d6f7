// SPDX-License-Identifier: Apache-2.0
// Binds CREATE VIEW: its query must be right when it is created.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "plan/bind_environment.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

namespace {

/// Checks the query of a view and makes it the query of `view`. `owner` is the statement that holds the query.
arrow::Result<ViewPtr> WithQuery(ViewDefinition view, std::shared_ptr<const sql::Statement> owner,
                                 const sql::Query& query, sql::SourceRange names, std::string_view text,
                                 const BindEnvironment& environment) {
  ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(query, environment));
  ARROW_RETURN_NOT_OK(CheckColumnTypes(relation, query));
  if (view.column_names.empty()) ARROW_RETURN_NOT_OK(CheckColumnNames(relation, query));
  if (!view.column_names.empty() && static_cast<int>(view.column_names.size()) != relation.width()) {
    return sql::SqlError(
        names,
        fmt::format("{} column names are given for a query of {} columns", view.column_names.size(), relation.width()),
        "Name every column, or none.");
  }
  view.query = std::shared_ptr<const sql::Query>(std::move(owner), &query);
  view.query_text = std::string(sql::TextOf(text, query.range));
  view.query_catalog = environment.catalog;
  view.query_database = environment.database;
  return std::make_shared<const ViewDefinition>(std::move(view));
}

}  // namespace

arrow::Result<ViewPtr> BindCreateView(std::shared_ptr<const sql::CreateViewStatement> statement, std::string_view text,
                                      const PlanContext& context) {
  BindSession session(context);
  const BindEnvironment environment = BindEnvironment::Top(&session);
  if (statement->name.parts.size() > 3) {
    return sql::SqlError(statement->name.range, "A view name has at most three parts: catalog.database.view");
  }
  ViewDefinition view;
  view.path = environment.Qualify(statement->name);
  view.temporary = statement->temporary;
  if (statement->comment) view.comment = statement->comment->value;
  sql::SourceRange names;
  for (const sql::Identifier& column : statement->columns) {
    for (const std::string& other : view.column_names) {
      if (other == column.value) {
        return sql::SqlError(column.range, "Duplicate column name: " + other, "Give one of the two another name.");
      }
    }
    view.column_names.push_back(column.value);
    names = sql::Cover(names, column.range);
  }
  return WithQuery(std::move(view), statement, *statement->query, names, text, environment);
}

arrow::Result<ViewPtr> BindAlterView(std::shared_ptr<const sql::AlterViewStatement> statement,
                                     const ViewDefinition& view, std::string_view text, const PlanContext& context) {
  BindSession session(context);
  const BindEnvironment environment = BindEnvironment::Top(&session);
  ViewDefinition changed = view;
  changed.column_names.clear();
  return WithQuery(std::move(changed), statement, *statement->query, statement->query->range, text, environment);
}

}  // namespace tidemark::plan
