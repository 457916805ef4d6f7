// SPDX-License-Identifier: Apache-2.0
// Dispatch of statements, and those that become jobs.
#include "server/session.h"

#include <algorithm>
#include <map>

#include "catalog/secret_keys.h"
#include "expr/time_zone.h"
#include "server/dead_letter_table.h"
#include "server/object_names.h"
#include "server/table_capabilities.h"
#include "sql/diagnostic.h"

namespace tidemark::server {
namespace {

constexpr char kHelp[] =
    "A statement may take several lines; ';' ends it.\n"
    "  SHOW TABLES;              the tables and views there are\n"
    "  DESCRIBE name;            the columns of one\n"
    "  EXPLAIN SELECT ...;       how a query is run\n"
    "  SET;                      all settings; SET 'key' = 'value'; changes one, RESET 'key'; takes that back\n"
    "  QUIT;                     leaves, and so does Ctrl-D\n"
    "Ctrl-C stops a running query, and gives up a statement that is being typed. TAB completes.\n";

PreparedStatement Text(std::string text) {
  PreparedStatement prepared;
  prepared.kind = PreparedStatement::Kind::kText;
  prepared.text = std::move(text);
  return prepared;
}

/// Every key with the value in force: those with a meaning here, and those that were set for Flink.
PreparedStatement ConfigurationRows(const Configuration& configuration) {
  PreparedStatement prepared;
  prepared.kind = PreparedStatement::Kind::kRows;
  prepared.rows.columns = {{"key", DataType::String()}, {"value", DataType::String()}};
  std::map<std::string, std::string> in_force = configuration.values();
  for (const auto& spec : Configuration::Specs()) in_force.emplace(spec.key, spec.default_value);
  for (const auto& [key, value] : in_force) {
    const bool is_hidden = !value.empty() && IsSecretKey(key);
    prepared.rows.rows.push_back({key, is_hidden ? kHiddenValue : value});
  }
  return prepared;
}

/// A statement that is parsed and not carried out so far, for the message that says so.
const char* NameOf(sql::StatementKind kind) {
  switch (kind) {
    case sql::StatementKind::kUpdate:
      return "UPDATE";
    case sql::StatementKind::kDelete:
      return "DELETE";
    case sql::StatementKind::kTruncate:
      return "TRUNCATE TABLE";
    case sql::StatementKind::kCall:
      return "CALL";
    case sql::StatementKind::kAnalyzeTable:
      return "ANALYZE TABLE";
    case sql::StatementKind::kCompilePlan:
    case sql::StatementKind::kExecutePlan:
      return "A compiled plan";
    case sql::StatementKind::kCreateMaterializedTable:
      return "CREATE MATERIALIZED TABLE";
    case sql::StatementKind::kCreateFunction:
    case sql::StatementKind::kAlterFunction:
      return "A function of one's own";
    case sql::StatementKind::kCreateModel:
      return "CREATE MODEL";
    case sql::StatementKind::kUseModules:
    case sql::StatementKind::kLoadModule:
    case sql::StatementKind::kUnloadModule:
      return "A module other than core";
    case sql::StatementKind::kJar:
      return "A JAR";
    default:
      return "This statement";
  }
}

/// What does the same with what there is.
const char* InsteadOf(sql::StatementKind kind) {
  switch (kind) {
    case sql::StatementKind::kUpdate:
      return "Make a new table with INSERT INTO ... SELECT, and CASE for the values that change.";
    case sql::StatementKind::kDelete:
      return "Make a new table with INSERT INTO ... SELECT ... WHERE, which says what stays.";
    case sql::StatementKind::kTruncate:
      return "Remove the files of the table, or write it anew with INSERT OVERWRITE.";
    default:
      return "";
  }
}

}  // namespace

Session::Session(Clock* clock) : clock_(clock) { functions_.clock = clock; }

plan::PlanContext Session::plan_context() const {
  return {&catalog_, &configuration_, ConnectorCapabilities(), &functions_};
}

arrow::Status Session::RefreshFunctionContext() {
  const std::string zone = configuration_.GetString(config::kLocalTimeZone);
  functions_.local_time_zone = zone.empty() || zone == "default" ? expr::SystemTimeZoneName() : zone;
  const auto known = expr::TimeZone::Make(functions_.local_time_zone).status();
  if (const sql::Diagnostic* unknown = sql::DiagnosticOf(known))
    return sql::SqlError({}, std::string("Option '") + config::kLocalTimeZone + "': " + unknown->message,
                         unknown->hint);
  functions_.query_start_micros = clock_->NowMicros();
  functions_.streaming = configuration_.GetString(config::kRuntimeMode) != "batch";
  functions_.random_seed = static_cast<uint64_t>(functions_.query_start_micros);
  return arrow::Status::OK();
}

arrow::Result<PreparedStatement> Session::Prepare(std::shared_ptr<const sql::Statement> statement,
                                                  std::string_view text) {
  ARROW_RETURN_NOT_OK(RefreshFunctionContext());
  switch (statement->kind) {
    case sql::StatementKind::kQuery:
      return PrepareQuery(*statement->As<sql::QueryStatement>().query);
    case sql::StatementKind::kInsert:
      return PrepareInserts({&statement->As<sql::InsertStatement>()}, statement->range);
    case sql::StatementKind::kStatementSet:
      return PrepareStatementSet(statement->As<sql::StatementSetStatement>());
    case sql::StatementKind::kExplain:
      return PrepareExplain(statement->As<sql::ExplainStatement>());
    case sql::StatementKind::kCreateTable:
      return PrepareCreateTable(std::static_pointer_cast<const sql::CreateTableStatement>(statement));
    case sql::StatementKind::kSet: {
      const auto& option = statement->As<sql::SetStatement>().option;
      if (!option) return ConfigurationRows(configuration_);
      const auto& specs = Configuration::Specs();
      const bool is_known = std::ranges::find(specs, option->key.value, &OptionSpec::key) != specs.end();
      if (is_known && IsSecretKey(option->key.value)) {
        return sql::SqlError(option->key.range, "'" + option->key.value + "' does not belong into a script",
                             "Put it into the file of --config, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
      }
      const sql::SourceRange range = is_known ? option->value.range : option->key.range;
      ARROW_RETURN_NOT_OK(sql::WithPlace(configuration_.Set(option->key.value, option->value.value), range));
      ARROW_RETURN_NOT_OK(sql::WithPlace(RefreshFunctionContext(), range));
      return PreparedStatement();
    }
    case sql::StatementKind::kReset: {
      const auto& key = statement->As<sql::ResetStatement>().key;
      if (!key) {
        configuration_.ResetAll();
        return PreparedStatement();
      }
      ARROW_RETURN_NOT_OK(sql::WithPlace(configuration_.Reset(key->value), key->range));
      return PreparedStatement();
    }
    case sql::StatementKind::kClientCommand: {
      PreparedStatement prepared;
      const auto command = statement->As<sql::ClientCommandStatement>().command;
      if (command == sql::ClientCommand::kQuit) prepared.kind = PreparedStatement::Kind::kQuit;
      if (command == sql::ClientCommand::kHelp) return Text(kHelp);
      return prepared;
    }
    default:
      break;
  }
  const StatementInScript in_script{statement, text};
  ARROW_ASSIGN_OR_RAISE(auto definition, RunDefinition(in_script, &catalog_, plan_context()));
  if (definition) return std::move(*definition);
  ARROW_ASSIGN_OR_RAISE(auto altered, RunAlter(in_script, &catalog_, plan_context()));
  if (altered) return std::move(*altered);
  ARROW_ASSIGN_OR_RAISE(auto shown, RunShow(*statement, plan_context()));
  if (shown) return std::move(*shown);
  return sql::NotSupportedYet(statement->range, NameOf(statement->kind), InsteadOf(statement->kind));
}

arrow::Result<PreparedStatement> Session::Plan(std::vector<plan::BoundQuery> queries, sql::SourceRange place) {
  for (auto& query : queries) {
    ARROW_ASSIGN_OR_RAISE(query, plan::Optimize(std::move(query), plan_context()));
  }
  PreparedStatement prepared;
  prepared.kind = PreparedStatement::Kind::kJob;
  ARROW_ASSIGN_OR_RAISE(prepared.plan, plan::MakePhysicalPlan(queries, plan_context()));
  ARROW_ASSIGN_OR_RAISE(prepared.dead_letter_table, FindDeadLetterTable(prepared.plan, plan_context(), place));
  return prepared;
}

arrow::Result<PreparedStatement> Session::PrepareQuery(const sql::Query& query) {
  ARROW_ASSIGN_OR_RAISE(auto bound, plan::BindQuery(query, plan_context()));
  Schema schema = bound.root->schema();
  ARROW_ASSIGN_OR_RAISE(PreparedStatement prepared, Plan({std::move(bound)}, query.range));
  prepared.is_query = true;
  prepared.schema = std::move(schema);
  prepared.updating = !prepared.plan.sinks[0]->inputs()[0]->changelog().insert_only();
  return prepared;
}

arrow::Result<PreparedStatement> Session::PrepareInserts(const std::vector<const sql::InsertStatement*>& inserts,
                                                         sql::SourceRange place) {
  std::vector<plan::BoundQuery> queries;
  for (const auto* insert : inserts) {
    ARROW_ASSIGN_OR_RAISE(auto bound, plan::BindInsert(*insert, plan_context()));
    queries.push_back(std::move(bound));
  }
  ARROW_ASSIGN_OR_RAISE(PreparedStatement prepared, Plan(std::move(queries), place));
  for (const auto* insert : inserts) {
    if (!insert->overwrite || prepared.plan.bounded) continue;
    return sql::SqlError(insert->range,
                         "INSERT OVERWRITE replaces what is there by a result that is complete, and this one "
                         "never is: a source it reads has no end",
                         "Write INSERT INTO, or bound the source.");
  }
  return prepared;
}

arrow::Result<PreparedStatement> Session::PrepareStatementSet(const sql::StatementSetStatement& set) {
  std::vector<const sql::InsertStatement*> inserts;
  for (const auto& statement : set.statements) {
    const auto* insert = statement->TryAs<sql::InsertStatement>();
    if (insert == nullptr)
      return sql::NotSupportedYet(statement->range, "a statement other than INSERT in a statement set");
    inserts.push_back(insert);
  }
  return PrepareInserts(inserts, set.range);
}

arrow::Result<PreparedStatement> Session::PrepareExplain(const sql::ExplainStatement& explain) {
  for (const sql::ExplainDetail detail : explain.details) {
    // Every plan shows its changelog modes; there is neither an estimate of costs nor a form for machines.
    if (detail == sql::ExplainDetail::kEstimatedCost)
      return sql::NotSupportedYet(explain.range, "EXPLAIN ESTIMATED_COST");
    if (detail == sql::ExplainDetail::kJsonExecutionPlan)
      return sql::NotSupportedYet(explain.range, "EXPLAIN JSON_EXECUTION_PLAN");
    if (detail == sql::ExplainDetail::kPlanAdvice) return sql::NotSupportedYet(explain.range, "EXPLAIN PLAN_ADVICE");
  }
  const sql::Statement& inner = *explain.statement;
  PreparedStatement planned;
  if (const auto* query = inner.TryAs<sql::QueryStatement>()) {
    ARROW_ASSIGN_OR_RAISE(planned, PrepareQuery(*query->query));
  } else if (const auto* insert = inner.TryAs<sql::InsertStatement>()) {
    ARROW_ASSIGN_OR_RAISE(planned, PrepareInserts({insert}, insert->range));
  } else if (const auto* set = inner.TryAs<sql::StatementSetStatement>()) {
    ARROW_ASSIGN_OR_RAISE(planned, PrepareStatementSet(*set));
  } else {
    return sql::NotSupportedYet(inner.range, "EXPLAIN of anything but a query, an INSERT or a statement set");
  }
  return Text(plan::Explain(planned.plan));
}

arrow::Result<PreparedStatement> Session::PrepareCreateTable(
    std::shared_ptr<const sql::CreateTableStatement> statement) {
  ARROW_ASSIGN_OR_RAISE(auto table, plan::BindCreateTable(statement, plan_context()));
  const bool exists = catalog_.Contains(table->path, table->temporary);
  if (exists && statement->if_not_exists) {
    if (!statement->query) return PreparedStatement();
    // As in Flink: the query's rows go into the table that is there.
    ARROW_ASSIGN_OR_RAISE(const auto* object, FindObject(statement->name, sql::ObjectType::kTable, false, catalog_));
    table = std::get<TablePtr>(*object);
  } else if (exists && statement->replace) {
    ARROW_RETURN_NOT_OK(sql::WithPlace(catalog_.Replace(table), statement->name.range));
  } else if (exists) {
    return sql::SqlError(statement->name.range,
                         "A table or view named '" + statement->name.ToString() + "' exists already",
                         "Write CREATE TABLE IF NOT EXISTS or CREATE OR REPLACE TABLE, or drop it first.");
  } else {
    ARROW_RETURN_NOT_OK(sql::WithPlace(catalog_.Add(table), statement->name.range));
  }
  if (!statement->query) return PreparedStatement();
  // CREATE TABLE ... AS SELECT: the table is there, what remains is an INSERT.
  auto fill = [&]() -> arrow::Result<PreparedStatement> {
    ARROW_ASSIGN_OR_RAISE(auto bound, plan::BindTableFill(*statement->query, table, plan_context()));
    return Plan({std::move(bound)}, statement->range);
  };
  auto prepared = fill();
  if (!prepared.ok() && !exists) ARROW_RETURN_NOT_OK(catalog_.Drop(table->path));
  return prepared;
}

}  // namespace tidemark::server
