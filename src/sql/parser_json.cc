// SPDX-License-Identifier: Apache-2.0
// Grammar of the JSON functions, whose clauses (RETURNING, ON EMPTY, WRAPPER ...) no other function has.

#include <array>

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

arrow::Status AddArgument(TokenCursor& cursor, FunctionCall* call) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, ParseAnyExpression(cursor));
  call->arguments.push_back({std::nullopt, std::move(value)});
  return arrow::Status::OK();
}

JsonClauses& Clauses(FunctionCall* call) {
  if (!call->json) call->json = std::make_unique<JsonClauses>();
  return *call->json;
}

/// The document and the path.
arrow::Status ParseDocumentAndPath(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(AddArgument(cursor, call));
  ARROW_RETURN_NOT_OK(cursor.Expect(","));
  ARROW_RETURN_NOT_OK(AddArgument(cursor, call));
  if (cursor.Is("PASSING")) return NotSupportedYet(cursor.Peek().range, "The PASSING clause");
  return arrow::Status::OK();
}

arrow::Status ParseReturning(TokenCursor& cursor, FunctionCall* call) {
  if (!cursor.Accept("RETURNING")) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(Clauses(call).returning, ParseType(cursor, false));
  return arrow::Status::OK();
}

/// The words in front of ON EMPTY and ON ERROR; kUnspecified when there are none.
arrow::Result<JsonBehavior> ParseBehavior(TokenCursor& cursor) {
  struct Entry {
    std::string_view word;
    JsonBehaviorKind kind;
  };
  static constexpr Entry kEntries[] = {{"NULL", JsonBehaviorKind::kNull},
                                       {"ERROR", JsonBehaviorKind::kError},
                                       {"TRUE", JsonBehaviorKind::kTrue},
                                       {"FALSE", JsonBehaviorKind::kFalse},
                                       {"UNKNOWN", JsonBehaviorKind::kUnknown}};
  JsonBehavior behavior;
  const size_t begin = cursor.Peek().range.begin;
  for (const Entry& entry : kEntries) {
    if (!cursor.Accept(entry.word)) continue;
    behavior.kind = entry.kind;
    SetRange(cursor, begin, &behavior);
    return behavior;
  }
  if (cursor.Accept("EMPTY")) {
    const bool is_array = cursor.Accept("ARRAY");
    if (!is_array) ARROW_RETURN_NOT_OK(cursor.Expect("OBJECT"));
    behavior.kind = is_array ? JsonBehaviorKind::kEmptyArray : JsonBehaviorKind::kEmptyObject;
  } else if (cursor.Accept("DEFAULT")) {
    behavior.kind = JsonBehaviorKind::kDefault;
    ARROW_ASSIGN_OR_RAISE(behavior.default_value, ParseAnyExpression(cursor));
  }
  SetRange(cursor, begin, &behavior);
  return behavior;
}

/// [behavior ON EMPTY] [behavior ON ERROR]
arrow::Status ParseOnEmptyOnError(TokenCursor& cursor, FunctionCall* call) {
  for (int i = 0; i < 2; ++i) {
    const SourceRange range = cursor.Peek().range;
    ARROW_ASSIGN_OR_RAISE(JsonBehavior behavior, ParseBehavior(cursor));
    if (behavior.kind == JsonBehaviorKind::kUnspecified) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(cursor.Expect("ON"));
    const bool on_empty = cursor.Accept("EMPTY");
    if (!on_empty) ARROW_RETURN_NOT_OK(cursor.Expect("ERROR"));
    JsonClauses& clauses = Clauses(call);
    JsonBehavior& slot = on_empty ? clauses.on_empty : clauses.on_error;
    const bool out_of_order = on_empty && clauses.on_error.kind != JsonBehaviorKind::kUnspecified;
    if (slot.kind != JsonBehaviorKind::kUnspecified || out_of_order) {
      return SyntaxError(range, "ON EMPTY and ON ERROR stand in this order, each at most once");
    }
    slot = std::move(behavior);
  }
  return arrow::Status::OK();
}

/// JSON_VALUE(doc, path [RETURNING type] [... ON EMPTY] [... ON ERROR])
arrow::Status ParseJsonValue(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(ParseDocumentAndPath(cursor, call));
  ARROW_RETURN_NOT_OK(ParseReturning(cursor, call));
  return ParseOnEmptyOnError(cursor, call);
}

/// WITHOUT [ARRAY] WRAPPER, WITH [CONDITIONAL | UNCONDITIONAL] [ARRAY] WRAPPER
arrow::Status ParseWrapper(TokenCursor& cursor, FunctionCall* call) {
  JsonWrapper wrapper = JsonWrapper::kWithout;
  if (!cursor.Accept("WITHOUT")) {
    if (!cursor.Accept("WITH")) return arrow::Status::OK();
    wrapper = cursor.Accept("CONDITIONAL") ? JsonWrapper::kConditional : JsonWrapper::kUnconditional;
    if (wrapper == JsonWrapper::kUnconditional) cursor.Accept("UNCONDITIONAL");
  }
  cursor.Accept("ARRAY");
  Clauses(call).wrapper = wrapper;
  return cursor.Expect("WRAPPER");
}

/// JSON_QUERY(doc, path [RETURNING type] [wrapper] [... ON EMPTY] [... ON ERROR])
arrow::Status ParseJsonQuery(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(ParseDocumentAndPath(cursor, call));
  ARROW_RETURN_NOT_OK(ParseReturning(cursor, call));
  ARROW_RETURN_NOT_OK(ParseWrapper(cursor, call));
  return ParseOnEmptyOnError(cursor, call);
}

/// JSON_EXISTS(doc, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])
arrow::Status ParseJsonExists(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(ParseDocumentAndPath(cursor, call));
  ARROW_ASSIGN_OR_RAISE(JsonBehavior behavior, ParseBehavior(cursor));
  if (behavior.kind == JsonBehaviorKind::kUnspecified) return arrow::Status::OK();
  Clauses(call).on_error = std::move(behavior);
  return cursor.ExpectAll({"ON", "ERROR"});
}

/// NULL ON NULL, ABSENT ON NULL
arrow::Status ParseNulls(TokenCursor& cursor, FunctionCall* call) {
  const bool keep = cursor.AcceptAll({"NULL", "ON"});
  if (!keep && !cursor.AcceptAll({"ABSENT", "ON"})) return arrow::Status::OK();
  Clauses(call).nulls = keep ? JsonNulls::kNullOnNull : JsonNulls::kAbsentOnNull;
  return cursor.Expect("NULL");
}

/// KEY k VALUE v, k VALUE v, or k : v
arrow::Status ParseKeyAndValue(TokenCursor& cursor, FunctionCall* call) {
  // KEY is no reserved word: `JSON_OBJECT(key VALUE 1)` has a column as its key.
  const bool with_key = cursor.Is("KEY") && !cursor.Is("VALUE", 1) && !cursor.Is(":", 1);
  if (with_key) cursor.Take();
  ARROW_RETURN_NOT_OK(AddArgument(cursor, call));
  if (!cursor.Accept("VALUE") && (with_key || !cursor.Accept(":"))) {
    if (!cursor.Is(",")) return cursor.Unexpected();
    return SyntaxError(cursor.Peek().range, "Unexpected ',': expected VALUE or ':'",
                       "Write JSON_OBJECT('key' VALUE value, ...).");
  }
  return AddArgument(cursor, call);
}

/// JSON_OBJECT(KEY k VALUE v, ... [NULL ON NULL])
arrow::Status ParseJsonObject(TokenCursor& cursor, FunctionCall* call) {
  if (cursor.Is(")")) return arrow::Status::OK();
  const bool only_nulls_clause = cursor.AreNext({"NULL", "ON"}) || cursor.AreNext({"ABSENT", "ON"});
  if (!only_nulls_clause) {
    do {
      ARROW_RETURN_NOT_OK(ParseKeyAndValue(cursor, call));
    } while (cursor.Accept(","));
  }
  return ParseNulls(cursor, call);
}

/// JSON_ARRAY(v, ... [NULL ON NULL])
arrow::Status ParseJsonArray(TokenCursor& cursor, FunctionCall* call) {
  if (cursor.Is(")")) return arrow::Status::OK();
  do {
    ARROW_RETURN_NOT_OK(AddArgument(cursor, call));
  } while (cursor.Accept(","));
  return ParseNulls(cursor, call);
}

/// JSON_OBJECTAGG([KEY] k VALUE v [NULL ON NULL])
arrow::Status ParseJsonObjectAgg(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(ParseKeyAndValue(cursor, call));
  return ParseNulls(cursor, call);
}

/// JSON_ARRAYAGG(v [ORDER BY ...] [NULL ON NULL])
arrow::Status ParseJsonArrayAgg(TokenCursor& cursor, FunctionCall* call) {
  ARROW_RETURN_NOT_OK(AddArgument(cursor, call));
  if (cursor.Accept("ORDER")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
    ARROW_ASSIGN_OR_RAISE(call->order_by, ParseOrderItems(cursor));
  }
  return ParseNulls(cursor, call);
}

struct JsonCall {
  std::string_view name;
  arrow::Status (*parse)(TokenCursor&, FunctionCall*);
};

constexpr auto kJsonCalls = std::to_array<JsonCall>({
    {"JSON_VALUE", ParseJsonValue},
    {"JSON_QUERY", ParseJsonQuery},
    {"JSON_EXISTS", ParseJsonExists},
    {"JSON_OBJECT", ParseJsonObject},
    {"JSON_ARRAY", ParseJsonArray},
    {"JSON_OBJECTAGG", ParseJsonObjectAgg},
    {"JSON_ARRAYAGG", ParseJsonArrayAgg},
});

const JsonCall* FindJsonCall(const TokenCursor& cursor) {
  for (const JsonCall& entry : kJsonCalls) {
    if (cursor.Is(entry.name) && cursor.Is("(", 1)) return &entry;
  }
  return nullptr;
}

}  // namespace

bool IsJsonCall(const TokenCursor& cursor) { return FindJsonCall(cursor) != nullptr; }

arrow::Result<ExpressionPtr> ParseJsonCall(TokenCursor& cursor) {
  const JsonCall* entry = FindJsonCall(cursor);
  auto call = std::make_unique<FunctionCall>();
  const Token& word = cursor.Take();
  call->name.parts.push_back({word.text, word.range, false});
  call->name.range = word.range;
  const SourceRange open = cursor.Take().range;
  ARROW_RETURN_NOT_OK(entry->parse(cursor, call.get()));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  ARROW_RETURN_NOT_OK(ParseCallSuffixes(cursor, call.get()));
  SetRange(cursor, word.range.begin, call.get());
  return ExpressionPtr(std::move(call));
}

}  // namespace tidemark::sql::internal
