// SPDX-License-Identifier: Apache-2.0
// What the shape of the tree promises: places, normalised calls, flat chains, limits. The grammar itself is tested with
// text files (parser_golden_test.cc).

#include "sql/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::sql {
namespace {

using testing::HasSubstr;

ExpressionPtr Parse(std::string_view text) {
  auto parsed = ParseExpression(text);
  if (parsed.ok()) return std::move(*parsed);
  ADD_FAILURE() << RenderDiagnostic(parsed.status(), "expression", text);
  return nullptr;
}

StatementPtr ParseOne(std::string_view text) {
  auto parsed = ParseStatement(text);
  if (parsed.ok()) return std::move(*parsed);
  ADD_FAILURE() << RenderDiagnostic(parsed.status(), "statement", text);
  return nullptr;
}

const SelectBody& SelectOf(const Statement& statement) {
  return statement.As<QueryStatement>().query->body->As<SelectBody>();
}

std::string Repeat(std::string_view piece, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) repeated += piece;
  return repeated;
}

TEST(ParserTest, PlacesAreOffsetsIntoTheWholeScript) {
  const std::string script = "SELECT 1;\n  SELECT a + b AS c\nFROM db.t AS x;";
  const auto statements = ParseScript(script).ValueOrDie();
  ASSERT_EQ(statements.size(), 2u);
  EXPECT_EQ(TextOf(script, statements[0]->range), "SELECT 1");
  EXPECT_EQ(TextOf(script, statements[1]->range), "SELECT a + b AS c\nFROM db.t AS x");
  const SelectBody& select = SelectOf(*statements[1]);
  EXPECT_EQ(TextOf(script, select.items[0].range), "a + b AS c");
  const auto& sum = select.items[0].expression->As<BinaryExpression>();
  EXPECT_EQ(TextOf(script, sum.range), "a + b");
  EXPECT_EQ(TextOf(script, sum.op_range), "+");
  EXPECT_EQ(TextOf(script, sum.right->range), "b");
  EXPECT_EQ(TextOf(script, select.items[0].alias->range), "c");
  EXPECT_EQ(TextOf(script, select.from->range), "db.t AS x");
  EXPECT_EQ(TextOf(script, select.from->As<NamedTable>().name.range), "db.t");
}

TEST(ParserTest, ParenthesesBelongToThePlaceOfWhatTheyHold) {
  const std::string text = "(a + b) * f((c))";
  const auto product = Parse(text);
  EXPECT_EQ(TextOf(text, product->range), text);
  EXPECT_EQ(TextOf(text, product->As<BinaryExpression>().left->range), "(a + b)");
}

TEST(ParserTest, QueryOfAViewHasThePlaceOfItsText) {
  const std::string text = "CREATE VIEW v AS SELECT a\nFROM t WHERE b = 'x' ;";
  const auto view = ParseOne(text);
  EXPECT_EQ(TextOf(text, view->As<CreateViewStatement>().query->range), "SELECT a\nFROM t WHERE b = 'x'");
}

TEST(ParserTest, OptionsHavePlacesOfKeyAndValue) {
  const std::string text = "CREATE TABLE t (a INT) WITH ('connector' = 'files')";
  const auto statement = ParseOne(text);
  const auto& create = statement->As<CreateTableStatement>();
  EXPECT_EQ(TextOf(text, create.options_range), "WITH ('connector' = 'files')");
  EXPECT_EQ(TextOf(text, create.options[0].key.range), "'connector'");
  EXPECT_EQ(TextOf(text, create.options[0].value.range), "'files'");
  EXPECT_EQ(create.options[0].value.value, "files");
}

TEST(ParserTest, ChainsOfAndAreOneNode) {
  const auto chain = Parse("a AND b AND c OR d");
  const auto& any = chain->As<LogicalExpression>();
  EXPECT_EQ(any.op, LogicalOperator::kOr);
  ASSERT_EQ(any.operands.size(), 2u);
  EXPECT_EQ(any.operands[0]->As<LogicalExpression>().operands.size(), 3u);
}

TEST(ParserTest, SpecialCallsHaveTheirArgumentsInAFixedOrder) {
  const auto arguments = [](std::string_view text) {
    std::string joined;
    const auto call = Parse(text);
    for (const FunctionArgument& argument : call->As<FunctionCall>().arguments) joined += ToSql(*argument.value) + ";";
    return joined;
  };
  EXPECT_EQ(arguments("POSITION(a IN b FROM 2)"), "a;b;2;");
  EXPECT_EQ(arguments("SUBSTRING(s FROM 2 FOR 3)"), "s;2;3;");
  EXPECT_EQ(arguments("OVERLAY(s PLACING r FROM 2 FOR 1)"), "s;r;2;1;");
  EXPECT_EQ(arguments("TRIM(s)"), "s;");
  EXPECT_EQ(arguments("TRIM(c FROM s)"), "BOTH;c;s;");
  EXPECT_EQ(arguments("TRIM(LEADING FROM s)"), "LEADING;' ';s;");
  EXPECT_EQ(arguments("EXTRACT(DAY FROM x)"), "DAY;x;");
  EXPECT_EQ(arguments("CEIL(x TO HOUR)"), "x;HOUR;");
  EXPECT_EQ(arguments("TIMESTAMPADD(DAY, 1, x)"), "DAY;1;x;");
  EXPECT_EQ(arguments("CONVERT(s USING utf8)"), "s;UTF8;");
  EXPECT_EQ(arguments("JSON_OBJECT(KEY 'a' VALUE 1, 'b' : 2)"), "'a';1;'b';2;");
}

TEST(ParserTest, UnitsOfSymbolsAreKnown) {
  const auto call = Parse("FLOOR(x TO day)");
  const auto& symbol = call->As<FunctionCall>().arguments[1].value->As<Symbol>();
  EXPECT_EQ(symbol.name, "DAY");
  EXPECT_EQ(symbol.time_unit, TimeUnit::kDay);
}

TEST(ParserTest, IntervalsKeepTheirTextAndQualifier) {
  const auto literal = Parse("INTERVAL -'1 10:00' DAY(3) TO MINUTE");
  const auto& interval = literal->As<Literal>();
  EXPECT_EQ(interval.text, "1 10:00");
  EXPECT_TRUE(interval.negative);
  EXPECT_EQ(interval.interval->start, TimeUnit::kDay);
  EXPECT_EQ(interval.interval->end, TimeUnit::kMinute);
  EXPECT_EQ(interval.interval->leading_precision, 3);
}

TEST(ParserTest, FetchIsALimit) {
  const auto statement = ParseOne("SELECT a FROM t OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY");
  const Query& query = *statement->As<QueryStatement>().query;
  EXPECT_EQ(ToSql(*query.limit), "3");
  EXPECT_EQ(ToSql(*query.offset), "2");
}

TEST(ParserTest, CommaJoinsBindLoosest) {
  const auto statement = ParseOne("SELECT * FROM a, b JOIN c ON TRUE");
  const auto& comma = SelectOf(*statement).from->As<JoinRef>();
  EXPECT_EQ(comma.type, JoinType::kComma);
  EXPECT_EQ(comma.right->As<JoinRef>().type, JoinType::kInner);
}

TEST(ParserTest, BareSettingsAreTakenAsTheyStand) {
  const auto statement = ParseOne("SET a.b-c = s3://bucket/x y ;");
  const Option& option = *statement->As<SetStatement>().option;
  EXPECT_EQ(option.key.value, "a.b-c");
  EXPECT_EQ(option.value.value, "s3://bucket/x y");
}

TEST(ParserTest, EveryPieceCanBeParsedAlone) {
  EXPECT_EQ(ToSql(**ParseExpression("a+1")), "a + 1");
  EXPECT_EQ(ToSql(**ParseQuery("select 1")), "SELECT 1");
  EXPECT_EQ(ToSql(**ParseTypeName("row(a int not null) array not null")), "ARRAY<ROW<a INT NOT NULL>> NOT NULL");
  EXPECT_FALSE(ParseExpression("a + 1 b").ok());
  EXPECT_FALSE(ParseExpression("").ok());
  EXPECT_FALSE(ParseQuery("SELECT 1; SELECT 2").ok());
  EXPECT_FALSE(ParseTypeName("INT INT").ok());
  EXPECT_FALSE(ParseStatement("SELECT 1; SELECT 2").ok());
  EXPECT_TRUE(ParseStatement("SELECT 1;").ok());
}

TEST(ParserTest, EmptyScriptsHaveNoStatements) {
  EXPECT_TRUE(ParseScript("")->empty());
  EXPECT_TRUE(ParseScript(" ;; -- nothing\n /* at all */ ;")->empty());
  EXPECT_TRUE(ParseScript("\xEF\xBB\xBF")->empty());
}

TEST(ParserTest, ByteOrderMarksAndNoBreakSpacesAreSpaces) {
  EXPECT_TRUE(ParseScript("\xEF\xBB\xBFSELECT\xC2\xA0"
                          "1")
                  .ok());
}

TEST(ParserTest, TextThatIsNotUtf8IsAnErrorWithAPlace) {
  for (std::string_view bytes : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    const std::string script = "SELECT '" + std::string(bytes) + "'";
    const auto parsed = ParseScript(script);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(DiagnosticOf(parsed.status())->range.begin, 8u);
  }
}

TEST(ParserTest, NothingButUtf8OfStringsIsChecked) {
  EXPECT_TRUE(ParseScript("SELECT 'Grüße, 日本, 😀'").ok());
  EXPECT_TRUE(ParseScript(std::string("SELECT 'a\0b'", 12)).ok());
  EXPECT_FALSE(ParseScript(std::string("SELECT \0", 8)).ok());
}

TEST(ParserTest, NestingBeyondTheLimitIsAnError) {
  const int depth = ParseLimits().nesting_depth_max;
  const auto count = static_cast<size_t>(depth) + 10;
  for (const auto& [open, inner, close] :
       {std::tuple("(", "1", ")"), std::tuple("NOT ", "TRUE", ""), std::tuple("- ", "1", ""),
        std::tuple("f(", "1", ")"), std::tuple("ARRAY[", "1", "]"), std::tuple("(SELECT ", "1", ")"),
        std::tuple("CASE WHEN a THEN ", "1", " END"), std::tuple("a IN (", "1", ")"),
        std::tuple("CAST(", "1", " AS INT)")}) {
    SCOPED_TRACE(open);
    const auto parsed = ParseExpression(Repeat(open, count) + inner + Repeat(close, count));
    ASSERT_TRUE(parsed.status().IsCapacityError()) << parsed.status();
    EXPECT_THAT(parsed.status().message(), HasSubstr("Nested deeper than"));
  }
  EXPECT_TRUE(ParseTypeName(Repeat("ARRAY<", count) + "INT" + Repeat(">", count)).status().IsCapacityError());
  EXPECT_TRUE(ParseTypeName("INT" + Repeat(" ARRAY", count)).status().IsCapacityError());
  EXPECT_TRUE(ParseQuery(Repeat("(", count) + "SELECT 1" + Repeat(")", count)).status().IsCapacityError());
  EXPECT_TRUE(
      ParseQuery(Repeat("SELECT * FROM (", count) + "SELECT 1" + Repeat(")", count)).status().IsCapacityError());
  EXPECT_TRUE(ParseQuery("SELECT * FROM " + Repeat("(", count) + "a" + Repeat(")", count)).status().IsCapacityError());
  EXPECT_TRUE(ParseScript(Repeat("EXPLAIN ", count) + "SELECT 1").status().IsCapacityError());
  EXPECT_TRUE(ParseQuery("SELECT 1 FROM t GROUP BY " + Repeat("GROUPING SETS (", count) + "a" + Repeat(")", count))
                  .status()
                  .IsCapacityError());
  EXPECT_TRUE(ParseQuery("SELECT * FROM t MATCH_RECOGNIZE (PATTERN (" + Repeat("(", count) + "A" + Repeat(")", count) +
                         ") DEFINE A AS TRUE)")
                  .status()
                  .IsCapacityError());
}

TEST(ParserTest, LeftLeaningTreesAreLimitedToo) {
  const auto count = static_cast<size_t>(ParseLimits().nesting_depth_max) + 10;
  EXPECT_TRUE(ParseExpression("a" + Repeat("[1]", count)).status().IsCapacityError());
  EXPECT_TRUE(ParseQuery("SELECT 1" + Repeat(" EXCEPT SELECT 1", count)).status().IsCapacityError());
  EXPECT_TRUE(ParseQuery("SELECT 1" + Repeat(" INTERSECT SELECT 1", count)).status().IsCapacityError());
  EXPECT_TRUE(ParseQuery("SELECT * FROM t" + Repeat(", t", count)).status().IsCapacityError());
  EXPECT_TRUE(ParseQuery("SELECT * FROM t" + Repeat(" CROSS JOIN t", count)).status().IsCapacityError());
}

TEST(ParserTest, OperatorsInARowAreNotNested) {
  const auto count = static_cast<size_t>(ParseLimits().tree_height_max) - 5;
  for (const char* link : {" + 1", " || 'x'", " IS NULL", " * 2 - 1 = 3"}) {
    SCOPED_TRACE(link);
    const auto links = link == std::string(" * 2 - 1 = 3") ? count / 3 : count;
    const auto parsed = Parse("1" + Repeat(link, links));
    EXPECT_TRUE(ParseExpression(ToSql(*parsed)).ok());
    const auto too_many = ParseExpression("1" + Repeat(link, 5'000)).status();
    ASSERT_TRUE(too_many.IsCapacityError()) << too_many;
    EXPECT_THAT(too_many.message(), HasSubstr("More than 2000 operators in a row"));
  }
  for (const char* link : {" UNION ALL SELECT 1", " UNION SELECT 1"}) {
    SCOPED_TRACE(link);
    const auto parsed = ParseQuery("SELECT 1" + Repeat(link, count));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_TRUE(ParseQuery(ToSql(**parsed)).ok());
    EXPECT_TRUE(ParseQuery("SELECT 1" + Repeat(link, 5'000)).status().IsCapacityError());
  }
}

TEST(ParserTest, RowsOfOperatorsInsideEachOtherAddUp) {
  const std::string link = Repeat(" + 1", 100);
  EXPECT_TRUE(ParseExpression(Repeat("(", 18) + "a" + Repeat(link + ")", 18)).ok());
  EXPECT_TRUE(ParseExpression(Repeat("(", 150) + "a" + Repeat(link + ")", 150)).status().IsCapacityError());
  EXPECT_TRUE(ParseExpression(Repeat("f(", 150) + "a" + Repeat(link + ")", 150)).status().IsCapacityError());
  EXPECT_TRUE(
      ParseExpression(Repeat("(", 150) + "a" + Repeat(Repeat("[1]", 100) + ")", 150)).status().IsCapacityError());
  const std::string unions = Repeat(" UNION ALL SELECT 1", 100);
  EXPECT_TRUE(ParseQuery(Repeat("(", 150) + "SELECT 1" + Repeat(unions + ")", 150)).status().IsCapacityError());
  // Side by side they do not.
  EXPECT_TRUE(ParseExpression("f(a" + Repeat(link + ", b", 150) + ")").ok());
}

TEST(ParserTest, NestingUpToTheLimitParsesPrintsAndParsesAgain) {
  const auto count = static_cast<size_t>(ParseLimits().nesting_depth_max) - 5;
  const auto parsed = Parse(Repeat("f(", count) + "1" + Repeat(")", count));
  EXPECT_TRUE(ParseExpression(ToSql(*parsed)).ok());
}

TEST(ParserTest, WhatIsWideIsNotDeep) {
  constexpr size_t kCount = 5'000;
  EXPECT_TRUE(ParseExpression("a" + Repeat(" OR a", kCount)).ok());
  EXPECT_TRUE(ParseExpression("a IN (1" + Repeat(", 1", kCount) + ")").ok());
  EXPECT_TRUE(ParseQuery("VALUES (1)" + Repeat(", (1)", kCount)).ok());
  EXPECT_TRUE(ParseQuery("SELECT a" + Repeat(", a", kCount) + " FROM t").ok());
  EXPECT_TRUE(ParseExpression("CASE" + Repeat(" WHEN a THEN 1", kCount) + " END").ok());
  EXPECT_EQ(ParseScript(Repeat("SELECT 1;", kCount))->size(), kCount);
}

TEST(ParserTest, LargeTextsAreRefused) {
  ParseLimits limits;
  limits.text_size_max = 10;
  EXPECT_TRUE(ParseScript("SELECT 123456", limits).status().IsCapacityError());
  EXPECT_TRUE(ParseScript("SELECT 123", limits).ok());
}

TEST(ParserTest, TheFirstErrorOfAScriptIsReported) {
  const auto parsed = ParseScript("SELECT 1;\nSELECT FROM t;\nSELECT 'never closed");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(DiagnosticOf(parsed.status())->range.begin, 17u);
}

}  // namespace
}  // namespace tidemark::sql
