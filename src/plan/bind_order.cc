// SPDX-License-Identifier: Apache-2.0
// ORDER BY of a SELECT: aliases, positions in the list, and expressions, which may not be in the list.
#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "plan/bind_select.h"
#include "plan/bind_type.h"
#include "plan/select_extension.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {

using expr::ExpressionPtr;

SortKey SortKeyOf(const sql::OrderItem& item, int column) {
  SortKey key;
  key.column = column;
  key.ascending = item.direction != sql::SortDirection::kDescending;
  key.nulls_first = item.nulls == sql::NullsOrder::kUnspecified ? key.ascending : item.nulls == sql::NullsOrder::kFirst;
  return key;
}

arrow::Status CheckSortable(const DataType& type, sql::SourceRange range) {
  if (!type.is_nested()) return arrow::Status::OK();
  return sql::SqlError(range, "Values of " + TypeText(type) + " have no order",
                       "Sort by a part of them, such as a field.");
}

arrow::Status SelectBinder::BindOrderBy(const std::vector<sql::OrderItem>& order_by) {
  if (!order_extension_) order_extension_ = std::make_unique<OrderExtension>(this);
  order_binder_ = MakeBinder("ORDER BY", order_extension_.get());
  for (const sql::OrderItem& item : order_by) {
    ARROW_ASSIGN_OR_RAISE(const int output, BindOrderItem(item));
    ARROW_RETURN_NOT_OK(CheckSortable(outputs_[output].expression->type(), item.range));
    const SortKey key = SortKeyOf(item, output);
    order_.push_back({output, key.ascending, key.nulls_first});
  }
  return arrow::Status::OK();
}

arrow::Result<int> SelectBinder::OrdinalOutput(const sql::Literal& literal) const {
  int position = 0;
  const std::string& text = literal.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error == std::errc() && end == text.data() + text.size() && position >= 1 && position <= visible_outputs_) {
    return position - 1;
  }
  return sql::SqlError(literal.range,
                       fmt::format("ORDER BY {}: the SELECT list has {} columns", text, visible_outputs_),
                       fmt::format("A number counts the columns of the list, from 1 to {}.", visible_outputs_));
}

arrow::Result<int> SelectBinder::BindOrderItem(const sql::OrderItem& item) {
  if (const auto* literal = item.expression->TryAs<sql::Literal>()) {
    if (literal->type == sql::LiteralType::kExactNumeric) return OrdinalOutput(*literal);
  }
  const auto* column = item.expression->TryAs<sql::ColumnRef>();
  if (column != nullptr && column->name.parts.size() == 1) {
    for (int i = 0; i < visible_outputs_; ++i) {
      if (outputs_[i].name == column->name.parts[0].value) return i;
    }
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, order_binder_->Bind(*item.expression));
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].expression->Equals(*expression)) return static_cast<int>(i);
  }
  const std::string text = sql::ToSql(*item.expression);
  outputs_.push_back({names_.Add(text), std::move(expression), text, order_binder_.get()});
  return static_cast<int>(outputs_.size()) - 1;
}

}  // namespace tidemark::plan
