// SPDX-License-Identifier: Apache-2.0
// Writing to topics of a cluster inside of the test: keys, partitions, tombstones, metadata, and brokers that fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/connectors_testing.h"
#include "connectors/kafka/kafka_testing.h"

namespace tidemark::connectors::kafka {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const Schema kAb = {{"a", DataType::BigInt()}, {"b", DataType::String()}};

/// "key=value" of each record, "-" for none.
std::vector<std::string> Texts(const std::vector<TestRecord>& records) {
  std::vector<std::string> texts;
  for (const auto& record : records) texts.push_back(record.key.value_or("-") + "=" + record.value.value_or("-"));
  return texts;
}

class KafkaSinkTest : public ::testing::Test {
 protected:
  KafkaSinkTest() { cluster_.CreateTopic("t", 3); }
  ConnectorTable Table(const TableOptions& more = {}, const Schema& schema = kAb) {
    return ConnectorTable(schema, cluster_.Options("t", more));
  }
  MockCluster cluster_;
};

TableOptions Keyed() { return {{"value.format", "json"}, {"key.format", "json"}, {"key.fields", "a"}}; }

TEST_F(KafkaSinkTest, WritesValues) {
  ConnectorTable table = Table({{"sink.partitioner", "fixed"}});
  ASSERT_TRUE(table.Validate().ok()) << table.Validate().ToString();
  ASSERT_TRUE(table.WriteRows(RowsOf(kAb, "1,x\n2,NULL\n")).ok());
  EXPECT_THAT(Texts(cluster_.Take("t", 3)), ElementsAre(R"(-={"a":1,"b":"x"})", R"(-={"a":2,"b":null})"));
}

TEST_F(KafkaSinkTest, TheSameKeyGoesWhereTheJavaClientSendsIt) {
  ConnectorTable table = Table(Keyed());
  ASSERT_TRUE(table.WriteRows(RowsOf(kAb, "1,x\n2,y\n1,z\n3,u\n")).ok());
  std::map<std::string, int32_t> partitions;
  for (const auto& record : cluster_.Take("t", 3)) partitions[*record.key] = record.partition;
  // Murmur2 of the bytes, made positive, modulo 3.
  EXPECT_THAT(partitions, ElementsAre(Pair(R"({"a":1})", 2), Pair(R"({"a":2})", 1), Pair(R"({"a":3})", 0)));
}

TEST_F(KafkaSinkTest, TheValueMayLeaveTheKeyOut) {
  ConnectorTable except = Table({{"value.format", "json"},
                                 {"key.format", "raw"},
                                 {"key.fields", "b"},
                                 {"value.fields-include", "EXCEPT_KEY"},
                                 {"topic", "u"}});
  cluster_.CreateTopic("u", 1);
  ASSERT_TRUE(except.WriteRows(RowsOf(kAb, "1,x\n2,NULL\n")).ok());
  EXPECT_THAT(Texts(cluster_.Take("u", 1)), ElementsAre(R"(x={"a":1})", R"(-={"a":2})"));
}

TEST_F(KafkaSinkTest, RoundRobinTakesEveryPartition) {
  ConnectorTable table = Table({{"sink.partitioner", "round-robin"}});
  ASSERT_TRUE(table.WriteRows(RowsOf(kAb, "1,x\n2,x\n3,x\n4,x\n5,x\n6,x\n")).ok());
  std::vector<int> counts(3);
  for (const auto& record : cluster_.Take("t", 3)) ++counts[static_cast<size_t>(record.partition)];
  EXPECT_THAT(counts, ElementsAre(2, 2, 2));
}

TableOptions Upserts(TableOptions more = {}) {
  more.merge(
      TableOptions{{"connector", "upsert-kafka"}, {"topic", "u"}, {"key.format", "json"}, {"value.format", "json"}});
  return more;
}

Batch Changes() {
  Batch batch = RowsOf(kAb, "1,x\n2,y\n1,z\n2,y\n");
  batch.row_kinds = std::make_shared<const std::vector<RowKind>>(
      std::vector<RowKind>{RowKind::kInsert, RowKind::kInsert, RowKind::kUpdateAfter, RowKind::kDelete});
  return batch;
}

TEST_F(KafkaSinkTest, DeletesAreTombstones) {
  cluster_.CreateTopic("u", 1);
  ConnectorTable table = Table(Upserts());
  table.definition().primary_key = {"a"};
  ASSERT_TRUE(table.Validate().ok()) << table.Validate().ToString();
  ASSERT_TRUE(table.WriteRows(Changes()).ok());
  EXPECT_THAT(Texts(cluster_.Take("u", 1)), ElementsAre(R"({"a":1}={"a":1,"b":"x"})", R"({"a":2}={"a":2,"b":"y"})",
                                                        R"({"a":1}={"a":1,"b":"z"})", R"({"a":2}=-)"));
}

TEST_F(KafkaSinkTest, HeldBackOnlyTheLastOfAKeyIsSent) {
  cluster_.CreateTopic("u", 1);
  ConnectorTable table = Table(Upserts({{"sink.buffer-flush.max-rows", "100"}, {"sink.buffer-flush.interval", "1 s"}}));
  table.definition().primary_key = {"a"};
  ASSERT_TRUE(table.Validate().ok());
  auto sink = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(Changes()).ok());
  ASSERT_TRUE(sink->Tick().ok());
  table.clock().Advance(2'000'000);
  ASSERT_TRUE(sink->Tick().ok());
  ASSERT_TRUE(sink->Close(true).ok());
  EXPECT_THAT(Texts(cluster_.Take("u", 1)),
              ::testing::UnorderedElementsAre(R"({"a":1}={"a":1,"b":"z"})", R"({"a":2}=-)"));
}

TEST_F(KafkaSinkTest, WhatIsHeldBackHasABoundInBytes) {
  cluster_.CreateTopic("u", 1);
  ConnectorTable table = Table(Upserts({{"sink.buffer-flush.max-rows", "1000000"},
                                        {"sink.buffer-flush.interval", "1 h"},
                                        {"tidemark.upsert-buffer", "10 kb"}}));
  table.definition().primary_key = {"a"};
  ASSERT_TRUE(table.Validate().ok());
  auto sink = table.MakeSink().ValueOrDie();
  const std::string large(4'000, 'x');
  const auto write = [&](int key) { ASSERT_TRUE(sink->Write(RowsOf(kAb, std::to_string(key) + "," + large)).ok()); };
  for (int times = 0; times < 10; ++times) write(1);  // of one key only the last is held
  write(2);
  EXPECT_EQ(cluster_.Take("u", 1).size(), 0);
  write(3);
  size_t arrived = 0;  // librdkafka's threads bring them there
  for (int tries = 0; tries < 100 && arrived < 3; ++tries) {
    ASSERT_TRUE(sink->Tick().ok());
    arrived = cluster_.Take("u", 1).size();
  }
  EXPECT_EQ(arrived, 3);
  write(4);
  ASSERT_TRUE(sink->Close(true).ok());
}

TEST_F(KafkaSinkTest, WritesTimestampsHeadersAndTopics) {
  cluster_.CreateTopic("u", 1);
  Schema schema = kAb;
  ConnectorTable table(schema, cluster_.Options("t;u", {{"sink.partitioner", "fixed"}}));
  auto add = [&](const std::string& name, const DataType& type) {
    table.AddMetadata(name, type, name);
    table.definition().columns.back().metadata_virtual = false;
    schema.push_back({name, type});
  };
  EXPECT_THAT(table.MakeSink().status().ToString(), HasSubstr("topic STRING METADATA"));
  add("topic", DataType::String());
  add("timestamp", DataType::TimestampLtz(3));
  ASSERT_TRUE(table.WriteRows(RowsOf(schema, "1,x,u,2023-11-14 22:13:20.123Z\n2,y,t,2023-11-14 22:13:21Z\n")).ok());
  const auto records = cluster_.Take("u", 1);
  ASSERT_EQ(records.size(), 1);
  EXPECT_EQ(records[0].timestamp_ms, 1'700'000'000'123);
  EXPECT_THAT(Texts(records), ElementsAre(R"(-={"a":1,"b":"x"})"));
  EXPECT_EQ(cluster_.Take("t", 3).size(), 1);
  EXPECT_THAT(table.WriteRows(RowsOf(schema, "1,x,other,NULL\n")).ToString(), HasSubstr("'other' is none of those"));
  add("offset", DataType::BigInt());
  EXPECT_THAT(table.MakeSink().status().ToString(), HasSubstr("VIRTUAL"));
}

TEST_F(KafkaSinkTest, TimestampsThatKafkaCannotKeepAreErrors) {
  Schema schema = kAb;
  ConnectorTable table = Table();
  table.AddMetadata("timestamp", DataType::TimestampLtz(6), "timestamp");
  table.definition().columns.back().metadata_virtual = false;
  schema.push_back({"timestamp", DataType::TimestampLtz(6)});
  const auto error = [&](const std::string& time) {
    return table.WriteRows(RowsOf(schema, "1,x," + time + "\n")).ToString();
  };
  EXPECT_THAT(error("1970-01-01 00:00:00Z"), HasSubstr("cannot be written to Kafka"));
  EXPECT_THAT(error("1970-01-01 00:00:00.000999Z"), HasSubstr("cannot be written to Kafka"));
  EXPECT_THAT(error("1969-12-31 23:59:59.999999Z"), HasSubstr("no timestamps before 1970: -1 ms"));
  EXPECT_EQ(error("1970-01-01 00:00:00.001Z"), "OK");
  EXPECT_EQ(error("NULL"), "OK");
}

TEST_F(KafkaSinkTest, WhatIsNotAcknowledgedFailsTheJob) {
  ConnectorTable table = Table({{"properties.delivery.timeout.ms", "1000"}, {"properties.linger.ms", "0"}});
  auto sink = table.MakeSink().ValueOrDie();
  rd_kafka_mock_broker_set_down(cluster_.cluster(), 1);
  arrow::Status status = sink->Write(RowsOf(kAb, "1,x\n2,y\n"));
  if (status.ok()) status = sink->Close(true);
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("topic 't'"), HasSubstr("not acknowledged in time")));
  sink->Abort();
}

TEST_F(KafkaSinkTest, ACheckpointWaitsForWhatWasWritten) {
  ConnectorTable table = Table({{"properties.linger.ms", "60000"}, {"properties.enable.idempotence", "false"}});
  auto sink = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(RowsOf(kAb, "1,x\n2,y\n")).ok());
  EXPECT_EQ(sink->Prepare(1).ValueOrDie(), "");
  EXPECT_EQ(cluster_.Take("t", 3).size(), 2);
  ASSERT_TRUE(sink->Close(true).ok());
}

TEST_F(KafkaSinkTest, AFullBufferWaits) {
  ConnectorTable table = Table({{"properties.queue.buffering.max.messages", "10"}});
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ",x\n";
  ASSERT_TRUE(table.WriteRows(RowsOf(kAb, text)).ok());
  EXPECT_EQ(cluster_.Take("t", 3).size(), 1000);
}

TEST_F(KafkaSinkTest, ErrorsSayWhatIsWrong) {
  rd_kafka_mock_topic_set_error(cluster_.cluster(), "t", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  EXPECT_THAT(Table().MakeSink().status().ToString(), AllOf(HasSubstr("Topic 't'"), HasSubstr("does not allow it")));
  EXPECT_THAT(Table({{"properties.bootstrap.servers", "127.0.0.1:1"}, {"properties.default.api.timeout.ms", "400"}})
                  .MakeSink()
                  .status()
                  .ToString(),
              HasSubstr("cannot reach Kafka at '127.0.0.1:1'"));
}

}  // namespace
}  // namespace tidemark::connectors::kafka
