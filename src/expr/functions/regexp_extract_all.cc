// SPDX-License-Identifier: Apache-2.0
// REGEXP_EXTRACT_ALL: one group of every match.
#include <memory>

#include "expr/functions/define.h"
#include "expr/functions/regexp.h"
#include "expr/functions/text_list_kernel.h"

namespace tidemark::expr {
namespace {

constexpr int64_t kDefaultGroup = 1;

arrow::Result<std::unique_ptr<ScalarKernel>> MakeExtractAll(const CallSite&) {
  auto extract = [cache = std::make_shared<RegexCache>()](std::string_view text, std::string_view pattern,
                                                          int64_t group, TextList* list) -> arrow::Result<bool> {
    ARROW_ASSIGN_OR_RAISE(const JavaRegex* regex, cache->Get(pattern));
    if (regex == nullptr || group < 0 || group > regex->groups()) return false;
    regex->ForEachMatch(text, static_cast<int>(group), [&](const RegexMatch& match) {
      const std::string_view part = match[static_cast<size_t>(group)];
      list->push_back(part.data() == nullptr ? std::nullopt : std::optional(part));
      return true;
    });
    return true;
  };
  return MakeTextListKernel(std::move(extract), kDefaultGroup);
}

}  // namespace

void RegisterRegexpExtractAll(FunctionRegistry* registry) {
  registry->Add(
      CheckingPattern(DefineFallible("REGEXP_EXTRACT_ALL",
                                     OrNulls({Signature{{TextArg(), TextArg(), Optional(CountArg())},
                                                        ReturnsNullable(DataType::Array(DataType::String()))}}),
                                     MakeExtractAll,
                                     {"REGEXP_EXTRACT_ALL(text, pattern [, group])",
                                      "One group of every match, the first by default; 0 is the whole match"})));
}

}  // namespace tidemark::expr
