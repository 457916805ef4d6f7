// SPDX-License-Identifier: Apache-2.0
// REGEXP and its family. An invalid pattern gives NULL (REGEXP: FALSE), one that cannot be run here an error.
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/regexp.h"
#include "expr/functions/register.h"
#include "expr/functions/utf16.h"
#include "expr/signature.h"
#include "expr/value_limit.h"

namespace tidemark::expr {
namespace {

/// A kernel whose lambda holds its call site's patterns: MakeWithCache<Function>() calls
/// `Function(cache, arguments...)` per row.
template <auto Function>
struct WithCache;
template <typename R, typename... Args, R (*Function)(RegexCache&, Args...)>
struct WithCache<Function> {
  std::shared_ptr<RegexCache> cache = std::make_shared<RegexCache>();
  R operator()(Args... args) const { return Function(*cache, args...); }
};

template <auto Function>
arrow::Result<std::unique_ptr<ScalarKernel>> MakeCached(const CallSite& site) {
  return MakeRowKernel(site, WithCache<Function>());
}

arrow::Result<bool> Regexp(RegexCache& cache, std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return false;
  ARROW_ASSIGN_OR_RAISE(const JavaRegex* regex, cache.Get(pattern));
  return regex != nullptr && regex->Find(text);
}

arrow::Result<std::optional<std::string_view>> Extract(RegexCache& cache, std::string_view text,
                                                       std::string_view pattern, int64_t group) {
  ARROW_ASSIGN_OR_RAISE(const JavaRegex* regex, cache.Get(pattern));
  if (regex == nullptr || group < 0 || group > regex->groups()) return std::nullopt;
  RegexMatch match;
  if (!regex->Find(text, 0, static_cast<int>(group), &match) || match[group].data() == nullptr) return std::nullopt;
  return match[group];
}
arrow::Result<std::optional<std::string_view>> ExtractWhole(RegexCache& cache, std::string_view text,
                                                            std::string_view pattern) {
  return Extract(cache, text, pattern, 0);
}

/// The replacement is taken as it is: no $1.
arrow::Result<bool> ReplaceAll(RegexCache& cache, std::string_view text, std::string_view pattern,
                               std::string_view replacement, StringSink& out) {
  ARROW_ASSIGN_OR_RAISE(const JavaRegex* regex, cache.Get(pattern));
  if (regex == nullptr) return false;
  size_t from = 0;
  int64_t written = 0;
  regex->ForEachMatch(text, 0, [&](const RegexMatch& match) {
    const auto begin = static_cast<size_t>(match[0].data() - text.data());
    written += static_cast<int64_t>(begin - from + replacement.size());
    if (written > kValueBytesMax) return false;
    out.Append(text.substr(from, begin - from));
    out.Append(replacement);
    from = begin + match[0].size();
    return true;
  });
  ARROW_RETURN_NOT_OK(CheckValueBytes("REGEXP_REPLACE", written + static_cast<int64_t>(text.size() - from)));
  out.Append(text.substr(from));
  return true;
}

arrow::Result<std::optional<int32_t>> Count(RegexCache& cache, std::string_view text, std::string_view pattern) {
  ARROW_ASSIGN_OR_RAISE(const JavaRegex* regex, cache.Get(pattern));
  if (regex == nullptr) return std::nullopt;
  int32_t count = 0;
  regex->ForEachMatch(text, 0, [&](const RegexMatch&) {
    ++count;
    return true;
  });
  return count;
}

/// Counts in UTF-16 units, as Java's Matcher.start does.
arrow::Result<std::optional<int32_t>> Position(RegexCache& cache, std::string_view text, std::string_view pattern) {
  ARROW_ASSIGN_OR_RAISE(const JavaRegex* regex, cache.Get(pattern));
  if (regex == nullptr) return std::nullopt;
  RegexMatch match;
  if (!regex->Find(text, 0, 0, &match)) return 0;
  return static_cast<int32_t>(Utf16Length(text.substr(0, static_cast<size_t>(match[0].data() - text.data()))) + 1);
}

arrow::Result<std::unique_ptr<ScalarKernel>> MakeExtract(const CallSite& site) {
  return site.arguments.size() == 2 ? MakeCached<ExtractWhole>(site) : MakeCached<Extract>(site);
}

}  // namespace

ScalarFunction CheckingPattern(ScalarFunction function) {
  function.resolve = [resolve = std::move(function.resolve)](
                         std::span<const ArgumentInfo> arguments) -> arrow::Result<ResolvedSignature> {
    ARROW_ASSIGN_OR_RAISE(auto signature, resolve(arguments));
    if (const auto pattern = LiteralText(arguments[1])) ARROW_RETURN_NOT_OK(JavaRegex::Compile(*pattern));
    return signature;
  };
  return function;
}

void RegisterRegexp(FunctionRegistry* registry) {
  const DataType string = DataType::String();
  registry->Add(CheckingPattern(
      DefineFallible("REGEXP", {Signature{{TextArg(), TextArg()}, Returns(DataType::Boolean())}}, MakeCached<Regexp>,
                     {"REGEXP(text, pattern)", "Whether a part of the text matches a Java regular expression"})));
  registry->Add(CheckingPattern(DefineFallible(
      "REGEXP_EXTRACT", {Signature{{TextArg(), TextArg(), Optional(CountArg())}, ReturnsNullable(string)}}, MakeExtract,
      {"REGEXP_EXTRACT(text, pattern [, group])", "The first match, or one group of it, counted from 1"})));
  registry->Add(CheckingPattern(DefineFallible(
      "REGEXP_REPLACE", {Signature{{TextArg(), TextArg(), TextArg()}, Returns(string)}}, MakeCached<ReplaceAll>,
      {"REGEXP_REPLACE(text, pattern, replacement)", "The text with every match replaced"})));
  registry->Add(CheckingPattern(
      DefineFallible("REGEXP_COUNT", OrNulls({Signature{{TextArg(), TextArg()}, ReturnsNullable(DataType::Int())}}),
                     MakeCached<Count>, {"REGEXP_COUNT(text, pattern)", "Number of matches"})));
  registry->Add(CheckingPattern(
      DefineFallible("REGEXP_INSTR", OrNulls({Signature{{TextArg(), TextArg()}, ReturnsNullable(DataType::Int())}}),
                     MakeCached<Position>,
                     {"REGEXP_INSTR(text, pattern)", "Where the first match begins, from 1; 0 if there is none"})));
  registry->Add(CheckingPattern(
      DefineFallible("REGEXP_SUBSTR", OrNulls({Signature{{TextArg(), TextArg()}, ReturnsNullable(string)}}),
                     MakeCached<ExtractWhole>, {"REGEXP_SUBSTR(text, pattern)", "The first match"})));
  RegisterRegexpExtractAll(registry);
}

}  // namespace tidemark::expr
