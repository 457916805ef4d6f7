// SPDX-License-Identifier: Apache-2.0
// The parts of a table's declaration, each checked by itself: what CREATE TABLE and ALTER TABLE share. Internal to the
// binder.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "plan/bind_environment.h"
#include "sql/ast_ddl.h"

namespace tidemark::plan {

/// Null when the table has no such column.
TableColumn* FindTableColumn(const std::string& name, TableDefinition* table);

/// "Unknown column in PRIMARY KEY: x" with the nearest names.
arrow::Status UnknownTableColumn(const sql::Identifier& name, const std::string& clause, const TableDefinition& table);

/// The column that a definition declares. `owner` is the statement whose tree holds the definition; a computed column
/// shares ownership of it. REQUIRES: not kNameOnly.
arrow::Result<TableColumn> MakeTableColumn(const sql::ColumnDefinition& definition,
                                           const std::shared_ptr<const sql::Statement>& owner);

/// Sets the primary key; its columns become NOT NULL. REQUIRES: the table has none.
arrow::Status SetPrimaryKey(const sql::KeyConstraint& key, TableDefinition* table);

/// Sets the watermark. `owner` as in MakeTableColumn.
arrow::Status SetWatermark(const sql::WatermarkDefinition& watermark,
                           const std::shared_ptr<const sql::Statement>& owner, TableDefinition* table);

/// The option that a connector's message is about: its value if the message quotes it, else its key, else `otherwise`.
sql::SourceRange PlaceOfOption(const sql::OptionList& options, const std::string& message, sql::SourceRange otherwise);

/// Refuses metadata columns that the connector does not have or that have another type. Errors stand at the column in
/// `definitions`, or at `otherwise`.
arrow::Status CheckMetadata(const TableDefinition& table, const std::vector<sql::ColumnDefinition>& definitions,
                            const TableCapabilities& connectors, sql::SourceRange otherwise);

/// Binds the table's expressions and gives computed columns their types. `rowtime` is where WATERMARK FOR names its
/// column.
arrow::Status BindExpressions(const BindEnvironment& environment, sql::SourceRange rowtime, TableDefinition* table);

}  // namespace tidemark::plan
