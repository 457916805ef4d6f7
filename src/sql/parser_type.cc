// SPDX-License-Identifier: Apache-2.0
// Grammar of data types.

#include <array>

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

/// What may follow the word of a simple type.
enum class Parameters { kNone, kLength, kPrecisionAndScale };

struct SimpleType {
  std::string_view word;
  TypeKind kind;
  Parameters parameters = Parameters::kNone;
};

constexpr auto kSimpleTypes = std::to_array<SimpleType>({
    {"CHAR", TypeKind::kChar, Parameters::kLength},
    {"CHARACTER", TypeKind::kChar, Parameters::kLength},
    {"VARCHAR", TypeKind::kVarchar, Parameters::kLength},
    {"STRING", TypeKind::kString},
    {"BOOLEAN", TypeKind::kBoolean},
    {"BINARY", TypeKind::kBinary, Parameters::kLength},
    {"VARBINARY", TypeKind::kVarbinary, Parameters::kLength},
    {"BYTES", TypeKind::kBytes},
    {"DECIMAL", TypeKind::kDecimal, Parameters::kPrecisionAndScale},
    {"DEC", TypeKind::kDecimal, Parameters::kPrecisionAndScale},
    {"NUMERIC", TypeKind::kDecimal, Parameters::kPrecisionAndScale},
    {"TINYINT", TypeKind::kTinyint},
    {"SMALLINT", TypeKind::kSmallint},
    {"INT", TypeKind::kInt},
    {"INTEGER", TypeKind::kInt},
    {"BIGINT", TypeKind::kBigint},
    {"FLOAT", TypeKind::kFloat},
    {"REAL", TypeKind::kFloat},
    {"DOUBLE", TypeKind::kDouble},
    {"DATE", TypeKind::kDate},
    {"TIME", TypeKind::kTime, Parameters::kLength},
    {"TIMESTAMP", TypeKind::kTimestamp, Parameters::kLength},
    {"TIMESTAMP_LTZ", TypeKind::kTimestampLtz, Parameters::kLength},
    {"VARIANT", TypeKind::kVariant},
});

// Words of other databases, with what Flink calls them.
struct ForeignType {
  std::string_view word;
  std::string_view flink;
};
constexpr auto kForeignTypes = std::to_array<ForeignType>({
    {"TEXT", "STRING"},      {"INT4", "INT"},           {"INT8", "BIGINT"},
    {"INT64", "BIGINT"},     {"INT32", "INT"},          {"LONG", "BIGINT"},
    {"BOOL", "BOOLEAN"},     {"FLOAT64", "DOUBLE"},     {"FLOAT8", "DOUBLE"},
    {"NUMBER", "DECIMAL"},   {"DATETIME", "TIMESTAMP"}, {"TIMESTAMPTZ", "TIMESTAMP_LTZ"},
    {"BLOB", "BYTES"},       {"BYTEA", "BYTES"},        {"UINT64", "DECIMAL(20, 0)"},
    {"JSON", "STRING"},      {"JSONB", "STRING"},       {"NVARCHAR", "VARCHAR"},
    {"VARCHAR2", "VARCHAR"}, {"BIGSERIAL", "BIGINT"},   {"MEDIUMTEXT", "STRING"},
    {"LONGTEXT", "STRING"},  {"MEDIUMINT", "INT"},      {"HUGEINT", "DECIMAL(38, 0)"},
    {"INT2", "SMALLINT"},    {"INT16", "SMALLINT"},     {"SHORT", "SMALLINT"},
    {"BYTE", "TINYINT"},     {"BIT", "BOOLEAN"},        {"MONEY", "DECIMAL(19, 4)"},
    {"TIMETZ", "TIME"},      {"UUID", "STRING"},        {"CLOB", "STRING"},
    {"SERIAL", "BIGINT"},    {"STRUCT", "ROW<...>"},
});

/// INT(11), DOUBLE(10, 2), STRING(20)
arrow::Status HasNoLength(TokenCursor& cursor) {
  const Token& word = cursor.Previous();
  std::string hint = "Write " + word.upper + ".";
  if (word.upper == "STRING") hint = "Write STRING or VARCHAR(n).";
  if (word.upper == "BYTES") hint = "Write BYTES or VARBINARY(n).";
  if (word.upper == "DOUBLE" || word.upper == "FLOAT") hint = "Write " + word.upper + " or DECIMAL(p, s).";
  return SyntaxError(cursor.Peek().range, word.upper + " takes no length", std::move(hint));
}

arrow::Status ParseParameters(TokenCursor& cursor, Parameters parameters, TypeName* type) {
  const SourceRange open = cursor.Peek().range;
  if (parameters == Parameters::kNone && cursor.Is("(")) return HasNoLength(cursor);
  if (parameters == Parameters::kNone || !cursor.Accept("(")) return arrow::Status::OK();
  if (cursor.Is("MAX")) return SyntaxError(cursor.Peek().range, "MAX is no length", "Write STRING or BYTES.");
  const bool is_decimal = parameters == Parameters::kPrecisionAndScale;
  ARROW_ASSIGN_OR_RAISE(type->precision, ParseSmallNumber(cursor, is_decimal ? "a precision" : "a length"));
  if (is_decimal && cursor.Accept(",")) {
    ARROW_ASSIGN_OR_RAISE(type->scale, ParseSmallNumber(cursor, "a scale"));
  }
  return cursor.ExpectClosing(")", open);
}

/// CHAR VARYING, DOUBLE PRECISION, TIMESTAMP ... WITH LOCAL TIME ZONE: words behind the first that change the kind.
arrow::Status ParseTypeSuffix(TokenCursor& cursor, TypeName* type) {
  if (type->kind != TypeKind::kTimestamp && type->kind != TypeKind::kTime) return arrow::Status::OK();
  const size_t begin = cursor.Peek().range.begin;
  if (cursor.AreNext({"WITHOUT", "TIME"})) return cursor.ExpectAll({"WITHOUT", "TIME", "ZONE"});
  if (!cursor.AreNext({"WITH", "LOCAL"}) && !cursor.AreNext({"WITH", "TIME"})) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(cursor.Expect("WITH"));
  const bool local = cursor.Accept("LOCAL");
  ARROW_RETURN_NOT_OK(cursor.ExpectAll({"TIME", "ZONE"}));
  if (type->kind == TypeKind::kTime) {
    return SyntaxError(cursor.RangeFrom(begin), "TIME has no time zone", "Write TIME(p), or TIMESTAMP_LTZ(p).");
  }
  type->kind = local ? TypeKind::kTimestampLtz : TypeKind::kTimestampTz;
  return arrow::Status::OK();
}

arrow::Status ParseSimpleType(TokenCursor& cursor, const SimpleType& simple, TypeName* type) {
  cursor.Take();
  type->kind = simple.kind;
  if ((type->kind == TypeKind::kChar || type->kind == TypeKind::kBinary) && cursor.Is("VARYING")) {
    cursor.Take();
    type->kind = type->kind == TypeKind::kChar ? TypeKind::kVarchar : TypeKind::kVarbinary;
  }
  if (type->kind == TypeKind::kDouble && cursor.Is("PRECISION")) cursor.Take();
  ARROW_RETURN_NOT_OK(ParseParameters(cursor, simple.parameters, type));
  return ParseTypeSuffix(cursor, type);
}

/// `>` closes; `>=` cannot follow a type, so it needs no splitting.
arrow::Status ParseTypeArguments(TokenCursor& cursor, size_t count, TypeName* type) {
  cursor.Take();
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("<"));
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) ARROW_RETURN_NOT_OK(cursor.Expect(","));
    ARROW_ASSIGN_OR_RAISE(TypeNamePtr child, ParseType(cursor, true));
    type->children.push_back(std::move(child));
  }
  return cursor.ExpectClosing(">", open);
}

arrow::Result<TypeField> ParseField(TokenCursor& cursor) {
  TypeField field;
  if (!IsName(cursor.Peek()) && (cursor.Is(",", 1) || cursor.Is(">", 1))) {
    return SyntaxError(cursor.Peek().range, "A field of a ROW needs a name and a type", "Write ROW<name INT, ...>.");
  }
  ARROW_ASSIGN_OR_RAISE(field.name, ParseIdentifier(cursor, "a field name"));
  ARROW_ASSIGN_OR_RAISE(field.type, ParseType(cursor, true));
  if (cursor.Accept("COMMENT") || cursor.Peek().kind == TokenKind::kString) {
    ARROW_ASSIGN_OR_RAISE(field.comment, ParseString(cursor, "a comment in quotes"));
  }
  return field;
}

arrow::Status ParseFields(TokenCursor& cursor, std::string_view close, TypeName* type) {
  const SourceRange open = cursor.Previous().range;
  if (cursor.Accept(close)) return arrow::Status::OK();
  do {
    ARROW_ASSIGN_OR_RAISE(TypeField field, ParseField(cursor));
    type->fields.push_back(std::move(field));
  } while (cursor.Accept(","));
  return cursor.ExpectClosing(close, open);
}

/// ROW<a INT>, ROW(a INT), ROW<>. The lexer reads `<>` as one symbol.
arrow::Status ParseRowType(TokenCursor& cursor, TypeName* type) {
  cursor.Take();
  type->kind = TypeKind::kRow;
  if (cursor.Accept("<>")) return arrow::Status::OK();
  if (cursor.Accept("<")) return ParseFields(cursor, ">", type);
  if (cursor.Accept("(")) return ParseFields(cursor, ")", type);
  return cursor.Unexpected();
}

/// STRUCTURED<'class', a INT, ...>
arrow::Status ParseStructuredType(TokenCursor& cursor, TypeName* type) {
  cursor.Take();
  type->kind = TypeKind::kStructured;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("<"));
  ARROW_ASSIGN_OR_RAISE(type->class_name, ParseString(cursor, "a class name in quotes"));
  while (cursor.Accept(",")) {
    ARROW_ASSIGN_OR_RAISE(TypeField field, ParseField(cursor));
    type->fields.push_back(std::move(field));
  }
  return cursor.ExpectClosing(">", open);
}

/// RAW('class', 'snapshot')
arrow::Status ParseRawType(TokenCursor& cursor, TypeName* type) {
  cursor.Take();
  type->kind = TypeKind::kRaw;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  ARROW_ASSIGN_OR_RAISE(type->class_name, ParseString(cursor, "a class name in quotes"));
  ARROW_RETURN_NOT_OK(cursor.Expect(","));
  ARROW_ASSIGN_OR_RAISE(type->serializer, ParseString(cursor, "a serializer snapshot in quotes"));
  return cursor.ExpectClosing(")", open);
}

arrow::Status ParseNamedType(TokenCursor& cursor, TypeName* type) {
  const Token& token = cursor.Peek();
  for (const ForeignType& foreign : kForeignTypes) {
    const bool followed_by_dot = cursor.Is(".", 1);
    if (token.kind == TokenKind::kWord && token.upper == foreign.word && !followed_by_dot) {
      return SqlError(token.range, "Unknown data type: " + token.text, "Write " + std::string(foreign.flink) + ".");
    }
  }
  if (!IsName(token)) return cursor.Unexpected("a data type");
  if (cursor.Is("(", 1) || cursor.Is("<", 1)) {
    std::vector<std::string> words = {"ARRAY", "MAP", "MULTISET", "RAW", "ROW", "STRUCTURED"};
    for (const SimpleType& simple : kSimpleTypes) words.emplace_back(simple.word);
    return SqlError(token.range, "Unknown data type: " + token.text, DidYouMean(token.text, words));
  }
  type->kind = TypeKind::kNamed;
  ARROW_ASSIGN_OR_RAISE(type->name, ParseName(cursor, "a data type"));
  return arrow::Status::OK();
}

arrow::Status ParseTypeBody(TokenCursor& cursor, TypeName* type) {
  const Token& token = cursor.Peek();
  if (token.kind == TokenKind::kWord) {
    for (const SimpleType& simple : kSimpleTypes) {
      if (token.upper == simple.word) return ParseSimpleType(cursor, simple, type);
    }
  }
  if (cursor.Is("INTERVAL")) {
    cursor.Take();
    type->kind = TypeKind::kInterval;
    ARROW_ASSIGN_OR_RAISE(type->interval, ParseIntervalQualifier(cursor));
    return arrow::Status::OK();
  }
  if (cursor.Is("ARRAY") || cursor.Is("MULTISET")) {
    type->kind = cursor.Is("ARRAY") ? TypeKind::kArray : TypeKind::kMultiset;
    return ParseTypeArguments(cursor, 1, type);
  }
  if (cursor.Is("MAP")) {
    type->kind = TypeKind::kMap;
    return ParseTypeArguments(cursor, 2, type);
  }
  if (cursor.Is("ROW")) return ParseRowType(cursor, type);
  if (cursor.Is("STRUCTURED")) return ParseStructuredType(cursor, type);
  if (cursor.Is("RAW")) return ParseRawType(cursor, type);
  return ParseNamedType(cursor, type);
}

/// [NOT] NULL, if there.
void ParseNullability(TokenCursor& cursor, TypeName* type) {
  if (cursor.AreNext({"NOT", "NULL"})) {
    cursor.Take();
    cursor.Take();
    type->nullable = false;
  } else if (cursor.Is("NULL")) {
    cursor.Take();
  }
}

/// True at ARRAY or MULTISET behind an element type: `INT ARRAY`, `INT NOT NULL ARRAY`.
bool IsCollectionSuffix(const TokenCursor& cursor) {
  size_t ahead = 0;
  if (cursor.AreNext({"NOT", "NULL"})) ahead = 2;
  if (cursor.Is("NULL")) ahead = 1;
  return cursor.Is("ARRAY", ahead) || cursor.Is("MULTISET", ahead);
}

}  // namespace

arrow::Result<TypeNamePtr> ParseType(TokenCursor& cursor, bool allow_not_null) {
  NestingScope scope(cursor);
  ARROW_RETURN_NOT_OK(cursor.Deepen());
  const size_t begin = cursor.Peek().range.begin;
  auto type = std::make_unique<TypeName>();
  ARROW_RETURN_NOT_OK(ParseTypeBody(cursor, type.get()));
  SetRange(cursor, begin, type.get());
  while (IsCollectionSuffix(cursor)) {
    ARROW_RETURN_NOT_OK(cursor.Deepen());
    ARROW_RETURN_NOT_OK(cursor.Heighten());
    ParseNullability(cursor, type.get());
    auto collection = std::make_unique<TypeName>();
    collection->kind = cursor.Is("ARRAY") ? TypeKind::kArray : TypeKind::kMultiset;
    cursor.Take();
    collection->children.push_back(std::move(type));
    type = std::move(collection);
    SetRange(cursor, begin, type.get());
  }
  if (allow_not_null) ParseNullability(cursor, type.get());
  SetRange(cursor, begin, type.get());
  return type;
}

arrow::Result<IntervalQualifier> ParseIntervalQualifier(TokenCursor& cursor) {
  const auto parse_unit = [&cursor]() -> arrow::Result<TimeUnit> {
    const Token& token = cursor.Peek();
    const auto unit = token.kind == TokenKind::kWord ? TimeUnitFromName(token.upper) : std::nullopt;
    if (!unit || *unit < TimeUnit::kSecond || *unit > TimeUnit::kYear) {
      for (auto known = TimeUnit::kYear; known >= TimeUnit::kSecond; known = TimeUnit{static_cast<int>(known) - 1}) {
        cursor.Note(TimeUnitName(known));
      }
      return cursor.Unexpected();
    }
    cursor.Take();
    return *unit;
  };
  IntervalQualifier qualifier;
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(qualifier.start, parse_unit());
  SourceRange open = cursor.Peek().range;
  if (cursor.Accept("(")) {
    ARROW_ASSIGN_OR_RAISE(qualifier.leading_precision, ParseSmallNumber(cursor, "a precision"));
    if (qualifier.start == TimeUnit::kSecond && cursor.Accept(",")) {
      ARROW_ASSIGN_OR_RAISE(qualifier.fractional_precision, ParseSmallNumber(cursor, "a precision"));
    }
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  }
  if (cursor.Accept("TO")) {
    const SourceRange end_range = cursor.Peek().range;
    ARROW_ASSIGN_OR_RAISE(qualifier.end, parse_unit());
    const bool months = qualifier.start == TimeUnit::kYear && *qualifier.end == TimeUnit::kMonth;
    const bool time = qualifier.start <= TimeUnit::kDay && *qualifier.end < qualifier.start;
    if (!months && !time) {
      return SyntaxError(end_range, "An interval goes from a larger to a smaller unit",
                         "Write YEAR TO MONTH, or two of DAY, HOUR, MINUTE, SECOND.");
    }
    open = cursor.Peek().range;
    if (*qualifier.end == TimeUnit::kSecond && cursor.Accept("(")) {
      ARROW_ASSIGN_OR_RAISE(qualifier.fractional_precision, ParseSmallNumber(cursor, "a precision"));
      ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
    }
  }
  SetRange(cursor, begin, &qualifier);
  return qualifier;
}

}  // namespace tidemark::sql::internal
