// SPDX-License-Identifier: Apache-2.0
// Field paths: what contains what, and what expressions read.
#include "plan/column_use.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::plan {
namespace {

using expr::Expression;
using ::testing::ElementsAre;

const DataType kInner = DataType::Row({{"x", DataType::Int()}, {"y", DataType::Int()}});
const DataType kOuter = DataType::Row({{"a", DataType::Int()}, {"b", kInner}});

TEST(ColumnUse, AFieldInsideAnotherThatIsReadAddsNothing) {
  ColumnUse use;
  EXPECT_FALSE(use);
  use.Add(ColumnUse::Fields({{1, 0}, {0}}));
  EXPECT_THAT(use.fields(), ElementsAre(FieldPath{0}, FieldPath{1, 0}));
  use.Add(ColumnUse::Fields({{1}}));
  EXPECT_THAT(use.fields(), ElementsAre(FieldPath{0}, FieldPath{1}));
  use.Add(ColumnUse::Fields({{1, 1}}));
  EXPECT_THAT(use.fields(), ElementsAre(FieldPath{0}, FieldPath{1}));
  EXPECT_FALSE(use.is_whole());
  use.Add(ColumnUse::Whole());
  EXPECT_TRUE(use.is_whole());
  EXPECT_EQ(use, ColumnUse::Whole());
}

TEST(ColumnUse, ExpressionsReadTheFieldsTheyName) {
  const auto column = Expression::Column(1, kOuter, "c");
  const auto inner = Expression::Field(column, 1, kInner);
  const auto leaf = Expression::Field(inner, 0, DataType::Int());
  ColumnUses uses(2);
  AddUses(Expression::Cast(leaf, DataType::BigInt(), false), &uses);
  EXPECT_FALSE(uses[0]);
  EXPECT_THAT(uses[1].fields(), ElementsAre(FieldPath{1, 0}));
  // Of a projected ROW, only a field is read above.
  ColumnUses above(2);
  AddUses(*inner, ColumnUse::Fields({{1}}), &above);
  EXPECT_THAT(above[1].fields(), ElementsAre(FieldPath{1, 1}));
  AddUses(Expression::And({column, leaf}), &above);
  EXPECT_TRUE(above[1].is_whole());
  AddUses(nullptr, &above);
}

}  // namespace
}  // namespace tidemark::plan
