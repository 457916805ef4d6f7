// SPDX-License-Identifier: Apache-2.0
// Grammar of queries: SELECT and its clauses, set operations, VALUES, WITH, ORDER BY, LIMIT.

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

arrow::Result<std::vector<SelectItem>> ParseSelectItems(TokenCursor& cursor) {
  std::vector<SelectItem> items;
  do {
    SelectItem item;
    const SourceRange begin = cursor.Peek().range;
    if (cursor.Is("*")) {
      auto star = std::make_unique<Star>();
      star->range = cursor.Take().range;
      item.expression = std::move(star);
    } else {
      ARROW_ASSIGN_OR_RAISE(item.expression, ParseAnyExpression(cursor));
      if (cursor.Accept("AS")) {
        ARROW_ASSIGN_OR_RAISE(item.alias, ParseLenientIdentifier(cursor, "a name"));
      } else if (IsName(cursor.Peek())) {
        ARROW_ASSIGN_OR_RAISE(item.alias, ParseIdentifier(cursor, "a name"));
      }
    }
    SetRange(cursor, begin.begin, &item);
    items.push_back(std::move(item));
  } while (cursor.Accept(","));
  return items;
}

arrow::Result<GroupingElement> ParseGroupingElement(TokenCursor& cursor, bool plain_only);

arrow::Status ParseGroupingChildren(TokenCursor& cursor, bool plain_only, std::vector<GroupingElement>* children) {
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  do {
    ARROW_ASSIGN_OR_RAISE(GroupingElement child, ParseGroupingElement(cursor, plain_only));
    children->push_back(std::move(child));
  } while (cursor.Accept(","));
  return cursor.ExpectClosing(")", open);
}

/// `a`, `(a, b)`, `()`, and unless `plain_only` ROLLUP, CUBE and GROUPING SETS.
arrow::Result<GroupingElement> ParseGroupingElement(TokenCursor& cursor, bool plain_only) {
  NestingScope scope(cursor);
  ARROW_RETURN_NOT_OK(cursor.Deepen());
  GroupingElement element;
  const size_t begin = cursor.Peek().range.begin;
  if (!plain_only && (cursor.AreNext({"ROLLUP", "("}) || cursor.AreNext({"CUBE", "("}))) {
    element.kind = cursor.Take().upper == "CUBE" ? GroupingKind::kCube : GroupingKind::kRollup;
    ARROW_RETURN_NOT_OK(ParseGroupingChildren(cursor, true, &element.children));
  } else if (!plain_only && cursor.AreNext({"GROUPING", "SETS"})) {
    cursor.Take();
    cursor.Take();
    element.kind = GroupingKind::kGroupingSets;
    ARROW_RETURN_NOT_OK(ParseGroupingChildren(cursor, false, &element.children));
  } else if (cursor.AreNext({"(", ")"})) {
    cursor.Take();
    cursor.Take();
  } else {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, ParseAnyExpression(cursor));
    auto* row = expression->TryAs<ConstructorExpression>();
    if (row != nullptr && row->constructor == ConstructorKind::kRow) {
      element.expressions = std::move(row->elements);
    } else {
      element.expressions.push_back(std::move(expression));
    }
  }
  SetRange(cursor, begin, &element);
  return element;
}

arrow::Status ParseGroupBy(TokenCursor& cursor, SelectBody* select) {
  ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
  select->has_group_by = true;
  if (cursor.Is("DISTINCT")) select->group_by_quantifier = SetQuantifier::kDistinct;
  if (cursor.Is("ALL")) select->group_by_quantifier = SetQuantifier::kAll;
  if (select->group_by_quantifier != SetQuantifier::kUnspecified) cursor.Take();
  do {
    ARROW_ASSIGN_OR_RAISE(GroupingElement element, ParseGroupingElement(cursor, false));
    select->group_by.push_back(std::move(element));
  } while (cursor.Accept(","));
  return arrow::Status::OK();
}

arrow::Status ParseNamedWindows(TokenCursor& cursor, SelectBody* select) {
  do {
    NamedWindow window;
    ARROW_ASSIGN_OR_RAISE(window.name, ParseIdentifier(cursor, "the name of a window"));
    ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
    if (!cursor.Is("(")) return cursor.Unexpected("(");
    ARROW_ASSIGN_OR_RAISE(window.spec, ParseWindow(cursor));
    select->windows.push_back(std::move(window));
  } while (cursor.Accept(","));
  return arrow::Status::OK();
}

/// The clauses that need a FROM.
arrow::Status ParseSelectClauses(TokenCursor& cursor, SelectBody* select) {
  ARROW_ASSIGN_OR_RAISE(select->from, ParseFrom(cursor));
  if (cursor.Accept("WHERE")) {
    ARROW_ASSIGN_OR_RAISE(select->where, ParseAnyExpression(cursor));
  }
  if (cursor.Accept("GROUP")) ARROW_RETURN_NOT_OK(ParseGroupBy(cursor, select));
  if (cursor.Accept("HAVING")) {
    ARROW_ASSIGN_OR_RAISE(select->having, ParseAnyExpression(cursor));
  }
  if (cursor.Accept("WINDOW")) ARROW_RETURN_NOT_OK(ParseNamedWindows(cursor, select));
  if (cursor.Accept("QUALIFY")) {
    ARROW_ASSIGN_OR_RAISE(select->qualify, ParseAnyExpression(cursor));
  }
  return arrow::Status::OK();
}

arrow::Result<QueryBodyPtr> ParseSelect(TokenCursor& cursor) {
  auto select = std::make_unique<SelectBody>();
  const size_t begin = cursor.Take().range.begin;
  ARROW_ASSIGN_OR_RAISE(select->hints, ParseHints(cursor));
  if (cursor.Is("DISTINCT")) select->quantifier = SetQuantifier::kDistinct;
  if (cursor.Is("ALL")) select->quantifier = SetQuantifier::kAll;
  if (select->quantifier != SetQuantifier::kUnspecified) cursor.Take();
  ARROW_ASSIGN_OR_RAISE(select->items, ParseSelectItems(cursor));
  if (cursor.Accept("FROM")) ARROW_RETURN_NOT_OK(ParseSelectClauses(cursor, select.get()));
  SetRange(cursor, begin, select.get());
  return QueryBodyPtr(std::move(select));
}

arrow::Result<QueryBodyPtr> ParseValues(TokenCursor& cursor) {
  auto values = std::make_unique<ValuesBody>();
  const size_t begin = cursor.Take().range.begin;
  do {
    ValuesRow row;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, ParseAnyExpression(cursor));
    row.range = expression->range;
    auto* constructor = expression->TryAs<ConstructorExpression>();
    if (constructor != nullptr && constructor->constructor == ConstructorKind::kRow) {
      row.values = std::move(constructor->elements);
    } else {
      row.values.push_back(std::move(expression));
    }
    values->rows.push_back(std::move(row));
  } while (cursor.Accept(","));
  SetRange(cursor, begin, values.get());
  return QueryBodyPtr(std::move(values));
}

bool HasOwnClauses(const Query& query) {
  return !query.with.empty() || !query.order_by.empty() || query.limit || query.offset;
}

/// A query in parentheses as an operand: what the parentheses do not change loses them.
QueryBodyPtr MakeOperand(QueryPtr query) {
  if (!HasOwnClauses(*query) && !query->body->Is<SetOperationBody>()) return std::move(query->body);
  auto nested = std::make_unique<NestedQueryBody>();
  nested->range = query->range;
  nested->query = std::move(query);
  return nested;
}

/// SELECT, VALUES, TABLE t or a query in parentheses.
arrow::Result<QueryBodyPtr> ParseQueryOperand(TokenCursor& cursor) {
  if (cursor.Is("SELECT")) return ParseSelect(cursor);
  if (cursor.Is("VALUES")) return ParseValues(cursor);
  if (cursor.Is("TABLE") && IsName(cursor.Peek(1))) {
    auto table = std::make_unique<TableBody>();
    const size_t begin = cursor.Take().range.begin;
    ARROW_ASSIGN_OR_RAISE(table->name, ParseName(cursor, "a table name"));
    SetRange(cursor, begin, table.get());
    return QueryBodyPtr(std::move(table));
  }
  if (cursor.Is("(")) {
    const SourceRange open = cursor.Take().range;
    ARROW_ASSIGN_OR_RAISE(QueryPtr query, ParseWholeQuery(cursor));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
    return MakeOperand(std::move(query));
  }
  for (std::string_view word : {"SELECT", "VALUES", "TABLE"}) cursor.Note(word);
  return cursor.Unexpected("a query");
}

struct SetOperatorToken {
  SetOperator op;
  SetQuantifier quantifier;
  SourceRange range;
};

SetOperatorToken TakeSetOperator(TokenCursor& cursor) {
  SetOperatorToken token;
  const Token& word = cursor.Take();
  token.op = word.upper == "UNION"       ? SetOperator::kUnion
             : word.upper == "INTERSECT" ? SetOperator::kIntersect
                                         : SetOperator::kExcept;
  token.quantifier = SetQuantifier::kUnspecified;
  if (cursor.Accept("ALL")) {
    token.quantifier = SetQuantifier::kAll;
  } else if (cursor.Accept("DISTINCT")) {
    token.quantifier = SetQuantifier::kDistinct;
  }
  token.range = cursor.RangeFrom(word.range.begin);
  return token;
}

QueryBodyPtr CombineBodies(TokenCursor& cursor, size_t begin, const SetOperatorToken& token, QueryBodyPtr left,
                           QueryBodyPtr right) {
  auto node = std::make_unique<SetOperationBody>();
  node->op = token.op;
  node->quantifier = token.quantifier;
  node->op_range = token.range;
  node->left = std::move(left);
  node->right = std::move(right);
  SetRange(cursor, begin, node.get());
  return node;
}

/// INTERSECT binds tighter than UNION and EXCEPT.
arrow::Result<QueryBodyPtr> ParseIntersections(TokenCursor& cursor, QueryBodyPtr left, size_t begin) {
  while (cursor.Is("INTERSECT")) {
    ARROW_RETURN_NOT_OK(cursor.Deepen());
    ARROW_RETURN_NOT_OK(cursor.Heighten());
    const SetOperatorToken token = TakeSetOperator(cursor);
    ARROW_ASSIGN_OR_RAISE(QueryBodyPtr right, ParseQueryOperand(cursor));
    left = CombineBodies(cursor, begin, token, std::move(left), std::move(right));
  }
  return left;
}

arrow::Result<QueryBodyPtr> ParseSetOperations(TokenCursor& cursor, QueryBodyPtr first, size_t begin) {
  ARROW_ASSIGN_OR_RAISE(QueryBodyPtr left, ParseIntersections(cursor, std::move(first), begin));
  for (std::string_view word : {"UNION", "INTERSECT", "EXCEPT"}) cursor.Note(word);
  while (cursor.Is("UNION") || cursor.Is("EXCEPT")) {
    // A UNION of many is planned as one; each EXCEPT is an operator on top of the one before.
    if (cursor.Is("EXCEPT")) ARROW_RETURN_NOT_OK(cursor.Deepen());
    ARROW_RETURN_NOT_OK(cursor.Heighten());
    const SetOperatorToken token = TakeSetOperator(cursor);
    const size_t right_begin = cursor.Peek().range.begin;
    ARROW_ASSIGN_OR_RAISE(QueryBodyPtr operand, ParseQueryOperand(cursor));
    ARROW_ASSIGN_OR_RAISE(QueryBodyPtr right, ParseIntersections(cursor, std::move(operand), right_begin));
    left = CombineBodies(cursor, begin, token, std::move(left), std::move(right));
    for (std::string_view note : {"UNION", "INTERSECT", "EXCEPT"}) cursor.Note(note);
  }
  return left;
}

arrow::Result<ExpressionPtr> ParseRowCount(TokenCursor& cursor, std::string_view what) {
  if (cursor.Peek().kind != TokenKind::kExactNumber) return cursor.Unexpected(what);
  const Token& token = cursor.Peek();
  if (token.text.find('.') != std::string::npos) {
    return SyntaxError(token.range, "The number of rows must be a whole number");
  }
  return ParseLiteralIfAny(cursor);
}

arrow::Status ParseLimit(TokenCursor& cursor, Query* query) {
  if (cursor.Accept("ALL")) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(query->limit, ParseRowCount(cursor, "a number of rows"));
  if (!cursor.Is(",")) return arrow::Status::OK();
  const std::string start = query->limit->As<Literal>().text;
  return SyntaxError(cursor.Peek().range, "LIMIT takes one number",
                     "Write LIMIT " + cursor.Peek(1).text + " OFFSET " + start + ".");
}

/// ORDER BY, LIMIT, OFFSET, FETCH
arrow::Status ParseQueryTail(TokenCursor& cursor, Query* query) {
  if (cursor.Accept("ORDER")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
    ARROW_ASSIGN_OR_RAISE(query->order_by, ParseOrderItems(cursor));
  }
  if (cursor.Accept("LIMIT")) ARROW_RETURN_NOT_OK(ParseLimit(cursor, query));
  if (cursor.Accept("OFFSET")) {
    ARROW_ASSIGN_OR_RAISE(query->offset, ParseRowCount(cursor, "a number of rows"));
    if (cursor.Is("ROW") || cursor.Is("ROWS")) cursor.Take();
  }
  if (query->limit || !cursor.Accept("FETCH")) return arrow::Status::OK();
  if (!cursor.Accept("FIRST")) ARROW_RETURN_NOT_OK(cursor.Expect("NEXT"));
  ARROW_ASSIGN_OR_RAISE(query->limit, ParseRowCount(cursor, "a number of rows"));
  if (!cursor.Accept("ROW")) ARROW_RETURN_NOT_OK(cursor.Expect("ROWS"));
  return cursor.Expect("ONLY");
}

arrow::Status ParseWith(TokenCursor& cursor, Query* query) {
  query->recursive = cursor.Accept("RECURSIVE");
  do {
    CommonTable table;
    const size_t begin = cursor.Peek().range.begin;
    ARROW_ASSIGN_OR_RAISE(table.name, ParseIdentifier(cursor, "a table name"));
    if (cursor.Is("(")) {
      ARROW_ASSIGN_OR_RAISE(table.columns, ParseColumnList(cursor));
    }
    ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
    const SourceRange open = cursor.Peek().range;
    ARROW_RETURN_NOT_OK(cursor.Expect("("));
    ARROW_ASSIGN_OR_RAISE(table.query, ParseWholeQuery(cursor));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
    SetRange(cursor, begin, &table);
    query->with.push_back(std::move(table));
  } while (cursor.Accept(","));
  if (cursor.Is("INSERT")) {
    return SyntaxError(cursor.Peek().range, "WITH stands behind INSERT INTO",
                       "Write INSERT INTO t WITH x AS (...) SELECT ...");
  }
  return arrow::Status::OK();
}

/// A query that is nothing but another one in parentheses is that other one.
QueryPtr Unwrap(QueryPtr query) {
  if (HasOwnClauses(*query) || !query->body->Is<NestedQueryBody>()) return query;
  return std::move(query->body->As<NestedQueryBody>().query);
}

}  // namespace

bool BeginsQuery(const TokenCursor& cursor, size_t ahead) {
  return cursor.Is("SELECT", ahead) || cursor.Is("WITH", ahead) || cursor.Is("VALUES", ahead) ||
         (cursor.Is("TABLE", ahead) && IsName(cursor.Peek(ahead + 1)));
}

bool ContinuesQuery(const TokenCursor& cursor) {
  for (std::string_view word : {"UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH"}) {
    if (cursor.Is(word)) return true;
  }
  return false;
}

arrow::Result<QueryPtr> ParseWholeQuery(TokenCursor& cursor) {
  NestingScope scope(cursor);
  ARROW_RETURN_NOT_OK(cursor.Deepen());
  auto query = std::make_unique<Query>();
  const size_t begin = cursor.Peek().range.begin;
  if (cursor.Accept("WITH")) ARROW_RETURN_NOT_OK(ParseWith(cursor, query.get()));
  const size_t body_begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(QueryBodyPtr first, ParseQueryOperand(cursor));
  ARROW_ASSIGN_OR_RAISE(query->body, ParseSetOperations(cursor, std::move(first), body_begin));
  ARROW_RETURN_NOT_OK(ParseQueryTail(cursor, query.get()));
  SetRange(cursor, begin, query.get());
  return Unwrap(std::move(query));
}

arrow::Result<QueryPtr> ParseQueryAfter(TokenCursor& cursor, QueryPtr first, size_t begin) {
  NestingScope scope(cursor);
  auto query = std::make_unique<Query>();
  ARROW_ASSIGN_OR_RAISE(query->body, ParseSetOperations(cursor, MakeOperand(std::move(first)), begin));
  ARROW_RETURN_NOT_OK(ParseQueryTail(cursor, query.get()));
  SetRange(cursor, begin, query.get());
  return Unwrap(std::move(query));
}

arrow::Result<std::vector<OrderItem>> ParseOrderItems(TokenCursor& cursor) {
  std::vector<OrderItem> items;
  do {
    OrderItem item;
    const size_t begin = cursor.Peek().range.begin;
    ARROW_ASSIGN_OR_RAISE(item.expression, ParseAnyExpression(cursor));
    if (cursor.Accept("ASC")) {
      item.direction = SortDirection::kAscending;
    } else if (cursor.Accept("DESC")) {
      item.direction = SortDirection::kDescending;
    }
    if (cursor.Accept("NULLS")) {
      item.nulls = cursor.Accept("FIRST") ? NullsOrder::kFirst : NullsOrder::kLast;
      if (item.nulls == NullsOrder::kLast) ARROW_RETURN_NOT_OK(cursor.Expect("LAST"));
    }
    SetRange(cursor, begin, &item);
    items.push_back(std::move(item));
  } while (cursor.Accept(","));
  return items;
}

}  // namespace tidemark::sql::internal
