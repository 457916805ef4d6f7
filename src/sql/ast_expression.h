// SPDX-License-Identifier: Apache-2.0
// Expressions of the syntax tree. They are few and regular: the special call forms of SQL (POSITION(a IN b),
// EXTRACT(unit FROM x), TRIM(BOTH a FROM b) ...) become plain FunctionCall nodes whose arguments stand in a fixed
// order, so that the binder sees one shape.
#pragma once

#include "sql/ast_type.h"

namespace tidemark::sql {

enum class ExpressionKind {
  kLiteral,
  kColumnRef,
  kStar,
  kUnary,
  kBinary,
  kLogical,
  kFunctionCall,
  kSymbol,
  kCast,
  kCase,
  kBetween,
  kInList,
  kInQuery,
  kExists,
  kQuantified,
  kLike,
  kIs,
  kConstructor,
  kSubscript,
  kFieldAccess,
  kSubquery,
  kTableArgument,
  kDescriptor,
};

struct Expression : AstNode<ExpressionKind> {
  using AstNode::AstNode;
};

enum class LiteralType {
  kNull,
  /// `UNKNOWN`: NULL of type BOOLEAN.
  kUnknown,
  /// text is "TRUE" or "FALSE".
  kBoolean,
  /// `12`, `1.50`: text has the digits as written, without sign.
  kExactNumeric,
  /// `1e3`: text as written.
  kApproximateNumeric,
  /// 'text', U&'...', _utf8'...': text is the decoded value.
  kString,
  /// X'0AFF': text is the hex digits, upper case.
  kBinary,
  /// DATE '...', TIME '...', TIMESTAMP '...': text is what stands between the quotes, unchecked.
  kDate,
  kTime,
  kTimestamp,
  /// TIMESTAMP_LTZ '...' / TIMESTAMP WITH LOCAL TIME ZONE '...'.
  kTimestampLtz,
  /// INTERVAL '...' DAY TO SECOND: text between the quotes; `interval` and `negative` are set.
  kInterval,
};

struct Literal : Expression {
  TIDEMARK_SQL_NODE(Literal, Expression, ExpressionKind::kLiteral)

  LiteralType type = LiteralType::kNull;
  std::string text;
  /// Only of kInterval: `INTERVAL - '1' DAY`.
  bool negative = false;
  /// Only of kInterval.
  std::optional<IntervalQualifier> interval;
};

/// `a`, `t.a`, `cat.db.t.a`, `t.row_column.field`: which part is what is for the binder to find out.
struct ColumnRef : Expression {
  TIDEMARK_SQL_NODE(ColumnRef, Expression, ExpressionKind::kColumnRef)

  Name name;
};

/// `*` or `t.*`; also the argument of COUNT(*).
struct Star : Expression {
  TIDEMARK_SQL_NODE(Star, Expression, ExpressionKind::kStar)

  /// Empty for a plain `*`.
  Name qualifier;
};

enum class UnaryOperator {
  kPlus,
  kMinus,
  kNot,
  /// `RUNNING expr`, `FINAL expr` in MEASURES of MATCH_RECOGNIZE.
  kRunning,
  kFinal,
};

struct UnaryExpression : Expression {
  TIDEMARK_SQL_NODE(UnaryExpression, Expression, ExpressionKind::kUnary)

  UnaryOperator op = UnaryOperator::kPlus;
  SourceRange op_range;
  ExpressionPtr operand;
};

enum class BinaryOperator {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kConcat,
  kEqual,
  /// Written `<>` or `!=`.
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kIsDistinctFrom,
  kIsNotDistinctFrom,
  /// Both operands are ROW constructors (start, end).
  kOverlaps,
  kMultisetUnion,
  kMultisetUnionAll,
  kMultisetIntersect,
  kMultisetIntersectAll,
  kMultisetExcept,
  kMultisetExceptAll,
  kMemberOf,
  kSubmultisetOf,
};

/// The operator as SQL writes it: "+", "<>", "IS DISTINCT FROM" ...
const char* BinaryOperatorName(BinaryOperator op);

struct BinaryExpression : Expression {
  TIDEMARK_SQL_NODE(BinaryExpression, Expression, ExpressionKind::kBinary)

  BinaryOperator op = BinaryOperator::kAdd;
  SourceRange op_range;
  ExpressionPtr left;
  ExpressionPtr right;
};

enum class LogicalOperator { kAnd, kOr };

/// AND and OR over two or more operands; a chain `a AND b AND c` is one node, so that long chains stay shallow.
struct LogicalExpression : Expression {
  TIDEMARK_SQL_NODE(LogicalExpression, Expression, ExpressionKind::kLogical)

  LogicalOperator op = LogicalOperator::kAnd;
  std::vector<ExpressionPtr> operands;
};

/// A keyword that is an argument: a time unit (`DAY` in FLOOR(ts TO DAY)), BOTH/LEADING/TRAILING of TRIM, a character
/// set of CONVERT, DEFAULT as the argument of a function.
struct Symbol : Expression {
  TIDEMARK_SQL_NODE(Symbol, Expression, ExpressionKind::kSymbol)

  /// Upper case.
  std::string name;
  /// Set when the keyword is a time unit.
  std::optional<TimeUnit> time_unit;
};

/// CAST(x AS type), TRY_CAST(x AS type).
struct CastExpression : Expression {
  TIDEMARK_SQL_NODE(CastExpression, Expression, ExpressionKind::kCast)

  ExpressionPtr operand;
  TypeNamePtr type;
  bool is_try = false;
};

struct WhenClause {
  /// More than one only in `CASE x WHEN 1, 2 THEN ...`.
  std::vector<ExpressionPtr> conditions;
  ExpressionPtr result;
};

struct CaseExpression : Expression {
  TIDEMARK_SQL_NODE(CaseExpression, Expression, ExpressionKind::kCase)

  /// nullptr for `CASE WHEN condition`.
  ExpressionPtr operand;
  std::vector<WhenClause> whens;
  /// nullptr without ELSE.
  ExpressionPtr otherwise;
};

enum class BetweenSymmetry { kUnspecified, kAsymmetric, kSymmetric };

struct BetweenExpression : Expression {
  TIDEMARK_SQL_NODE(BetweenExpression, Expression, ExpressionKind::kBetween)

  ExpressionPtr operand;
  ExpressionPtr low;
  ExpressionPtr high;
  bool negated = false;
  BetweenSymmetry symmetry = BetweenSymmetry::kUnspecified;
};

/// `x IN (a, b, ...)`.
struct InListExpression : Expression {
  TIDEMARK_SQL_NODE(InListExpression, Expression, ExpressionKind::kInList)

  ExpressionPtr operand;
  std::vector<ExpressionPtr> items;
  bool negated = false;
};

/// `x IN (SELECT ...)`; for several columns the operand is a ROW constructor.
struct InQueryExpression : Expression {
  TIDEMARK_SQL_NODE(InQueryExpression, Expression, ExpressionKind::kInQuery)

  ExpressionPtr operand;
  QueryPtr query;
  bool negated = false;
};

struct ExistsExpression : Expression {
  TIDEMARK_SQL_NODE(ExistsExpression, Expression, ExpressionKind::kExists)

  QueryPtr query;
};

enum class ComparisonQuantifier { kAny, kAll };

/// `x > ALL (SELECT ...)`, `x = ANY (1, 2)`. SOME is the same as ANY.
struct QuantifiedExpression : Expression {
  TIDEMARK_SQL_NODE(QuantifiedExpression, Expression, ExpressionKind::kQuantified)

  ExpressionPtr operand;
  BinaryOperator op = BinaryOperator::kEqual;
  ComparisonQuantifier quantifier = ComparisonQuantifier::kAny;
  /// Either a query or a list.
  QueryPtr query;
  std::vector<ExpressionPtr> items;
};

enum class LikeKind { kLike, kSimilarTo };

struct LikeExpression : Expression {
  TIDEMARK_SQL_NODE(LikeExpression, Expression, ExpressionKind::kLike)

  LikeKind like_kind = LikeKind::kLike;
  ExpressionPtr operand;
  ExpressionPtr pattern;
  /// nullptr without ESCAPE.
  ExpressionPtr escape;
  bool negated = false;
};

enum class IsTest {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  /// IS JSON and IS JSON VALUE.
  kJsonValue,
  kJsonObject,
  kJsonArray,
  kJsonScalar,
  /// Multisets: IS A SET, IS EMPTY.
  kASet,
  kEmpty,
};

/// `x IS [NOT] NULL`, `x IS JSON OBJECT` ...
struct IsExpression : Expression {
  TIDEMARK_SQL_NODE(IsExpression, Expression, ExpressionKind::kIs)

  ExpressionPtr operand;
  IsTest test = IsTest::kNull;
  bool negated = false;
};

enum class ConstructorKind {
  kArray,
  /// Elements alternate: key, value, key, value.
  kMap,
  kMultiset,
  /// ROW(a, b) or (a, b).
  kRow,
};

/// ARRAY[a, b], MAP[k, v], MULTISET[a, b], ROW(a, b), and ARRAY(SELECT ...) with `query` instead of elements.
struct ConstructorExpression : Expression {
  TIDEMARK_SQL_NODE(ConstructorExpression, Expression, ExpressionKind::kConstructor)

  ConstructorKind constructor = ConstructorKind::kRow;
  std::vector<ExpressionPtr> elements;
  QueryPtr query;
};

/// `a[i]`: element of an array, value of a map, field of a row.
struct SubscriptExpression : Expression {
  TIDEMARK_SQL_NODE(SubscriptExpression, Expression, ExpressionKind::kSubscript)

  ExpressionPtr base;
  ExpressionPtr index;
};

/// `f(x).field`, `a[1].field`, `(row).field`; plain `a.b.c` is a ColumnRef. A `*` as field is `(row).*`.
struct FieldAccess : Expression {
  TIDEMARK_SQL_NODE(FieldAccess, Expression, ExpressionKind::kFieldAccess)

  ExpressionPtr base;
  Identifier field;
  bool is_star = false;
};

/// `(SELECT ...)` used as a value.
struct SubqueryExpression : Expression {
  TIDEMARK_SQL_NODE(SubqueryExpression, Expression, ExpressionKind::kSubquery)

  QueryPtr query;
};

}  // namespace tidemark::sql
