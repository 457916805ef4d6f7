// SPDX-License-Identifier: Apache-2.0
#include "plan/state_ttl_hint.h"

#include <algorithm>

#include "catalog/configuration.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

bool IsCalled(const ScopeRelation& relation, const std::string& name) {
  return !relation.path.empty() && relation.path.back() == name;
}

}  // namespace

arrow::Result<StateTtlHint> StateTtlHint::Of(const std::vector<sql::Hint>& hints) {
  StateTtlHint result;
  for (const sql::Hint& hint : hints) {
    if (hint.name.value != "STATE_TTL") continue;
    constexpr const char* kForm = "Write /*+ STATE_TTL('table' = '1 d') */, with the table's alias where it has one.";
    if (hint.arguments.empty()) return sql::SqlError(hint.range, "STATE_TTL names no table", kForm);
    for (const sql::HintArgument& argument : hint.arguments) {
      if (!argument.key) return sql::SqlError(argument.value.range, "STATE_TTL takes 'table' = 'duration'", kForm);
      const auto ttl_ms = ParseDurationMillis(argument.value.value);
      if (!ttl_ms.ok()) return sql::SqlError(argument.value.range, ttl_ms.status().message(), kForm);
      result.entries_.push_back({*argument.key, *ttl_ms});
    }
  }
  return result;
}

std::optional<int64_t> StateTtlHint::TtlMs(const Scope& input) const {
  if (input.relations().size() != 1) return std::nullopt;
  for (const Entry& entry : entries_) {
    if (IsCalled(input.relations()[0], entry.alias.value)) return entry.ttl_ms;
  }
  return std::nullopt;
}

arrow::Status StateTtlHint::CheckNames(const Scope& from) const {
  for (const Entry& entry : entries_) {
    const auto is_named = [&](const ScopeRelation& relation) { return IsCalled(relation, entry.alias.value); };
    if (std::any_of(from.relations().begin(), from.relations().end(), is_named)) continue;
    std::vector<std::string> names;
    for (const ScopeRelation& relation : from.relations()) {
      if (!relation.path.empty()) names.push_back(relation.path.back());
    }
    return sql::SqlError(entry.alias.range, "STATE_TTL: no table of this FROM is called '" + entry.alias.value + "'",
                         sql::DidYouMean(entry.alias.value, names));
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::plan
