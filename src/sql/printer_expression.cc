// SPDX-License-Identifier: Apache-2.0
// Printing of expressions, with as few parentheses as keep the tree.

#include "sql/parser_rules.h"
#include "sql/printer.h"
#include "sql/printer_rules.h"

namespace tidemark::sql {

namespace internal {

namespace {

int PrecedenceOf(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kAdd:
    case BinaryOperator::kSubtract:
      return kPrecedenceAdd;
    case BinaryOperator::kMultiply:
    case BinaryOperator::kDivide:
    case BinaryOperator::kModulo:
    case BinaryOperator::kConcat:
      return kPrecedenceMultiply;
    case BinaryOperator::kIsDistinctFrom:
    case BinaryOperator::kIsNotDistinctFrom:
      return kPrecedenceIs;
    case BinaryOperator::kMultisetUnion:
    case BinaryOperator::kMultisetUnionAll:
    case BinaryOperator::kMultisetExcept:
    case BinaryOperator::kMultisetExceptAll:
      return kPrecedenceMultisetUnion;
    case BinaryOperator::kMultisetIntersect:
    case BinaryOperator::kMultisetIntersectAll:
      return kPrecedenceMultisetIntersect;
    default:
      return kPrecedenceComparison;
  }
}

int PrecedenceOf(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kUnary:
      return expression.As<UnaryExpression>().op == UnaryOperator::kNot ? kPrecedenceNot : kPrecedenceUnary;
    case ExpressionKind::kBinary:
      return PrecedenceOf(expression.As<BinaryExpression>().op);
    case ExpressionKind::kLogical:
      return expression.As<LogicalExpression>().op == LogicalOperator::kAnd ? kPrecedenceAnd : kPrecedenceOr;
    case ExpressionKind::kBetween:
    case ExpressionKind::kInList:
    case ExpressionKind::kInQuery:
    case ExpressionKind::kLike:
      return kPrecedenceBetween;
    case ExpressionKind::kQuantified:
      return kPrecedenceComparison;
    case ExpressionKind::kIs:
      return kPrecedenceIs;
    default:
      return kPrecedencePrimary;
  }
}

void WriteLiteral(const Literal& literal, std::string* out) {
  switch (literal.type) {
    case LiteralType::kNull:
      *out += "NULL";
      return;
    case LiteralType::kUnknown:
      *out += "UNKNOWN";
      return;
    case LiteralType::kBoolean:
    case LiteralType::kExactNumeric:
    case LiteralType::kApproximateNumeric:
      *out += literal.text;
      return;
    case LiteralType::kString:
      break;
    case LiteralType::kBinary:
      *out += 'X';
      break;
    case LiteralType::kDate:
      *out += "DATE ";
      break;
    case LiteralType::kTime:
      *out += "TIME ";
      break;
    case LiteralType::kTimestamp:
      *out += "TIMESTAMP ";
      break;
    case LiteralType::kTimestampLtz:
      *out += "TIMESTAMP WITH LOCAL TIME ZONE ";
      break;
    case LiteralType::kInterval:
      *out += literal.negative ? "INTERVAL -" : "INTERVAL ";
      break;
  }
  *out += QuoteString(literal.text);
  if (!literal.interval) return;
  *out += ' ';
  WriteIntervalQualifier(*literal.interval, out);
}

void WriteUnary(const UnaryExpression& unary, std::string* out) {
  switch (unary.op) {
    case UnaryOperator::kPlus:
      *out += '+';
      break;
    case UnaryOperator::kMinus:
      *out += '-';
      break;
    case UnaryOperator::kNot:
      *out += "NOT ";
      return WriteExpression(*unary.operand, kPrecedenceNot, out);
    case UnaryOperator::kRunning:
      *out += "RUNNING ";
      break;
    case UnaryOperator::kFinal:
      *out += "FINAL ";
      break;
  }
  // `--a` would be a comment.
  WriteExpression(*unary.operand, kPrecedenceUnary + 1, out);
}

void WriteBinary(const BinaryExpression& binary, std::string* out) {
  const int precedence = PrecedenceOf(binary.op);
  WriteExpression(*binary.left, precedence, out);
  *out += std::string(" ") + BinaryOperatorName(binary.op) + " ";
  WriteExpression(*binary.right, precedence + 1, out);
}

void WriteLogical(const LogicalExpression& logical, std::string* out) {
  const bool is_and = logical.op == LogicalOperator::kAnd;
  for (size_t i = 0; i < logical.operands.size(); ++i) {
    if (i > 0) *out += is_and ? " AND " : " OR ";
    WriteExpression(*logical.operands[i], (is_and ? kPrecedenceAnd : kPrecedenceOr) + 1, out);
  }
}

void WriteCase(const CaseExpression& node, std::string* out) {
  *out += "CASE ";
  if (node.operand) {
    WriteExpression(*node.operand, out);
    *out += ' ';
  }
  for (const WhenClause& when : node.whens) {
    *out += "WHEN ";
    WriteExpressions(when.conditions, out);
    *out += " THEN ";
    WriteExpression(*when.result, out);
    *out += ' ';
  }
  if (node.otherwise) {
    *out += "ELSE ";
    WriteExpression(*node.otherwise, out);
    *out += ' ';
  }
  *out += "END";
}

void WriteConstructor(const ConstructorExpression& node, std::string* out) {
  const bool is_row = node.constructor == ConstructorKind::kRow;
  switch (node.constructor) {
    case ConstructorKind::kArray:
      *out += "ARRAY";
      break;
    case ConstructorKind::kMap:
      *out += "MAP";
      break;
    case ConstructorKind::kMultiset:
      *out += "MULTISET";
      break;
    case ConstructorKind::kRow:
      *out += "ROW";
      break;
  }
  if (node.query) return WriteSubquery(*node.query, out);
  *out += is_row ? '(' : '[';
  WriteExpressions(node.elements, out);
  *out += is_row ? ')' : ']';
}

/// True when `.field` or `[index]` may follow without parentheses and still be read as belonging to the whole.
bool CanTakePostfix(const Expression& base, bool is_subscript) {
  switch (base.kind) {
    case ExpressionKind::kSubscript:
    case ExpressionKind::kFieldAccess:
    case ExpressionKind::kConstructor:
    case ExpressionKind::kCast:
      return true;
    case ExpressionKind::kColumnRef:
      return is_subscript;
    case ExpressionKind::kFunctionCall: {
      const auto& call = base.As<FunctionCall>();
      return !call.without_parentheses && !call.over && !call.filter && call.within_group.empty() &&
             call.null_treatment == NullTreatment::kUnspecified;
    }
    default:
      return false;
  }
}

void WritePostfixBase(const Expression& base, bool is_subscript, std::string* out) {
  const bool bare = CanTakePostfix(base, is_subscript);
  if (!bare) *out += '(';
  WriteExpression(base, out);
  if (!bare) *out += ')';
}

void WriteFieldAccess(const FieldAccess& access, std::string* out) {
  WritePostfixBase(*access.base, false, out);
  *out += '.';
  if (access.is_star) {
    *out += '*';
  } else {
    WriteIdentifier(access.field, out);
  }
}

void WriteTableArgument(const TableArgument& table, std::string* out) {
  if (table.query) {
    WriteSubquery(*table.query, out);
  } else {
    *out += table.is_model ? "MODEL " : "TABLE ";
    WriteName(table.name, out);
  }
  if (!table.partition_by.empty()) {
    const bool many = table.partition_by.size() > 1;
    *out += many ? " PARTITION BY (" : " PARTITION BY ";
    WriteExpressions(table.partition_by, out);
    if (many) *out += ')';
  }
  if (!table.order_by.empty()) {
    const bool bare = table.order_by.size() == 1 && table.order_by[0].nulls == NullsOrder::kUnspecified;
    *out += bare ? " ORDER BY " : " ORDER BY (";
    WriteOrderItems(table.order_by, out);
    if (!bare) *out += ')';
  }
}

void WriteCast(const CastExpression& cast, std::string* out) {
  *out += cast.is_try ? "TRY_CAST(" : "CAST(";
  WriteExpression(*cast.operand, out);
  *out += " AS ";
  WriteType(*cast.type, out);
  *out += ')';
}

/// Set for one call of ToSqlWithQuotedColumns: the writers pass nothing but the text on, and no other one asks.
thread_local bool quotes_columns = false;

void WriteColumn(const Name& name, std::string* out) {
  if (!quotes_columns) return WriteName(name, out);
  for (size_t i = 0; i < name.parts.size(); ++i)
    *out += (i > 0 ? "." : "") + AlwaysQuoteIdentifier(name.parts[i].value);
}

void WriteBare(const Expression& node, std::string* out) {
  switch (node.kind) {
    case ExpressionKind::kLiteral:
      return WriteLiteral(node.As<Literal>(), out);
    case ExpressionKind::kColumnRef:
      return WriteColumn(node.As<ColumnRef>().name, out);
    case ExpressionKind::kStar:
      WriteName(node.As<Star>().qualifier, out);
      *out += node.As<Star>().qualifier.empty() ? "*" : ".*";
      return;
    case ExpressionKind::kUnary:
      return WriteUnary(node.As<UnaryExpression>(), out);
    case ExpressionKind::kBinary:
      return WriteBinary(node.As<BinaryExpression>(), out);
    case ExpressionKind::kLogical:
      return WriteLogical(node.As<LogicalExpression>(), out);
    case ExpressionKind::kFunctionCall:
      return WriteCall(node.As<FunctionCall>(), out);
    case ExpressionKind::kSymbol:
      *out += node.As<Symbol>().name;
      return;
    case ExpressionKind::kCast:
      return WriteCast(node.As<CastExpression>(), out);
    case ExpressionKind::kCase:
      return WriteCase(node.As<CaseExpression>(), out);
    case ExpressionKind::kExists:
      *out += "EXISTS ";
      return WriteSubquery(*node.As<ExistsExpression>().query, out);
    case ExpressionKind::kBetween:
    case ExpressionKind::kInList:
    case ExpressionKind::kInQuery:
    case ExpressionKind::kQuantified:
    case ExpressionKind::kLike:
    case ExpressionKind::kIs:
      return WritePredicate(node, out);
    case ExpressionKind::kConstructor:
      return WriteConstructor(node.As<ConstructorExpression>(), out);
    case ExpressionKind::kSubscript:
      WritePostfixBase(*node.As<SubscriptExpression>().base, true, out);
      *out += '[';
      WriteExpression(*node.As<SubscriptExpression>().index, out);
      *out += ']';
      return;
    case ExpressionKind::kFieldAccess:
      return WriteFieldAccess(node.As<FieldAccess>(), out);
    case ExpressionKind::kSubquery:
      return WriteSubquery(*node.As<SubqueryExpression>().query, out);
    case ExpressionKind::kTableArgument:
      return WriteTableArgument(node.As<TableArgument>(), out);
    case ExpressionKind::kDescriptor:
      *out += "DESCRIPTOR(";
      WriteList(node.As<DescriptorExpression>().columns, out, [out](const Name& name) { WriteName(name, out); });
      *out += ')';
      return;
  }
}

}  // namespace

void WriteExpression(const Expression& expression, int precedence_min, std::string* out) {
  const bool in_parentheses = PrecedenceOf(expression) < precedence_min;
  if (in_parentheses) *out += '(';
  WriteBare(expression, out);
  if (in_parentheses) *out += ')';
}

void WriteExpression(const Expression& expression, std::string* out) { WriteBare(expression, out); }

void WriteSubquery(const Query& query, std::string* out) {
  *out += '(';
  WriteQuery(query, out);
  *out += ')';
}

void WriteExpressions(const std::vector<ExpressionPtr>& expressions, std::string* out) {
  WriteList(expressions, out, [out](const ExpressionPtr& expression) { WriteExpression(*expression, out); });
}

}  // namespace internal

std::string ToSql(const Expression& expression) {
  std::string out;
  internal::WriteExpression(expression, &out);
  return out;
}

std::string ToSqlWithQuotedColumns(const Expression& expression) {
  internal::quotes_columns = true;
  std::string out = ToSql(expression);
  internal::quotes_columns = false;
  return out;
}

}  // namespace tidemark::sql
