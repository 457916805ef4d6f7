// SPDX-License-Identifier: Apache-2.0
// Sets of field paths, and the paths in expressions.
#include "plan/column_use.h"

#include <algorithm>

namespace tidemark::plan {
namespace {

using expr::Expression;

bool BeginsWith(const FieldPath& path, const FieldPath& start) {
  return path.size() >= start.size() && std::equal(start.begin(), start.end(), path.begin());
}

}  // namespace

ColumnUse ColumnUse::Whole() {
  ColumnUse use;
  use.UseWhole();
  return use;
}

ColumnUse ColumnUse::Fields(const std::vector<FieldPath>& paths) {
  ColumnUse use;
  for (const auto& path : paths) use.Use(path);
  return use;
}

void ColumnUse::Use(const FieldPath& path) {
  if (std::any_of(paths_.begin(), paths_.end(), [&](const FieldPath& have) { return BeginsWith(path, have); })) return;
  std::erase_if(paths_, [&](const FieldPath& have) { return BeginsWith(have, path); });
  paths_.insert(path);
}

void ColumnUse::Add(const ColumnUse& more) {
  for (const auto& path : more.paths_) Use(path);
}

ColumnUse ColumnUse::Below(const FieldPath& path) const {
  ColumnUse below;
  for (FieldPath inner : paths_) {
    inner.insert(inner.begin(), path.begin(), path.end());
    below.paths_.insert(std::move(inner));
  }
  return below;
}

void AddUses(const Expression& expression, const ColumnUse& use, ColumnUses* uses) {
  if (!use) return;
  FieldPath path;
  const Expression* inner = &expression;
  for (; inner->kind() == Expression::Kind::kField; inner = inner->children()[0].get()) {
    path.insert(path.begin(), inner->field_index());
  }
  if (inner->kind() == Expression::Kind::kColumn) {
    (*uses)[inner->column_index()].Add(use.Below(path));
    return;
  }
  for (const auto& child : inner->children()) AddUses(*child, ColumnUse::Whole(), uses);
}

void AddUses(const expr::ExpressionPtr& expression, ColumnUses* uses) {
  if (expression) AddUses(*expression, ColumnUse::Whole(), uses);
}

}  // namespace tidemark::plan
