// SPDX-License-Identifier: Apache-2.0
// Normalization of upserts by pictures, and against a map with random batch cuts.
#include "exec/changelog_normalize.h"

#include <gtest/gtest.h>

#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

const Schema kInput = SchemaOf({DataType::String(), DataType::BigInt()});

struct Case {
  std::shared_ptr<plan::ChangelogNormalizeNode> node;
  std::unique_ptr<OperatorPicture> picture;

  explicit Case(plan::ChangelogMode mode = AllKinds(), int64_t batch_rows = 8192) {
    node = std::make_shared<plan::ChangelogNormalizeNode>(InputNode(kInput), std::vector<int>{0}, mode,
                                                          "ChangelogNormalize");
    picture = std::make_unique<OperatorPicture>(MakeChangelogNormalizeOperator(*node), std::vector<Schema>{kInput},
                                                kInput, batch_rows);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

TEST(ChangelogNormalize, UpsertsGetTheirBeforeImages) {
  Case test;
  EXPECT_EQ(test.Run("+U x 1\n+I y 1\n---\n+U x 2\n+I y 1\n---\n-D x null\n-D z null"),
            "+I x 1\n+I y 1\n-U x 1\n+U x 2\n-D x 2\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 1);
  EXPECT_EQ(test.Run("+U x 2"), "+I x 2\n");
}

TEST(ChangelogNormalize, OnlyTheDifferenceOfABatchIsSent) {
  Case test;
  EXPECT_EQ(test.Run("+I x 1\n+U x 2\n+I y 1\n-D y 1"), "+I x 2\n");
  EXPECT_EQ(test.Run("-D x 2\n+I x 2\n+I z 1"), "+I z 1\n");
  EXPECT_EQ(test.Run("-U x 2\n+U x 3\n-U z 1"), "-U x 2\n+U x 3\n-D z 1\n");
}

TEST(ChangelogNormalize, WithoutUpdateBefore) {
  Case test(WithoutUpdateBefore());
  EXPECT_EQ(test.Run("+I x 1\n---\n+U x 2\n---\n-D x 2"), "+I x 1\n+U x 2\n-D x 2\n");
}

TEST(ChangelogNormalize, NullIsAKey) {
  Case test;
  EXPECT_EQ(test.Run("+I null 1\n---\n+U null 2"), "+I null 1\n-U null 1\n+U null 2\n");
}

TEST(ChangelogNormalizeProperty, EqualsAMapForAnyBatches) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::map<std::string, std::string> last;
    std::string text;
    for (int i = 0; i < 200; ++i) {
      const std::string key = "k" + std::to_string(random() % 20);
      if (random() % 4 == 0) {
        last.erase(key);
        text += "-D " + key + " null\n";
        continue;
      }
      const std::string value = random() % 6 == 0 ? "null" : std::to_string(random() % 5);
      last[key] = value;
      text += (random() % 2 ? "+U " : "+I ") + key + " " + value + "\n";
    }
    std::map<std::string, int64_t> expected;
    for (const auto& [key, value] : last) expected[key + " " + value] = 1;
    Case test(AllKinds(), 1 + random() % 20);
    for (const Batch& piece : CutAtRandom(ParseRows(kInput, text), 1 + random() % 50, &random)) {
      ASSERT_TRUE(test.picture->Push(0, piece).ok());
    }
    EXPECT_EQ(test.picture->out().table(), expected) << "round " << round;
    EXPECT_EQ(test.picture->metrics().state_rows, static_cast<int64_t>(last.size()));
  }
}

}  // namespace
}  // namespace tidemark::exec
