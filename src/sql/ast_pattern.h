// SPDX-License-Identifier: Apache-2.0
// The parts of MATCH_RECOGNIZE: row patterns, measures, definitions.
#pragma once

#include "sql/ast_call.h"

namespace tidemark::sql {

enum class PatternKind {
  /// A pattern variable.
  kVariable,
  /// `A B C`
  kSequence,
  /// `A | B`
  kAlternation,
  /// `A+`, `A{2,5}?`
  kRepeat,
  /// `{- A -}`
  kExclude,
  /// `PERMUTE(A, B)`
  kPermute,
  /// `^`
  kStart,
  /// `$`
  kEnd,
};

struct Pattern;
using PatternPtr = std::unique_ptr<Pattern>;

/// A row pattern: a regular expression over pattern variables. Parentheses leave no trace but the tree's shape.
struct Pattern {
  PatternKind kind = PatternKind::kVariable;
  SourceRange range;
  /// Name of a kVariable.
  Identifier variable;
  /// One child of kRepeat and kExclude, two or more of kSequence and kAlternation, one or more of kPermute.
  std::vector<PatternPtr> children;
  /// Bounds of kRepeat: `*` is {0,}, `+` is {1,}, `?` is {0,1}.
  int64_t count_min = 1;
  std::optional<int64_t> count_max = 1;
  /// `A+?` takes as few rows as it can.
  bool reluctant = false;
};

/// `expression AS name`; RUNNING and FINAL are unary operators of the expression.
struct PatternMeasure {
  ExpressionPtr expression;
  Identifier name;
};

enum class RowsPerMatch { kUnspecified, kOneRow, kAllRows };

enum class AfterMatchKind { kUnspecified, kToNextRow, kPastLastRow, kToFirst, kToLast };

/// AFTER MATCH SKIP ...
struct AfterMatch {
  AfterMatchKind kind = AfterMatchKind::kUnspecified;
  /// Of kToFirst and kToLast. `SKIP TO A` is kToLast.
  Identifier variable;
  SourceRange range;
};

/// `name = (A, B)` of SUBSET.
struct PatternSubset {
  Identifier name;
  std::vector<Identifier> variables;
};

/// `A AS condition` of DEFINE.
struct PatternDefinition {
  Identifier variable;
  ExpressionPtr condition;
};

}  // namespace tidemark::sql
