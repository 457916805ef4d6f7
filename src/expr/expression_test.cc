// SPDX-License-Identifier: Apache-2.0
// Expressions: text, equality, columns, determinism.
#include "expr/expression.h"

#include <gtest/gtest.h>

#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

ExpressionPtr Price() { return Expression::Column(1, TypeOf("DOUBLE"), "price"); }
ExpressionPtr Name() { return Expression::Column(0, TypeOf("STRING"), "name"); }

TEST(Expression, Text) {
  const auto cheap = CallOf("<", {Price(), Literal("DOUBLE", "10")});
  EXPECT_EQ(cheap->ToString(), "(price < 10.0)");
  EXPECT_EQ(CallOf("LIKE", {Name(), Literal("STRING", "O'%")})->ToString(), "(name LIKE 'O''%')");
  EXPECT_EQ(CallOf("LIKE", {Name(), Literal("STRING", "a"), Literal("STRING", "!")})->ToString(),
            "(name LIKE 'a' ESCAPE '!')");
  EXPECT_EQ(CallOf("IS NULL", {Name()})->ToString(), "(name IS NULL)");
  EXPECT_EQ(CallOf("-", {Price()})->ToString(), "-price");
  EXPECT_EQ(CallOf("IN", {Name(), Literal("STRING", "a"), Literal("STRING", "b")})->ToString(), "(name IN ('a', 'b'))");
  EXPECT_EQ(CastTo(Price(), "BIGINT NOT NULL")->ToString(), "CAST(price AS BIGINT)");
  EXPECT_EQ(TryCastTo(Name(), "INT")->ToString(), "TRY_CAST(name AS INT)");
  EXPECT_EQ(Expression::And({cheap, CallOf("IS NOT NULL", {Name()})})->ToString(),
            "((price < 10.0) AND (name IS NOT NULL))");
  EXPECT_EQ(Expression::Or({cheap, cheap})->ToString(), "((price < 10.0) OR (price < 10.0))");
  EXPECT_EQ(Expression::Case({cheap, Literal("INT", "1"), Literal("INT", "NULL")}, TypeOf("INT"))->ToString(),
            "CASE WHEN (price < 10.0) THEN 1 ELSE NULL END");
  EXPECT_EQ(Expression::Coalesce({Name(), Literal("STRING", "x")}, TypeOf("STRING"))->ToString(),
            "COALESCE(name, 'x')");
  EXPECT_EQ(Expression::Field(ColumnRef(2, "ROW<a INT, b INT>"), 1, TypeOf("INT"))->ToString(), "c2.b");
  EXPECT_EQ(CallOf("ITEM", {ColumnRef(0, "ARRAY<INT>"), Literal("BIGINT", "1")})->ToString(), "c0[1]");
  EXPECT_EQ(CallOf("ARRAY", {Literal("INT", "1"), Literal("INT", "2")})->ToString(), "ARRAY[1, 2]");
  EXPECT_EQ(Literal("TIMESTAMP(3)", "2020-01-01 00:00:00")->ToString(), "TIMESTAMP '2020-01-01 00:00:00.000'");
  EXPECT_EQ(Literal("INTERVAL MONTH", "14")->ToString(), "INTERVAL '14' MONTH");
  EXPECT_EQ(Literal("INTERVAL MONTH", "-24")->ToString(), "INTERVAL '-2' YEAR");
  EXPECT_EQ(Literal("INTERVAL SECOND", "90000")->ToString(), "INTERVAL '90' SECOND");
  EXPECT_EQ(Literal("INTERVAL SECOND", "3600000")->ToString(), "INTERVAL '1' HOUR");
  EXPECT_EQ(Literal("INTERVAL SECOND", "1500")->ToString(), "INTERVAL '+0 00:00:01.500' DAY TO SECOND");
  EXPECT_EQ(Expression::Column(3, TypeOf("INT"), "")->ToString(), "$3");
}

TEST(Expression, EqualityIsByStructure) {
  const auto one = CallOf("+", {Price(), Literal("DOUBLE", "1")});
  EXPECT_TRUE(one->Equals(*CallOf("+", {Price(), Literal("DOUBLE", "1")})));
  EXPECT_FALSE(one->Equals(*CallOf("+", {Price(), Literal("DOUBLE", "2")})));
  EXPECT_FALSE(one->Equals(*CallOf("-", {Price(), Literal("DOUBLE", "1")})));
  EXPECT_FALSE(Literal("DOUBLE", "0")->Equals(*Literal("DOUBLE", "-0")));
  EXPECT_TRUE(Literal("DOUBLE", "NaN")->Equals(*Literal("DOUBLE", "NaN")));
  EXPECT_FALSE(Literal("INT", "1")->Equals(*Literal("BIGINT", "1")));
  EXPECT_FALSE(CastTo(Name(), "INT")->Equals(*TryCastTo(Name(), "INT")));
}

TEST(Expression, ColumnsAreFoundAndReplaced) {
  const auto sum = CallOf("+", {ColumnRef(3, "INT"), CallOf("*", {ColumnRef(1, "INT"), ColumnRef(3, "INT")})});
  EXPECT_EQ(ReferencedColumns(*sum), (std::vector<int>{1, 3}));
  const auto replaced = ReplaceColumns(sum, {nullptr, Literal("INT", "7"), nullptr, ColumnRef(0, "INT")});
  EXPECT_EQ(replaced->ToString(), "(c0 + (7 * c0))");
  EXPECT_EQ(sum->ToString(), "(c3 + (c1 * c3))");
  EXPECT_EQ(ReplaceColumns(sum, {}), sum);
}

TEST(Expression, Determinism) {
  EXPECT_TRUE(CallOf("+", {Price(), Literal("DOUBLE", "1")})->deterministic());
  EXPECT_FALSE(CallOf("CURRENT_TIMESTAMP", {})->deterministic());
  EXPECT_FALSE(CastTo(CallOf("CURRENT_TIMESTAMP", {}), "STRING")->deterministic());
}

TEST(Expression, OneOperandNeedsNoConnective) {
  const auto test = CallOf("IS NULL", {Name()});
  EXPECT_EQ(Expression::And({test}), test);
  EXPECT_EQ(Expression::Or({test}), test);
}

}  // namespace
}  // namespace tidemark::expr
