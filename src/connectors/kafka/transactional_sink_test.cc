// SPDX-License-Identifier: Apache-2.0
// Exactly once against a cluster inside of the test. That cluster knows transactions, but neither hides what is aborted
// nor keeps offsets that are committed within them: those the test commits itself. The rest is for the real broker
// (tests/e2e/kafka_crashes.py).
#include "connectors/kafka/transactional_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/connectors_testing.h"
#include "connectors/kafka/kafka_testing.h"
#include "connectors/kafka/prepared_records.h"

namespace tidemark::connectors::kafka {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const Schema kAb = {{"a", DataType::BigInt()}, {"b", DataType::String()}};

// Requests of Kafka's protocol.
constexpr int16_t kInitProducerId = 22;
constexpr int16_t kEndTxn = 26;
constexpr int16_t kTxnOffsetCommit = 28;

class TransactionalSinkTest : public ::testing::Test {
 protected:
  TransactionalSinkTest() { cluster_.CreateTopic("t", 2); }

  ConnectorTable& Table(TableOptions more = {}) {
    more.emplace("sink.delivery-guarantee", "exactly-once");
    tables_.push_back(std::make_unique<ConnectorTable>(kAb, cluster_.Options("t", more)));
    tables_.back()->KeepCheckpoints("job");
    return *tables_.back();
  }

  static std::string Prepared(Sink* sink, const std::string& csv, int64_t checkpoint) {
    EXPECT_TRUE(sink->Write(RowsOf(kAb, csv)).ok());
    return sink->Prepare(checkpoint).ValueOrDie();
  }

  /// As the transaction of `prepared` does when it is committed.
  void Mark(const std::string& prepared, int64_t checkpoint) {
    const auto reader = PreparedReader::Open(prepared).ValueOrDie();
    cluster_.Commit(reader.writer().marker_group, "t", 0, checkpoint, std::to_string(reader.nonce()));
  }

  std::vector<std::string> Values() {
    std::vector<std::string> values;
    for (const auto& record : cluster_.Take("t", 2)) values.push_back(*record.value);
    return values;
  }

  MockCluster cluster_;
  std::vector<std::unique_ptr<ConnectorTable>> tables_;
};

TEST_F(TransactionalSinkTest, NothingIsWrittenBeforeTheCommit) {
  auto sink = Table().MakeSink().ValueOrDie();
  const std::string prepared = Prepared(sink.get(), "1,x\n2,y\n", 1);
  EXPECT_THAT(Values(), ElementsAre());
  ASSERT_TRUE(sink->Commit(prepared).ok());
  EXPECT_THAT(Values(), UnorderedElementsAre(R"({"a":1,"b":"x"})", R"({"a":2,"b":"y"})"));
  EXPECT_EQ(sink->Prepare(2).ValueOrDie(), "");
  EXPECT_TRUE(sink->Close(true).ok());
}

TEST_F(TransactionalSinkTest, CommittedTwiceIsCommittedOnce) {
  auto first = Table().MakeSink().ValueOrDie();
  const std::string prepared = Prepared(first.get(), "1,x\n", 3);
  ASSERT_TRUE(first->Commit(prepared).ok());
  Mark(prepared, 3);
  ASSERT_TRUE(first->Commit(prepared).ok());
  // In another process, by a worker that has not prepared it.
  ConnectorTable& table = Table();
  table.KeepCheckpoints("job", 3);
  auto second = table.MakeSink(1, 2).ValueOrDie();
  ASSERT_TRUE(second->Commit(prepared).ok());
  EXPECT_EQ(Values().size(), 1);
}

TEST_F(TransactionalSinkTest, WhatAnotherWorkerPreparedIsCommittedInItsName) {
  auto first = Table().MakeSink(2, 3).ValueOrDie();
  const std::string prepared = Prepared(first.get(), "1,x\n", 3);
  first.reset();
  ConnectorTable& table = Table();
  table.KeepCheckpoints("job", 3);
  auto second = table.MakeSink(0, 1).ValueOrDie();
  ASSERT_TRUE(second->Commit(prepared).ok());
  EXPECT_EQ(Values().size(), 1);
  ASSERT_TRUE(second->Commit(Prepared(second.get(), "2,y\n", 4)).ok());
  EXPECT_EQ(Values().size(), 2);
}

TEST_F(TransactionalSinkTest, AJobThatWasSetBackWritesWhatIsNew) {
  auto first = Table().MakeSink().ValueOrDie();
  const std::string third = Prepared(first.get(), "1,x\n", 3);
  ASSERT_TRUE(first->Commit(third).ok());
  const std::string fourth = Prepared(first.get(), "2,y\n", 4);
  ASSERT_TRUE(first->Commit(fourth).ok());
  Mark(fourth, 4);
  ConnectorTable& table = Table();
  table.KeepCheckpoints("job", 3, /*set_back=*/true);
  auto second = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(second->Commit(third).ok());
  EXPECT_EQ(Values().size(), 2);
  ASSERT_TRUE(second->Commit(Prepared(second.get(), "3,z\n", 4)).ok());
  EXPECT_EQ(Values().size(), 3);
}

TEST_F(TransactionalSinkTest, AJobWhoseNewestCheckpointWasLostIsRefused) {
  auto first = Table().MakeSink(1, 2).ValueOrDie();
  const std::string fourth = Prepared(first.get(), "2,y\n", 4);
  ASSERT_TRUE(first->Commit(fourth).ok());
  Mark(fourth, 4);
  ConnectorTable& table = Table();
  table.KeepCheckpoints("job", 3);
  const auto lost = AllOf(HasSubstr("checkpoint 4"), HasSubstr("a later one was lost"), HasSubstr("--from-savepoint"));
  EXPECT_THAT(table.MakeSink(1, 2).status().ToString(), lost);
  // With fewer workers than had results.
  table.SetWorkersEver(2);
  EXPECT_THAT(table.MakeSink(0, 1).status().ToString(), lost);
}

TEST_F(TransactionalSinkTest, OfAnAbortedTransactionEverythingIsWrittenAgain) {
  // What is aborted has not yet left, for nobody would hide it here.
  auto sink = Table({{"properties.linger.ms", "1000"}}).MakeSink().ValueOrDie();
  const std::string prepared = Prepared(sink.get(), "1,x\n", 1);
  rd_kafka_mock_push_request_errors(cluster_.cluster(), kTxnOffsetCommit, 1, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
  ASSERT_TRUE(sink->Commit(prepared).ok());
  EXPECT_EQ(Values().size(), 1);
}

TEST_F(TransactionalSinkTest, WhoIsFencedSaysSo) {
  auto sink = Table({{"sink.transactional-id-prefix", "mine"}}).MakeSink().ValueOrDie();
  rd_kafka_mock_push_request_errors(cluster_.cluster(), kEndTxn, 1, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
  const arrow::Status status = sink->Commit(Prepared(sink.get(), "1,x\n", 1));
  EXPECT_THAT(status.ToString(),
              AllOf(HasSubstr("'mine-0-0'"), HasSubstr("another job"), HasSubstr("'sink.transactional-id-prefix'")));
}

TEST_F(TransactionalSinkTest, TransactionsThatAreTooLongAreRefusedAtOnce) {
  rd_kafka_mock_push_request_errors(cluster_.cluster(), kInitProducerId, 1,
                                    RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT);
  EXPECT_THAT(
      Table({{"properties.transaction.timeout.ms", "123456"}, {"properties.default.api.timeout.ms", "500"}})
          .MakeSink()
          .status()
          .ToString(),
      AllOf(HasSubstr("'properties.transaction.timeout.ms' is 123456"), HasSubstr("transaction.max.timeout.ms")));
}

TEST_F(TransactionalSinkTest, DamagedBytesAreRefused) {
  auto sink = Table().MakeSink().ValueOrDie();
  const std::string prepared = Prepared(sink.get(), "1,x\n", 1);
  EXPECT_THAT(sink->Commit(prepared.substr(0, prepared.size() - 1)).ToString(), HasSubstr("damaged"));
  EXPECT_THAT(sink->Commit("something").ToString(), HasSubstr("damaged"));
  EXPECT_THAT(Values(), ElementsAre());
  ASSERT_TRUE(sink->Commit(prepared).ok());
}

TEST_F(TransactionalSinkTest, ItNeedsCheckpoints) {
  ConnectorTable& table = Table();
  table.KeepCheckpoints("");
  EXPECT_THAT(table.MakeSink().status().ToString(), AllOf(HasSubstr("needs checkpoints"), HasSubstr("--state")));
}

TEST_F(TransactionalSinkTest, WhatCheckpointsThatFailedHadPreparedTakesRoomUntilItIsCommitted) {
  auto sink = Table({{"tidemark.checkpoint-buffer", "1000"}}).MakeSink().ValueOrDie();
  std::vector<std::string> prepared;
  while (sink->HasRoom()) {
    ASSERT_LT(prepared.size(), 100U);
    prepared.push_back(Prepared(sink.get(), "1,x\n", static_cast<int64_t>(prepared.size()) + 1));
  }
  size_t bytes = 0;
  for (const auto& one : prepared) bytes += one.size();
  EXPECT_GE(bytes + prepared[0].size(), 1000U);  // those that are gathered next begin with a head
  for (const auto& one : prepared) ASSERT_TRUE(sink->Commit(one).ok());
  EXPECT_TRUE(sink->HasRoom());
  EXPECT_EQ(Values().size(), prepared.size());
}

TEST_F(TransactionalSinkTest, TooMuchBetweenTwoCheckpointsFails) {
  auto sink = Table({{"tidemark.checkpoint-buffer", "200"}}).MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(RowsOf(kAb, "1,x\n")).ok());
  EXPECT_THAT(sink->Write(RowsOf(kAb, "1,x\n2,y\n3,z\n4,u\n")).ToString(),
              AllOf(HasSubstr("'tidemark.checkpoint-buffer'"), HasSubstr("'execution.checkpointing.interval'")));
}

}  // namespace
}  // namespace tidemark::connectors::kafka
