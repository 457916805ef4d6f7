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
  if (const auto* access = item.expression->TryAs<sql::FieldAccess>()) return access->field.value;
  return fmt::format("EXPR${}", position);
}

}  // namespace

arrow::Status SelectBinder::BindItem(const sql::SelectItem& item) {
  if (const auto* star = item.expression->TryAs<sql::Star>()) return ExpandStar(*star);
  if (const auto* access = item.expression->TryAs<sql::FieldAccess>(); access != nullptr && access->is_star) {
    return ExpandRow(*access);
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, list_binder_->Bind(*item.expression));
  outputs_.push_back({names_.Add(NameOf(item, outputs_.size())), std::move(expression), sql::ToSql(*item.expression),
                      list_binder_.get()});
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
    if (relation == nullptr) {
      ARROW_ASSIGN_OR_RAISE(auto row, input_.scope.Find(star.qualifier));
      if (row && row->parts == qualifier.size() && row->expression->type().kind() == TypeKind::kRow) {
        return sql::NotSupportedYet(star.range, "The fields of a ROW by .*", "Name the fields.");
      }
      std::vector<std::string> known;
      for (const ScopeRelation& other : input_.scope.relations()) {
        if (!other.path.empty()) known.push_back(other.path.back());
      }
      std::string hint = sql::DidYouMean(qualifier.back(), known);
      if (hint.empty() && !known.empty()) hint = fmt::format("FROM has {}.", fmt::join(known, ", "));
      return sql::SqlError(star.qualifier.range, "No table or alias is called '" + star.qualifier.ToString() + "' here",
                           hint);
    }
    columns = input_.scope.ColumnsOf(*relation);
  }
  for (const VisibleColumn& column : columns) {
    ExpressionPtr expression = list_binder_->Placed(column.expression, star.range);
    outputs_.push_back({names_.Add(column.name), std::move(expression), column.name, list_binder_.get()});
  }
  return arrow::Status::OK();
}

arrow::Status SelectBinder::ExpandRow(const sql::FieldAccess& access) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr base, list_binder_->Bind(*access.base));
  if (base->type().kind() != TypeKind::kRow) {
    return sql::SqlError(access.range,
                         fmt::format(".* gives the fields of a ROW, and this is {}", TypeText(base->type())));
  }
  for (const Field& field : base->type().fields()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, MakeField(base, {field.name, access.range}));
    outputs_.push_back({names_.Add(field.name), std::move(expression), sql::ToSql(*access.base) + "." + field.name,
                        list_binder_.get()});
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::plan
