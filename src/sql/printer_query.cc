// SPDX-License-Identifier: Apache-2.0
// Printing of queries on one line.

#include "sql/printer.h"
#include "sql/printer_rules.h"

namespace tidemark::sql {

namespace internal {

namespace {

void WriteBody(const QueryBody& body, std::string* out);

void WriteGroupingElement(const GroupingElement& element, std::string* out) {
  switch (element.kind) {
    case GroupingKind::kSet: {
      const bool bare = element.expressions.size() == 1;
      if (!bare) *out += '(';
      WriteExpressions(element.expressions, out);
      if (!bare) *out += ')';
      return;
    }
    case GroupingKind::kRollup:
      *out += "ROLLUP(";
      break;
    case GroupingKind::kCube:
      *out += "CUBE(";
      break;
    case GroupingKind::kGroupingSets:
      *out += "GROUPING SETS (";
      break;
  }
  WriteList(element.children, out, [out](const GroupingElement& child) { WriteGroupingElement(child, out); });
  *out += ')';
}

void WriteQuantifier(SetQuantifier quantifier, std::string* out) {
  if (quantifier == SetQuantifier::kAll) *out += " ALL";
  if (quantifier == SetQuantifier::kDistinct) *out += " DISTINCT";
}

void WriteClause(const char* words, const ExpressionPtr& expression, std::string* out) {
  if (!expression) return;
  *out += words;
  WriteExpression(*expression, out);
}

void WriteSelect(const SelectBody& select, std::string* out) {
  *out += "SELECT";
  WriteHints(select.hints, out);
  WriteQuantifier(select.quantifier, out);
  *out += ' ';
  WriteList(select.items, out, [out](const SelectItem& item) {
    WriteExpression(*item.expression, out);
    if (!item.alias) return;
    *out += " AS ";
    WriteIdentifier(*item.alias, out);
  });
  if (select.from) {
    *out += " FROM ";
    WriteTable(*select.from, out);
  }
  WriteClause(" WHERE ", select.where, out);
  if (select.has_group_by) {
    *out += " GROUP BY";
    WriteQuantifier(select.group_by_quantifier, out);
    *out += ' ';
    WriteList(select.group_by, out, [out](const GroupingElement& element) { WriteGroupingElement(element, out); });
  }
  WriteClause(" HAVING ", select.having, out);
  if (!select.windows.empty()) {
    *out += " WINDOW ";
    WriteList(select.windows, out, [out](const NamedWindow& window) {
      WriteIdentifier(window.name, out);
      *out += " AS ";
      WriteWindow(window.spec, out);
    });
  }
  WriteClause(" QUALIFY ", select.qualify, out);
}

void WriteValuesRow(const ValuesRow& row, std::string* out) {
  // A row whose only value is a row would lose one of its two pairs of parentheses.
  const bool is_nested = row.values.size() == 1 && row.values[0]->Is<ConstructorExpression>();
  *out += is_nested || row.values.empty() ? "ROW(" : "(";
  WriteExpressions(row.values, out);
  *out += ')';
}

/// INTERSECT binds tighter than the others.
int SetPrecedence(const QueryBody& body) {
  const auto* operation = body.TryAs<SetOperationBody>();
  if (operation == nullptr) return 2;
  return operation->op == SetOperator::kIntersect ? 1 : 0;
}

void WriteSetOperand(const QueryBody& operand, int precedence_min, std::string* out) {
  const bool in_parentheses = SetPrecedence(operand) < precedence_min;
  if (in_parentheses) *out += '(';
  WriteBody(operand, out);
  if (in_parentheses) *out += ')';
}

void WriteSetOperation(const SetOperationBody& operation, std::string* out) {
  const int precedence = SetPrecedence(operation);
  WriteSetOperand(*operation.left, precedence, out);
  switch (operation.op) {
    case SetOperator::kUnion:
      *out += " UNION";
      break;
    case SetOperator::kIntersect:
      *out += " INTERSECT";
      break;
    case SetOperator::kExcept:
      *out += " EXCEPT";
      break;
  }
  WriteQuantifier(operation.quantifier, out);
  *out += ' ';
  WriteSetOperand(*operation.right, precedence + 1, out);
}

void WriteBody(const QueryBody& body, std::string* out) {
  switch (body.kind) {
    case QueryBodyKind::kSelect:
      return WriteSelect(body.As<SelectBody>(), out);
    case QueryBodyKind::kSetOperation:
      return WriteSetOperation(body.As<SetOperationBody>(), out);
    case QueryBodyKind::kValues:
      *out += "VALUES ";
      WriteList(body.As<ValuesBody>().rows, out, [out](const ValuesRow& row) { WriteValuesRow(row, out); });
      return;
    case QueryBodyKind::kTable:
      *out += "TABLE ";
      WriteName(body.As<TableBody>().name, out);
      return;
    case QueryBodyKind::kNested:
      *out += '(';
      WriteQuery(*body.As<NestedQueryBody>().query, out);
      *out += ')';
      return;
  }
}

void WriteFrameBound(const FrameBound& bound, std::string* out) {
  switch (bound.kind) {
    case FrameBoundKind::kUnboundedPreceding:
      *out += "UNBOUNDED PRECEDING";
      return;
    case FrameBoundKind::kUnboundedFollowing:
      *out += "UNBOUNDED FOLLOWING";
      return;
    case FrameBoundKind::kCurrentRow:
      *out += "CURRENT ROW";
      return;
    case FrameBoundKind::kPreceding:
    case FrameBoundKind::kFollowing:
      break;
  }
  // AND between the bounds must not be read as a part of the first one.
  constexpr int kTighterThanAnd = 33;
  WriteExpression(*bound.offset, kTighterThanAnd, out);
  *out += bound.kind == FrameBoundKind::kPreceding ? " PRECEDING" : " FOLLOWING";
}

void WriteFrame(const WindowFrame& frame, std::string* out) {
  *out += frame.unit == FrameUnit::kRows ? "ROWS " : "RANGE ";
  if (frame.end) *out += "BETWEEN ";
  WriteFrameBound(frame.start, out);
  if (!frame.end) return;
  *out += " AND ";
  WriteFrameBound(*frame.end, out);
}

}  // namespace

void WriteOrderItems(const std::vector<OrderItem>& items, std::string* out) {
  WriteList(items, out, [out](const OrderItem& item) {
    WriteExpression(*item.expression, out);
    if (item.direction == SortDirection::kAscending) *out += " ASC";
    if (item.direction == SortDirection::kDescending) *out += " DESC";
    if (item.nulls == NullsOrder::kFirst) *out += " NULLS FIRST";
    if (item.nulls == NullsOrder::kLast) *out += " NULLS LAST";
  });
}

void WriteWindow(const WindowSpec& window, std::string* out) {
  if (window.is_reference) return WriteIdentifier(*window.base, out);
  const char* separator = "";
  *out += '(';
  if (window.base) {
    WriteIdentifier(*window.base, out);
    separator = " ";
  }
  if (!window.partition_by.empty()) {
    *out += std::string(separator) + "PARTITION BY ";
    WriteExpressions(window.partition_by, out);
    separator = " ";
  }
  if (!window.order_by.empty()) {
    *out += std::string(separator) + "ORDER BY ";
    WriteOrderItems(window.order_by, out);
    separator = " ";
  }
  if (window.frame) {
    *out += separator;
    WriteFrame(*window.frame, out);
  }
  *out += ')';
}

void WriteQuery(const Query& query, std::string* out) {
  if (!query.with.empty()) {
    *out += query.recursive ? "WITH RECURSIVE " : "WITH ";
    WriteList(query.with, out, [out](const CommonTable& table) {
      WriteIdentifier(table.name, out);
      WriteColumns(table.columns, out);
      *out += " AS (";
      WriteQuery(*table.query, out);
      *out += ')';
    });
    *out += ' ';
  }
  WriteBody(*query.body, out);
  if (!query.order_by.empty()) {
    *out += " ORDER BY ";
    WriteOrderItems(query.order_by, out);
  }
  WriteClause(" LIMIT ", query.limit, out);
  WriteClause(" OFFSET ", query.offset, out);
}

}  // namespace internal

std::string ToSql(const Query& query) {
  std::string out;
  internal::WriteQuery(query, &out);
  return out;
}

std::string ToSql(const WindowSpec& window) {
  std::string out;
  internal::WriteWindow(window, &out);
  return out;
}

}  // namespace tidemark::sql
