// SPDX-License-Identifier: Apache-2.0
// What names mean at one place of a query: the relations of FROM and their columns. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <vector>

#include "plan/relation.h"
#include "sql/ast_node.h"

namespace tidemark::plan {

/// One relation of FROM: columns [first_column, first_column + column_count) of the joined input.
struct ScopeRelation {
  std::vector<std::string> path;  ///< its alias, or catalog, database and name of a table without one
  int first_column = 0;
  int column_count = 0;
  sql::SourceRange range;
};

/// A column that an unqualified name and `*` see. Columns joined by USING are one such column.
struct VisibleColumn {
  std::string name;
  expr::ExpressionPtr expression;
};

/// Names over the columns of one bound relation.
class Scope {
 public:
  /// What the first parts of a name mean; the rest are fields of a ROW.
  struct Resolved {
    expr::ExpressionPtr expression;
    size_t parts = 0;
  };

  Scope() = default;
  /// All columns of `schema`, called `path`.
  Scope(const Schema& schema, std::vector<std::string> path, sql::SourceRange range);

  /// The scope of a join: `left`'s columns, then `right`'s, with the join's types. Fails when both know a relation by
  /// the same name.
  static arrow::Result<Scope> Join(const Scope& left, const Scope& right, const Schema& schema);

  /// The same columns with other types.
  void TakeTypes(const Schema& schema);

  /// Puts `columns` in front of what `*` sees, in place of the columns of the same names.
  void MergeColumns(std::vector<VisibleColumn> columns);

  /// nullopt: no such column. Ambiguous names are errors.
  arrow::Result<std::optional<Resolved>> Find(const sql::Name& name) const;
  /// The visible column of that name; fails when there are two.
  arrow::Result<std::optional<VisibleColumn>> FindVisible(const sql::Identifier& name) const;
  /// The relation a qualifier names: an alias, or the last parts of a table's path.
  const ScopeRelation* FindRelation(const std::vector<std::string>& qualifier) const;

  /// What `t.*` gives. REQUIRES: `relation` is of this scope.
  std::vector<VisibleColumn> ColumnsOf(const ScopeRelation& relation) const;
  /// What `*` gives.
  const std::vector<VisibleColumn>& visible() const { return visible_; }
  const std::vector<ScopeRelation>& relations() const { return relations_; }
  const Schema& schema() const { return schema_; }

  /// The scope of the query around this one, for correlated subqueries; null at the top.
  const Scope* outer = nullptr;

 private:
  arrow::Status Ambiguous(const sql::Identifier& name) const;

  Schema schema_;
  std::vector<ScopeRelation> relations_;
  std::vector<VisibleColumn> visible_;
};

}  // namespace tidemark::plan
