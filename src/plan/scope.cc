// SPDX-License-Identifier: Apache-2.0
// Name look-up among the relations of FROM.
#include "plan/scope.h"

#include <algorithm>
#include <utility>

#include "plan/placeholder.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

bool EndsWith(const std::vector<std::string>& path, const std::vector<std::string>& qualifier) {
  return qualifier.size() <= path.size() && std::equal(qualifier.rbegin(), qualifier.rend(), path.rbegin());
}

}  // namespace

Scope::Scope(const Schema& schema, std::vector<std::string> path, sql::SourceRange range) : schema_(schema) {
  const int count = static_cast<int>(schema.size());
  relations_.push_back({std::move(path), 0, count, range});
  for (int i = 0; i < count; ++i) visible_.push_back({schema[i].name, ColumnOf(schema, i)});
}

arrow::Result<Scope> Scope::Join(const Scope& left, const Scope& right, const Schema& schema) {
  Scope joined;
  joined.schema_ = schema;
  joined.outer = left.outer;
  joined.relations_ = left.relations_;
  const int shift = static_cast<int>(left.schema_.size());
  for (ScopeRelation relation : right.relations_) {
    for (const ScopeRelation& other : left.relations_) {
      if (relation.path.empty() || relation.path != other.path) continue;
      return sql::SqlError(relation.range, "Duplicate table name or alias in FROM: " + relation.path.back(),
                           "Give one of the two another alias: " + relation.path.back() + " AS other_name.");
    }
    relation.first_column += shift;
    joined.relations_.push_back(std::move(relation));
  }
  for (const VisibleColumn& column : left.visible_) {
    joined.visible_.push_back({column.name, Retype(column.expression, schema)});
  }
  for (const VisibleColumn& column : right.visible_) {
    joined.visible_.push_back({column.name, Retype(ShiftColumns(column.expression, shift), schema)});
  }
  return joined;
}

void Scope::TakeTypes(const Schema& schema) {
  schema_ = schema;
  for (VisibleColumn& column : visible_) column.expression = Retype(column.expression, schema);
}

void Scope::MergeColumns(std::vector<VisibleColumn> columns) {
  const auto merged = [&columns](const VisibleColumn& old) {
    return std::any_of(columns.begin(), columns.end(), [&](const VisibleColumn& c) { return c.name == old.name; });
  };
  std::vector<VisibleColumn> rest;
  std::copy_if(visible_.begin(), visible_.end(), std::back_inserter(rest), [&](const auto& c) { return !merged(c); });
  visible_ = std::move(columns);
  visible_.insert(visible_.end(), rest.begin(), rest.end());
}

arrow::Status Scope::Ambiguous(const sql::Identifier& name) const {
  std::vector<std::string> choices;
  for (const ScopeRelation& relation : relations_) {
    for (const VisibleColumn& column : ColumnsOf(relation)) {
      if (column.name == name.value && !relation.path.empty())
        choices.push_back(relation.path.back() + "." + name.value);
    }
  }
  std::string hint = "Say which one is meant";
  for (size_t i = 0; i < choices.size(); ++i) hint += (i == 0 ? ": " : " or ") + choices[i];
  return sql::SqlError(name.range, "Ambiguous column: " + name.value, hint + ".");
}

arrow::Result<std::optional<VisibleColumn>> Scope::FindVisible(const sql::Identifier& name) const {
  const VisibleColumn* found = nullptr;
  for (const VisibleColumn& column : visible_) {
    if (column.name != name.value) continue;
    if (found != nullptr) return Ambiguous(name);
    found = &column;
  }
  if (found == nullptr) return std::nullopt;
  return *found;
}

const ScopeRelation* Scope::FindRelation(const std::vector<std::string>& qualifier) const {
  for (const ScopeRelation& relation : relations_) {
    if (EndsWith(relation.path, qualifier)) return &relation;
  }
  return nullptr;
}

std::vector<VisibleColumn> Scope::ColumnsOf(const ScopeRelation& relation) const {
  std::vector<VisibleColumn> columns;
  for (int i = relation.first_column; i < relation.first_column + relation.column_count; ++i) {
    columns.push_back({schema_[i].name, ColumnOf(schema_, i)});
  }
  return columns;
}

arrow::Result<std::optional<Scope::Resolved>> Scope::Find(const sql::Name& name) const {
  std::vector<std::string> qualifier;
  for (size_t i = 0; i + 1 < name.parts.size(); ++i) qualifier.push_back(name.parts[i].value);
  for (; !qualifier.empty(); qualifier.pop_back()) {
    const ScopeRelation* relation = FindRelation(qualifier);
    if (relation == nullptr) continue;
    const sql::Identifier& column_name = name.parts[qualifier.size()];
    std::optional<Resolved> found;
    for (const VisibleColumn& column : ColumnsOf(*relation)) {
      if (column.name != column_name.value) continue;
      if (found) return Ambiguous(column_name);
      found = Resolved{column.expression, qualifier.size() + 1};
    }
    if (found) return found;
  }
  ARROW_ASSIGN_OR_RAISE(auto visible, FindVisible(name.parts[0]));
  if (!visible) return std::nullopt;
  return Resolved{visible->expression, 1};
}

}  // namespace tidemark::plan
