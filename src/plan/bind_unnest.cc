// SPDX-License-Identifier: Apache-2.0
// Binds UNNEST: the elements of a collection as rows, beside the row that holds it.

#include <utility>

#include "plan/bind_call.h"
#include "plan/bind_expression.h"
#include "plan/bind_from.h"
#include "plan/placeholder.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using expr::ExpressionPtr;

/// The columns that an element makes, with the names they have where the query gives none. A missing row has NULL in
/// all of them.
arrow::Result<Schema> ElementColumns(const DataType& collection, bool padded, const sql::UnnestRef& table) {
  const sql::SourceRange range = table.expressions[0]->range;
  Schema columns;
  const auto add = [&](std::string name, const DataType& type) {
    columns.push_back({std::move(name), type.WithNullable(padded || type.nullable())});
  };
  if (collection.kind() == TypeKind::kMap) {
    add("KEY", collection.map_key());
    add("VALUE", collection.map_value());
    return columns;
  }
  if (collection.kind() != TypeKind::kArray && collection.kind() != TypeKind::kMultiset) {
    return sql::SqlError(range, "UNNEST takes an ARRAY, a MAP or a MULTISET, not " + collection.ToString(),
                         "Name a column that holds a collection.");
  }
  const DataType& element = collection.element();
  if (element.kind() != TypeKind::kRow) {
    // As in Flink, the name of the table is that of the column too.
    add(table.alias ? table.alias->value : "EXPR$0", element);
    return columns;
  }
  for (const Field& field : element.fields()) add(field.name, field.type);
  return columns;
}

arrow::Status CheckJoin(const sql::JoinRef& join) {
  if (join.type == sql::JoinType::kRight || join.type == sql::JoinType::kFull || join.natural ||
      !join.using_columns.empty()) {
    return sql::SqlError(join.op_range, "UNNEST takes only inner, left and cross joins",
                         "The collection is a column of the left side: write CROSS JOIN UNNEST(t.items) AS i (...).");
  }
  if (join.type == sql::JoinType::kLeft && join.condition && !IsTrueLiteral(*join.condition))
    return sql::NotSupportedYet(join.condition->range, "A condition other than TRUE of a LEFT JOIN with UNNEST");
  return arrow::Status::OK();
}

arrow::Result<FromItem> Unnest(FromItem left, const sql::UnnestRef& table, bool padded,
                               const BindEnvironment& environment) {
  if (table.expressions.size() != 1) return sql::NotSupportedYet(table.range, "UNNEST of several collections at once");
  const sql::Expression& operand = *table.expressions[0];
  ExpressionBinder binder(environment, left.scope, "UNNEST");
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr collection, binder.Bind(operand));
  ARROW_ASSIGN_OR_RAISE(Schema columns, ElementColumns(collection->type(), padded, table));
  if (table.with_ordinality) columns.push_back({"ORDINALITY", DataType::Int().WithNullable(padded)});
  std::vector<std::string> own;
  for (const Field& column : columns) own.push_back(column.name);
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> names, AliasedNames(table, std::move(own)));
  for (size_t i = 0; i < columns.size(); ++i) columns[i].name = names[i];

  Schema schema = left.relation.schema();
  std::vector<int> kept;
  for (int i = 0; i < left.relation.width(); ++i) kept.push_back(i);
  schema.insert(schema.end(), columns.begin(), columns.end());
  auto node = std::make_shared<LogicalUnnest>(schema, left.relation.plan, collection, std::move(kept));
  node->padded = padded;
  node->with_ordinality = table.with_ordinality;
  node->range = table.range;

  FromItem result;
  result.relation.plan = std::move(node);
  result.relation.origins = std::move(left.relation.origins);
  result.relation.origins.resize(schema.size());
  std::vector<std::string> path;
  if (table.alias) path = {table.alias->value};
  const Scope right(columns, std::move(path), table.range);
  ARROW_ASSIGN_OR_RAISE(result.scope, Scope::Join(left.scope, right, schema));
  return result;
}

}  // namespace

arrow::Result<FromItem> BindUnnest(FromItem left, const sql::JoinRef& join, const sql::UnnestRef& table,
                                   const BindEnvironment& environment) {
  ARROW_RETURN_NOT_OK(CheckJoin(join));
  ARROW_ASSIGN_OR_RAISE(FromItem result,
                        Unnest(std::move(left), table, join.type == sql::JoinType::kLeft, environment));
  if (!join.condition || IsTrueLiteral(*join.condition)) return result;
  ExpressionBinder binder(environment, result.scope, "ON");
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, binder.BindCondition(*join.condition));
  result.relation = Filter(std::move(result.relation), std::move(condition), join.op_range);
  return result;
}

arrow::Result<FromItem> BindUnnest(const sql::UnnestRef& table, const BindEnvironment& environment) {
  FromItem left;
  left.relation.plan = std::make_shared<LogicalValues>(Schema(), std::vector<std::vector<ExpressionPtr>>(1));
  left.scope.outer = environment.outer;
  return Unnest(std::move(left), table, /*padded=*/false, environment);
}

}  // namespace tidemark::plan
