// SPDX-License-Identifier: Apache-2.0
// What a part of a query is bound in: the session's catalog and functions, common table expressions, enclosing queries,
// views being opened. Internal to the binder.
#pragma once

#include <string>
#include <vector>

#include "plan/planner.h"
#include "plan/relation.h"
#include "plan/scope.h"

namespace tidemark::plan {

/// One name of WITH, bound.
struct CommonTableBinding {
  std::string name;
  BoundRelation relation;
};

/// The names of one WITH clause, innermost first.
struct CommonTableFrame {
  const CommonTableFrame* parent = nullptr;
  std::vector<CommonTableBinding> tables;
};

/// What one call of the binder shares.
struct BindSession {
  explicit BindSession(const PlanContext& context) : context(context) {}

  const PlanContext& context;
  /// The window table functions met so far; a window's id is its position.
  std::vector<time::WindowSpec> windows;
  std::vector<std::string> open_views;  ///< views whose queries are being bound, outermost first

  bool batch_mode() const { return context.configuration->GetString(config::kRuntimeMode) == "batch"; }
};

/// Copied and changed on the way down.
class StateTtlHint;

struct BindEnvironment {
  BindSession* session = nullptr;
  const CommonTableFrame* common_tables = nullptr;
  const Scope* outer = nullptr;
  /// Where one-part and two-part table names are looked up: the session's current names, or those of a view.
  std::string catalog;
  std::string database;
  /// Unknown columns are looked for in other tables, for the hint. Not where no FROM could read them.
  bool hints_other_tables = true;
  /// Of the SELECT whose FROM is bound; null: none.
  const StateTtlHint* state_ttl = nullptr;

  static BindEnvironment Top(BindSession* session);
  const PlanContext& context() const { return session->context; }
  /// catalog, database, name. REQUIRES: at most three parts.
  std::vector<std::string> Qualify(const sql::Name& name) const;
  const CommonTableBinding* FindCommonTable(const std::string& name) const;
};

/// Binds a query below its environment (bind_query.cc).
arrow::Result<BoundRelation> BindRelation(const sql::Query& query, const BindEnvironment& environment);

/// Where the text of `query` says what its column `column` is; the whole query where no one place does.
sql::SourceRange PlaceOfColumn(const sql::Query& query, int column);
/// Refuses columns that are the bare NULL.
arrow::Status CheckColumnTypes(const BoundRelation& relation, const sql::Query& query);
/// Refuses two columns of one name, as WITH and CREATE VIEW do.
arrow::Status CheckColumnNames(const BoundRelation& relation, const sql::Query& query);

/// "No column 'x'": with the nearest names, or where a column of that name exists.
arrow::Status UnknownColumn(const sql::Name& name, const Scope& scope, const BindEnvironment& environment);
/// "No table 't'": with the nearest tables, views and WITH names.
arrow::Status UnknownTable(const sql::Name& name, const BindEnvironment& environment);
/// "No function 'f'", or "f is not supported yet" for one that Flink has.
arrow::Status UnknownFunction(const sql::Name& name);

}  // namespace tidemark::plan
