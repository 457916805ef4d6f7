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
/// set of CONVERT.
struct Symbol : Expression {
  TIDEMARK_SQL_NODE(Symbol, Expression, ExpressionKind::kSymbol)

  /// Upper case.
  std::string name;
  /// Set when the keyword is a time unit.
  std::optional<TimeUnit> time_unit;
};

enum class SortDirection { kUnspecified, kAscending, kDescending };
enum class NullsOrder { kUnspecified, kFirst, kLast };

/// One item of ORDER BY.
struct OrderItem {
  ExpressionPtr expression;
  SortDirection direction = SortDirection::kUnspecified;
  NullsOrder nulls = NullsOrder::kUnspecified;
  SourceRange range;
};

enum class FrameUnit { kRows, kRange };
enum class FrameBoundKind { kUnboundedPreceding, kPreceding, kCurrentRow, kFollowing, kUnboundedFollowing };

struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kCurrentRow;
  /// Only of kPreceding and kFollowing: a number of rows or an interval.
  ExpressionPtr offset;
  SourceRange range;
};

/// `ROWS BETWEEN start AND end`; without BETWEEN there is no end, which means CURRENT ROW.
struct WindowFrame {
  FrameUnit unit = FrameUnit::kRows;
  FrameBound start;
  std::optional<FrameBound> end;
  SourceRange range;
};

/// What stands in OVER (...) and in the WINDOW clause.
struct WindowSpec {
  /// `OVER w` or `OVER (w ORDER BY ...)`: the window of the WINDOW clause this one builds on.
  std::optional<Identifier> base;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::optional<WindowFrame> frame;
  SourceRange range;

  /// True for `OVER w` without parentheses.
  bool is_reference = false;
};

/// What JSON functions do in a special case; kDefault has an expression.
enum class JsonBehaviorKind {
  kUnspecified,
  kNull,
  kError,
  kDefault,
  kEmptyArray,
  kEmptyObject,
  kTrue,
  kFalse,
  kUnknown,
};

struct JsonBehavior {
  JsonBehaviorKind kind = JsonBehaviorKind::kUnspecified;
  ExpressionPtr default_value;
  SourceRange range;
};

enum class JsonWrapper { kUnspecified, kWithout, kConditional, kUnconditional };
enum class JsonNulls { kUnspecified, kNullOnNull, kAbsentOnNull };

/// The clauses that only JSON functions have.
struct JsonClauses {
  /// RETURNING type of JSON_VALUE and JSON_QUERY.
  TypeNamePtr returning;
  /// Wrapper of JSON_QUERY.
  JsonWrapper wrapper = JsonWrapper::kUnspecified;
  JsonBehavior on_empty;
  JsonBehavior on_error;
  /// JSON_OBJECT, JSON_ARRAY and their aggregates.
  JsonNulls nulls = JsonNulls::kUnspecified;
};

struct FunctionArgument {
  /// `name => value`.
  std::optional<Identifier> name;
  ExpressionPtr value;
};

enum class SetQuantifier { kUnspecified, kAll, kDistinct };
enum class NullTreatment { kUnspecified, kRespectNulls, kIgnoreNulls };

/// A call of a scalar, aggregate, window or table function. Special forms are normalised; the order of arguments:
///
///     POSITION(a IN b)                 a, b            SUBSTRING(s FROM p FOR n)     s, p, n
///     POSITION(a IN b FROM p)          a, b, p         OVERLAY(s PLACING r FROM p)   s, r, p
///     TRIM(BOTH c FROM s)              BOTH, c, s      EXTRACT(unit FROM x)          unit, x
///     CEIL(x TO unit)                  x, unit         TIMESTAMPADD(unit, n, x)      unit, n, x
///     JSON_OBJECT(KEY k VALUE v, ...)  k, v, ...       JSON_OBJECTAGG(KEY k VALUE v) k, v
///     CONVERT(s USING cs)              s, cs           TRANSLATE(s USING cs)         s, cs
///     GROUP_ID(), PI                   none            CURRENT_TIMESTAMP             none, no parentheses
///
/// TRIM(s) keeps its one argument; TRIM(LEADING FROM s) gets ' ' as second; TRIM(c FROM s) gets BOTH as first.
struct FunctionCall : Expression {
  TIDEMARK_SQL_NODE(FunctionCall, Expression, ExpressionKind::kFunctionCall)

  /// As written; functions are found without regard to case.
  Name name;
  std::vector<FunctionArgument> arguments;
  SetQuantifier quantifier = SetQuantifier::kUnspecified;
  /// `CURRENT_DATE`: called without parentheses.
  bool without_parentheses = false;
  /// ORDER BY inside the parentheses: ARRAY_AGG(x ORDER BY y).
  std::vector<OrderItem> order_by;
  /// WITHIN GROUP (ORDER BY ...).
  std::vector<OrderItem> within_group;
  /// FILTER (WHERE ...).
  ExpressionPtr filter;
  NullTreatment null_treatment = NullTreatment::kUnspecified;
  /// OVER ...; nullptr when it is no window function.
  std::unique_ptr<WindowSpec> over;
  /// nullptr when no JSON clause was written.
  std::unique_ptr<JsonClauses> json;
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

/// `TABLE t`, `TABLE t PARTITION BY a ORDER BY b`, `(SELECT ...) PARTITION BY a`, `MODEL m`: an argument of a table
/// function.
struct TableArgument : Expression {
  TIDEMARK_SQL_NODE(TableArgument, Expression, ExpressionKind::kTableArgument)

  /// `MODEL m` instead of `TABLE t`.
  bool is_model = false;
  /// Either a name or a query.
  Name name;
  QueryPtr query;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
};

/// `DESCRIPTOR(a, b)`: names of columns as an argument.
struct DescriptorExpression : Expression {
  TIDEMARK_SQL_NODE(DescriptorExpression, Expression, ExpressionKind::kDescriptor)

  std::vector<Name> columns;
};

}  // namespace tidemark::sql
