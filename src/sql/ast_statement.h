// SPDX-License-Identifier: Apache-2.0
// Statements of the syntax tree that read, write and control: queries, INSERT, statement sets, EXPLAIN, SHOW, SET and
// the commands of the client. Definitions of objects (CREATE, ALTER, DROP) are in ast_ddl.h.
#pragma once

#include "sql/ast_query.h"

namespace tidemark::sql {

enum class StatementKind {
  kQuery,
  kInsert,
  kUpdate,
  kDelete,
  kTruncate,
  kStatementSet,
  kExplain,
  kCall,
  kAnalyzeTable,
  kCompilePlan,
  kExecutePlan,
  kCreateTable,
  kCreateView,
  kCreateMaterializedTable,
  kCreateFunction,
  kCreateModel,
  kCreateSimple,
  kAlterTable,
  kAlterView,
  kAlterFunction,
  kAlterSimple,
  kDrop,
  kShow,
  kDescribe,
  kUse,
  kUseModules,
  kLoadModule,
  kUnloadModule,
  kSet,
  kReset,
  kJar,
  kStopJob,
  kClientCommand,
};

struct Statement : AstNode<StatementKind> {
  using AstNode::AstNode;
};

/// What kind of thing a name in DROP, DESCRIBE, ALTER ... refers to.
enum class ObjectType {
  kTable,
  kView,
  kMaterializedTable,
  kFunction,
  kDatabase,
  kCatalog,
  kModel,
  kJob,
};

/// "TABLE", "MATERIALIZED TABLE" ...
const char* ObjectTypeName(ObjectType type);

/// A SELECT, VALUES, WITH ... at the top; also `EXECUTE SELECT ...`.
struct QueryStatement : Statement {
  TIDEMARK_SQL_NODE(QueryStatement, Statement, StatementKind::kQuery)

  QueryPtr query;
};

/// `column = value` of PARTITION (...); without a value in ANALYZE TABLE.
struct PartitionEntry {
  Identifier column;
  ExpressionPtr value;
};
using PartitionSpec = std::vector<PartitionEntry>;

/// INSERT INTO | OVERWRITE; also `EXECUTE INSERT ...`.
struct InsertStatement : Statement {
  TIDEMARK_SQL_NODE(InsertStatement, Statement, StatementKind::kInsert)

  bool overwrite = false;
  Name table;
  std::vector<Hint> hints;
  PartitionSpec partition;
  /// Empty without a column list. Nested names (`row.field`) are allowed.
  std::vector<Name> columns;
  QueryPtr query;
};

struct Assignment {
  Name column;
  ExpressionPtr value;
};

struct UpdateStatement : Statement {
  TIDEMARK_SQL_NODE(UpdateStatement, Statement, StatementKind::kUpdate)

  Name table;
  std::optional<Identifier> alias;
  std::vector<Assignment> assignments;
  ExpressionPtr where;
};

struct DeleteStatement : Statement {
  TIDEMARK_SQL_NODE(DeleteStatement, Statement, StatementKind::kDelete)

  Name table;
  std::optional<Identifier> alias;
  ExpressionPtr where;
};

struct TruncateStatement : Statement {
  TIDEMARK_SQL_NODE(TruncateStatement, Statement, StatementKind::kTruncate)

  Name table;
};

/// `EXECUTE STATEMENT SET BEGIN ...; END` or `BEGIN STATEMENT SET; ...; END`: INSERT statements that run as one job.
struct StatementSetStatement : Statement {
  TIDEMARK_SQL_NODE(StatementSetStatement, Statement, StatementKind::kStatementSet)

  std::vector<StatementPtr> statements;
};

enum class ExplainDetail { kEstimatedCost, kChangelogMode, kJsonExecutionPlan, kPlanAdvice };

/// `EXPLAIN [PLAN FOR | details] statement`.
struct ExplainStatement : Statement {
  TIDEMARK_SQL_NODE(ExplainStatement, Statement, StatementKind::kExplain)

  std::vector<ExplainDetail> details;
  bool plan_for = false;
  StatementPtr statement;
};

struct CallStatement : Statement {
  TIDEMARK_SQL_NODE(CallStatement, Statement, StatementKind::kCall)

  /// Always a FunctionCall.
  ExpressionPtr call;
};

struct AnalyzeTableStatement : Statement {
  TIDEMARK_SQL_NODE(AnalyzeTableStatement, Statement, StatementKind::kAnalyzeTable)

  Name table;
  PartitionSpec partition;
  bool all_columns = false;
  std::vector<Identifier> columns;
};

/// `COMPILE PLAN 'path' [IF NOT EXISTS] FOR statement`, `COMPILE AND EXECUTE PLAN 'path' FOR statement`.
struct CompilePlanStatement : Statement {
  TIDEMARK_SQL_NODE(CompilePlanStatement, Statement, StatementKind::kCompilePlan)

  StringValue path;
  bool execute = false;
  bool if_not_exists = false;
  StatementPtr statement;
};

struct ExecutePlanStatement : Statement {
  TIDEMARK_SQL_NODE(ExecutePlanStatement, Statement, StatementKind::kExecutePlan)

  StringValue path;
};

enum class ShowKind {
  kCatalogs,
  kCurrentCatalog,
  kDatabases,
  kCurrentDatabase,
  kTables,
  kViews,
  kMaterializedTables,
  kColumns,
  kPartitions,
  kFunctions,
  kUserFunctions,
  kProcedures,
  kModules,
  kFullModules,
  kModels,
  kJars,
  kJobs,
  /// SHOW CREATE <object> name.
  kCreate,
};

/// All SHOW statements.
struct ShowStatement : Statement {
  TIDEMARK_SQL_NODE(ShowStatement, Statement, StatementKind::kShow)

  ShowKind show = ShowKind::kTables;
  /// Of kCreate.
  ObjectType object_type = ObjectType::kTable;
  /// What follows FROM or IN, the table of COLUMNS and PARTITIONS, the object of CREATE; empty when absent.
  Name name;
  PartitionSpec partition;
  /// [NOT] LIKE | ILIKE 'pattern'.
  std::optional<StringValue> pattern;
  bool pattern_negated = false;
  bool pattern_ignores_case = false;
};

/// DESCRIBE | DESC [object type] [EXTENDED] name.
struct DescribeStatement : Statement {
  TIDEMARK_SQL_NODE(DescribeStatement, Statement, StatementKind::kDescribe)

  /// kTable when no type was written: then it may be a view as well.
  ObjectType object_type = ObjectType::kTable;
  bool extended = false;
  Name name;
  /// Of DESCRIBE JOB.
  std::optional<StringValue> job_id;
};

/// `USE CATALOG c` (kCatalog) or `USE [c.]db` (kDatabase).
struct UseStatement : Statement {
  TIDEMARK_SQL_NODE(UseStatement, Statement, StatementKind::kUse)

  ObjectType object_type = ObjectType::kDatabase;
  Name name;
};

struct UseModulesStatement : Statement {
  TIDEMARK_SQL_NODE(UseModulesStatement, Statement, StatementKind::kUseModules)

  std::vector<Identifier> modules;
};

struct LoadModuleStatement : Statement {
  TIDEMARK_SQL_NODE(LoadModuleStatement, Statement, StatementKind::kLoadModule)

  Identifier module;
  OptionList options;
};

struct UnloadModuleStatement : Statement {
  TIDEMARK_SQL_NODE(UnloadModuleStatement, Statement, StatementKind::kUnloadModule)

  Identifier module;
};

/// `SET 'key' = 'value'`, `SET key = value`, or `SET` alone, which lists what is set.
struct SetStatement : Statement {
  TIDEMARK_SQL_NODE(SetStatement, Statement, StatementKind::kSet)

  std::optional<Option> option;
};

/// `RESET 'key'`, or `RESET` alone.
struct ResetStatement : Statement {
  TIDEMARK_SQL_NODE(ResetStatement, Statement, StatementKind::kReset)

  std::optional<StringValue> key;
};

/// ADD JAR, REMOVE JAR.
struct JarStatement : Statement {
  TIDEMARK_SQL_NODE(JarStatement, Statement, StatementKind::kJar)

  bool remove = false;
  StringValue path;
};

struct StopJobStatement : Statement {
  TIDEMARK_SQL_NODE(StopJobStatement, Statement, StatementKind::kStopJob)

  StringValue job_id;
  bool with_savepoint = false;
  bool with_drain = false;
};

enum class ClientCommand { kQuit, kClear, kHelp };

/// Commands that mean something at the prompt only. EXIT is the same as QUIT.
struct ClientCommandStatement : Statement {
  TIDEMARK_SQL_NODE(ClientCommandStatement, Statement, StatementKind::kClientCommand)

  ClientCommand command = ClientCommand::kHelp;
};

}  // namespace tidemark::sql
