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

/// Rows that a statement such as SHOW TABLES answers with. All columns are strings; nullopt is NULL.
struct TextRows {
  std::vector<std::string> column_names;
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
  Schema schema;          ///< of a query's rows
  bool updating = false;  ///< a query whose rows may be taken back
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
  Catalog& catalog() { return catalog_; }
  const Catalog& catalog() const { return catalog_; }
  /// What functions may know, for the configuration in force. Valid until the next Prepare.
  const expr::FunctionContext& functions() const { return functions_; }

 private:
  plan::PlanContext plan_context() const;
  arrow::Status RefreshFunctionContext();
  arrow::Result<PreparedStatement> PrepareQuery(const sql::Query& query);
  arrow::Result<PreparedStatement> PrepareInserts(const std::vector<const sql::InsertStatement*>& inserts);
  arrow::Result<PreparedStatement> PrepareStatementSet(const sql::StatementSetStatement& set);
  arrow::Result<PreparedStatement> PrepareExplain(const sql::ExplainStatement& explain);
  arrow::Result<PreparedStatement> PrepareCreateTable(std::shared_ptr<const sql::CreateTableStatement> statement,
                                                      std::string_view text);
  arrow::Result<plan::PhysicalPlan> Plan(std::vector<plan::BoundQuery> queries);

  Clock* clock_;
  Catalog catalog_;
  Configuration configuration_;
  expr::FunctionContext functions_;
};

/// Statements that change the catalog (CREATE, DROP, ALTER, USE of everything but tables with a query), in
/// statement_definition.cc. nullopt: not one of these.
arrow::Result<std::optional<PreparedStatement>> RunDefinition(const sql::Statement& statement, Catalog* catalog,
                                                              const plan::PlanContext& context);

/// SHOW and DESCRIBE, in statement_show.cc. nullopt: not one of these.
arrow::Result<std::optional<PreparedStatement>> RunShow(const sql::Statement& statement, const Catalog& catalog);

/// The time zone that `table.local-time-zone` = 'default' means: TZ, or the machine's, or UTC.
std::string MachineTimeZone();

}  // namespace tidemark::server
