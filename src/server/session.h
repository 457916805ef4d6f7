// SPDX-License-Identifier: Apache-2.0
// Session: one user's catalog and configuration, and what each statement asks to be done.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "catalog/catalog.h"
#include "catalog/configuration.h"
#include "expr/function.h"
#include "plan/physical_plan.h"
#include "plan/planner.h"
#include "sql/ast.h"

namespace tidemark::server {

/// Rows that a statement such as SHOW TABLES answers with, as text. nullopt is NULL.
struct TextRows {
  Schema columns;  ///< STRING, or BOOLEAN whose values are "TRUE" and "FALSE"
  std::vector<std::vector<std::optional<std::string>>> rows;
};

/// What a statement asks for, planned but not run.
struct PreparedStatement {
  enum class Kind {
    kDone,  ///< the session has changed; nothing more to do
    kRows,  ///< show `rows`
    kText,  ///< show `text`
    kJob,   ///< run `plan`; its rows are for the user when `is_query`
    kQuit,  ///< the user wants to leave
  };
  Kind kind = Kind::kDone;
  TextRows rows;
  std::string text;
  plan::PhysicalPlan plan;
  bool is_query = false;
  Schema schema;               ///< of a query's rows
  bool updating = false;       ///< a query whose rows may be taken back
  TablePtr dead_letter_table;  ///< where a job's bad records go (FindDeadLetterTable), or null
};

/// One user's state. Not thread-safe. Outlives the jobs planned with it.
class Session {
 public:
  explicit Session(Clock* clock);

  /// Plans or carries out one statement of the script `text` (ranges in the tree refer to it). Errors carry their
  /// place in the text; none of them changes the session.
  arrow::Result<PreparedStatement> Prepare(std::shared_ptr<const sql::Statement> statement, std::string_view text);

  Configuration& configuration() { return configuration_; }
  const Configuration& configuration() const { return configuration_; }
  /// Settings of an earlier statement, for what it prepared and runs now.
  arrow::Status UseConfiguration(Configuration configuration) {
    configuration_ = std::move(configuration);
    return RefreshFunctionContext();
  }
  Catalog& catalog() { return catalog_; }
  const Catalog& catalog() const { return catalog_; }
  /// What functions may know, for the configuration in force. Valid until the next Prepare.
  const expr::FunctionContext& functions() const { return functions_; }

 private:
  plan::PlanContext plan_context() const;
  arrow::Status RefreshFunctionContext();
  arrow::Result<PreparedStatement> PrepareQuery(const sql::Query& query);
  arrow::Result<PreparedStatement> PrepareInserts(const std::vector<const sql::InsertStatement*>& inserts,
                                                  sql::SourceRange place);
  arrow::Result<PreparedStatement> PrepareStatementSet(const sql::StatementSetStatement& set);
  arrow::Result<PreparedStatement> PrepareExplain(const sql::ExplainStatement& explain);
  arrow::Result<PreparedStatement> PrepareCreateTable(std::shared_ptr<const sql::CreateTableStatement> statement);
  /// A job of `queries` for the statement at `place`.
  arrow::Result<PreparedStatement> Plan(std::vector<plan::BoundQuery> queries, sql::SourceRange place);

  Clock* clock_;
  Catalog catalog_;
  Configuration configuration_;
  expr::FunctionContext functions_;
};

/// A statement that a function may or may not be in charge of.
struct StatementInScript {
  std::shared_ptr<const sql::Statement> statement;
  std::string_view text;  ///< of the script
};

/// CREATE and DROP of everything but tables, USE (statement_definition.cc). nullopt: not one of these.
arrow::Result<std::optional<PreparedStatement>> RunDefinition(const StatementInScript& statement, Catalog* catalog,
                                                              const plan::PlanContext& context);

/// ALTER (statement_alter.cc). nullopt: not one of these.
arrow::Result<std::optional<PreparedStatement>> RunAlter(const StatementInScript& statement, Catalog* catalog,
                                                         const plan::PlanContext& context);

/// SHOW and DESCRIBE (statement_show.cc). nullopt: not one of these.
arrow::Result<std::optional<PreparedStatement>> RunShow(const sql::Statement& statement,
                                                        const plan::PlanContext& context);

}  // namespace tidemark::server
