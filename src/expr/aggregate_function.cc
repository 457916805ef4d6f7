// SPDX-License-Identifier: Apache-2.0
// The list of aggregate functions, and how a call finds its own.
#include "expr/aggregate_function.h"

#include <algorithm>

#include "expr/aggregates/definition.h"

namespace tidemark::expr {
namespace {

/// Sorted by name.
const AggregateList& Definitions() {
  static const AggregateList definitions = [] {
    AggregateList list;
    AddCount(&list);
    AddSum(&list);
    AddAverage(&list);
    AddMinMax(&list);
    AddFirstLastValue(&list);
    AddListAgg(&list);
    AddArrayAgg(&list);
    AddCollect(&list);
    AddVariance(&list);
    AddPercentile(&list);
    AddApproxCountDistinct(&list);
    AddSingleValue(&list);
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return list;
  }();
  return definitions;
}

const AggregateDefinition* Find(const std::string& name) {
  const AggregateList& list = Definitions();
  auto it = std::lower_bound(list.begin(), list.end(), name,
                             [](const auto& each, const std::string& sought) { return each.name < sought; });
  return it != list.end() && it->name == name ? &*it : nullptr;
}

}  // namespace

arrow::Result<ResolvedSignature> ResolveAggregate(const std::string& name, std::span<const ArgumentInfo> arguments) {
  const AggregateDefinition* definition = Find(name);
  if (definition == nullptr) return arrow::Status::KeyError("Unknown aggregate function: ", name);
  return definition->resolve(arguments);
}

arrow::Result<std::unique_ptr<AggregateFunction>> MakeAggregate(const AggregateCallSite& site) {
  ARROW_ASSIGN_OR_RAISE(const ResolvedSignature signature, ResolveAggregate(site.name, site.arguments));
  const AggregateDefinition& definition = *Find(site.name);
  if (definition.insert_only && site.retractable) {
    return arrow::Status::NotImplemented(site.name, " over an updating input is not supported yet");
  }
  ARROW_ASSIGN_OR_RAISE(auto function, definition.make(site, signature.return_type));
  if (!site.distinct || definition.ignores_repetition) return function;
  const bool ignores_null_rows = definition.ignores_null_rows || site.ignore_nulls.value_or(false);
  return MakeDistinct(site, ignores_null_rows, std::move(function));
}

std::vector<std::string> AggregateNames() {
  std::vector<std::string> names;
  for (const auto& definition : Definitions()) names.push_back(definition.name);
  return names;
}

bool IsAggregateName(const std::string& name) { return Find(name) != nullptr; }

bool IsOrderSensitive(const std::string& name, std::span<const ArgumentInfo> arguments) {
  const AggregateDefinition* definition = Find(name);
  return definition != nullptr && definition->order_sensitive != nullptr && definition->order_sensitive(arguments);
}

bool HasTwoPhases(const std::string& name, std::span<const ArgumentInfo> arguments) {
  const AggregateDefinition* definition = Find(name);
  return definition != nullptr && definition->two_phase != nullptr && definition->two_phase(arguments);
}

}  // namespace tidemark::expr
