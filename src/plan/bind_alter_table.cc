// SPDX-License-Identifier: Apache-2.0
// Binds ALTER TABLE: applies the changes to a copy of the table, then checks the copy as CREATE TABLE would.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "plan/table_parts.h"
#include "plan/table_schema.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using ColumnKind = TableColumn::Kind;

class TableChange {
 public:
  TableChange(std::shared_ptr<const sql::AlterTableStatement> statement, const TableDefinition& table,
              const BindEnvironment& environment)
      : statement_(std::move(statement)), environment_(environment), table_(table) {}

  arrow::Result<TablePtr> Bind() {
    ARROW_RETURN_NOT_OK(Apply());
    const sql::SourceRange here = statement_->action_range;
    ARROW_RETURN_NOT_OK(BindExpressions(environment_, rowtime_, &table_));
    const TableCapabilities& connectors = *environment_.context().tables;
    if (const arrow::Status status = connectors.Validate(table_); !status.ok()) {
      return sql::WithPlace(status, PlaceOfOption(statement_->options, status.message(), here));
    }
    ARROW_RETURN_NOT_OK(CheckMetadata(table_, statement_->elements.columns, connectors, here));
    return std::make_shared<const TableDefinition>(std::move(table_));
  }

 private:
  arrow::Status Apply() {
    switch (statement_->action) {
      case sql::AlterTableAction::kSetOptions:
        for (const auto& option : statement_->options) table_.options[option.key.value] = option.value.value;
        return arrow::Status::OK();
      case sql::AlterTableAction::kResetOptions:
        return ResetOptions();
      case sql::AlterTableAction::kAdd:
      case sql::AlterTableAction::kModify:
        return AddOrModify(statement_->action == sql::AlterTableAction::kAdd);
      case sql::AlterTableAction::kDropColumns:
        return DropColumns();
      case sql::AlterTableAction::kDropPrimaryKey:
      case sql::AlterTableAction::kDropConstraint:
        return DropKey();
      case sql::AlterTableAction::kDropWatermark:
        if (!table_.watermark) return Missing("watermark");
        table_.watermark.reset();
        return arrow::Status::OK();
      case sql::AlterTableAction::kRenameColumn:
        return RenameColumn();
      default:
        return sql::NotSupportedYet(statement_->action_range, "this form of ALTER TABLE");
    }
  }

  arrow::Status ResetOptions() {
    for (const auto& key : statement_->keys) {
      if (key.value == "connector") {
        return sql::SqlError(key.range, "A table cannot be without 'connector'",
                             "Write ALTER TABLE ... SET ('connector' = '...') to change it.");
      }
      table_.options.erase(key.value);
    }
    return arrow::Status::OK();
  }

  arrow::Status AddOrModify(bool add) {
    if (statement_->distribution) return sql::NotSupportedYet(statement_->distribution->range, "DISTRIBUTED BY");
    const auto& elements = statement_->elements;
    for (const auto& definition : elements.columns) ARROW_RETURN_NOT_OK(PutColumn(definition, add));
    for (const auto& definition : elements.columns) {
      if (definition.key) ARROW_RETURN_NOT_OK(PutKey(*definition.key, add));
    }
    for (const auto& key : elements.constraints) ARROW_RETURN_NOT_OK(PutKey(key, add));
    for (const auto& watermark : elements.watermarks) ARROW_RETURN_NOT_OK(PutWatermark(watermark, add));
    return arrow::Status::OK();
  }

  arrow::Status PutColumn(const sql::ColumnDefinition& definition, bool add) {
    if (definition.kind == sql::ColumnKind::kNameOnly) {
      return sql::SqlError(definition.range, fmt::format("Column '{}' has no type", definition.name.value),
                           "Write " + definition.name.value + " TYPE.");
    }
    ARROW_ASSIGN_OR_RAISE(TableColumn column, MakeTableColumn(definition, statement_));
    TableColumn* existing = FindTableColumn(column.name, &table_);
    auto at = table_.columns.end();
    if (add) {
      if (existing != nullptr) {
        return sql::SqlError(definition.name.range,
                             fmt::format("'{}' has a column '{}' already", table_.name(), column.name),
                             "Give the new one another name, or write ALTER TABLE ... MODIFY to change it.");
      }
    } else {
      if (existing == nullptr) return UnknownTableColumn(definition.name, "MODIFY", table_);
      if (column.comment.empty()) column.comment = existing->comment;
      if (InKey(column.name)) column.type = column.type.NotNull();
      ARROW_RETURN_NOT_OK(CheckKeyStaysPhysical(column, definition.range));
      at = table_.columns.erase(table_.columns.begin() + (existing - table_.columns.data()));
    }
    if (definition.position == sql::ColumnPosition::kFirst) at = table_.columns.begin();
    if (definition.position == sql::ColumnPosition::kAfter) {
      const TableColumn* before = FindTableColumn(definition.after.value, &table_);
      if (before == nullptr) return UnknownTableColumn(definition.after, "AFTER", table_);
      at = table_.columns.begin() + (before - table_.columns.data()) + 1;
    }
    table_.columns.insert(at, std::move(column));
    return arrow::Status::OK();
  }

  arrow::Status CheckKeyStaysPhysical(const TableColumn& column, sql::SourceRange range) const {
    if (column.kind == ColumnKind::kPhysical) return arrow::Status::OK();
    const auto& partitions = table_.partition_keys;
    const bool partitioned = std::find(partitions.begin(), partitions.end(), column.name) != partitions.end();
    if (!partitioned && !InKey(column.name)) return arrow::Status::OK();
    return sql::SqlError(range,
                         fmt::format("'{}' is a column of the {} and must stay a physical column", column.name,
                                     partitioned ? "partitions" : "primary key"),
                         "Add the new column by another name.");
  }

  arrow::Status PutKey(const sql::KeyConstraint& key, bool add) {
    if (add && !table_.primary_key.empty()) {
      return sql::SqlError(key.range, fmt::format("'{}' has a primary key already", table_.name()),
                           "Write ALTER TABLE ... MODIFY to replace it.");
    }
    if (!add && table_.primary_key.empty()) {
      return sql::SqlError(key.range, fmt::format("'{}' has no primary key", table_.name()),
                           "Write ALTER TABLE ... ADD.");
    }
    table_.primary_key.clear();
    return SetPrimaryKey(key, &table_);
  }

  arrow::Status PutWatermark(const sql::WatermarkDefinition& watermark, bool add) {
    if (add && table_.watermark) {
      return sql::SqlError(watermark.range, fmt::format("'{}' has a watermark already", table_.name()),
                           "Write ALTER TABLE ... MODIFY to replace it.");
    }
    if (!add && !table_.watermark) {
      return sql::SqlError(watermark.range, fmt::format("'{}' has no watermark", table_.name()),
                           "Write ALTER TABLE ... ADD.");
    }
    rowtime_ = watermark.column.range;
    return SetWatermark(watermark, statement_, &table_);
  }

  arrow::Status DropColumns() {
    std::set<std::string> dropped;
    for (const sql::Name& name : statement_->columns) {
      ARROW_RETURN_NOT_OK(CheckColumn(name, "DROP"));
      dropped.insert(name.parts[0].value);
    }
    for (const sql::Name& name : statement_->columns) ARROW_RETURN_NOT_OK(CheckUnused(name, dropped, true));
    std::erase_if(table_.columns, [&](const TableColumn& column) { return dropped.count(column.name) > 0; });
    return arrow::Status::OK();
  }

  arrow::Status RenameColumn() {
    const sql::Name& name = statement_->column;
    ARROW_RETURN_NOT_OK(CheckColumn(name, "RENAME"));
    const std::string& from = name.parts[0].value;
    const std::string& to = statement_->new_column.value;
    if (FindTableColumn(to, &table_) != nullptr) {
      return sql::SqlError(statement_->new_column.range,
                           fmt::format("'{}' has a column '{}' already", table_.name(), to), "Choose another name.");
    }
    ARROW_RETURN_NOT_OK(CheckUnused(name, {}, false));
    FindTableColumn(from, &table_)->name = to;
    std::replace(table_.primary_key.begin(), table_.primary_key.end(), from, to);
    return arrow::Status::OK();
  }

  arrow::Status CheckColumn(const sql::Name& name, const char* clause) {
    if (FindTableColumn(name.parts[0].value, &table_) == nullptr)
      return UnknownTableColumn(name.parts[0], clause, table_);
    if (name.parts.size() > 1) return sql::NotSupportedYet(name.range, fmt::format("{} of a field of a ROW", clause));
    return arrow::Status::OK();
  }

  /// Refuses to drop or rename a column that the watermark, the keys, or a computed column not in `dropped` needs.
  arrow::Status CheckUnused(const sql::Name& name, const std::set<std::string>& dropped, bool drop) {
    const std::string& column = name.parts[0].value;
    const auto in_use = [&](const std::string& by, const std::string& hint) {
      return sql::SqlError(name.range, fmt::format("Column '{}' is in use by {}", column, by), hint);
    };
    const auto& partitions = table_.partition_keys;
    if (std::find(partitions.begin(), partitions.end(), column) != partitions.end())
      return in_use("PARTITIONED BY", "Create another table with other partitions.");
    if (drop && InKey(column)) return in_use("the primary key", "Write ALTER TABLE ... DROP PRIMARY KEY first.");
    if (table_.watermark && table_.watermark->column == column)
      return in_use("the watermark", "Write ALTER TABLE ... DROP WATERMARK first.");
    ARROW_ASSIGN_OR_RAISE(const TableSchema schema, BindTableSchema(table_, environment_));
    const auto reads = [&](const expr::ExpressionPtr& expression) {
      if (!expression) return false;
      const std::vector<int> columns = expr::ReferencedColumns(*expression);
      return std::any_of(columns.begin(), columns.end(), [&](int i) { return table_.columns[i].name == column; });
    };
    if (reads(schema.watermark)) return in_use("the watermark", "Write ALTER TABLE ... DROP WATERMARK first.");
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      const std::string& other = table_.columns[i].name;
      if (dropped.count(other) == 0 && reads(schema.computed[i]))
        return in_use(fmt::format("the computed column '{}'", other),
                      fmt::format("Write ALTER TABLE ... DROP {} first.", other));
    }
    return arrow::Status::OK();
  }

  arrow::Status DropKey() {
    if (table_.primary_key.empty()) return Missing("primary key");
    const bool by_name = statement_->action == sql::AlterTableAction::kDropConstraint;
    if (by_name && statement_->constraint.value != table_.primary_key_name) {
      return sql::SqlError(statement_->constraint.range,
                           fmt::format("'{}' has no constraint '{}'", table_.name(), statement_->constraint.value),
                           fmt::format("Its primary key is called '{}'.", table_.primary_key_name));
    }
    table_.primary_key.clear();
    table_.primary_key_name.clear();
    return arrow::Status::OK();
  }

  bool InKey(const std::string& column) const {
    const auto& key = table_.primary_key;
    return std::find(key.begin(), key.end(), column) != key.end();
  }

  arrow::Status Missing(const char* what) const {
    return sql::SqlError(statement_->action_range, fmt::format("'{}' has no {}", table_.name(), what),
                         "There is nothing to drop.");
  }

  std::shared_ptr<const sql::AlterTableStatement> statement_;
  const BindEnvironment& environment_;
  TableDefinition table_;
  sql::SourceRange rowtime_;
};

}  // namespace

arrow::Result<TablePtr> BindAlterTable(std::shared_ptr<const sql::AlterTableStatement> statement,
                                       const TableDefinition& table, const PlanContext& context) {
  BindSession session(context);
  BindEnvironment environment = BindEnvironment::Top(&session);
  environment.hints_other_tables = false;
  return TableChange(std::move(statement), table, environment).Bind();
}

}  // namespace tidemark::plan
