// SPDX-License-Identifier: Apache-2.0
// [NOT] LIKE and [NOT] SIMILAR TO with ESCAPE. A literal pattern is compiled once; one from a column, when it changes.
#include <re2/re2.h>

#include "expr/functions/like_pattern.h"
#include "expr/functions/operators.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"

namespace tidemark::expr {
namespace {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

arrow::Result<std::optional<char>> EscapeOf(std::string_view escape) {
  if (escape.size() == 1) return std::optional<char>(escape[0]);
  return arrow::Status::Invalid("ESCAPE takes one character, not '", escape, "'");
}

/// LikePattern for SIMILAR TO.
class SimilarPattern {
 public:
  static arrow::Result<SimilarPattern> Make(std::string_view pattern, std::optional<char> escape) {
    ARROW_ASSIGN_OR_RAISE(auto text, SimilarToRegex(pattern, escape));
    RE2::Options options;
    options.set_log_errors(false);
    SimilarPattern compiled;
    compiled.regex_ = std::make_shared<RE2>(text, options);
    if (!compiled.regex_->ok()) {
      return arrow::Status::Invalid("Invalid SIMILAR TO pattern '", pattern, "': ", compiled.regex_->error());
    }
    return compiled;
  }
  bool Matches(std::string_view text) const {
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
  }

 private:
  std::shared_ptr<RE2> regex_;
};

/// Compiles patterns, and keeps the last.
template <typename Pattern>
class PatternCache {
 public:
  arrow::Result<const Pattern*> Get(std::string_view pattern, std::optional<char> escape) {
    if (!compiled_ || text_ != pattern || escape_ != escape) {
      ARROW_ASSIGN_OR_RAISE(compiled_, Pattern::Make(pattern, escape));
      text_ = pattern;
      escape_ = escape;
    }
    return &*compiled_;
  }

 private:
  std::string text_;
  std::optional<char> escape_;
  std::optional<Pattern> compiled_;
};

/// A kernel for a pattern that is known.
template <typename Pattern>
class FixedMatch final : public ScalarKernel {
 public:
  FixedMatch(Pattern pattern, bool negated, const DataType& type)
      : kernel_(MakeRowKernel(type, [pattern = std::move(pattern), negated](std::string_view text) {
          return pattern.Matches(text) != negated;
        })) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return kernel_->Run(args.first(1), num_rows);
  }
  bool can_fail() const override { return false; }

 private:
  std::unique_ptr<ScalarKernel> kernel_;
};

template <typename Pattern>
KernelResult MakeMatch(bool negated, const CallSite& site) {
  const auto pattern = LiteralText(site.arguments[1]);
  const bool has_escape = site.arguments.size() > 2;
  const auto escape = has_escape ? LiteralText(site.arguments[2]) : std::nullopt;
  if (pattern && has_escape == escape.has_value()) {
    std::optional<char> escape_char;
    if (escape) {
      ARROW_ASSIGN_OR_RAISE(escape_char, EscapeOf(*escape));
    }
    ARROW_ASSIGN_OR_RAISE(auto compiled, Pattern::Make(*pattern, escape_char));
    return std::make_unique<FixedMatch<Pattern>>(std::move(compiled), negated, site.return_type);
  }
  if (!has_escape) {
    return MakeRowKernel(site,
                         [cache = PatternCache<Pattern>(), negated](
                             std::string_view text, std::string_view like) mutable -> arrow::Result<bool> {
                           ARROW_ASSIGN_OR_RAISE(auto compiled, cache.Get(like, std::nullopt));
                           return compiled->Matches(text) != negated;
                         });
  }
  return MakeRowKernel(
      site,
      [cache = PatternCache<Pattern>(), negated](std::string_view text, std::string_view like,
                                                 std::string_view escape_text) mutable -> arrow::Result<bool> {
        ARROW_ASSIGN_OR_RAISE(auto escape_char, EscapeOf(escape_text));
        ARROW_ASSIGN_OR_RAISE(auto compiled, cache.Get(like, escape_char));
        return compiled->Matches(text) != negated;
      });
}

template <typename Pattern>
void AddMatch(FunctionRegistry* registry, const std::string& name, bool negated, const std::string& description) {
  registry->Add(
      {.name = name,
       .resolve = ResolveBy(name, {{{StringArg(), StringArg(), Optional(StringArg())}, Returns(DataType::Boolean())}}),
       .make_kernel = [negated](const CallSite& site) { return MakeMatch<Pattern>(negated, site); },
       .signature_text = "text " + name + " pattern [ESCAPE character]",
       .description = description});
}

}  // namespace

void RegisterLike(FunctionRegistry* registry) {
  AddMatch<LikePattern>(registry, "LIKE", false, "TRUE if the text has the pattern: % is any text, _ one character");
  AddMatch<LikePattern>(registry, "NOT LIKE", true, "TRUE if the text does not have the LIKE pattern");
  AddMatch<SimilarPattern>(registry, "SIMILAR TO", false, "TRUE if the whole text matches the SQL regular expression");
  AddMatch<SimilarPattern>(registry, "NOT SIMILAR TO", true,
                           "TRUE if the text does not match the SQL regular expression");
}

}  // namespace tidemark::expr
