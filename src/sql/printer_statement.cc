// SPDX-License-Identifier: Apache-2.0
// Printing of statements, but for definitions (printer_ddl).

#include "sql/printer.h"
#include "sql/printer_rules.h"

namespace tidemark::sql {

namespace internal {

namespace {

void WriteInsert(const InsertStatement& insert, std::string* out) {
  *out += insert.overwrite ? "INSERT OVERWRITE " : "INSERT INTO ";
  WriteName(insert.table, out);
  WriteHints(insert.hints, out);
  *out += ' ';
  if (!insert.partition.empty()) {
    WritePartitionSpec(insert.partition, out);
    *out += ' ';
  }
  if (!insert.columns.empty()) {
    *out += '(';
    WriteList(insert.columns, out, [out](const Name& column) { WriteName(column, out); });
    *out += ") ";
  }
  WriteQuery(*insert.query, out);
}

void WriteAlias(const std::optional<Identifier>& alias, std::string* out) {
  if (!alias) return;
  *out += " AS ";
  WriteIdentifier(*alias, out);
}

void WriteWhere(const ExpressionPtr& where, std::string* out) {
  if (!where) return;
  *out += " WHERE ";
  WriteExpression(*where, out);
}

void WriteUpdate(const UpdateStatement& update, std::string* out) {
  *out += "UPDATE ";
  WriteName(update.table, out);
  WriteAlias(update.alias, out);
  *out += " SET ";
  WriteList(update.assignments, out, [out](const Assignment& assignment) {
    WriteName(assignment.column, out);
    *out += " = ";
    WriteExpression(*assignment.value, out);
  });
  WriteWhere(update.where, out);
}

void WriteStatementSet(const StatementSetStatement& set, std::string* out) {
  *out += "STATEMENT SET BEGIN\n";
  for (const StatementPtr& statement : set.statements) {
    WriteStatement(*statement, out);
    *out += ";\n";
  }
  *out += "END";
}

/// The statement inside EXPLAIN and COMPILE PLAN: a statement set stands there without EXECUTE.
void WritePlanned(const Statement& statement, std::string* out) {
  if (const auto* set = statement.TryAs<StatementSetStatement>()) return WriteStatementSet(*set, out);
  WriteStatement(statement, out);
}

void WriteExplain(const ExplainStatement& explain, std::string* out) {
  *out += explain.plan_for ? "EXPLAIN PLAN FOR " : "EXPLAIN ";
  WriteList(explain.details, out, [out](ExplainDetail detail) {
    switch (detail) {
      case ExplainDetail::kEstimatedCost:
        *out += "ESTIMATED_COST";
        break;
      case ExplainDetail::kChangelogMode:
        *out += "CHANGELOG_MODE";
        break;
      case ExplainDetail::kJsonExecutionPlan:
        *out += "JSON_EXECUTION_PLAN";
        break;
      case ExplainDetail::kPlanAdvice:
        *out += "PLAN_ADVICE";
        break;
    }
  });
  if (!explain.details.empty()) *out += ' ';
  WritePlanned(*explain.statement, out);
}

void WriteAnalyze(const AnalyzeTableStatement& analyze, std::string* out) {
  *out += "ANALYZE TABLE ";
  WriteName(analyze.table, out);
  if (!analyze.partition.empty()) {
    *out += ' ';
    WritePartitionSpec(analyze.partition, out);
  }
  *out += " COMPUTE STATISTICS";
  if (analyze.all_columns) *out += " FOR ALL COLUMNS";
  if (analyze.columns.empty()) return;
  *out += " FOR COLUMNS ";
  WriteList(analyze.columns, out, [out](const Identifier& column) { WriteIdentifier(column, out); });
}

void WriteCompilePlan(const CompilePlanStatement& compile, std::string* out) {
  *out += compile.execute ? "COMPILE AND EXECUTE PLAN " : "COMPILE PLAN ";
  WriteString(compile.path, out);
  if (compile.if_not_exists) *out += " IF NOT EXISTS";
  *out += " FOR ";
  WritePlanned(*compile.statement, out);
}

void WriteDescribe(const DescribeStatement& describe, std::string* out) {
  *out += "DESCRIBE ";
  if (describe.object_type != ObjectType::kTable) *out += std::string(ObjectTypeName(describe.object_type)) + " ";
  if (describe.extended) *out += "EXTENDED ";
  if (describe.job_id) return WriteString(*describe.job_id, out);
  WriteName(describe.name, out);
}

void WriteUse(const UseStatement& use, std::string* out) {
  *out += use.object_type == ObjectType::kCatalog ? "USE CATALOG " : "USE ";
  WriteName(use.name, out);
}

void WriteUseModules(const UseModulesStatement& use, std::string* out) {
  *out += "USE MODULES ";
  WriteList(use.modules, out, [out](const Identifier& module) { WriteIdentifier(module, out); });
}

void WriteSet(const SetStatement& set, std::string* out) {
  *out += "SET";
  if (!set.option) return;
  *out += ' ';
  WriteString(set.option->key, out);
  *out += " = ";
  WriteString(set.option->value, out);
}

void WriteReset(const ResetStatement& reset, std::string* out) {
  *out += "RESET";
  if (!reset.key) return;
  *out += ' ';
  WriteString(*reset.key, out);
}

void WriteStopJob(const StopJobStatement& stop, std::string* out) {
  *out += "STOP JOB ";
  WriteString(stop.job_id, out);
  if (stop.with_savepoint) *out += " WITH SAVEPOINT";
  if (stop.with_drain) *out += " WITH DRAIN";
}

void WriteClientCommand(ClientCommand command, std::string* out) {
  switch (command) {
    case ClientCommand::kQuit:
      *out += "QUIT";
      return;
    case ClientCommand::kClear:
      *out += "CLEAR";
      return;
    case ClientCommand::kHelp:
      *out += "HELP";
      return;
  }
}

/// The statements that define something; false for all others.
bool WriteDefinition(const Statement& statement, std::string* out) {
  switch (statement.kind) {
    case StatementKind::kCreateTable:
      WriteCreateTable(statement.As<CreateTableStatement>(), out);
      return true;
    case StatementKind::kCreateView:
      WriteCreateView(statement.As<CreateViewStatement>(), out);
      return true;
    case StatementKind::kCreateMaterializedTable:
      WriteCreateMaterializedTable(statement.As<CreateMaterializedTableStatement>(), out);
      return true;
    case StatementKind::kCreateFunction:
      WriteCreateFunction(statement.As<CreateFunctionStatement>(), out);
      return true;
    case StatementKind::kCreateModel:
      WriteCreateModel(statement.As<CreateModelStatement>(), out);
      return true;
    case StatementKind::kCreateSimple:
      WriteCreateSimple(statement.As<CreateSimpleStatement>(), out);
      return true;
    case StatementKind::kAlterTable:
      WriteAlterTable(statement.As<AlterTableStatement>(), out);
      return true;
    case StatementKind::kAlterView:
      *out += "ALTER VIEW ";
      WriteName(statement.As<AlterViewStatement>().name, out);
      *out += " AS ";
      WriteQuery(*statement.As<AlterViewStatement>().query, out);
      return true;
    case StatementKind::kAlterFunction:
      WriteAlterFunction(statement.As<AlterFunctionStatement>(), out);
      return true;
    case StatementKind::kAlterSimple:
      WriteAlterSimple(statement.As<AlterSimpleStatement>(), out);
      return true;
    case StatementKind::kDrop:
      WriteDrop(statement.As<DropStatement>(), out);
      return true;
    default:
      return false;
  }
}

/// Statements about sessions, modules, jars, jobs.
void WriteControl(const Statement& statement, std::string* out) {
  switch (statement.kind) {
    case StatementKind::kShow:
      return WriteShow(statement.As<ShowStatement>(), out);
    case StatementKind::kDescribe:
      return WriteDescribe(statement.As<DescribeStatement>(), out);
    case StatementKind::kUse:
      return WriteUse(statement.As<UseStatement>(), out);
    case StatementKind::kUseModules:
      return WriteUseModules(statement.As<UseModulesStatement>(), out);
    case StatementKind::kLoadModule:
      *out += "LOAD MODULE ";
      WriteIdentifier(statement.As<LoadModuleStatement>().module, out);
      return WriteWithOptions(statement.As<LoadModuleStatement>().options, out);
    case StatementKind::kUnloadModule:
      *out += "UNLOAD MODULE ";
      return WriteIdentifier(statement.As<UnloadModuleStatement>().module, out);
    case StatementKind::kSet:
      return WriteSet(statement.As<SetStatement>(), out);
    case StatementKind::kReset:
      return WriteReset(statement.As<ResetStatement>(), out);
    case StatementKind::kJar:
      *out += statement.As<JarStatement>().remove ? "REMOVE JAR " : "ADD JAR ";
      return WriteString(statement.As<JarStatement>().path, out);
    case StatementKind::kStopJob:
      return WriteStopJob(statement.As<StopJobStatement>(), out);
    case StatementKind::kClientCommand:
      return WriteClientCommand(statement.As<ClientCommandStatement>().command, out);
    default:
      return;
  }
}

}  // namespace

void WriteStatement(const Statement& statement, std::string* out) {
  if (WriteDefinition(statement, out)) return;
  switch (statement.kind) {
    case StatementKind::kQuery:
      return WriteQuery(*statement.As<QueryStatement>().query, out);
    case StatementKind::kInsert:
      return WriteInsert(statement.As<InsertStatement>(), out);
    case StatementKind::kUpdate:
      return WriteUpdate(statement.As<UpdateStatement>(), out);
    case StatementKind::kDelete:
      *out += "DELETE FROM ";
      WriteName(statement.As<DeleteStatement>().table, out);
      WriteAlias(statement.As<DeleteStatement>().alias, out);
      return WriteWhere(statement.As<DeleteStatement>().where, out);
    case StatementKind::kTruncate:
      *out += "TRUNCATE TABLE ";
      return WriteName(statement.As<TruncateStatement>().table, out);
    case StatementKind::kStatementSet:
      *out += "EXECUTE ";
      return WriteStatementSet(statement.As<StatementSetStatement>(), out);
    case StatementKind::kExplain:
      return WriteExplain(statement.As<ExplainStatement>(), out);
    case StatementKind::kCall:
      *out += "CALL ";
      return WriteExpression(*statement.As<CallStatement>().call, out);
    case StatementKind::kAnalyzeTable:
      return WriteAnalyze(statement.As<AnalyzeTableStatement>(), out);
    case StatementKind::kCompilePlan:
      return WriteCompilePlan(statement.As<CompilePlanStatement>(), out);
    case StatementKind::kExecutePlan:
      *out += "EXECUTE PLAN ";
      return WriteString(statement.As<ExecutePlanStatement>().path, out);
    default:
      return WriteControl(statement, out);
  }
}

}  // namespace internal

std::string ToSql(const Statement& statement) {
  std::string out;
  internal::WriteStatement(statement, &out);
  return out;
}

}  // namespace tidemark::sql
