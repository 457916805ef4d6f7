// SPDX-License-Identifier: Apache-2.0
// From syntax tree to SQL text in one canonical form: for SHOW CREATE, EXPLAIN, catalogs and tests.
#pragma once

#include <string>
#include <string_view>

#include "sql/ast.h"

namespace tidemark::sql {

/// SQL text without a `;`. What was printed parses to a tree that prints the same.
std::string ToSql(const Statement& statement);
std::string ToSql(const Query& query);
std::string ToSql(const Expression& expression);
/// The same with every column in back-quotes, as DESCRIBE and SHOW CREATE show expressions.
std::string ToSqlWithQuotedColumns(const Expression& expression);
std::string ToSql(const TypeName& type);
std::string ToSql(const TableRef& table);
std::string ToSql(const WindowSpec& window);
std::string ToSql(const Pattern& pattern);

/// Dots between the parts, back-quotes where the parser needs them.
std::string ToSql(const Name& name);

/// The identifier as SQL needs it: in back-quotes when it is a keyword or not of the form [A-Za-z_$][A-Za-z0-9_$]*.
std::string QuoteIdentifier(std::string_view name);

/// The identifier in back-quotes, needed or not.
std::string AlwaysQuoteIdentifier(std::string_view name);

/// The text as a string literal: 'it''s'.
std::string QuoteString(std::string_view text);

}  // namespace tidemark::sql
