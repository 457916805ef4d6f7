// SPDX-License-Identifier: Apache-2.0
// Reading topics on from a checkpoint: begins, ends, and what the group is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "connectors/connectors_testing.h"
#include "connectors/kafka/kafka_testing.h"
#include "connectors/source_positions.h"
#include "formats/formats_testing.h"

namespace tidemark::connectors::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Schema kAb = {{"a", DataType::BigInt()}, {"b", DataType::String()}};

class KafkaResumeTest : public ::testing::Test {
 protected:
  /// Topic 't' with rows 1, 2 in partition 0, nothing in 1, and 3, 4, 5 in 2.
  KafkaResumeTest() {
    cluster_.CreateTopic("t", 3);
    cluster_.PutValues("t", 0, {TestRow(1, "x"), TestRow(2, "y")});
    cluster_.PutValues("t", 2, {TestRow(3, "z"), TestRow(4, "z"), TestRow(5, "z")});
  }
  ConnectorTable Table(const TableOptions& more = {}) { return ConnectorTable(kAb, cluster_.Options("t", more)); }

  MockCluster cluster_;
};

/// Reads until `wanted` rows came, or the end; notes how far it is.
std::vector<std::string> ReadOn(Source* source, MockCluster* cluster, SourcePositions* positions, int64_t wanted) {
  std::vector<std::string> rows;
  source->MarkBegin(positions);
  for (int tries = 0; tries < 30'000 && static_cast<int64_t>(rows.size()) < wanted; ++tries) {
    const Poll poll = source->Next().ValueOrDie();
    if (poll.state == Poll::State::kEnd) break;
    if (poll.state == Poll::State::kNothing) cluster->Breathe();
    if (poll.state != Poll::State::kBatch) continue;
    positions->Advance(poll, poll.batch.num_rows, true);
    if (poll.batch.num_rows == 0) continue;
    for (const auto& row : formats::PrintRows(poll.batch, kAb)) rows.push_back(row);
  }
  return rows;
}

constexpr int64_t kAllRows = 1'000;

TEST_F(KafkaResumeTest, GoesOnWhereACheckpointWas) {
  ConnectorTable table = Table({{"scan.startup.mode", "latest-offset"}, {"tidemark.bad-records", "skip"}});
  table.definition().options.erase("scan.bounded.mode");
  SourcePositions positions;
  table.MakeSource().ValueOrDie()->MarkBegin(&positions);
  // While nobody reads, records come that a new job would not see.
  cluster_.PutValues("t", 0, {TestRow(6, "n"), "rubbish"});
  table.SetStart(&positions);
  {
    auto source = table.MakeSource().ValueOrDie();
    EXPECT_THAT(ReadOn(source.get(), &cluster_, &positions, 1), ElementsAre("+I[6, n]"));
  }
  cluster_.PutValues("t", 0, {TestRow(7, "n")});
  auto source = table.MakeSource().ValueOrDie();
  EXPECT_THAT(ReadOn(source.get(), &cluster_, &positions, 1), ElementsAre("+I[7, n]"));
}

TEST_F(KafkaResumeTest, WhatWasNotBegunAtACheckpointBeginsWhereItWasTold) {
  ConnectorTable table = Table({{"scan.startup.mode", "specific-offsets"},
                                {"scan.startup.specific-offsets", "partition:0,offset:0;partition:2,offset:2"}});
  table.ReadInOrder();
  table.SetBatchRows(1);
  SourcePositions positions;
  EXPECT_THAT(ReadOn(table.MakeSource().ValueOrDie().get(), &cluster_, &positions, 1), ElementsAre("+I[1, x]"));
  table.SetStart(&positions);
  EXPECT_THAT(ReadOn(table.MakeSource().ValueOrDie().get(), &cluster_, &positions, kAllRows),
              ElementsAre("+I[2, y]", "+I[5, z]"));
}

TEST_F(KafkaResumeTest, ABoundedTableEndsWhereItDidWhenTheJobBegan) {
  ConnectorTable table = Table({{"topic-pattern", "[tu]"}});
  table.definition().options.erase("topic");
  SourcePositions positions;
  table.MakeSource().ValueOrDie()->MarkBegin(&positions);
  cluster_.PutValues("t", 0, {TestRow(6, "n")});
  cluster_.PutValues("t", 1, {TestRow(7, "n")});
  cluster_.CreateTopic("u", 1);
  cluster_.PutValues("u", 0, {TestRow(8, "n")});
  table.SetStart(&positions);
  EXPECT_THAT(ReadOn(table.MakeSource().ValueOrDie().get(), &cluster_, &positions, kAllRows),
              UnorderedElementsAre("+I[1, x]", "+I[2, y]", "+I[3, z]", "+I[4, z]", "+I[5, z]"));
}

TEST_F(KafkaResumeTest, ATopicThatTheTableNamesSinceIsReadWhole) {
  ConnectorTable table = Table();
  SourcePositions positions;
  EXPECT_EQ(ReadOn(table.MakeSource().ValueOrDie().get(), &cluster_, &positions, kAllRows).size(), 5);
  cluster_.CreateTopic("u", 1);
  cluster_.PutValues("u", 0, {TestRow(8, "n")});
  table.definition().options["topic"] = "t;u";
  table.SetStart(&positions);
  EXPECT_THAT(ReadOn(table.MakeSource().ValueOrDie().get(), &cluster_, &positions, kAllRows), ElementsAre("+I[8, n]"));
}

TEST_F(KafkaResumeTest, ACommitThatFailedIsTriedAgain) {
  constexpr int16_t kOffsetCommit = 8;
  ConnectorTable table = Table({{"properties.group.id", "g"}});
  table.definition().options.erase("scan.bounded.mode");
  auto source = table.MakeSource().ValueOrDie();
  SourcePositions positions;
  EXPECT_EQ(ReadOn(source.get(), &cluster_, &positions, 5).size(), 5);
  // More than are asked: an answer without error right behind one with an error would hide it.
  const std::vector<rd_kafka_resp_err_t> errors(30'000, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  rd_kafka_mock_push_request_errors_array(cluster_.cluster(), kOffsetCommit, errors.size(), errors.data());
  ASSERT_TRUE(source->CheckpointCompleted(positions).ok());
  const auto warning = [&] { return table.streams().error(); };
  for (int tries = 0; tries < 30'000 && warning().empty(); ++tries) {
    ASSERT_TRUE(source->Next().ok());
    cluster_.Breathe();
    ASSERT_TRUE(source->CheckpointCompleted(positions).ok());
  }
  EXPECT_THAT(warning(), HasSubstr("offsets of group 'g' are not committed"));
  rd_kafka_mock_clear_request_errors(cluster_.cluster(), kOffsetCommit);
  ASSERT_TRUE(source->CheckpointCompleted(positions).ok());
  source.reset();  // waits for what is under way
  const TableOptions group = {{"properties.group.id", "g"}, {"scan.startup.mode", "group-offsets"}};
  ConnectorTable of_group = Table(group);
  of_group.SetOnQuiet([this] { cluster_.Breathe(); });
  const auto rows = of_group.ReadRows();
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_THAT(*rows, IsEmpty());
}

TEST_F(KafkaResumeTest, PartitionsThatEndedAreNotReadAgain) {
  ConnectorTable table = Table();
  SourcePositions positions;
  table.SetOnQuiet([this] { cluster_.Breathe(); });
  auto source = table.MakeSource().ValueOrDie();
  for (int tries = 0; tries < 30'000; ++tries) {
    const Poll poll = source->Next().ValueOrDie();
    if (poll.state == Poll::State::kEnd) break;
    if (poll.state == Poll::State::kNothing) cluster_.Breathe();
    if (poll.state == Poll::State::kBatch) positions.Advance(poll, poll.batch.num_rows, true);
  }
  table.SetStart(&positions);
  auto resumed = table.MakeSource().ValueOrDie();
  EXPECT_THAT(resumed->ActiveSplits(), IsEmpty());
  EXPECT_EQ(resumed->Next().ValueOrDie().state, Poll::State::kEnd);
}

}  // namespace
}  // namespace tidemark::connectors::kafka
