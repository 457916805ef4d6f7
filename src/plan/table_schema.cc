// SPDX-License-Identifier: Apache-2.0
// Binds computed columns and watermarks by Flink's rules.
#include "plan/table_schema.h"

#include <fmt/format.h>

#include <utility>

#include "plan/bind_expression.h"
#include "plan/bind_type.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {
namespace {

constexpr int32_t kMaxRowtimePrecision = 3;

bool MayBeRowtime(const DataType& type) { return type.is_timestamp() && type.precision() <= kMaxRowtimePrecision; }

/// The error of a computed column that reads another one, if `binder` has met such a column.
arrow::Status CheckReadsNoComputed(const ExpressionBinder& binder, const TableDefinition& table,
                                   const std::string& column) {
  for (const auto& [expression, range] : binder.places()) {
    const TableColumn& read = table.columns[expression->column_index()];
    if (read.kind != TableColumn::Kind::kComputed) continue;
    return sql::SqlError(
        range, fmt::format("Computed column '{}' reads '{}', which is computed itself", column, read.name),
        fmt::format("Only physical and metadata columns can be read: write the expression of '{}' out.", read.name));
  }
  return arrow::Status::OK();
}

int FindColumn(const TableDefinition& table, const std::string& name) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

arrow::Status BindComputed(const TableDefinition& table, const BindEnvironment& environment, TableSchema* schema) {
  // While they are bound, computed columns have no type yet; CheckReadsNoComputed refuses to read them.
  const Scope scope(schema->columns, table.path, {});
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    if (column.kind != TableColumn::Kind::kComputed) continue;
    ExpressionBinder binder(environment, scope, "a computed column");
    auto bound = binder.Bind(*column.computed);
    ARROW_RETURN_NOT_OK(CheckReadsNoComputed(binder, table, column.name));
    ARROW_RETURN_NOT_OK(bound.status());
    if ((*bound)->type().kind() == TypeKind::kNull) {
      return sql::SqlError(column.computed->range,
                           fmt::format("Computed column '{}' is NULL, which has no type", column.name),
                           "Give it one: CAST(NULL AS INT).");
    }
    schema->computed[i] = *bound;
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (schema->computed[i]) schema->columns[i].type = schema->computed[i]->type();
  }
  return arrow::Status::OK();
}

std::string HowToGetRowtime(const std::string& column, const DataType& type) {
  if (type.kind() == TypeKind::kTimestamp) return "Declare it as TIMESTAMP(3).";
  if (type.kind() == TypeKind::kTimestampLtz) return "Declare it as TIMESTAMP_LTZ(3).";
  const std::string name = sql::QuoteIdentifier(column);
  std::string computed = fmt::format("CAST({} AS TIMESTAMP(3))", name);
  if (type.is_numeric()) computed = fmt::format("TO_TIMESTAMP_LTZ({}, 3)", name);
  if (type.is_character()) computed = fmt::format("TO_TIMESTAMP({})", name);
  return fmt::format(
      "Add the computed column event_time AS {}, and write WATERMARK FOR event_time AS event_time - INTERVAL '5' "
      "SECOND.",
      computed);
}

arrow::Status BindWatermark(const TableDefinition& table, const BindEnvironment& environment, sql::SourceRange rowtime,
                            TableSchema* schema) {
  const WatermarkDeclaration& declaration = *table.watermark;
  const sql::SourceRange range = declaration.expression->range;
  if (rowtime.empty()) rowtime = range;
  const int column = FindColumn(table, declaration.column);
  if (column < 0) return sql::SqlError(rowtime, "Unknown column in WATERMARK FOR: " + declaration.column);
  const DataType type = schema->columns[column].type;
  if (type.is_proctime()) {
    return sql::SqlError(rowtime,
                         fmt::format("'{}' is a processing time, which takes no watermark", declaration.column),
                         "Declare the watermark for a column with the time of the event.");
  }
  if (!MayBeRowtime(type)) {
    return sql::SqlError(
        rowtime,
        fmt::format(
            "WATERMARK FOR needs a column of type TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p from 0 to 3, and '{}' "
            "is {}",
            declaration.column, TypeText(type)),
        HowToGetRowtime(declaration.column, type));
  }
  const Scope scope(schema->columns, table.path, {});
  ExpressionBinder binder(environment, scope, "WATERMARK FOR");
  ARROW_ASSIGN_OR_RAISE(schema->watermark, binder.Bind(*declaration.expression));
  const DataType& result = schema->watermark->type();
  if (!MayBeRowtime(result) || result.kind() != type.kind()) {
    return sql::SqlError(
        range,
        fmt::format("The watermark of '{}' must be {} like the column, not {}", declaration.column, TypeText(type),
                    TypeText(result)),
        fmt::format("Write WATERMARK FOR {0} AS {0} - INTERVAL '5' SECOND.", sql::QuoteIdentifier(declaration.column)));
  }
  schema->rowtime_column = column;
  schema->columns[column].type = type.WithTimeAttribute(TimeAttribute::kRowtime);
  return arrow::Status::OK();
}

}  // namespace

arrow::Result<TableSchema> BindTableSchema(const TableDefinition& table, const BindEnvironment& environment,
                                           sql::SourceRange rowtime) {
  TableSchema schema;
  schema.computed.resize(table.columns.size());
  for (const TableColumn& column : table.columns) {
    const bool computed = column.kind == TableColumn::Kind::kComputed;
    schema.columns.push_back({column.name, computed ? DataType::Null() : column.type});
  }
  ARROW_RETURN_NOT_OK(BindComputed(table, environment, &schema));
  if (table.watermark) ARROW_RETURN_NOT_OK(BindWatermark(table, environment, rowtime, &schema));
  return schema;
}

}  // namespace tidemark::plan
