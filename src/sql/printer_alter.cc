// SPDX-License-Identifier: Apache-2.0
// Printing of ALTER.

#include "sql/printer_rules.h"

namespace tidemark::sql::internal {

namespace {

void WriteKeys(const std::vector<StringValue>& keys, std::string* out) {
  *out += '(';
  WriteList(keys, out, [out](const StringValue& key) { WriteString(key, out); });
  *out += ')';
}

/// `PARTITION (...) [WITH (...)]`, with `separator` between several.
void WritePartitions(const std::vector<AlterPartition>& partitions, const char* separator, std::string* out) {
  for (size_t i = 0; i < partitions.size(); ++i) {
    if (i > 0) *out += separator;
    WritePartitionSpec(partitions[i].spec, out);
    WriteWithOptions(partitions[i].options, out);
  }
}

void WriteAddOrModify(const AlterTableStatement& alter, std::string* out) {
  *out += alter.action == AlterTableAction::kAdd ? "ADD " : "MODIFY ";
  if (!alter.distribution) return WriteElements(alter.elements, out);
  *out += "DISTRIBUTION";
  WriteDistribution(*alter.distribution, out);
}

void WriteDropAction(const AlterTableStatement& alter, std::string* out) {
  *out += "DROP ";
  switch (alter.action) {
    case AlterTableAction::kDropColumns:
      *out += '(';
      WriteList(alter.columns, out, [out](const Name& column) { WriteName(column, out); });
      *out += ')';
      return;
    case AlterTableAction::kDropPrimaryKey:
      *out += "PRIMARY KEY";
      return;
    case AlterTableAction::kDropConstraint:
      *out += "CONSTRAINT ";
      return WriteIdentifier(alter.constraint, out);
    case AlterTableAction::kDropWatermark:
      *out += "WATERMARK";
      return;
    case AlterTableAction::kDropDistribution:
      *out += "DISTRIBUTION";
      return;
    default:
      if (alter.if_partition_exists) *out += "IF EXISTS ";
      return WritePartitions(alter.partitions, ", ", out);
  }
}

void WriteMaterializedAction(const AlterTableStatement& alter, std::string* out) {
  switch (alter.action) {
    case AlterTableAction::kSuspend:
      *out += "SUSPEND";
      return;
    case AlterTableAction::kResume:
      *out += "RESUME";
      return WriteWithOptions(alter.options, out);
    case AlterTableAction::kRefresh:
      *out += alter.partitions.empty() ? "REFRESH" : "REFRESH ";
      return WritePartitions(alter.partitions, " ", out);
    case AlterTableAction::kSetFreshness:
      *out += "SET FRESHNESS = ";
      return WriteExpression(*alter.freshness, out);
    case AlterTableAction::kSetRefreshMode:
      *out += "SET ";
      return WriteRefreshMode(*alter.refresh_mode, out);
    default:
      *out += "AS ";
      return WriteQuery(*alter.query, out);
  }
}

void WriteAlterAction(const AlterTableStatement& alter, std::string* out) {
  switch (alter.action) {
    case AlterTableAction::kRenameTable:
      *out += "RENAME TO ";
      return WriteName(alter.new_name, out);
    case AlterTableAction::kRenameColumn:
      *out += "RENAME ";
      WriteName(alter.column, out);
      *out += " TO ";
      return WriteIdentifier(alter.new_column, out);
    case AlterTableAction::kSetOptions:
      *out += "SET ";
      return WriteOptions(alter.options, out);
    case AlterTableAction::kResetOptions:
      *out += "RESET ";
      return WriteKeys(alter.keys, out);
    case AlterTableAction::kAdd:
    case AlterTableAction::kModify:
      return WriteAddOrModify(alter, out);
    case AlterTableAction::kAddPartitions:
      *out += alter.if_partition_not_exists ? "ADD IF NOT EXISTS " : "ADD ";
      return WritePartitions(alter.partitions, " ", out);
    case AlterTableAction::kDropColumns:
    case AlterTableAction::kDropPrimaryKey:
    case AlterTableAction::kDropConstraint:
    case AlterTableAction::kDropWatermark:
    case AlterTableAction::kDropDistribution:
    case AlterTableAction::kDropPartitions:
      return WriteDropAction(alter, out);
    default:
      return WriteMaterializedAction(alter, out);
  }
}

}  // namespace

void WriteAlterTable(const AlterTableStatement& alter, std::string* out) {
  *out += alter.materialized ? "ALTER MATERIALIZED TABLE " : "ALTER TABLE ";
  if (alter.if_exists) *out += "IF EXISTS ";
  WriteName(alter.name, out);
  *out += ' ';
  WriteAlterAction(alter, out);
}

void WriteAlterFunction(const AlterFunctionStatement& alter, std::string* out) {
  *out += alter.temporary ? "ALTER TEMPORARY " : "ALTER ";
  if (alter.system) *out += "SYSTEM ";
  *out += alter.if_exists ? "FUNCTION IF EXISTS " : "FUNCTION ";
  WriteName(alter.name, out);
  *out += " AS ";
  WriteString(alter.class_name, out);
  WriteLanguage(alter.language, out);
}

void WriteAlterSimple(const AlterSimpleStatement& alter, std::string* out) {
  *out += std::string("ALTER ") + ObjectTypeName(alter.object_type) + " ";
  if (alter.if_exists) *out += "IF EXISTS ";
  WriteName(alter.name, out);
  switch (alter.action) {
    case AlterSimpleAction::kRename:
      *out += " RENAME TO ";
      return WriteName(alter.new_name, out);
    case AlterSimpleAction::kSetOptions:
      *out += " SET ";
      return WriteOptions(alter.options, out);
    case AlterSimpleAction::kResetOptions:
      *out += " RESET ";
      return WriteKeys(alter.keys, out);
    case AlterSimpleAction::kSetComment:
      return WriteComment(alter.comment, out);
  }
}

}  // namespace tidemark::sql::internal
