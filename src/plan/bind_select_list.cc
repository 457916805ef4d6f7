// SPDX-License-Identifier: Apache-2.0
// The list of a SELECT: expressions, their names, and what * stands for.
#include <fmt/format.h>

#include <utility>

#include "plan/bind_select.h"
#include "plan/bind_type.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

std::string NameOf(const sql::SelectItem& item, size_t position) {
  if (item.alias) return item.alias->value;
  if (const auto* column = item.expression->TryAs<sql::ColumnRef>()) return column->name.last().value;
  return fmt::format("EXPR${}", position);
}

}  // namespace

arrow::Status SelectBinder::BindItem(const sql::SelectItem& item) {
  if (const auto* star = item.expression->TryAs<sql::Star>()) return ExpandStar(*star);
  if (const auto* access = item.expression->TryAs<sql::FieldAccess>(); access != nullptr && access->is_star) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr row, list_binder_->Bind(*access->base));
    return AddFields(row, access->range, sql::ToSql(*access->base));
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, list_binder_->Bind(*item.expression));
  const std::string name = NameOf(item, outputs_.size());
  names_.Add(name);
  outputs_.push_back({name, std::move(expression), sql::ToSql(*item.expression), list_binder_.get()});
  return arrow::Status::OK();
}

arrow::Status SelectBinder::ExpandStar(const sql::Star& star) {
  if (!select_.from) {
    return sql::SqlError(star.range, "SELECT * without FROM", "Name the table: SELECT * FROM t.");
  }
  std::vector<VisibleColumn> columns = input_.scope.visible();
  if (!star.qualifier.empty()) {
    std::vector<std::string> qualifier;
    for (const sql::Identifier& part : star.qualifier.parts) qualifier.push_back(part.value);
    const ScopeRelation* relation = input_.scope.FindRelation(qualifier);
    if (relation == nullptr) return ExpandRowColumn(star);
    columns = input_.scope.ColumnsOf(*relation);
  }
  for (const VisibleColumn& column : columns) {
    ExpressionPtr expression = list_binder_->Placed(column.expression, star.range);
    outputs_.push_back({names_.Add(column.name), std::move(expression), column.name, list_binder_.get()});
  }
  return arrow::Status::OK();
}

arrow::Status SelectBinder::ExpandRowColumn(const sql::Star& star) {
  ARROW_ASSIGN_OR_RAISE(auto found, input_.scope.Find(star.qualifier));
  if (found) {
    ExpressionPtr row = list_binder_->Placed(found->expression, star.range);
    for (size_t i = found->parts; i < star.qualifier.parts.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(row, MakeField(std::move(row), star.qualifier.parts[i]));
    }
    return AddFields(row, star.range, sql::ToSql(star.qualifier));
  }
  std::vector<std::string> known;
  for (const ScopeRelation& relation : input_.scope.relations()) {
    if (!relation.path.empty()) known.push_back(relation.path.back());
  }
  std::string hint = sql::DidYouMean(star.qualifier.last().value, known);
  if (hint.empty() && !known.empty()) hint = fmt::format("FROM has {}.", fmt::join(known, ", "));
  return sql::SqlError(star.qualifier.range, "No table or alias is called '" + star.qualifier.ToString() + "' here",
                       hint);
}

arrow::Status SelectBinder::AddFields(const ExpressionPtr& row, sql::SourceRange range, const std::string& text) {
  if (row->type().kind() != TypeKind::kRow) {
    return sql::SqlError(range, fmt::format(".* gives the fields of a ROW, and this is {}", TypeText(row->type())),
                         "Name the column itself.");
  }
  for (const Field& field : row->type().fields()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, MakeField(row, {field.name, range}));
    outputs_.push_back({names_.Add(field.name), std::move(expression), text + "." + field.name, list_binder_.get()});
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::plan
