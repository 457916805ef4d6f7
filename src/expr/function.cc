// SPDX-License-Identifier: Apache-2.0
// The registry of built-in scalar functions.
#include "expr/function.h"

#include <algorithm>
#include <cassert>

#include "expr/functions/register.h"

namespace tidemark::expr {
namespace {

std::string UpperCase(const std::string& text) {
  std::string upper = text;
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

using NamedFunction = std::pair<std::string, const ScalarFunction*>;

bool NameLess(const NamedFunction& entry, const std::string& name) { return entry.first < name; }

}  // namespace

const FunctionRegistry& FunctionRegistry::BuiltIn() {
  static const FunctionRegistry registry = [] {
    FunctionRegistry filled;
    RegisterOperators(&filled);
    RegisterString(&filled);
    RegisterRegexp(&filled);
    RegisterHash(&filled);
    RegisterMath(&filled);
    RegisterCollection(&filled);
    RegisterJson(&filled);
    RegisterConditional(&filled);
    RegisterConversion(&filled);
    // Last: it adds FLOOR and CEIL to a unit of time to those of numbers.
    RegisterTemporal(&filled);
    return filled;
  }();
  return registry;
}

const ScalarFunction* FunctionRegistry::Find(const std::string& name) const {
  const std::string upper = UpperCase(name);
  auto it = std::lower_bound(by_name_.begin(), by_name_.end(), upper, NameLess);
  return it != by_name_.end() && it->first == upper ? it->second : nullptr;
}

std::vector<std::string> FunctionRegistry::Names() const {
  std::vector<std::string> names;
  names.reserve(by_name_.size());
  for (const auto& [name, function] : by_name_) names.push_back(name);
  return names;
}

void FunctionRegistry::Add(ScalarFunction function) {
  functions_.push_back(std::make_unique<ScalarFunction>(std::move(function)));
  const ScalarFunction* added = functions_.back().get();
  auto it = std::lower_bound(by_name_.begin(), by_name_.end(), added->name, NameLess);
  assert(it == by_name_.end() || it->first != added->name);
  by_name_.insert(it, {added->name, added});
}

void FunctionRegistry::Overload(ScalarFunction function) {
  auto it = std::find_if(functions_.begin(), functions_.end(),
                         [&](const auto& known) { return known->name == function.name; });
  if (it == functions_.end()) {
    Add(std::move(function));
    return;
  }
  ScalarFunction& known = **it;
  known.deterministic = known.deterministic && function.deterministic;
  known.can_fail = known.can_fail || function.can_fail;
  auto first_resolve = known.resolve;
  known.resolve = [first = known.resolve, second = function.resolve](std::span<const ArgumentInfo> arguments) {
    auto resolved = first(arguments);
    if (resolved.ok()) return resolved;
    auto other = second(arguments);
    if (other.ok()) return other;
    return arrow::Result<ResolvedSignature>(
        arrow::Status::TypeError(resolved.status().message(), "; or: ", other.status().message()));
  };
  known.make_kernel = [takes_first = std::move(first_resolve), first = known.make_kernel,
                       second = function.make_kernel](const CallSite& site) {
    return takes_first(site.arguments).ok() ? first(site) : second(site);
  };
}

void FunctionRegistry::AddAlias(const std::string& alias, const std::string& name) {
  const ScalarFunction* function = Find(name);
  assert(function != nullptr);
  auto it = std::lower_bound(by_name_.begin(), by_name_.end(), alias, NameLess);
  assert(it == by_name_.end() || it->first != alias);
  by_name_.insert(it, {alias, function});
}

}  // namespace tidemark::expr
