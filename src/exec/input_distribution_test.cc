// SPDX-License-Identifier: Apache-2.0
// Plans whose operators have no exchange of their own: the columns of the one below must be found.
#include "exec/input_distribution.h"

#include <gtest/gtest.h>

#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

using plan::PhysicalPtr;
using Columns = std::optional<std::vector<int>>;

const Schema kRows = SchemaOf({DataType::Int(), DataType::Int(), DataType::Int(), DataType::Int()});

PhysicalPtr Exchange(PhysicalPtr input, std::vector<int> columns) {
  return std::make_shared<plan::ExchangeNode>(std::move(input), std::move(columns), "Exchange");
}

PhysicalPtr Choose(PhysicalPtr input, const std::vector<int>& columns) {
  std::vector<expr::ExpressionPtr> outputs;
  Schema schema;
  for (int column : columns) {
    schema.push_back(input->schema()[column]);
    outputs.push_back(expr::Expression::Column(column, schema.back().type, schema.back().name));
  }
  return std::make_shared<plan::CalcNode>(schema, std::move(input), nullptr, std::move(outputs), "Calc");
}

std::shared_ptr<plan::GroupAggregateNode> GroupBy(PhysicalPtr input, std::vector<int> groups) {
  Schema schema;
  for (int column : groups) schema.push_back(input->schema()[column]);
  auto node = std::make_shared<plan::GroupAggregateNode>(schema, std::move(input), AllKinds(), "Distinct");
  node->group_columns = std::move(groups);
  return node;
}

TEST(InputDistribution, ExchangesSayIt) {
  EXPECT_EQ(DistributionColumns(*Exchange(InputNode(kRows), {2, 0})), Columns({2, 0}));
  EXPECT_EQ(DistributionColumns(*Exchange(InputNode(kRows), {})), std::nullopt);
  EXPECT_EQ(DistributionColumns(*InputNode(kRows)), std::nullopt);
}

TEST(InputDistribution, ColumnsAreFollowedUp) {
  const PhysicalPtr spread = Exchange(InputNode(kRows), {2, 0});
  EXPECT_EQ(DistributionColumns(*Choose(spread, {0, 1, 2})), Columns({2, 0}));
  EXPECT_EQ(DistributionColumns(*Choose(spread, {2, 3, 0})), Columns({0, 2}));
  EXPECT_EQ(DistributionColumns(*Choose(spread, {2, 3})), std::nullopt);
  // SELECT DISTINCT a, c, d ... below a GROUP BY of two of the three.
  EXPECT_EQ(DistributionColumns(*GroupBy(spread, {3, 0, 2})), Columns({2, 1}));
  EXPECT_EQ(DistributionColumns(*Choose(GroupBy(spread, {3, 0, 2}), {1, 2})), Columns({1, 0}));
  auto rank = std::make_shared<plan::RankNode>(kRows, spread, AllKinds(), "Rank");
  EXPECT_EQ(DistributionColumns(*std::make_shared<plan::PerWindowNode>(rank, "PerWindow")), Columns({2, 0}));
}

TEST(InputDistribution, RowsOfSeveralInputsAreAnywhere) {
  const PhysicalPtr spread = Exchange(InputNode(kRows), {1});
  EXPECT_EQ(DistributionColumns(plan::UnionNode(kRows, {spread, spread}, {}, "Union")), std::nullopt);
  EXPECT_EQ(DistributionColumns(plan::JoinNode(kRows, spread, spread, {}, "Join")), std::nullopt);
}

TEST(InputDistribution, OwnersAreInTheOrderOfTheHash) {
  // GROUP BY a, c over rows that are spread by (c, a): the key groups are those of (c, a).
  const auto owner = OwnerOfKept(*Exchange(InputNode(kRows), {2, 0}), {0, 2});
  ASSERT_TRUE(owner.ok());
  EXPECT_EQ(owner->kind, state::RowOwner::Kind::kKey);
  EXPECT_EQ(owner->key_columns, (std::vector<int>{1, 0}));
  EXPECT_EQ(OwnerOfRows(*Exchange(InputNode(kRows), {2, 0})).key_columns, (std::vector<int>{2, 0}));
  // All on one worker, whatever the keys.
  EXPECT_EQ(OwnerOfKept(*Exchange(InputNode(kRows), {}), {0})->kind, state::RowOwner::Kind::kOneWorker);
  EXPECT_FALSE(OwnerOfKept(*Exchange(InputNode(kRows), {3}), {0}).ok());
}

}  // namespace
}  // namespace tidemark::exec
