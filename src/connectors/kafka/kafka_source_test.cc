// SPDX-License-Identifier: Apache-2.0
// Reading topics of a cluster inside of the test: partitions, begins and ends, keys, tombstones, bad records, errors.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/connectors_testing.h"
#include "connectors/kafka/kafka_testing.h"
#include "formats/formats_testing.h"

namespace tidemark::connectors::kafka {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Schema kAb = {{"a", DataType::BigInt()}, {"b", DataType::String()}};

class KafkaSourceTest : public ::testing::Test {
 protected:
  /// Topic 't' with rows 1, 2 in partition 0, nothing in 1, and 3, 4, 5 in 2.
  void PutRows() {
    cluster_.CreateTopic("t", 3);
    cluster_.PutValues("t", 0, {TestRow(1, "x"), TestRow(2, "y")});
    cluster_.PutValues("t", 2, {TestRow(3, "z"), TestRow(4, "z"), TestRow(5, "z")});
  }
  ConnectorTable Table(const TableOptions& more = {}, const Schema& schema = kAb) {
    return ConnectorTable(schema, cluster_.Options("t", more));
  }
  arrow::Result<std::vector<std::string>> Read(ConnectorTable* table, int workers = 1) {
    ARROW_RETURN_NOT_OK(table->Validate());
    table->SetOnQuiet([this] { cluster_.Breathe(); });
    return table->ReadRows(workers);
  }
  std::vector<std::string> Rows(const TableOptions& more = {}) {
    ConnectorTable table = Table(more);
    const auto rows = Read(&table);
    EXPECT_TRUE(rows.ok()) << rows.status().ToString();
    return rows.ok() ? *rows : std::vector<std::string>();
  }
  std::string Error(const TableOptions& more = {}) {
    ConnectorTable table = Table(more);
    return Read(&table).status().ToString();
  }

  MockCluster cluster_;
};

TEST_F(KafkaSourceTest, ReadsPartitionsInOrderOnAnyNumberOfWorkers) {
  PutRows();
  for (const int workers : {1, 2, 5}) {
    for (const int64_t batch_rows : {1, 100}) {
      ConnectorTable table = Table();
      table.SetBatchRows(batch_rows);
      const auto rows = Read(&table, workers);
      ASSERT_TRUE(rows.ok()) << rows.status().ToString();
      EXPECT_THAT(*rows, ElementsAre("+I[1, x]", "+I[2, y]", "+I[3, z]", "+I[4, z]", "+I[5, z]")) << workers;
    }
  }
  ConnectorTable ordered = Table();
  ordered.ReadInOrder();
  EXPECT_EQ(Read(&ordered, 3).ValueOrDie().size(), 5);
}

TEST_F(KafkaSourceTest, BeginsAndEndsWhereItIsTold) {
  PutRows();
  EXPECT_THAT(Rows({{"scan.startup.mode", "latest-offset"}}), IsEmpty());
  EXPECT_THAT(Rows({{"scan.startup.mode", "specific-offsets"},
                    {"scan.startup.specific-offsets", "partition:0,offset:1;partition:2,offset:2"}}),
              ElementsAre("+I[2, y]", "+I[5, z]"));
  EXPECT_THAT(Rows({{"scan.bounded.mode", "specific-offsets"},
                    {"scan.bounded.specific-offsets", "partition:0,offset:1;partition:1,offset:0;"}}),
              ElementsAre("+I[1, x]"));
  cluster_.Commit("g", "t", 0, 1);
  cluster_.Commit("g", "t", 1, 0);
  const TableOptions group = {{"properties.group.id", "g"}, {"scan.startup.mode", "group-offsets"}};
  EXPECT_THAT(Error(group), AllOf(HasSubstr("group 'g'"), HasSubstr("t-2"), HasSubstr("'earliest-offset'")));
  TableOptions reset = group;
  reset["properties.auto.offset.reset"] = "earliest";
  EXPECT_THAT(Rows(reset), ElementsAre("+I[2, y]", "+I[3, z]", "+I[4, z]", "+I[5, z]"));
  cluster_.Commit("g", "t", 2, 3);
  EXPECT_THAT(Rows(group), ElementsAre("+I[2, y]"));
  EXPECT_THAT(Rows({{"properties.group.id", "g"}, {"scan.bounded.mode", "group-offsets"}}),
              ElementsAre("+I[1, x]", "+I[3, z]", "+I[4, z]", "+I[5, z]"));
}

TEST_F(KafkaSourceTest, OffsetsThatAreNotThereAreErrors) {
  PutRows();
  const TableOptions beyond = {{"scan.startup.mode", "specific-offsets"},
                               {"scan.startup.specific-offsets", "partition:0,offset:7"}};
  EXPECT_THAT(Error(beyond), AllOf(HasSubstr("Offset 7 of t-0"), HasSubstr("0 to 2"), HasSubstr("auto.offset.reset")));
  TableOptions reset = beyond;
  reset["properties.auto.offset.reset"] = "latest";
  EXPECT_THAT(Rows(reset), ElementsAre("+I[3, z]", "+I[4, z]", "+I[5, z]"));
  EXPECT_THAT(Error({{"scan.startup.mode", "group-offsets"}, {"properties.group.id", "none"}}),
              HasSubstr("has no committed offset"));
}

TEST_F(KafkaSourceTest, OffsetsOfPartitionsThatAreNotThereAreErrors) {
  PutRows();
  for (const std::string key : {"scan.startup", "scan.bounded"}) {
    EXPECT_THAT(Error({{key + ".mode", "specific-offsets"}, {key + ".specific-offsets", "partition:9,offset:0"}}),
                AllOf(HasSubstr(key + ".specific-offsets"), HasSubstr("topic 't' has no partition 9")));
  }
}

TEST_F(KafkaSourceTest, ReadsSeveralTopicsByNameAndByPattern) {
  PutRows();
  cluster_.CreateTopic("t2", 1);
  cluster_.PutValues("t2", 0, {TestRow(9, "n")});
  EXPECT_EQ(Rows({{"topic", "t2; t"}}).size(), 6);
  ConnectorTable table(kAb, cluster_.Options("t", {{"topic-pattern", "t[0-9]"}}));
  table.definition().options.erase("topic");
  EXPECT_THAT(Read(&table).ValueOrDie(), ElementsAre("+I[9, n]"));
  table.definition().options["topic-pattern"] = "u.*";
  EXPECT_THAT(Read(&table).status().ToString(), HasSubstr("matches 'topic-pattern' = 'u.*'"));
}

TEST_F(KafkaSourceTest, GivesMetadata) {
  cluster_.CreateTopic("t", 2);
  cluster_.Put("t", 1,
               {{.value = TestRow(1, "x"), .headers = {{"h", "v"}, {"i", "w"}}, .timestamp_ms = 1'700'000'000'123},
                {.value = TestRow(2, "y"), .timestamp_ms = 1'700'000'000'124}});
  ConnectorTable table = Table({}, {{"a", DataType::BigInt()}});
  table.AddMetadata("topic", DataType::String(), "topic");
  table.AddMetadata("p", DataType::BigInt(), "partition");
  table.AddMetadata("offset", DataType::BigInt(), "offset");
  table.AddMetadata("at", DataType::TimestampLtz(3), "timestamp");
  table.AddMetadata("kind", DataType::String(), "timestamp-type");
  table.AddMetadata("headers", DataType::Map(DataType::String().NotNull(), DataType::Bytes()), "headers");
  EXPECT_THAT(Read(&table).ValueOrDie(),
              ElementsAre("+I[1, t, 1, 0, 2023-11-14T22:13:20.123Z, CreateTime, {h=[118], i=[119]}]",
                          "+I[2, t, 1, 1, 2023-11-14T22:13:20.124Z, CreateTime, {}]"));
  table.Project({1, 3});
  EXPECT_THAT(Read(&table).ValueOrDie(), ElementsAre("+I[t, 0]", "+I[t, 1]"));
}

TEST_F(KafkaSourceTest, ReadsKeys) {
  cluster_.CreateTopic("t", 1);
  cluster_.Put("t", 0, {{.key = "{\"a\":1}", .value = R"({"a":7,"b":"x"})"}, {.value = R"({"a":8,"b":"y"})"}});
  const TableOptions keys = {{"format", ""}, {"value.format", "json"}, {"key.format", "json"}};
  TableOptions both = keys;
  both.erase("format");
  both["key.fields"] = "a";
  EXPECT_THAT(Rows(both), ElementsAre("+I[7, x]", "+I[8, y]"));
  both["value.fields-include"] = "EXCEPT_KEY";
  EXPECT_THAT(Rows(both), ElementsAre("+I[1, x]", "+I[null, y]"));
  both["key.fields"] = "k_a";
  both["key.fields-prefix"] = "k_";
  ConnectorTable table = Table(both, {{"k_a", DataType::BigInt()}, {"a", DataType::BigInt()}});
  EXPECT_THAT(Read(&table).ValueOrDie(), ElementsAre("+I[1, 7]", "+I[null, 8]"));
  table.Project({0});
  EXPECT_THAT(Read(&table).ValueOrDie(), ElementsAre("+I[1]", "+I[null]"));
}

TEST_F(KafkaSourceTest, OtherFormats) {
  cluster_.CreateTopic("t", 1);
  cluster_.PutValues("t", 0, {"1,x", "2,\"y\nz\"", "3,w"});
  EXPECT_THAT(Rows({{"format", "csv"}}), ElementsAre("+I[1, x]", "+I[2, y\nz]", "+I[3, w]"));
  ConnectorTable raw = Table({{"format", "raw"}}, {{"line", DataType::String()}});
  EXPECT_THAT(Read(&raw).ValueOrDie(), ElementsAre("+I[1,x]", "+I[2,\"y\nz\"]", "+I[3,w]"));
}

TEST_F(KafkaSourceTest, ChangesOfADatabaseKeepTheirOffsets) {
  cluster_.CreateTopic("t", 1);
  cluster_.Put("t", 0,
               {{.value = R"({"after":{"a":1,"b":"x"},"op":"c"})"},
                {.value = R"({"before":{"a":1,"b":"x"},"after":{"a":1,"b":"y"},"op":"u"})"},
                {.value = R"({"before":{"a":1,"b":"y"},"op":"d"})"},
                {},
                {.value = R"({"after":{"a":2,"b":"z"},"op":"c"})"}});
  ConnectorTable table = Table({{"format", "debezium-json"}});
  table.AddMetadata("offset", DataType::BigInt(), "offset");
  EXPECT_THAT(Read(&table).ValueOrDie(),
              ElementsAre("+I[1, x, 0]", "-U[1, x, 1]", "+U[1, y, 1]", "-D[1, y, 2]", "+I[2, z, 4]"));
}

TEST_F(KafkaSourceTest, UpsertsAndTombstones) {
  cluster_.CreateTopic("t", 1);
  cluster_.Put("t", 0,
               {{.key = "{\"a\":1}", .value = "{\"b\":\"x\"}"},
                {.key = "{\"a\":2}", .value = "{\"b\":\"y\"}"},
                {.key = "{\"a\":1}"},
                {.key = "{\"a\":2}", .value = "{\"b\":\"z\"}"}});
  ConnectorTable table = Table({{"connector", "upsert-kafka"},
                                {"key.format", "json"},
                                {"value.format", "json"},
                                {"value.fields-include", "EXCEPT_KEY"}});
  EXPECT_THAT(Read(&table).status().ToString(), HasSubstr("needs a PRIMARY KEY"));
  table.definition().primary_key = {"a"};
  table.definition().columns[0].type = DataType::BigInt().NotNull();
  EXPECT_THAT(Read(&table).ValueOrDie(), ElementsAre("+U[1, x]", "+U[2, y]", "-D[1, null]", "+U[2, z]"));
  cluster_.PutValues("t", 0, {"{\"b\":\"lost\"}"});
  EXPECT_THAT(Read(&table).status().ToString(), AllOf(HasSubstr("t-0@4: "), HasSubstr("no key")));
  table.definition().options["tidemark.bad-records"] = "skip";
  EXPECT_EQ(Read(&table).ValueOrDie().size(), 4);
  EXPECT_EQ(table.skipped(), 1);
}

class KeptRecords final : public DeadLetterSink {
 public:
  arrow::Status Add(const std::string& position, const std::string& reason, std::string_view record) override {
    records.push_back(position + ": " + reason + ": " + std::string(record));
    return arrow::Status::OK();
  }
  std::vector<std::string> records;
};

TEST_F(KafkaSourceTest, BadRecordsHaveTheirPlace) {
  cluster_.CreateTopic("t", 1);
  cluster_.PutValues("t", 0, {TestRow(1, "x"), "{\"a\":\n\"no\"}", "", TestRow(3, "z"), "rubbish"});
  EXPECT_THAT(Error(), AllOf(HasSubstr("t-0@1: field 'a'"), HasSubstr("'tidemark.bad-records' = 'skip'")));
  ConnectorTable skip = Table({{"tidemark.bad-records", "skip"}});
  skip.AddMetadata("offset", DataType::BigInt(), "offset");
  EXPECT_THAT(Read(&skip).ValueOrDie(), ElementsAre("+I[1, x, 0]", "+I[3, z, 3]"));
  EXPECT_EQ(skip.skipped(), 2);
  EXPECT_THAT(Rows({{"json.ignore-parse-errors", "true"}}), ElementsAre("+I[1, x]", "+I[null, null]", "+I[3, z]"));
  ConnectorTable letters = Table({{"tidemark.bad-records", "dead-letter"}});
  KeptRecords kept;
  letters.SetDeadLetters(&kept);
  EXPECT_EQ(Read(&letters).ValueOrDie().size(), 2);
  EXPECT_THAT(kept.records, ElementsAre(AllOf(HasSubstr("t-0@1: field 'a'"), HasSubstr("{\"a\":\n\"no\"}")),
                                        AllOf(HasSubstr("t-0@4: "), HasSubstr(": rubbish"))));
}

TEST_F(KafkaSourceTest, BadKeysAreBadRecords) {
  cluster_.CreateTopic("t", 1);
  cluster_.Put("t", 0, {{.key = "7", .value = "{\"b\":\"x\"}"}, {.key = "{\"a\":1}", .value = "{\"b\":\"y\"}"}});
  TableOptions keys = {
      {"value.format", "json"}, {"key.format", "json"}, {"key.fields", "a"}, {"value.fields-include", "EXCEPT_KEY"}};
  EXPECT_THAT(Error(keys), HasSubstr("t-0@0: key: "));
  keys["tidemark.bad-records"] = "skip";
  EXPECT_THAT(Rows(keys), ElementsAre("+I[1, y]"));
}

TEST_F(KafkaSourceTest, KnowsWhenAPartitionIsCaughtUp) {
  PutRows();
  ConnectorTable table = Table();
  table.definition().options.erase("scan.bounded.mode");
  auto source = table.MakeSource().ValueOrDie();
  const auto splits = source->ActiveSplits();
  ASSERT_EQ(splits.size(), 3);
  EXPECT_FALSE(source->CaughtUp(splits[0]));
  int64_t rows = 0;
  const auto all_caught_up = [&] {
    return std::all_of(splits.begin(), splits.end(), [&](SplitId split) { return source->CaughtUp(split); });
  };
  for (int tries = 0; tries < 30'000 && !(rows == 5 && all_caught_up()); ++tries) {
    const Poll poll = source->Next().ValueOrDie();
    ASSERT_NE(poll.state, Poll::State::kEnd);
    ASSERT_FALSE(poll.split_end);
    rows += poll.batch.num_rows;
    if (poll.state == Poll::State::kNothing) cluster_.Breathe();
  }
  EXPECT_EQ(rows, 5);
  EXPECT_TRUE(all_caught_up());
}

TEST_F(KafkaSourceTest, TellsOfItsPartitions) {
  PutRows();
  ConnectorTable table = Table();
  table.definition().options.erase("scan.bounded.mode");
  auto source = table.MakeSource().ValueOrDie();
  std::map<std::string, SplitId> splits;
  for (const SplitId split : source->ActiveSplits()) splits[source->SplitName(split)] = split;
  ASSERT_TRUE(splits.contains("t-0") && splits.contains("t-1") && splits.contains("t-2"));
  EXPECT_FALSE(source->NeverWritten(splits["t-1"]));  // nobody has looked so far
  for (int tries = 0; tries < 30'000 && !source->NeverWritten(splits["t-1"]); ++tries) {
    if (source->Next().ValueOrDie().state == Poll::State::kNothing) cluster_.Breathe();
  }
  EXPECT_TRUE(source->NeverWritten(splits["t-1"]));
  EXPECT_FALSE(source->NeverWritten(splits["t-0"]));
  EXPECT_EQ(source->PendingRows(splits["t-1"]), 0);
  cluster_.PutValues("t", 1, {TestRow(6, "late")});
  for (int tries = 0; tries < 30'000 && source->NeverWritten(splits["t-1"]); ++tries) {
    if (source->Next().ValueOrDie().state == Poll::State::kNothing) cluster_.Breathe();
  }
  EXPECT_FALSE(source->NeverWritten(splits["t-1"]));
}

TEST_F(KafkaSourceTest, APausedPartitionIsNotRead) {
  PutRows();
  ConnectorTable table = Table();
  auto source = table.MakeSource().ValueOrDie();
  EXPECT_TRUE(source->CanPause());
  std::set<SplitId> waiting;
  for (const SplitId split : source->ActiveSplits()) {
    if (source->SplitName(split) == "t-2") waiting.insert(split);
  }
  source->Pause(waiting);
  int64_t rows = 0;
  int nothing = 0;
  for (int tries = 0; tries < 30'000 && !(rows == 2 && nothing > 100); ++tries) {
    const Poll poll = source->Next().ValueOrDie();
    ASSERT_NE(poll.state, Poll::State::kEnd);
    EXPECT_FALSE(waiting.contains(poll.split) && poll.batch.num_rows > 0);
    rows += poll.batch.num_rows;
    if (poll.state != Poll::State::kNothing) continue;
    nothing += rows == 2 ? 1 : 0;
    cluster_.Breathe();
  }
  EXPECT_EQ(rows, 2);
  source->Pause({});
  for (int tries = 0; tries < 30'000; ++tries) {
    const Poll poll = source->Next().ValueOrDie();
    if (poll.state == Poll::State::kEnd) break;
    rows += poll.batch.num_rows;
    if (poll.state == Poll::State::kNothing) cluster_.Breathe();
  }
  EXPECT_EQ(rows, 5);
}

TEST_F(KafkaSourceTest, ABrokerThatHasJustStartedIsAskedAgain) {
  PutRows();
  constexpr int16_t kListOffsets = 2;
  rd_kafka_mock_push_request_errors(cluster_.cluster(), kListOffsets, 2, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
  EXPECT_EQ(Rows({}).size(), 5);
}

TEST_F(KafkaSourceTest, FindsNewTopicsWhileItRuns) {
  PutRows();
  ConnectorTable table = Table({{"topic-pattern", "t.*"}, {"scan.topic-partition-discovery.interval", "1 s"}});
  table.definition().options.erase("topic");
  table.definition().options.erase("scan.bounded.mode");
  auto source = table.MakeSource().ValueOrDie();
  const int64_t version = source->splits_version();
  cluster_.CreateTopic("t_new", 1);
  cluster_.PutValues("t_new", 0, {TestRow(6, "n"), TestRow(7, "n")});
  int64_t rows = 0;
  for (int tries = 0; tries < 30'000 && rows < 7; ++tries) {
    const Poll poll = source->Next().ValueOrDie();
    rows += poll.batch.num_rows;
    table.clock().Advance(10'000);
    if (poll.state == Poll::State::kNothing) cluster_.Breathe();
  }
  EXPECT_EQ(rows, 7);
  EXPECT_GT(source->splits_version(), version);
  EXPECT_EQ(source->ActiveSplits().size(), 4);
}

TEST_F(KafkaSourceTest, ErrorsSayWhatIsWrong) {
  PutRows();
  cluster_.CreateTopic("orders", 1);
  cluster_.CreateTopic("order", 1);
  rd_kafka_mock_topic_set_error(cluster_.cluster(), "order", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  EXPECT_THAT(Error({{"topic", "order"}}), AllOf(HasSubstr("no topic 'order'"), HasSubstr("Did you mean 'orders'?")));
  rd_kafka_mock_topic_set_error(cluster_.cluster(), "t", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  EXPECT_THAT(Error(), AllOf(HasSubstr("Topic 't'"), HasSubstr("does not allow it")));
  const std::string unreachable =
      Error({{"properties.bootstrap.servers", "127.0.0.1:1"}, {"properties.default.api.timeout.ms", "400"}});
  EXPECT_THAT(unreachable, AllOf(HasSubstr("cannot reach Kafka at '127.0.0.1:1'"), HasSubstr("refused")));
}

TEST_F(KafkaSourceTest, BrokersThatStayAwayFailTheJob) {
  PutRows();
  ConnectorTable table = Table({{"properties.default.api.timeout.ms", "2000"}});
  table.definition().options.erase("scan.bounded.mode");
  auto source = table.MakeSource().ValueOrDie();
  rd_kafka_mock_broker_set_down(cluster_.cluster(), 1);
  arrow::Status status;
  for (int tries = 0; tries < 30'000 && status.ok(); ++tries) {
    status = source->Next().status();
    table.clock().Advance(1'000);
    cluster_.Breathe();
  }
  EXPECT_THAT(status.ToString(), HasSubstr("cannot reach Kafka"));
}

TEST_F(KafkaSourceTest, WhatOnlyJavaKnowsIsSaid) {
  PutRows();
  ConnectorTable table = Table({{"properties.max.poll.records", "500"}, {"properties.enable.auto.commit", "false"}});
  EXPECT_EQ(Read(&table).ValueOrDie().size(), 5);
  EXPECT_EQ(table.streams().error(), "warning: table 't': no effect here: 'properties.max.poll.records'\n");
}

// libparquet shows an OpenSSL of its own; were it taken, the first TLS connection would crash.
TEST_F(KafkaSourceTest, UsesTheSystemsOpenSsl) {
  Dl_info info{};
  void* symbol = dlsym(RTLD_DEFAULT, "CRYPTO_malloc");
  ASSERT_NE(symbol, nullptr);
  ASSERT_NE(dladdr(symbol, &info), 0);
  EXPECT_THAT(std::string(info.dli_fname), HasSubstr("libcrypto.so"));
  PutRows();
  EXPECT_THAT(Error({{"properties.security.protocol", "SSL"}, {"properties.default.api.timeout.ms", "2000"}}),
              HasSubstr("Kafka at '"));
}

}  // namespace
}  // namespace tidemark::connectors::kafka
