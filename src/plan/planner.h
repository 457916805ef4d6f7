// SPDX-License-Identifier: Apache-2.0
// The stages of planning, each a function: syntax tree -> bound -> optimized -> physical.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/configuration.h"
#include "expr/function.h"
#include "plan/logical_plan.h"
#include "plan/physical_plan.h"
#include "sql/ast.h"

namespace tidemark::plan {

/// What the planner must know of connectors without depending on them. Implemented by the connectors' registry.
class TableCapabilities {
 public:
  virtual ~TableCapabilities() = default;
  virtual arrow::Status Validate(const TableDefinition& table) const = 0;
  virtual bool IsBounded(const TableDefinition& table) const = 0;
  virtual bool CanRead(const TableDefinition& table) const = 0;
  virtual bool CanWrite(const TableDefinition& table) const = 0;
  virtual ChangelogMode SourceChangelog(const TableDefinition& table) const = 0;
  virtual ChangelogMode SinkChangelog(const TableDefinition& table) const = 0;
  virtual std::vector<Field> MetadataColumns(const TableDefinition& table) const = 0;
  virtual bool PushesFilters(const TableDefinition& table) const = 0;
};

/// What planning reads. All outlive the call.
struct PlanContext {
  const Catalog* catalog = nullptr;
  const Configuration* configuration = nullptr;
  const TableCapabilities* tables = nullptr;
  const expr::FunctionContext* functions = nullptr;
};

/// Resolves CREATE TABLE: types, columns, watermark and keys are checked, expressions are bound once to check them;
/// LIKE reads the catalog. The table shares ownership of the statement, whose expressions it keeps. Of CREATE TABLE AS
/// it gives the table; the session binds the query as an INSERT.
arrow::Result<TablePtr> BindCreateTable(std::shared_ptr<const sql::CreateTableStatement> statement,
                                        const PlanContext& context);

/// Resolves ALTER TABLE of everything but the table's name: the table as it is to be, checked as by CREATE TABLE.
arrow::Result<TablePtr> BindAlterTable(std::shared_ptr<const sql::AlterTableStatement> statement,
                                       const TableDefinition& table, const PlanContext& context);

/// Resolves CREATE VIEW: the query is bound once to check it. `text` is the script, from which the view's own text is
/// cut. The view shares ownership of the statement.
arrow::Result<ViewPtr> BindCreateView(std::shared_ptr<const sql::CreateViewStatement> statement, std::string_view text,
                                      const PlanContext& context);

/// Resolves ALTER VIEW ... AS: the view with another query.
arrow::Result<ViewPtr> BindAlterView(std::shared_ptr<const sql::AlterViewStatement> statement,
                                     const ViewDefinition& view, std::string_view text, const PlanContext& context);

/// The columns that a table or view gives a query now, with time attributes. Fails, at `range`, when what a view reads
/// has changed since.
arrow::Result<Schema> BindColumns(const TableDefinition& table, sql::SourceRange range, const PlanContext& context);
arrow::Result<Schema> BindColumns(const ViewDefinition& view, sql::SourceRange range, const PlanContext& context);

/// Resolves a query. Errors carry the place in the text (sql/diagnostic.h).
arrow::Result<BoundQuery> BindQuery(const sql::Query& query, const PlanContext& context);

/// Resolves INSERT INTO ... query: column list, defaults to NULL, implicit casts, PARTITION values.
arrow::Result<BoundQuery> BindInsert(const sql::InsertStatement& statement, const PlanContext& context);

/// The query of CREATE TABLE `table` ... AS, to be stored into the table: columns go by name.
arrow::Result<BoundQuery> BindTableFill(const sql::Query& query, TablePtr table, const PlanContext& context);

/// Rewrites that keep the meaning: constant folding, filter push-down, column pruning, projection merging, join
/// condition extraction.
arrow::Result<BoundQuery> Optimize(BoundQuery query, const PlanContext& context);

/// Chooses operators, decides changelog modes, places exchanges. One job for all queries.
arrow::Result<PhysicalPlan> MakePhysicalPlan(const std::vector<BoundQuery>& queries, const PlanContext& context);

/// The plan as text for EXPLAIN: operators top down, columns read, what is pushed down, exchanges, state with its key
/// and when it is freed.
std::string Explain(const PhysicalPlan& plan);

}  // namespace tidemark::plan
