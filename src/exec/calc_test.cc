// SPDX-License-Identifier: Apache-2.0
// Filter, projection, union and grouping sets; and that every kind of plan node has its operator.
#include "exec/calc.h"

#include <arrow/scalar.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exec/make_operator.h"
#include "exec/picture_testing.h"
#include "expr/function.h"

namespace tidemark::exec {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

const Schema kInput = SchemaOf({DataType::BigInt(), DataType::String(), DataType::BigInt()});

ExpressionPtr Column(int index) { return Expression::Column(index, kInput[index].type, kInput[index].name); }
ExpressionPtr Number(int64_t value) {
  return Expression::Literal(std::make_shared<arrow::Int64Scalar>(value), DataType::BigInt().NotNull());
}
ExpressionPtr Binary(const std::string& name, ExpressionPtr left, ExpressionPtr right, DataType type) {
  return Expression::Call(expr::FunctionRegistry::BuiltIn().Find(name), {std::move(left), std::move(right)}, type);
}

std::string RunCalc(ExpressionPtr condition, std::vector<ExpressionPtr> outputs, std::string_view script) {
  Schema output;
  for (const auto& expression : outputs) output.push_back({"x", expression->type()});
  const plan::CalcNode node(output, InputNode(kInput, AllKinds()), std::move(condition), std::move(outputs), "Calc");
  OperatorPicture picture(MakeOperator(node), {kInput}, output);
  return picture.Run(script);
}

TEST(Calc, FilterAndProjection) {
  EXPECT_EQ(RunCalc(Binary(">", Column(0), Number(1), DataType::Boolean()),
                    {Binary("+", Column(2), Number(10), DataType::BigInt()), Column(1)},
                    "+I 1 a 1\n-U 2 b 2\n+U 3 c 3 @7\n+I null d 4\nwatermark 9"),
            "-U 12 b\n+U 13 c @7\nwatermark 9\n");
}

TEST(Calc, ProjectionAlone) {
  EXPECT_EQ(RunCalc(nullptr, {Column(1), Column(1), Number(5)}, "+I 1 a 1\n-D 2 b 2"), "+I a a 5\n-D b b 5\n");
}

TEST(Calc, NothingIsSentWhenNoRowIsLeft) {
  EXPECT_EQ(RunCalc(Binary(">", Column(0), Number(100), DataType::Boolean()), {Column(1)}, "+I 1 a 1\nwatermark 3"),
            "watermark 3\n");
}

TEST(Calc, OnlyRowsThatPassAreComputed) {
  // Division by zero fails, but not for rows that were filtered out.
  const auto divide = Binary("/", Number(10), Column(0), DataType::BigInt());
  EXPECT_EQ(RunCalc(Binary("<>", Column(0), Number(0), DataType::Boolean()), {divide}, "+I 0 a 1\n+I 5 b 1"), "+I 2\n");
  EXPECT_THAT(RunCalc(nullptr, {divide}, "+I 0 a 1"), ::testing::HasSubstr("error: "));
}

TEST(Calc, ConstantsWithoutColumns) {
  EXPECT_EQ(
      RunCalc(Binary(">", Column(0), Number(1), DataType::Boolean()), {Number(7)}, "+I 1 a 1\n+I 2 b 2\n+I 3 b 2"),
      "+I 7\n+I 7\n");
}

TEST(Union, PassesEveryInputOn) {
  const plan::UnionNode node(kInput, {InputNode(kInput), InputNode(kInput)}, {}, "Union");
  OperatorPicture picture(MakeOperator(node), {kInput, kInput}, kInput);
  EXPECT_EQ(picture.Run("0: +I 1 a 1 @5\n1: +I 2 b 2\n1: -D 3 c 3\nwatermark 9\nfinish"),
            "+I 1 a 1 @5\n+I 2 b 2\n-D 3 c 3\nwatermark 9\n");
}

TEST(Expand, EachGroupingSetGivesEveryRowOnce) {
  Schema output = kInput;
  output.push_back({"$expand_id", DataType::BigInt()});
  const plan::ExpandNode node(output, InputNode(kInput), {{true, true, true}, {false, true, true}}, {0, 4}, "Expand");
  OperatorPicture picture(MakeOperator(node), {kInput}, output);
  EXPECT_EQ(picture.Run("+I 1 a 1\n-D 2 b 2 @3"), "+I 1 a 1 0\n-D 2 b 2 0 @3\n+I null a 1 4\n-D null b 2 4 @3\n");
}

TEST(MakeOperator, WhatTheRuntimeMakesIsNoOperator) {
  const plan::ExchangeNode node(InputNode(kInput), {}, "Exchange(to one worker)");
  EXPECT_EQ(MakeOperator(node).status().message(), "Exchange(to one worker) is not an operator: the runtime makes it");
}

}  // namespace
}  // namespace tidemark::exec
