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

void FunctionRegistry::AddAlias(const std::string& alias, const std::string& name) {
  const ScalarFunction* function = Find(name);
  assert(function != nullptr);
  auto it = std::lower_bound(by_name_.begin(), by_name_.end(), alias, NameLess);
  assert(it == by_name_.end() || it->first != alias);
  by_name_.insert(it, {alias, function});
}

}  // namespace tidemark::expr
