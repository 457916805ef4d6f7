// SPDX-License-Identifier: Apache-2.0
// Grammar of calls: arguments, the clauses behind aggregates, and the functions that SQL gives a syntax of their own.

#include <array>

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

ExpressionPtr MakeString(std::string text, SourceRange range) {
  auto literal = std::make_unique<Literal>();
  literal->type = LiteralType::kString;
  literal->text = std::move(text);
  literal->range = range;
  return literal;
}

void AddArgument(FunctionCall* call, ExpressionPtr value) {
  call->arguments.push_back({std::nullopt, std::move(value)});
}

arrow::Status AddExpression(TokenCursor& cursor, FunctionCall* call) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, ParseAnyExpression(cursor));
  AddArgument(call, std::move(value));
  return arrow::Status::OK();
}

/// A unit of time as an argument.
arrow::Status AddTimeUnit(TokenCursor& cursor, FunctionCall* call) {
  const Token& token = cursor.Peek();
  if (token.kind != TokenKind::kWord) return cursor.Unexpected("a time unit");
  if (!TimeUnitFromName(token.upper)) {
    std::vector<std::string> units;
    for (int i = 0; i <= static_cast<int>(TimeUnit::kEpoch); ++i) units.emplace_back(TimeUnitName(TimeUnit{i}));
    std::string hint = DidYouMean(token.upper, units);
    if (hint.empty()) hint = "Write YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND.";
    return SqlError(token.range, "Unknown time unit: " + token.text, hint);
  }
  AddArgument(call, ParseSymbol(cursor));
  return arrow::Status::OK();
}

/// CAST(x AS type), TRY_CAST(x AS type)
arrow::Result<ExpressionPtr> ParseCast(TokenCursor& cursor) {
  auto node = std::make_unique<CastExpression>();
  const Token& word = cursor.Take();
  node->is_try = word.upper == "TRY_CAST";
  const SourceRange open = cursor.Take().range;
  ARROW_ASSIGN_OR_RAISE(node->operand, ParseAnyExpression(cursor));
  ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
  ARROW_ASSIGN_OR_RAISE(node->type, ParseType(cursor, false));
  if (cursor.AreNext({"NOT", "NULL"})) {
    return SyntaxError(cursor.Peek().range, "The type of a CAST takes no NOT NULL",
                       "The result is NULL when the value is.");
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  SetRange(cursor, word.range.begin, node.get());
  return ExpressionPtr(std::move(node));
}

/// TRIM(s), TRIM(BOTH c FROM s), TRIM(c FROM s), TRIM(LEADING FROM s), TRIM(LEADING s)
arrow::Status ParseTrim(TokenCursor& cursor, FunctionCall* call) {
  const bool has_side = cursor.Is("BOTH") || cursor.Is("LEADING") || cursor.Is("TRAILING");
  const SourceRange begin = cursor.Peek().range;
  if (has_side) AddArgument(call, ParseSymbol(cursor));
  ExpressionPtr characters;
  if (!cursor.Is("FROM")) {
    ARROW_ASSIGN_OR_RAISE(characters, ParseAnyExpression(cursor));
  }
  if (!cursor.Accept("FROM")) {
    if (has_side) AddArgument(call, MakeString(" ", begin));
    AddArgument(call, std::move(characters));
    return arrow::Status::OK();
  }
  if (!has_side) {
    auto both = std::make_unique<Symbol>();
    both->name = "BOTH";
    both->range = begin;
    AddArgument(call, std::move(both));
  }
  AddArgument(call, characters ? std::move(characters) : MakeString(" ", begin));
  return AddExpression(cursor, call);
}

/// EXTRACT(unit FROM x)
arrow::Status ParseExtract(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(AddTimeUnit(cursor, call));
  ARROW_RETURN_NOT_OK(cursor.Expect("FROM"));
  return AddExpression(cursor, call);
}

/// POSITION(a IN b [FROM n])
arrow::Status ParsePosition(TokenCursor& cursor, FunctionCall* call) {
  // IN separates the arguments, so the first one must not take it as an operator.
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr needle, ParseOperators(cursor, kPrecedenceBetween + 1));
  AddArgument(call, std::move(needle));
  ARROW_RETURN_NOT_OK(cursor.Expect("IN"));
  ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  return cursor.Accept("FROM") ? AddExpression(cursor, call) : arrow::Status::OK();
}

/// SUBSTRING(s FROM p [FOR n]), SUBSTRING(s, p [, n])
arrow::Status ParseSubstring(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  if (!cursor.Accept("FROM")) ARROW_RETURN_NOT_OK(cursor.Expect(","));
  ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  if (cursor.Accept("FOR") || cursor.Accept(",")) return AddExpression(cursor, call);
  return arrow::Status::OK();
}

/// OVERLAY(s PLACING r FROM p [FOR n])
arrow::Status ParseOverlay(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  ARROW_RETURN_NOT_OK(cursor.Expect("PLACING"));
  ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  ARROW_RETURN_NOT_OK(cursor.Expect("FROM"));
  ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  return cursor.Accept("FOR") ? AddExpression(cursor, call) : arrow::Status::OK();
}

/// CEIL(x [TO unit]), FLOOR(x [TO unit])
arrow::Status ParseRounding(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  return cursor.Accept("TO") ? AddTimeUnit(cursor, call) : arrow::Status::OK();
}

/// TIMESTAMPADD(unit, n, x), TIMESTAMPDIFF(unit, a, b)
arrow::Status ParseTimestampArithmetic(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(AddTimeUnit(cursor, call));
  for (int i = 0; i < 2; ++i) {
    ARROW_RETURN_NOT_OK(cursor.Expect(","));
    ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  }
  return arrow::Status::OK();
}

/// CONVERT(s USING charset), TRANSLATE(s USING charset), or ordinary arguments.
arrow::Status ParseUsing(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  if (cursor.Accept("USING")) {
    if (!IsName(cursor.Peek())) return cursor.Unexpected("the name of a character set");
    AddArgument(call, ParseSymbol(cursor));
    return arrow::Status::OK();
  }
  while (cursor.Accept(",")) ARROW_RETURN_NOT_OK(AddExpression(cursor, call));
  return arrow::Status::OK();
}

struct SpecialCall {
  std::string_view name;
  arrow::Status (*parse)(TokenCursor&, FunctionCall*);
};

constexpr auto kSpecialCalls = std::to_array<SpecialCall>({
    {"CEIL", ParseRounding},
    {"CEILING", ParseRounding},
    {"CONVERT", ParseUsing},
    {"EXTRACT", ParseExtract},
    {"FLOOR", ParseRounding},
    {"OVERLAY", ParseOverlay},
    {"POSITION", ParsePosition},
    {"SUBSTRING", ParseSubstring},
    {"TIMESTAMPADD", ParseTimestampArithmetic},
    {"TIMESTAMPDIFF", ParseTimestampArithmetic},
    {"TRANSLATE", ParseUsing},
    {"TRIM", ParseTrim},
});

const SpecialCall* FindSpecialCall(const TokenCursor& cursor) {
  for (const SpecialCall& entry : kSpecialCalls) {
    if (cursor.Is(entry.name)) return &entry;
  }
  return nullptr;
}

/// DESCRIPTOR(a, b)
arrow::Result<ExpressionPtr> ParseDescriptor(TokenCursor& cursor) {
  auto node = std::make_unique<DescriptorExpression>();
  const size_t begin = cursor.Take().range.begin;
  const SourceRange open = cursor.Take().range;
  if (!cursor.Is(")")) {
    ARROW_ASSIGN_OR_RAISE(node->columns, ParseNameList(cursor, "a column name"));
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

/// PARTITION BY and ORDER BY behind a table that is an argument. A comma ends them, as it separates arguments: several
/// columns stand in parentheses.
arrow::Status ParseTableArgumentClauses(TokenCursor& cursor, TableArgument* table) {
  if (cursor.Accept("PARTITION")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr key, ParseAnyExpression(cursor));
    auto* row = key->TryAs<ConstructorExpression>();
    if (row != nullptr && row->constructor == ConstructorKind::kRow) {
      table->partition_by = std::move(row->elements);
    } else {
      table->partition_by.push_back(std::move(key));
    }
  }
  if (!cursor.Accept("ORDER")) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
  const SourceRange open = cursor.Peek().range;
  if (cursor.Accept("(")) {
    ARROW_ASSIGN_OR_RAISE(table->order_by, ParseOrderItems(cursor));
    return cursor.ExpectClosing(")", open);
  }
  OrderItem item;
  const size_t begin = open.begin;
  ARROW_ASSIGN_OR_RAISE(item.expression, ParseAnyExpression(cursor));
  if (cursor.Accept("ASC")) {
    item.direction = SortDirection::kAscending;
  } else if (cursor.Accept("DESC")) {
    item.direction = SortDirection::kDescending;
  }
  SetRange(cursor, begin, &item);
  table->order_by.push_back(std::move(item));
  return arrow::Status::OK();
}

/// TABLE t, MODEL m, or a query without parentheses.
arrow::Result<ExpressionPtr> ParseTableArgument(TokenCursor& cursor) {
  auto node = std::make_unique<TableArgument>();
  const size_t begin = cursor.Peek().range.begin;
  if (cursor.Is("TABLE") || cursor.Is("MODEL")) {
    node->is_model = cursor.Take().upper == "MODEL";
    ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, node->is_model ? "a model name" : "a table name"));
  } else {
    ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  }
  if (!node->is_model) ARROW_RETURN_NOT_OK(ParseTableArgumentClauses(cursor, node.get()));
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

arrow::Result<ExpressionPtr> ParseArgumentValue(TokenCursor& cursor) {
  if (cursor.Is("*")) {
    auto star = std::make_unique<Star>();
    star->range = cursor.Take().range;
    return ExpressionPtr(std::move(star));
  }
  const bool model_follows = cursor.Is("MODEL") && IsName(cursor.Peek(1));
  if (cursor.Is("TABLE") || model_follows || BeginsQuery(cursor)) return ParseTableArgument(cursor);
  if (cursor.AreNext({"DESCRIPTOR", "("})) return ParseDescriptor(cursor);
  if (cursor.Is("DEFAULT")) return ParseSymbol(cursor);
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, ParseAnyExpression(cursor));
  if (!value->Is<SubqueryExpression>() || !cursor.Is("PARTITION")) return value;
  auto table = std::make_unique<TableArgument>();
  table->query = std::move(value->As<SubqueryExpression>().query);
  ARROW_RETURN_NOT_OK(ParseTableArgumentClauses(cursor, table.get()));
  SetRange(cursor, begin, table.get());
  return ExpressionPtr(std::move(table));
}

arrow::Status ParseArguments(TokenCursor& cursor, FunctionCall* call) {
  do {
    FunctionArgument argument;
    if (IsName(cursor.Peek()) && cursor.Is("=>", 1)) {
      ARROW_ASSIGN_OR_RAISE(argument.name, ParseIdentifier(cursor, "the name of an argument"));
      cursor.Take();
    }
    ARROW_ASSIGN_OR_RAISE(argument.value, ParseArgumentValue(cursor));
    call->arguments.push_back(std::move(argument));
  } while (cursor.Accept(","));
  return arrow::Status::OK();
}

arrow::Status ParseFilter(TokenCursor& cursor, FunctionCall* call) {
  cursor.Take();
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.ExpectAll({"(", "WHERE"}));
  ARROW_ASSIGN_OR_RAISE(call->filter, ParseAnyExpression(cursor));
  return cursor.ExpectClosing(")", open);
}

arrow::Status ParseWithinGroup(TokenCursor& cursor, FunctionCall* call) {
  cursor.Take();
  ARROW_RETURN_NOT_OK(cursor.Expect("GROUP"));
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.ExpectAll({"(", "ORDER", "BY"}));
  ARROW_ASSIGN_OR_RAISE(call->within_group, ParseOrderItems(cursor));
  return cursor.ExpectClosing(")", open);
}

}  // namespace

ExpressionPtr ParseSymbol(TokenCursor& cursor) {
  auto symbol = std::make_unique<Symbol>();
  const Token& token = cursor.Take();
  symbol->range = token.range;
  symbol->name = token.kind == TokenKind::kWord ? token.upper : token.text;
  symbol->time_unit = TimeUnitFromName(symbol->name);
  return symbol;
}

bool IsSpecialCall(const TokenCursor& cursor) {
  if (!cursor.Is("(", 1)) return false;
  return cursor.Is("CAST") || cursor.Is("TRY_CAST") || FindSpecialCall(cursor) != nullptr;
}

arrow::Result<ExpressionPtr> ParseSpecialCall(TokenCursor& cursor) {
  const SpecialCall* special = FindSpecialCall(cursor);
  if (special == nullptr) return ParseCast(cursor);
  auto call = std::make_unique<FunctionCall>();
  const Token& word = cursor.Take();
  call->name.parts.push_back({word.text, word.range, false});
  call->name.range = word.range;
  const SourceRange open = cursor.Take().range;
  ARROW_RETURN_NOT_OK(special->parse(cursor, call.get()));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  SetRange(cursor, word.range.begin, call.get());
  return ExpressionPtr(std::move(call));
}

arrow::Result<ExpressionPtr> ParseCall(TokenCursor& cursor, Name name) {
  auto call = std::make_unique<FunctionCall>();
  call->name = std::move(name);
  const SourceRange open = cursor.Take().range;
  if (!cursor.Is(")")) {
    if (cursor.Is("DISTINCT")) call->quantifier = SetQuantifier::kDistinct;
    if (cursor.Is("ALL")) call->quantifier = SetQuantifier::kAll;
    if (call->quantifier != SetQuantifier::kUnspecified) cursor.Take();
    ARROW_RETURN_NOT_OK(ParseArguments(cursor, call.get()));
    if (cursor.Is("ORDER")) {
      cursor.Take();
      ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
      ARROW_ASSIGN_OR_RAISE(call->order_by, ParseOrderItems(cursor));
    }
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  ARROW_RETURN_NOT_OK(ParseCallSuffixes(cursor, call.get()));
  SetRange(cursor, call->name.range.begin, call.get());
  return ExpressionPtr(std::move(call));
}

arrow::Status ParseCallSuffixes(TokenCursor& cursor, FunctionCall* call) {
  while (true) {
    if (cursor.AreNext({"WITHIN", "GROUP"}) && call->within_group.empty()) {
      ARROW_RETURN_NOT_OK(ParseWithinGroup(cursor, call));
    } else if (cursor.AreNext({"FILTER", "("}) && !call->filter) {
      ARROW_RETURN_NOT_OK(ParseFilter(cursor, call));
    } else if (cursor.AreNext({"IGNORE", "NULLS"}) || cursor.AreNext({"RESPECT", "NULLS"})) {
      const bool ignore = cursor.Take().upper == "IGNORE";
      cursor.Take();
      call->null_treatment = ignore ? NullTreatment::kIgnoreNulls : NullTreatment::kRespectNulls;
    } else if (cursor.Is("OVER")) {
      cursor.Take();
      ARROW_ASSIGN_OR_RAISE(WindowSpec window, ParseWindow(cursor));
      call->over = std::make_unique<WindowSpec>(std::move(window));
      return arrow::Status::OK();
    } else {
      return arrow::Status::OK();
    }
  }
}

}  // namespace tidemark::sql::internal
