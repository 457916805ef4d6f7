// SPDX-License-Identifier: Apache-2.0
// The pattern argument of a function: compiled when it changes, checked early when it is a literal.
#pragma once

#include <optional>
#include <string>

#include "expr/function.h"
#include "expr/functions/date_pattern.h"
#include "expr/signature.h"

namespace tidemark::expr {

/// Compiles patterns, and keeps the last. One thread.
class DatePatternCache {
 public:
  explicit DatePatternCache(PatternDialect dialect) : dialect_(dialect) {}

  /// Compiles the argument if it is a literal, so that a wrong one is reported before any row is read.
  arrow::Status Prepare(const ArgumentInfo& argument) {
    if (const auto text = LiteralText(argument)) return Get(*text).status();
    return arrow::Status::OK();
  }

  arrow::Result<const DatePattern*> Get(std::string_view text) {
    if (!pattern_ || text_ != text) {
      ARROW_ASSIGN_OR_RAISE(pattern_, DatePattern::Make(text, dialect_));
      text_ = text;
    }
    return &*pattern_;
  }

 private:
  PatternDialect dialect_;
  std::string text_;
  std::optional<DatePattern> pattern_;
};

}  // namespace tidemark::expr
