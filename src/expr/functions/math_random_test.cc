// SPDX-License-Identifier: Apache-2.0
// Random numbers: the sequences of a seed are Java's.
#include <arrow/api.h>
#include <gtest/gtest.h>

#include <set>

#include "expr/expression_testing.h"
#include "expr/functions/java_random.h"

namespace tidemark::expr {
namespace {

using Texts = std::vector<std::string>;

TEST(Random, ConstantSeedGivesOneSequenceOverAllRows) {
  const auto rand = CallOf("RAND", {Literal("INT", "1")});
  EXPECT_EQ(Evaluate(rand, {}, 3), (Texts{"0.7308781907032909", "0.41008081149220166", "0.20771484130971707"}));
  const auto integer = CallOf("RAND_INTEGER", {Literal("INT", "1"), Literal("INT", "10")});
  EXPECT_EQ(Evaluate(integer, {}, 3), (Texts{"5", "8", "7"}));
}

TEST(Random, SeedFromAColumnStartsAnewInEveryRow) {
  const auto rand = CallOf("RAND", {ColumnRef(0, "INT")});
  EXPECT_EQ(Evaluate(rand, {ColumnOf("INT", {"1", "2", "1", "NULL"})}, 4),
            (Texts{"0.7308781907032909", "0.7311469360199058", "0.7308781907032909", "NULL"}));
  const auto integer = CallOf("RAND_INTEGER", {ColumnRef(0, "INT"), Literal("INT", "10")});
  EXPECT_EQ(Evaluate(integer, {ColumnOf("INT", {"1", "2", "1"})}, 3), (Texts{"5", "8", "5"}));
}

TEST(Random, BoundsMustBePositive) {
  const auto integer = CallOf("RAND_INTEGER", {ColumnRef(0, "INT")});
  EXPECT_EQ(Evaluate(integer, {ColumnOf("INT", {"1", "1"})}, 2), (Texts{"0", "0"}));
  EXPECT_EQ(Evaluate(integer, {ColumnOf("INT", {"0"})}, 1),
            (Texts{"ERROR: The bound of RAND_INTEGER must be positive: 0"}));
}

TEST(Random, NumbersLieInTheirRange) {
  JavaRandom random(7);
  for (int i = 0; i < 1000; ++i) {
    for (int32_t bound : {1, 2, 3, 1000, 1 << 30, 2147483647}) {
      const int32_t number = random.NextInt(bound);
      EXPECT_TRUE(number >= 0 && number < bound) << number;
    }
    const double number = random.NextDouble();
    EXPECT_TRUE(number >= 0 && number < 1) << number;
  }
}

TEST(Random, UuidsAreOfVersion4AndDiffer) {
  std::set<std::string> seen;
  for (const std::string& uuid : Evaluate(CallOf("UUID", {}), {}, 100)) {
    ASSERT_EQ(uuid.size(), 36u);
    EXPECT_EQ(uuid[14], '4');
    EXPECT_TRUE(std::string("89ab").find(uuid[19]) != std::string::npos) << uuid;
    EXPECT_EQ(uuid[8], '-');
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}

}  // namespace
}  // namespace tidemark::expr
