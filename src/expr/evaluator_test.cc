// SPDX-License-Identifier: Apache-2.0
// The evaluator: laziness, sharing, folding, and columns of every shape.
#include "expr/evaluator.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

using Texts = std::vector<std::string>;

ExpressionPtr Int(int index) { return ColumnRef(index, "INT"); }
ExpressionPtr Bool(int index) { return ColumnRef(index, "BOOLEAN"); }
ExpressionPtr One() { return Literal("INT", "1"); }
/// 100 / column: fails where the column is 0.
ExpressionPtr HundredBy(int index) { return CallOf("/", {Literal("INT", "100"), Int(index)}); }
ExpressionPtr IsZero(int index) { return CallOf("=", {Int(index), Literal("INT", "0")}); }

TEST(Evaluator, ThreeValuedLogic) {
  const auto left = ColumnOf("BOOLEAN", {"true", "true", "true", "false", "false", "false", "NULL", "NULL", "NULL"});
  const auto right = ColumnOf("BOOLEAN", {"true", "false", "NULL", "true", "false", "NULL", "true", "false", "NULL"});
  EXPECT_EQ(Evaluate(Expression::And({Bool(0), Bool(1)}), {left, right}, 9),
            (Texts{"TRUE", "FALSE", "NULL", "FALSE", "FALSE", "FALSE", "NULL", "FALSE", "NULL"}));
  EXPECT_EQ(Evaluate(Expression::Or({Bool(0), Bool(1)}), {left, right}, 9),
            (Texts{"TRUE", "TRUE", "TRUE", "TRUE", "FALSE", "NULL", "TRUE", "NULL", "NULL"}));
  EXPECT_EQ(Evaluate(Expression::And({Bool(0), Literal("BOOLEAN", "NULL")}), {left}, 9),
            (Texts{"NULL", "NULL", "NULL", "FALSE", "FALSE", "FALSE", "NULL", "NULL", "NULL"}));
}

TEST(Evaluator, AndStopsBeforeWhatFails) {
  const auto divisors = ColumnOf("INT", {"0", "5", "NULL", "200", "0"});
  const auto big = CallOf(">", {HundredBy(0), One()});
  EXPECT_EQ(Evaluate(Expression::And({CallOf("<>", {Int(0), Literal("INT", "0")}), big}), {divisors}, 5),
            (Texts{"FALSE", "TRUE", "NULL", "FALSE", "FALSE"}));
  EXPECT_EQ(Evaluate(Expression::Or({IsZero(0), big}), {divisors}, 5),
            (Texts{"TRUE", "TRUE", "NULL", "FALSE", "TRUE"}));
  EXPECT_EQ(Evaluate(Expression::And({big, CallOf("<>", {Int(0), Literal("INT", "0")})}), {divisors}, 5),
            (Texts{"ERROR: Division by zero"}));
}

TEST(Evaluator, CaseEvaluatesABranchOnlyForItsRows) {
  const auto divisors = ColumnOf("INT", {"7", "0", "5", "NULL", "200", "0"})->Slice(1);
  const auto guarded = Expression::Case({IsZero(0), Literal("INT", "-1"), HundredBy(0)}, TypeOf("INT"));
  EXPECT_EQ(Evaluate(guarded, {divisors}, 5), (Texts{"-1", "20", "NULL", "0", "-1"}));
  // A condition that fails runs only where the earlier ones did not hold.
  const auto second = Expression::Case({IsZero(0), Literal("STRING", "zero"), CallOf(">", {HundredBy(0), One()}),
                                        Literal("STRING", "small"), Literal("STRING", "other")},
                                       TypeOf("STRING"));
  EXPECT_EQ(Evaluate(second, {divisors}, 5), (Texts{"zero", "small", "other", "other", "zero"}));
  // No row asks for it at all.
  const auto never =
      Expression::Case({Literal("BOOLEAN", "false"), HundredBy(0), Literal("INT", "NULL")}, TypeOf("INT"));
  EXPECT_EQ(Evaluate(never, {divisors}, 5), (Texts{"NULL", "NULL", "NULL", "NULL", "NULL"}));
}

TEST(Evaluator, CaseMergesBranchesOfEveryType) {
  const auto picks = ColumnOf("INT", {"1", "2", "3", "1", "NULL"});
  auto is = [](const char* value) { return CallOf("=", {Int(0), Literal("INT", value)}); };
  const std::tuple<const char*, const char*, const char*, const char*> types[] = {
      {"BOOLEAN", "TRUE", "FALSE", "TRUE"},
      {"TINYINT", "1", "2", "3"},
      {"SMALLINT", "1", "2", "3"},
      {"INT", "1", "2", "3"},
      {"BIGINT", "1", "2", "3"},
      {"FLOAT", "1.5", "2.5", "3.5"},
      {"DOUBLE", "1.5", "NaN", "-0.0"},
      {"DECIMAL(5, 2)", "1.00", "-2.50", "3.00"},
      {"STRING", "a", "", "ccc"},
      {"BYTES", "a", "b", "c"},
      {"DATE", "2020-01-01", "1969-12-31", "0001-01-01"},
      {"TIMESTAMP(3)", "2020-01-01 00:00:00.000", "1969-12-31 23:59:59.999", "0001-01-01 00:00:00.000"},
      {"ARRAY<INT>", "[1]", "[]", "[2, 3]"},
      {"MAP<STRING, INT>", R"([["a", 1]])", "[]", R"([["b", 2]])"},
      {"ROW<a INT>", "[1]", "[2]", "[3]"}};
  for (const auto& [type, first, second, third] : types) {
    SCOPED_TRACE(type);
    const Texts values = Evaluate(ColumnRef(0, type), {ColumnOf(type, {first, second, third})}, 3);
    const auto column = ColumnOf(type, {first, first, first, first, first});
    const auto chosen = Expression::Case({is("1"), ColumnRef(1, type), is("2"), Literal(type, second), is("3"),
                                          Literal(type, third), Literal(type, "NULL")},
                                         TypeOf(type));
    EXPECT_EQ(Evaluate(chosen, {picks, column}, 5), (Texts{values[0], values[1], values[2], values[0], "NULL"}));
    const auto with_nulls = ColumnOf(type, {"NULL", first, first, "NULL", first});
    EXPECT_EQ(Evaluate(Expression::Coalesce({ColumnRef(1, type), Literal(type, second)}, TypeOf(type)),
                       {picks, with_nulls}, 5),
              (Texts{values[1], values[0], values[0], values[1], values[0]}));
  }
}

TEST(Evaluator, CoalesceStopsAtTheFirstValue) {
  const auto divisors = ColumnOf("INT", {"0", "NULL", "4", "NULL", "0", "NULL"});
  const auto fallback = ColumnOf("INT", {"0", "5", "0", "NULL", "0", "10"});
  const auto last = ColumnOf("INT", {"9", "9", "9", "2", "9", "9"});
  const auto value = Expression::Coalesce({Int(0), HundredBy(1), HundredBy(2)}, TypeOf("INT"));
  EXPECT_EQ(Evaluate(value, {divisors, fallback, last}, 6), (Texts{"0", "20", "4", "50", "0", "10"}));
  EXPECT_EQ(Evaluate(Expression::Coalesce({Literal("INT", "NULL"), Int(0)}, TypeOf("INT")), {divisors}, 6),
            (Texts{"0", "NULL", "4", "NULL", "0", "NULL"}));
  EXPECT_EQ(Evaluate(Expression::Coalesce({One(), HundredBy(0)}, TypeOf("INT")), {divisors}, 6),
            (Texts{"1", "1", "1", "1", "1", "1"}));
}

TEST(Evaluator, ConstantsThatFailDoSoOnlyWhereTheyAreAskedFor) {
  const auto fails = CallOf("/", {One(), Literal("INT", "0")});
  EXPECT_EQ(EvaluateText(fails), "ERROR: Division by zero");
  const auto guarded = Expression::Case({CallOf(">", {Int(0), Literal("INT", "5")}), fails, One()}, TypeOf("INT"));
  EXPECT_EQ(Evaluate(guarded, {ColumnOf("INT", {"1", "2"})}, 2), (Texts{"1", "1"}));
  EXPECT_EQ(Evaluate(guarded, {ColumnOf("INT", {"1", "9"})}, 2), (Texts{"ERROR: Division by zero"}));
  EXPECT_EQ(Evaluate(guarded, {ColumnOf("INT", {})}, 0), Texts{});
}

TEST(Evaluator, NestedBranchesSeeTheirOwnRows) {
  const auto column = ColumnOf("INT", {"0", "1", "2", "3", "4", "5", "6", "7"});
  auto less = [](const char* value) { return CallOf("<", {Int(0), Literal("INT", value)}); };
  const auto inner = Expression::Case({less("2"), HundredBy(0), CallOf("+", {HundredBy(0), One()})}, TypeOf("INT"));
  const auto outer =
      Expression::Case({less("1"), Literal("INT", "-1"), less("6"), inner, CallOf("-", {HundredBy(0)})}, TypeOf("INT"));
  EXPECT_EQ(Evaluate(outer, {column}, 8), (Texts{"-1", "100", "51", "34", "26", "21", "-16", "-14"}));
}

TEST(Evaluator, FieldsOfNullRowsAreNull) {
  const auto rows = ColumnOf("ROW<a INT, b STRING>", {R"([1, "x"])", "NULL", R"([null, "y"])"})->Slice(1);
  const auto base = ColumnRef(0, "ROW<a INT, b STRING>");
  EXPECT_EQ(Evaluate(Expression::Field(base, 0, TypeOf("INT")), {rows}, 2), (Texts{"NULL", "NULL"}));
  EXPECT_EQ(Evaluate(Expression::Field(base, 1, TypeOf("STRING")), {rows}, 2), (Texts{"NULL", "y"}));
  EXPECT_EQ(EvaluateText(Expression::Field(Literal("ROW<a INT, b STRING>", R"([1, "x"])"), 1, TypeOf("STRING"))), "x");
}

TEST(Evaluator, ManyOutputsShareWhatIsEqual) {
  const FunctionContext context;
  const auto sum = CallOf("+", {Int(0), Int(1)});
  auto evaluator =
      Evaluator::Make({sum, CallOf("*", {sum, sum}), CallOf("+", {Int(0), Int(1)}), One()}, &context).ValueOrDie();
  for (int64_t rows : {3, 2, 0, 5}) {
    const Texts left(rows, "2");
    const Texts right(rows, "3");
    auto columns = evaluator->Evaluate(Batch{rows, {ColumnOf("INT", left), ColumnOf("INT", right)}, nullptr, nullptr})
                       .ValueOrDie();
    ASSERT_EQ(columns.size(), 4);
    for (const auto& column : columns) EXPECT_EQ(column->length(), rows);
    // One step: the very same buffers.
    EXPECT_EQ(columns[0]->data().get(), columns[2]->data().get());
    if (rows > 0) {
      EXPECT_EQ(static_cast<const arrow::Int32Array&>(*columns[1]).Value(0), 25);
    }
  }
}

TEST(Evaluator, CastsThatChangeNothingCostNothing) {
  const FunctionContext context;
  const auto column = ColumnOf("CHAR(3)", {"abc", "de "});
  auto evaluator =
      Evaluator::Make({CastTo(ColumnRef(0, "CHAR(3)"), "STRING"), CastTo(ColumnRef(0, "CHAR(3)"), "CHAR(3) NOT NULL")},
                      &context)
          .ValueOrDie();
  auto columns = evaluator->Evaluate(Batch{2, {column}, nullptr, nullptr}).ValueOrDie();
  EXPECT_EQ(columns[0]->data()->buffers[2], column->data()->buffers[2]);
  EXPECT_EQ(columns[1]->data()->buffers[2], column->data()->buffers[2]);
}

TEST(Evaluator, ConstantsHaveTheLengthOfTheBatch) {
  EXPECT_EQ(Evaluate(One(), {}, 3), (Texts{"1", "1", "1"}));
  EXPECT_EQ(Evaluate(Literal("STRING", "NULL"), {}, 2), (Texts{"NULL", "NULL"}));
  EXPECT_EQ(EvaluateConstant(CallOf("+", {One(), One()}), {}).ValueOrDie()->ToString(), "2");
}

TEST(Evaluator, AMissingColumnIsAnError) {
  EXPECT_EQ(Evaluate(Int(4), {ColumnOf("INT", {"1"})}, 1), (Texts{"ERROR: Column 4 of a batch with 1 columns"}));
}

}  // namespace
}  // namespace tidemark::expr
