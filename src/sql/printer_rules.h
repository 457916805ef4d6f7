// SPDX-License-Identifier: Apache-2.0
// Printing as functions that append to a text, one set per area of the syntax tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/ast.h"

namespace tidemark::sql::internal {

/// @name Names, types, literals (printer_name.cc, printer_type.cc)
///@{
void WriteIdentifier(const Identifier& identifier, std::string* out);
void WriteName(const Name& name, std::string* out);
/// `(a, b)` with a space before it; nothing for an empty list.
void WriteColumns(const std::vector<Identifier>& columns, std::string* out);
void WriteString(const StringValue& value, std::string* out);
/// `('a' = 'b', ...)` with one option a line.
void WriteOptions(const OptionList& options, std::string* out);
/// ` WITH (...)`; nothing for an empty list.
void WriteWithOptions(const OptionList& options, std::string* out);
/// ` COMMENT 'text'`, or nothing.
void WriteComment(const std::optional<StringValue>& comment, std::string* out);
/// ` /*+ ... */`, or nothing.
void WriteHints(const std::vector<Hint>& hints, std::string* out);
void WritePartitionSpec(const PartitionSpec& spec, std::string* out);
void WriteType(const TypeName& type, std::string* out);
void WriteIntervalQualifier(const IntervalQualifier& qualifier, std::string* out);
///@}

/// @name Expressions (printer_expression.cc, printer_predicate.cc, printer_call.cc)
///@{
/// In parentheses when its outermost operator binds less tightly than `precedence_min` (see Precedence).
void WriteExpression(const Expression& expression, int precedence_min, std::string* out);
void WriteExpression(const Expression& expression, std::string* out);
void WriteExpressions(const std::vector<ExpressionPtr>& expressions, std::string* out);
/// REQUIRES: a BETWEEN, IN, quantified comparison, LIKE or IS.
void WritePredicate(const Expression& predicate, std::string* out);
/// `(query)`
void WriteSubquery(const Query& query, std::string* out);
void WriteCall(const FunctionCall& call, std::string* out);
///@}

/// @name Queries (printer_query.cc, printer_from.cc)
///@{
void WriteQuery(const Query& query, std::string* out);
void WriteOrderItems(const std::vector<OrderItem>& items, std::string* out);
/// `w` or `(PARTITION BY ...)`.
void WriteWindow(const WindowSpec& window, std::string* out);
void WriteTable(const TableRef& table, std::string* out);
void WritePattern(const Pattern& pattern, std::string* out);
///@}

/// @name Statements (printer_statement.cc, printer_ddl.cc, printer_alter.cc, printer_show.cc)
///@{
void WriteStatement(const Statement& statement, std::string* out);
void WriteCreateTable(const CreateTableStatement& create, std::string* out);
void WriteCreateMaterializedTable(const CreateMaterializedTableStatement& create, std::string* out);
void WriteCreateView(const CreateViewStatement& create, std::string* out);
void WriteCreateFunction(const CreateFunctionStatement& create, std::string* out);
void WriteCreateModel(const CreateModelStatement& create, std::string* out);
void WriteCreateSimple(const CreateSimpleStatement& create, std::string* out);
/// `(columns, watermarks, constraints)`, one a line.
void WriteElements(const TableElements& elements, std::string* out);
/// ` BY HASH (a) INTO 4 BUCKETS`
void WriteDistribution(const Distribution& distribution, std::string* out);
void WriteRefreshMode(RefreshMode mode, std::string* out);
/// ` LANGUAGE JAVA`, or nothing.
void WriteLanguage(FunctionLanguage language, std::string* out);
void WriteAlterTable(const AlterTableStatement& alter, std::string* out);
void WriteAlterFunction(const AlterFunctionStatement& alter, std::string* out);
void WriteAlterSimple(const AlterSimpleStatement& alter, std::string* out);
void WriteDrop(const DropStatement& drop, std::string* out);
void WriteShow(const ShowStatement& show, std::string* out);
///@}

/// Appends each item with ", " between them.
template <typename Items, typename Write>
void WriteList(const Items& items, std::string* out, const Write& write) {
  bool first = true;
  for (const auto& item : items) {
    if (!first) *out += ", ";
    first = false;
    write(item);
  }
}

}  // namespace tidemark::sql::internal
