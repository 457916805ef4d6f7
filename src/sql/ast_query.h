// SPDX-License-Identifier: Apache-2.0
// Queries of the syntax tree: SELECT with all its clauses, set operations, VALUES, and what may stand in FROM.
#pragma once

#include "sql/ast_call.h"
#include "sql/ast_pattern.h"

namespace tidemark::sql {

/// `'key' = 'value'`, `'value'` or a bare `name` inside a hint's parentheses.
struct HintArgument {
  /// Set only for `key = value`.
  std::optional<StringValue> key;
  StringValue value;
  /// The value was written as a name, not in quotes.
  bool is_identifier = false;
};

/// One hint of `/*+ OPTIONS('a' = 'b'), BROADCAST(t) */`.
struct Hint {
  Identifier name;
  std::vector<HintArgument> arguments;
  SourceRange range;
};

enum class TableRefKind { kNamed, kDerived, kFunction, kUnnest, kJoin, kMatchRecognize };

struct TableSample {
  /// BERNOULLI or SYSTEM.
  bool bernoulli = true;
  std::string percentage;
  std::optional<std::string> repeatable_seed;
  SourceRange range;
};

/// Anything in FROM. `alias` and `column_aliases` rename it: `t AS a (x, y)`.
struct TableRef : AstNode<TableRefKind> {
  using AstNode::AstNode;

  std::optional<Identifier> alias;
  std::vector<Identifier> column_aliases;
  /// FOR SYSTEM_TIME AS OF expression; nullptr when absent.
  ExpressionPtr system_time;
  std::optional<TableSample> sample;
};

/// A table, view or common table expression by name.
struct NamedTable : TableRef {
  TIDEMARK_SQL_NODE(NamedTable, TableRef, TableRefKind::kNamed)

  Name name;
  std::vector<Hint> hints;
};

/// `(SELECT ...)`, `LATERAL (SELECT ...)`, `(VALUES ...)`.
struct DerivedTable : TableRef {
  TIDEMARK_SQL_NODE(DerivedTable, TableRef, TableRefKind::kDerived)

  QueryPtr query;
  bool lateral = false;
};

/// `TABLE(f(...))`, `LATERAL TABLE(f(...))`, `f(...)`.
struct TableFunctionRef : TableRef {
  TIDEMARK_SQL_NODE(TableFunctionRef, TableRef, TableRefKind::kFunction)

  /// Always a FunctionCall.
  ExpressionPtr call;
  bool lateral = false;
};

/// `UNNEST(a, b) [WITH ORDINALITY]`.
struct UnnestRef : TableRef {
  TIDEMARK_SQL_NODE(UnnestRef, TableRef, TableRefKind::kUnnest)

  std::vector<ExpressionPtr> expressions;
  bool with_ordinality = false;
  bool lateral = false;
};

enum class JoinType {
  kInner,
  kLeft,
  kRight,
  kFull,
  kCross,
  /// `a, b`
  kComma,
};

/// A join. At most one of `natural`, `condition`, `using_columns` is there; alias and the like are never set.
struct JoinRef : TableRef {
  TIDEMARK_SQL_NODE(JoinRef, TableRef, TableRefKind::kJoin)

  JoinType type = JoinType::kInner;
  bool natural = false;
  TableRefPtr left;
  TableRefPtr right;
  ExpressionPtr condition;
  std::vector<Identifier> using_columns;
  /// The words of the join operator, for messages.
  SourceRange op_range;
};

/// `input MATCH_RECOGNIZE (...)`.
struct MatchRecognizeRef : TableRef {
  TIDEMARK_SQL_NODE(MatchRecognizeRef, TableRef, TableRefKind::kMatchRecognize)

  TableRefPtr input;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::vector<PatternMeasure> measures;
  RowsPerMatch rows_per_match = RowsPerMatch::kUnspecified;
  AfterMatch after_match;
  PatternPtr pattern;
  /// WITHIN interval; nullptr when absent.
  ExpressionPtr within;
  std::vector<PatternSubset> subsets;
  std::vector<PatternDefinition> definitions;
};

enum class QueryBodyKind { kSelect, kSetOperation, kValues, kTable, kNested };

struct QueryBody : AstNode<QueryBodyKind> {
  using AstNode::AstNode;
};

/// One item of the SELECT list; the expression may be a Star.
struct SelectItem {
  ExpressionPtr expression;
  std::optional<Identifier> alias;
  SourceRange range;
};

enum class GroupingKind {
  /// `a`, `(a, b)`, `()`: one grouping set made of the expressions.
  kSet,
  kRollup,
  kCube,
  kGroupingSets,
};

/// One element of GROUP BY. A kSet has expressions; the others have children, each of which is a kSet or, below
/// GROUPING SETS, any element.
struct GroupingElement {
  GroupingKind kind = GroupingKind::kSet;
  std::vector<ExpressionPtr> expressions;
  std::vector<GroupingElement> children;
  SourceRange range;
};

/// `WINDOW name AS (spec)`.
struct NamedWindow {
  Identifier name;
  WindowSpec spec;
};

struct SelectBody : QueryBody {
  TIDEMARK_SQL_NODE(SelectBody, QueryBody, QueryBodyKind::kSelect)

  std::vector<Hint> hints;
  SetQuantifier quantifier = SetQuantifier::kUnspecified;
  std::vector<SelectItem> items;
  /// nullptr without FROM. Several tables separated by commas are JoinRef nodes of type kComma.
  TableRefPtr from;
  ExpressionPtr where;
  /// `GROUP BY` was written (its list may be `()`).
  bool has_group_by = false;
  SetQuantifier group_by_quantifier = SetQuantifier::kUnspecified;
  std::vector<GroupingElement> group_by;
  ExpressionPtr having;
  std::vector<NamedWindow> windows;
  ExpressionPtr qualify;
};

enum class SetOperator { kUnion, kIntersect, kExcept };

/// `left UNION [ALL] right`; without a quantifier it is DISTINCT.
struct SetOperationBody : QueryBody {
  TIDEMARK_SQL_NODE(SetOperationBody, QueryBody, QueryBodyKind::kSetOperation)

  SetOperator op = SetOperator::kUnion;
  SetQuantifier quantifier = SetQuantifier::kUnspecified;
  QueryBodyPtr left;
  QueryBodyPtr right;
  SourceRange op_range;
};

/// One row of VALUES: `(1, 'a')`, `ROW(1, 'a')` or a bare `1`.
struct ValuesRow {
  std::vector<ExpressionPtr> values;
  SourceRange range;
};

struct ValuesBody : QueryBody {
  TIDEMARK_SQL_NODE(ValuesBody, QueryBody, QueryBodyKind::kValues)

  std::vector<ValuesRow> rows;
};

/// `TABLE t`: the same as SELECT * FROM t.
struct TableBody : QueryBody {
  TIDEMARK_SQL_NODE(TableBody, QueryBody, QueryBodyKind::kTable)

  Name name;
};

/// A query in parentheses as a part of another: `(SELECT ... ORDER BY x LIMIT 3) UNION ALL ...`.
struct NestedQueryBody : QueryBody {
  TIDEMARK_SQL_NODE(NestedQueryBody, QueryBody, QueryBodyKind::kNested)

  QueryPtr query;
};

/// `name (columns) AS (query)` of WITH.
struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  QueryPtr query;
  SourceRange range;
};

/// A whole query: WITH, body, ORDER BY, LIMIT. FETCH FIRST n ROWS becomes `limit`.
struct Query {
  bool recursive = false;
  std::vector<CommonTable> with;
  QueryBodyPtr body;
  std::vector<OrderItem> order_by;
  /// nullptr when absent and for LIMIT ALL.
  ExpressionPtr limit;
  ExpressionPtr offset;
  SourceRange range;
};

}  // namespace tidemark::sql
