// SPDX-License-Identifier: Apache-2.0
// From SQL text to syntax tree.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <arrow/result.h>

#include "sql/ast.h"

namespace tidemark::sql {

/// Bounds on what the parser accepts; beyond them it returns an error with a place, never overflows the stack.
struct ParseLimits {
  /// Bytes of the text.
  size_t text_size_max = size_t{64} << 20;
  /// How deep expressions, queries and types may nest. The printer and the binder walk the tree recursively, so it
  /// protects them as well.
  int nesting_depth_max = 400;
  /// How high the tree of a statement may grow: its nesting, and operators in a row (a + b + c, UNION ALL ...), which
  /// nobody sees as nested although each is the left operand of the next.
  int tree_height_max = 2000;
};

/// Parses a script: statements separated by `;` (the last one may omit it). Places in the statements are offsets into
/// `text`. Returns all statements, or the first error as a Status with a place (see diagnostic.h).
arrow::Result<std::vector<StatementPtr>> ParseScript(std::string_view text, const ParseLimits& limits = {});

/// Parses exactly one statement, with or without a `;` behind it.
arrow::Result<StatementPtr> ParseStatement(std::string_view text, const ParseLimits& limits = {});

/// Parses exactly one expression, such as the text of a computed column kept in a catalog.
arrow::Result<ExpressionPtr> ParseExpression(std::string_view text, const ParseLimits& limits = {});

/// Parses exactly one query, such as the text of a view kept in a catalog.
arrow::Result<QueryPtr> ParseQuery(std::string_view text, const ParseLimits& limits = {});

/// Parses exactly one data type, such as "ROW<a INT NOT NULL, b STRING>".
arrow::Result<TypeNamePtr> ParseTypeName(std::string_view text, const ParseLimits& limits = {});

}  // namespace tidemark::sql
