// SPDX-License-Identifier: Apache-2.0
// Binds what stands in FROM: tables, views, common tables, subqueries, window table functions, joins. Internal to the
// binder.
#pragma once

#include <arrow/result.h>

#include <string>
#include <vector>

#include "plan/bind_environment.h"
#include "sql/ast_query.h"

namespace tidemark::plan {

/// A relation of FROM and how its columns are called.
struct FromItem {
  BoundRelation relation;
  Scope scope;
};

arrow::Result<FromItem> BindFrom(const sql::TableRef& table, const BindEnvironment& environment);

/// The two sides, then the condition (bind_join.cc).
arrow::Result<FromItem> BindJoin(const sql::JoinRef& join, const BindEnvironment& environment);

/// `left JOIN LATERAL (SELECT ...)`: the subquery may read columns of `left` (bind_lateral.cc).
arrow::Result<FromItem> BindLateral(FromItem left, const sql::JoinRef& join, const sql::DerivedTable& table,
                                    const BindEnvironment& environment);

/// `left JOIN UNNEST(left.collection)`, and UNNEST on its own (bind_unnest.cc).
arrow::Result<FromItem> BindUnnest(FromItem left, const sql::JoinRef& join, const sql::UnnestRef& table,
                                   const BindEnvironment& environment);
arrow::Result<FromItem> BindUnnest(const sql::UnnestRef& table, const BindEnvironment& environment);

/// The columns of one side of a join as they come out of it: without time attributes, nullable where `padded`.
void AppendJoinSide(const BoundRelation& side, bool padded, const std::string& join, Schema* schema,
                    std::vector<ColumnOrigin>* origins);

/// A table, view or common table by name; `path` becomes what its columns are qualified by (bind_scan.cc).
arrow::Result<BoundRelation> BindTableName(const sql::Name& name, const std::vector<sql::Hint>& hints,
                                           const BindEnvironment& environment, std::vector<std::string>* path);

/// `/*+ OPTIONS('key' = 'value') */`: a copy of the table with other options. Other hints advise how to run a query;
/// they change no result and are passed over (bind_scan.cc).
arrow::Result<TablePtr> ApplyHints(TablePtr table, const std::vector<sql::Hint>& hints,
                                   const BindEnvironment& environment);

/// TUMBLE, HOP, CUMULATE, SESSION as table functions (bind_window.cc).
bool IsWindowFunctionName(const std::string& upper_name);
arrow::Result<BoundRelation> BindWindowFunction(const sql::FunctionCall& call, const BindEnvironment& environment);

/// What the columns of `table` are called: its alias's column list, or `own` without one. Fails where they are not as
/// many.
arrow::Result<std::vector<std::string>> AliasedNames(const sql::TableRef& table, std::vector<std::string> own);

/// The literal TRUE, which is how ON is written where there is nothing to compare.
bool IsTrueLiteral(const sql::Expression& condition);

/// The relation with its columns renamed.
arrow::Result<BoundRelation> RenameColumns(BoundRelation relation, const std::vector<sql::Identifier>& names,
                                           sql::SourceRange range);

/// Why a column cannot drive a window, as an error at `range` with what to write; OK for a time attribute (and, in
/// batch mode, for every TIMESTAMP and TIMESTAMP_LTZ). `what` is "TUMBLE" and the like.
arrow::Status CheckTimeColumn(const BoundRelation& relation, int column, const std::string& what,
                              sql::SourceRange range, const BindEnvironment& environment);

/// An error from a definition that the user does not look at right now (a view's query, a table's computed column),
/// put at `range` with `prefix` before its message.
arrow::Status AtReference(const arrow::Status& status, sql::SourceRange range, const std::string& prefix);

}  // namespace tidemark::plan
