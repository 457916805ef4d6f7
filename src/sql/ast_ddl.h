// SPDX-License-Identifier: Apache-2.0
// Statements of the syntax tree that define things: CREATE, ALTER and DROP of tables, views, materialized tables,
// functions, models, databases and catalogs.
#pragma once

#include "sql/ast_statement.h"

namespace tidemark::sql {

enum class Enforcement { kUnspecified, kEnforced, kNotEnforced };

/// `[CONSTRAINT name] PRIMARY KEY (columns) NOT ENFORCED`; written behind a column it has that one column.
struct KeyConstraint {
  std::optional<Identifier> name;
  /// UNIQUE instead of PRIMARY KEY.
  bool is_unique = false;
  std::vector<Identifier> columns;
  Enforcement enforcement = Enforcement::kUnspecified;
  SourceRange range;
};

enum class ColumnKind {
  kPhysical,
  /// `name AS expression`
  kComputed,
  /// `name type METADATA [FROM 'key'] [VIRTUAL]`
  kMetadata,
  /// Only a name: CREATE TABLE t (b, a) AS SELECT orders the query's columns.
  kNameOnly,
};

enum class ColumnPosition { kUnspecified, kFirst, kAfter };

struct ColumnDefinition {
  ColumnKind kind = ColumnKind::kPhysical;
  Identifier name;
  /// Of kPhysical and kMetadata.
  TypeNamePtr type;
  /// Of kComputed.
  ExpressionPtr expression;
  /// Of kMetadata with FROM.
  std::optional<StringValue> metadata_key;
  bool is_virtual = false;
  /// A key constraint written behind the column.
  std::optional<KeyConstraint> key;
  std::optional<StringValue> comment;
  /// ALTER TABLE only: FIRST, AFTER column.
  ColumnPosition position = ColumnPosition::kUnspecified;
  Identifier after;
  SourceRange range;
};

/// `WATERMARK FOR column AS expression`.
struct WatermarkDefinition {
  /// More than one part for a field of a row.
  Name column;
  ExpressionPtr expression;
  SourceRange range;
};

/// What stands in the parentheses of CREATE TABLE, and what ALTER TABLE adds or modifies.
struct TableElements {
  std::vector<ColumnDefinition> columns;
  std::vector<WatermarkDefinition> watermarks;
  /// Table constraints; those behind a column are in the column.
  std::vector<KeyConstraint> constraints;

  bool empty() const { return columns.empty() && watermarks.empty() && constraints.empty(); }
};

enum class DistributionKind { kUnspecified, kHash, kRange };

/// `DISTRIBUTED BY HASH (a) INTO 4 BUCKETS`; no columns for `DISTRIBUTED INTO 4 BUCKETS`.
struct Distribution {
  DistributionKind kind = DistributionKind::kUnspecified;
  std::vector<Identifier> columns;
  std::optional<int32_t> bucket_count;
  SourceRange range;
};

enum class LikeStrategy { kIncluding, kExcluding, kOverwriting };
enum class LikeFeature {
  kAll,
  kConstraints,
  kDistribution,
  kGenerated,
  kMetadata,
  kOptions,
  kPartitions,
  kWatermarks,
};

struct LikeOption {
  LikeStrategy strategy = LikeStrategy::kIncluding;
  LikeFeature feature = LikeFeature::kAll;
  SourceRange range;
};

/// `LIKE source (INCLUDING ...)`.
struct TableLike {
  Name source;
  std::vector<LikeOption> options;
  SourceRange range;
};

struct CreateTableStatement : Statement {
  TIDEMARK_SQL_NODE(CreateTableStatement, Statement, StatementKind::kCreateTable)

  bool temporary = false;
  /// CREATE OR REPLACE TABLE (create and replace), REPLACE TABLE (only replace).
  bool create = true;
  bool replace = false;
  bool if_not_exists = false;
  Name name;
  TableElements elements;
  std::optional<StringValue> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  OptionList options;
  std::optional<TableLike> like;
  /// AS query; nullptr when absent.
  QueryPtr query;
  /// The place of WITH (...), empty when absent: for "missing option" errors.
  SourceRange options_range;
};

struct CreateViewStatement : Statement {
  TIDEMARK_SQL_NODE(CreateViewStatement, Statement, StatementKind::kCreateView)

  bool temporary = false;
  /// CREATE OR REPLACE VIEW.
  bool or_replace = false;
  bool if_not_exists = false;
  Name name;
  std::vector<Identifier> columns;
  std::optional<StringValue> comment;
  QueryPtr query;
};

enum class RefreshMode { kContinuous, kFull };

struct CreateMaterializedTableStatement : Statement {
  TIDEMARK_SQL_NODE(CreateMaterializedTableStatement, Statement, StatementKind::kCreateMaterializedTable)

  Name name;
  TableElements elements;
  std::optional<StringValue> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  OptionList options;
  /// An interval literal; nullptr when absent.
  ExpressionPtr freshness;
  std::optional<RefreshMode> refresh_mode;
  QueryPtr query;
  /// As in CreateTableStatement.
  SourceRange options_range;
};

enum class FunctionLanguage { kUnspecified, kJava, kScala, kPython, kSql };

struct CreateFunctionStatement : Statement {
  TIDEMARK_SQL_NODE(CreateFunctionStatement, Statement, StatementKind::kCreateFunction)

  bool temporary = false;
  bool system = false;
  bool if_not_exists = false;
  Name name;
  StringValue class_name;
  FunctionLanguage language = FunctionLanguage::kUnspecified;
  /// Paths of USING JAR.
  std::vector<StringValue> jars;
  OptionList options;
};

struct CreateModelStatement : Statement {
  TIDEMARK_SQL_NODE(CreateModelStatement, Statement, StatementKind::kCreateModel)

  bool temporary = false;
  bool if_not_exists = false;
  Name name;
  std::vector<ColumnDefinition> input;
  std::vector<ColumnDefinition> output;
  std::optional<StringValue> comment;
  OptionList options;
  /// AS query; nullptr when absent.
  QueryPtr query;
};

/// CREATE DATABASE, CREATE CATALOG: a name, a comment and options.
struct CreateSimpleStatement : Statement {
  TIDEMARK_SQL_NODE(CreateSimpleStatement, Statement, StatementKind::kCreateSimple)

  ObjectType object_type = ObjectType::kDatabase;
  bool if_not_exists = false;
  Name name;
  std::optional<StringValue> comment;
  OptionList options;
};

enum class AlterTableAction {
  kRenameTable,
  kRenameColumn,
  kSetOptions,
  kResetOptions,
  /// ADD and MODIFY of columns, constraints, watermarks, a distribution.
  kAdd,
  kModify,
  kDropColumns,
  kDropPrimaryKey,
  kDropConstraint,
  kDropWatermark,
  kDropDistribution,
  kAddPartitions,
  kDropPartitions,
  /// Of materialized tables only:
  kSuspend,
  kResume,
  kRefresh,
  kSetFreshness,
  kSetRefreshMode,
  kAsQuery,
};

/// `PARTITION (a = 1) WITH (...)` of ALTER TABLE ADD.
struct AlterPartition {
  PartitionSpec spec;
  OptionList options;
};

/// ALTER TABLE and ALTER MATERIALIZED TABLE; which of the later fields are set follows from the action.
struct AlterTableStatement : Statement {
  TIDEMARK_SQL_NODE(AlterTableStatement, Statement, StatementKind::kAlterTable)

  bool materialized = false;
  bool if_exists = false;
  Name name;
  AlterTableAction action = AlterTableAction::kSetOptions;
  SourceRange action_range;

  /// kRenameTable
  Name new_name;
  /// kRenameColumn: from one (maybe nested) column to another.
  Name column;
  Identifier new_column;
  /// kSetOptions, kResume
  OptionList options;
  /// kResetOptions
  std::vector<StringValue> keys;
  /// kAdd, kModify
  TableElements elements;
  std::optional<Distribution> distribution;
  /// kDropColumns
  std::vector<Name> columns;
  /// kDropConstraint
  Identifier constraint;
  /// kAddPartitions, kDropPartitions, kRefresh (at most one)
  std::vector<AlterPartition> partitions;
  bool if_partition_exists = false;
  bool if_partition_not_exists = false;
  /// kSetFreshness
  ExpressionPtr freshness;
  /// kSetRefreshMode
  std::optional<RefreshMode> refresh_mode;
  /// kAsQuery
  QueryPtr query;
};

/// ALTER VIEW name AS query. Renaming a view is an AlterSimpleStatement.
struct AlterViewStatement : Statement {
  TIDEMARK_SQL_NODE(AlterViewStatement, Statement, StatementKind::kAlterView)

  Name name;
  QueryPtr query;
};

struct AlterFunctionStatement : Statement {
  TIDEMARK_SQL_NODE(AlterFunctionStatement, Statement, StatementKind::kAlterFunction)

  bool temporary = false;
  bool system = false;
  bool if_exists = false;
  Name name;
  StringValue class_name;
  FunctionLanguage language = FunctionLanguage::kUnspecified;
};

enum class AlterSimpleAction { kRename, kSetOptions, kResetOptions, kSetComment };

/// ALTER VIEW ... RENAME; ALTER DATABASE, CATALOG, MODEL.
struct AlterSimpleStatement : Statement {
  TIDEMARK_SQL_NODE(AlterSimpleStatement, Statement, StatementKind::kAlterSimple)

  ObjectType object_type = ObjectType::kDatabase;
  bool if_exists = false;
  Name name;
  AlterSimpleAction action = AlterSimpleAction::kSetOptions;
  Name new_name;
  OptionList options;
  std::vector<StringValue> keys;
  std::optional<StringValue> comment;
};

enum class DropBehavior { kUnspecified, kRestrict, kCascade };

/// All DROP statements.
struct DropStatement : Statement {
  TIDEMARK_SQL_NODE(DropStatement, Statement, StatementKind::kDrop)

  ObjectType object_type = ObjectType::kTable;
  bool temporary = false;
  bool system = false;
  bool if_exists = false;
  Name name;
  DropBehavior behavior = DropBehavior::kUnspecified;
};

}  // namespace tidemark::sql
