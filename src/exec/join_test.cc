// SPDX-License-Identifier: Apache-2.0
// Joins of all types by pictures, and both implementations against nested loops with random changes and batch cuts.
#include "exec/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "exec/join_insert_only.h"
#include "exec/picture_testing.h"
#include "expr/function.h"

namespace tidemark::exec {
namespace {

using plan::JoinNode;
using plan::JoinType;

// key, value
const Schema kLeftInput = SchemaOf({DataType::BigInt(), DataType::String()});
const Schema kRightInput = SchemaOf({DataType::BigInt(), DataType::String()});

const std::vector<JoinType> kAllTypes = {JoinType::kInner, JoinType::kLeft, JoinType::kRight,
                                         JoinType::kFull,  JoinType::kSemi, JoinType::kAnti};

bool IsLeftOnly(JoinType type) { return type == JoinType::kSemi || type == JoinType::kAnti; }

/// left value < right value
expr::ExpressionPtr ValueLess() {
  return expr::Expression::Call(
      expr::FunctionRegistry::BuiltIn().Find("<"),
      {expr::Expression::Column(1, DataType::String(), "b"), expr::Expression::Column(3, DataType::String(), "d")},
      DataType::Boolean());
}

struct Case {
  std::shared_ptr<JoinNode> node;
  std::unique_ptr<OperatorPicture> picture;

  struct Options {
    bool updating = false;
    bool final_only = false;
    bool null_safe = false;
    bool residual = false;
    bool cross = false;
    /// The implementation for changelogs, though inputs are insert-only.
    bool force_changelog = false;
    int64_t batch_rows = 8192;
  };

  explicit Case(JoinType type) : Case(type, Options()) {}
  Case(JoinType type, const Options& options) {
    Schema output = kLeftInput;
    if (!IsLeftOnly(type)) output.insert(output.end(), kRightInput.begin(), kRightInput.end());
    const plan::ChangelogMode mode = options.updating ? AllKinds() : plan::ChangelogMode{};
    node = std::make_shared<JoinNode>(output, InputNode(kLeftInput, mode), InputNode(kRightInput, mode), AllKinds(),
                                      "Join");
    node->type = type;
    if (!options.cross) {
      node->left_keys = {0};
      node->right_keys = {0};
      node->null_safe = {options.null_safe};
    }
    if (options.residual) node->residual = ValueLess();
    node->final_only = options.final_only;
    auto made = options.force_changelog ? MakeChangelogJoinOperator(*node) : MakeJoinOperator(*node);
    picture = std::make_unique<OperatorPicture>(std::move(made), std::vector<Schema>{kLeftInput, kRightInput}, output,
                                                options.batch_rows);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

TEST(Join, Inner) {
  Case test(JoinType::kInner);
  EXPECT_EQ(test.Run("0: +I 1 a\n0: +I 2 b\n1: +I 1 x\n1: +I 3 z\n1: +I 1 y\n0: +I 3 c\n0: +I 1 d\nwatermark 5"),
            "+I 1 a 1 x\n+I 1 a 1 y\n+I 3 c 3 z\n+I 1 d 1 x\n+I 1 d 1 y\nwatermark 5\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 7);
}

TEST(Join, LeftTakesThePaddedRowBackWhenTheFirstMatchComes) {
  Case test(JoinType::kLeft);
  EXPECT_EQ(
      test.Run("0: +I 1 a\n0: +I 1 b\n1: +I 1 x\n1: +I 1 y\n0: +I 2 c"),
      "+I 1 a null null\n+I 1 b null null\n-D 1 a null null\n+I 1 a 1 x\n-D 1 b null null\n+I 1 b 1 x\n+I 1 a 1 y\n"
      "+I 1 b 1 y\n+I 2 c null null\n");
}

TEST(Join, FullPadsBothSides) {
  Case test(JoinType::kFull);
  EXPECT_EQ(test.Run("0: +I 1 a\n1: +I 2 x\n0: +I 2 b"),
            "+I 1 a null null\n+I null null 2 x\n-D null null 2 x\n+I 2 b 2 x\n");
}

TEST(Join, SemiAndAnti) {
  Case semi(JoinType::kSemi);
  EXPECT_EQ(semi.Run("0: +I 1 a\n0: +I 2 b\n1: +I 1 x\n1: +I 1 y\n0: +I 1 c"), "+I 1 a\n+I 1 c\n");
  Case anti(JoinType::kAnti);
  EXPECT_EQ(anti.Run("0: +I 1 a\n0: +I 2 b\n1: +I 1 x\n1: +I 1 y\n0: +I 1 c\n0: +I null d"),
            "+I 1 a\n+I 2 b\n-D 1 a\n+I null d\n");
}

TEST(Join, NullKeysMatchNothingUnlessNullSafe) {
  Case plain(JoinType::kFull);
  EXPECT_EQ(plain.Run("0: +I null a\n1: +I null x\n0: +I null b"),
            "+I null a null null\n+I null null null x\n+I null b null null\n");
  Case safe(JoinType::kInner, {.null_safe = true});
  EXPECT_EQ(safe.Run("0: +I null a\n1: +I null x"), "+I null a null x\n");
}

TEST(Join, ResidualConditionDecidesWhatIsAMatch) {
  for (const bool force : {false, true}) {
    Case test(JoinType::kLeft, {.residual = true, .force_changelog = force});
    EXPECT_EQ(test.Run("0: +I 1 m\n1: +I 1 a\n1: +I 1 z\n1: +I 1 null"),
              "+I 1 m null null\n-D 1 m null null\n+I 1 m 1 z\n");
  }
}

TEST(Join, CrossJoin) {
  Case test(JoinType::kInner, {.cross = true});
  EXPECT_EQ(test.Run("0: +I 1 a\n0: +I 2 b\n1: +I 7 x\n1: +I null y"),
            "+I 1 a 7 x\n+I 2 b 7 x\n+I 1 a null y\n+I 2 b null y\n");
}

TEST(Join, UpdatingInputs) {
  Case test(JoinType::kLeft, {.updating = true});
  EXPECT_EQ(
      test.Run("0: +I 1 a\n1: +I 1 x\n1: -U 1 x\n1: +U 1 y\n1: -D 1 y\n0: -D 1 a"),
      "+I 1 a null null\n-D 1 a null null\n+I 1 a 1 x\n-D 1 a 1 x\n+I 1 a null null\n-D 1 a null null\n+I 1 a 1 y\n"
      "-D 1 a 1 y\n+I 1 a null null\n-D 1 a null null\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
}

TEST(Join, ZerosOfEitherSignAreTakenBackAsTheyWereGiven) {
  const Schema left = SchemaOf({DataType::BigInt(), DataType::Double()});
  Schema output = left;
  output.insert(output.end(), kRightInput.begin(), kRightInput.end());
  JoinNode node(output, InputNode(left, AllKinds()), InputNode(kRightInput, AllKinds()), AllKinds(), "Join");
  node.type = JoinType::kLeft;
  node.left_keys = {0};
  node.right_keys = {0};
  node.null_safe = {false};
  OperatorPicture picture(MakeJoinOperator(node), {left, kRightInput}, output, 8192);
  EXPECT_EQ(picture.Run("0: +I 1 -0\n0: +I 1 0"), "+I 1 -0 null null\n+I 1 0 null null\n");
  EXPECT_EQ(picture.Run("1: +I 1 x"), "-D 1 0 null null\n+I 1 0 1 x\n-D 1 -0 null null\n+I 1 -0 1 x\n");
  EXPECT_EQ(picture.Run("0: -D 1 -0"), "-D 1 -0 1 x\n");
  EXPECT_EQ(picture.Run("1: -D 1 x"), "-D 1 0 1 x\n+I 1 0 null null\n");
}

TEST(Join, InnerJoinsOfUpdatesPassTheKindsOn) {
  Case test(JoinType::kInner, {.updating = true});
  EXPECT_EQ(test.Run("0: +I 1 a\n1: +I 1 x\n1: -U 1 x\n1: +U 1 y"), "+I 1 a 1 x\n-U 1 a 1 x\n+U 1 a 1 y\n");
}

TEST(Join, DuplicatesCount) {
  Case test(JoinType::kInner, {.updating = true});
  EXPECT_EQ(test.Run("0: +I 1 a\n0: +I 1 a\n1: +I 1 x\n0: -D 1 a\n1: -D 1 x"),
            "+I 1 a 1 x\n+I 1 a 1 x\n-D 1 a 1 x\n-D 1 a 1 x\n");
}

TEST(Join, ARetractionOfNothingIsIgnored) {
  Case test(JoinType::kInner, {.updating = true});
  EXPECT_EQ(test.Run("1: +I 1 x\n0: -D 1 a\n0: +I 1 a"), "+I 1 a 1 x\n");
}

TEST(Join, FinalOnlyGivesUnmatchedRowsAtTheEnd) {
  Case full(JoinType::kFull, {.final_only = true});
  EXPECT_EQ(full.Run("0: +I 1 a\n0: +I 2 b\n1: +I 2 x\n1: +I 3 y\nfinish"),
            "+I 2 b 2 x\n+I null null 3 y\n+I 1 a null null\n");
  Case anti(JoinType::kAnti, {.final_only = true});
  EXPECT_EQ(anti.Run("0: +I 1 a\n0: +I 2 b\n1: +I 2 x\nfinish"), "+I 1 a\n");
}

TEST(Join, WhatNoOneWillAskForIsFreed) {
  Case test(JoinType::kLeft, {.final_only = true});
  EXPECT_EQ(test.Run("0: +I 1 a\n0: +I 2 b\n1: +I 2 x\n---\nfinish 1"), "+I 2 b 2 x\n+I 1 a null null\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 1);  // the right row
  EXPECT_EQ(test.Run("0: +I 3 c\n0: +I 2 d\nfinish"), "+I 2 d 2 x\n+I 3 c null null\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
  Case inner(JoinType::kInner);
  EXPECT_EQ(inner.Run("1: +I 1 x\n---\nfinish 1\n0: +I 1 a\n0: +I 2 b"), "+I 1 a 1 x\n");
  EXPECT_EQ(inner.picture->metrics().state_rows, 1);
}

TEST(Join, ManyMatchesComeInBatches) {
  for (const bool force : {false, true}) {
    Case test(JoinType::kInner, {.force_changelog = force, .batch_rows = 100});
    std::string rows;
    for (int i = 0; i < 300; ++i) rows += "0: +I 1 v" + std::to_string(i) + "\n";
    for (int i = 0; i < 300; ++i) rows += "1: +I 1 w" + std::to_string(i) + "\n";
    test.picture->out().set_keep_text(false);
    test.Run(rows);
    EXPECT_EQ(test.picture->out().table().size(), 90'000u);
    EXPECT_LE(test.picture->out().largest_batch(), 400);
  }
}

TEST(Join, StopsAtTheMemoryLimitWithItsName) {
  const auto node = std::make_shared<JoinNode>(
      SchemaOf({DataType::BigInt(), DataType::String(), DataType::BigInt(), DataType::String()}), InputNode(kLeftInput),
      InputNode(kRightInput), plan::ChangelogMode{}, "Join");
  node->left_keys = node->right_keys = {0};
  node->null_safe = {false};
  OperatorPicture picture(MakeJoinOperator(*node), {kLeftInput, kRightInput}, node->schema(), 8192, 50'000);
  std::string rows;
  for (int i = 0; i < 5000; ++i) rows += "+I " + std::to_string(i) + " value\n";
  EXPECT_THAT(picture.Run(rows), ::testing::HasSubstr("Memory limit exceeded by TestOperator(k)"));
}

struct Row {
  std::string key;
  std::string value;
  std::string text() const { return key + " " + value; }
};

/// The join by definition: nested loops.
std::map<std::string, int64_t> NaiveJoin(const std::vector<Row>& left, const std::vector<Row>& right, JoinType type,
                                         bool null_safe, bool residual) {
  const auto matches = [&](const Row& a, const Row& b) {
    if (a.key != b.key || (a.key == "null" && !null_safe)) return false;
    return !residual || (a.value != "null" && b.value != "null" && a.value < b.value);
  };
  std::map<std::string, int64_t> table;
  std::vector<bool> right_matched(right.size(), false);
  for (const Row& a : left) {
    bool matched = false;
    for (size_t j = 0; j < right.size(); ++j) {
      if (!matches(a, right[j])) continue;
      matched = right_matched[j] = true;
      if (!IsLeftOnly(type)) ++table[a.text() + " " + right[j].text()];
    }
    if (type == JoinType::kSemi && matched) ++table[a.text()];
    if (type == JoinType::kAnti && !matched) ++table[a.text()];
    if (!matched && (type == JoinType::kLeft || type == JoinType::kFull)) ++table[a.text() + " null null"];
  }
  for (size_t j = 0; j < right.size(); ++j) {
    if (right_matched[j] || (type != JoinType::kRight && type != JoinType::kFull)) continue;
    ++table["null null " + right[j].text()];
  }
  return table;
}

/// Random changes of one side; `rows` is what is left in the end.
Batch RandomSide(bool updating, int64_t num_rows, std::mt19937* random, std::vector<Row>* rows) {
  std::string text;
  for (int64_t i = 0; i < num_rows; ++i) {
    if (updating && !rows->empty() && (*random)() % 5 < 2) {
      const size_t at = (*random)() % rows->size();
      text += ((*random)() % 2 ? "-D " : "-U ") + (*rows)[at].text() + "\n";
      rows->erase(rows->begin() + static_cast<int64_t>(at));
      continue;
    }
    const Row row{(*random)() % 8 == 0 ? "null" : std::to_string((*random)() % 6),
                  (*random)() % 8 == 0 ? "null" : "v" + std::to_string((*random)() % 4)};
    rows->push_back(row);
    text += (updating && (*random)() % 3 == 0 ? "+U " : "+I ") + row.text() + "\n";
  }
  return ParseRows(kLeftInput, text);
}

TEST(JoinProperty, EqualsNestedLoopsForAnyBatchesAndOrder) {
  std::mt19937 random(1);
  for (int round = 0; round < 360; ++round) {
    const JoinType type = kAllTypes[round % kAllTypes.size()];
    const bool updating = round % 3 == 0;
    Case::Options options;
    options.updating = updating;
    options.final_only = !updating && random() % 3 == 0;
    options.null_safe = random() % 2;
    options.residual = random() % 2;
    options.force_changelog = random() % 2;
    options.batch_rows = 1 + random() % 40;
    std::vector<Row> rows[2];
    const Batch sides[2] = {RandomSide(updating, 60, &random, &rows[0]), RandomSide(updating, 60, &random, &rows[1])};
    const auto expected = NaiveJoin(rows[0], rows[1], type, options.null_safe, options.residual);

    Case test(type, options);
    std::vector<Batch> pieces[2];
    for (int side : {0, 1}) {
      pieces[side] = CutAtRandom(sides[side], 1 + random() % 30, &random);
      std::reverse(pieces[side].begin(), pieces[side].end());
    }
    const bool tells_ends = random() % 2;
    while (!pieces[0].empty() || !pieces[1].empty()) {
      const int side = pieces[0].empty() ? 1 : pieces[1].empty() ? 0 : static_cast<int>(random() % 2);
      ASSERT_TRUE(test.picture->Push(side, pieces[side].back()).ok());
      pieces[side].pop_back();
      if (tells_ends && pieces[side].empty() && !pieces[1 - side].empty()) {
        EXPECT_EQ(test.Run(side == 0 ? "finish 0" : "finish 1").find("error"), std::string::npos);
      }
    }
    ASSERT_TRUE(test.picture->Finish().ok());
    EXPECT_EQ(test.picture->out().table(), expected)
        << "round " << round << " type " << static_cast<int>(type) << " updating " << updating << " final "
        << options.final_only << " forced " << options.force_changelog;
  }
}

}  // namespace
}  // namespace tidemark::exec
