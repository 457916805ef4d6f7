// SPDX-License-Identifier: Apache-2.0
// Calls of functions in the syntax tree, with all that may stand in and behind their parentheses.
#pragma once

#include "sql/ast_expression.h"

namespace tidemark::sql {

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
