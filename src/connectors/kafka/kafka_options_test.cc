// SPDX-License-Identifier: Apache-2.0
// What CREATE TABLE refuses of the two connectors, and what it takes, without a broker.
#include "connectors/kafka/kafka_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/connectors_testing.h"

namespace tidemark::connectors::kafka {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const Schema kAb = {{"a", DataType::BigInt()}, {"b", DataType::String()}};

std::string Told(const TableOptions& more, const std::vector<std::string>& primary_key = {}) {
  TableOptions options = more;
  options.merge(TableOptions{{"connector", "kafka"}, {"topic", "t"}, {"properties.bootstrap.servers", "h:1"}});
  const bool has_format = options.contains("value.format") || options["connector"] == "upsert-kafka";
  if (!has_format) options.emplace("format", "json");
  std::erase_if(options, [](const auto& option) { return option.second == "-"; });
  ConnectorTable table(kAb, options);
  table.definition().primary_key = primary_key;
  return table.Validate().ToString();
}

TEST(KafkaOptions, Topics) {
  EXPECT_EQ(Told({}), "OK");
  EXPECT_EQ(Told({{"topic", "a-1; b_2 ;c.3"}}), "OK");
  EXPECT_THAT(Told({{"topic", "-"}}), HasSubstr("'topic-pattern'"));
  EXPECT_THAT(Told({{"topic-pattern", "x"}}), HasSubstr("exclude each other"));
  EXPECT_THAT(Told({{"topic", "a;;b"}}), HasSubstr("no name of a topic"));
  EXPECT_THAT(Told({{"topic", "-"}, {"topic-pattern", "("}}), HasSubstr("'topic-pattern'"));
}

TEST(KafkaOptions, PatternsAreForWholeNamesAndNeverForTheClustersOwnTopics) {
  EXPECT_TRUE(MatchesPattern("a.*", "abc"));
  EXPECT_FALSE(MatchesPattern("b", "abc"));
  EXPECT_FALSE(MatchesPattern(".*", "__consumer_offsets"));
}

TEST(KafkaOptions, BeginsAndEnds) {
  EXPECT_THAT(Told({{"scan.startup.mode", "earliest"}}), HasSubstr("earliest-offset"));
  EXPECT_THAT(Told({{"scan.startup.mode", "timestamp"}}), HasSubstr("'scan.startup.timestamp-millis'"));
  EXPECT_THAT(Told({{"scan.bounded.mode", "specific-offsets"}}), HasSubstr("'scan.bounded.specific-offsets'"));
  EXPECT_THAT(Told({{"scan.startup.mode", "specific-offsets"}, {"scan.startup.specific-offsets", "0:42"}}),
              HasSubstr("partition:0,offset:42"));
  EXPECT_THAT(Told({{"topic", "a;b"},
                    {"scan.startup.mode", "specific-offsets"},
                    {"scan.startup.specific-offsets", "partition:0,offset:42"}}),
              HasSubstr("one topic"));
  EXPECT_THAT(Told({{"scan.startup.mode", "group-offsets"}}), HasSubstr("'properties.group.id'"));
}

TEST(KafkaOptions, ARecordThatNobodyAcknowledgesIsForThoseWhoWantNoGuarantee) {
  EXPECT_THAT(Told({{"properties.acks", "0"}}), HasSubstr("'sink.delivery-guarantee' = 'none'"));
  EXPECT_EQ(Told({{"properties.acks", "0"}, {"sink.delivery-guarantee", "none"}}), "OK");
  EXPECT_EQ(Told({{"properties.acks", "1"}}), "OK");
}

TEST(KafkaOptions, ChoicesAreReadInAnyCase) {
  ConnectorTable table(kAb, {{"connector", "kafka"},
                             {"topic", "t"},
                             {"format", "json"},
                             {"properties.bootstrap.servers", "h:1"},
                             {"scan.startup.mode", "Earliest-Offset"},
                             {"scan.bounded.mode", "LATEST-OFFSET"}});
  ASSERT_TRUE(table.Validate().ok());
  const auto options = ReadKafkaOptions(table.definition(), /*upsert=*/false).ValueOrDie();
  EXPECT_EQ(options.start.mode, OffsetMode::kEarliest);
  EXPECT_EQ(options.stop.mode, OffsetMode::kLatest);
  EXPECT_TRUE(table.connector().IsBounded(table.definition()));
}

TEST(KafkaOptions, KeysAndValues) {
  const TableOptions both = {{"value.format", "json"}, {"key.format", "json"}};
  const auto with = [&](TableOptions more) {
    more.merge(TableOptions(both));
    return Told(more);
  };
  EXPECT_THAT(with({}), HasSubstr("'key.fields'"));
  EXPECT_EQ(with({{"key.fields", "a;b"}}), "OK");
  EXPECT_EQ(with({{"key.fields", "a"}, {"key.json.ignore-parse-errors", "true"}}), "OK");
  EXPECT_THAT(with({{"key.fields", "a"}, {"key.json.ignore-parse-error", "true"}}),
              HasSubstr("Unknown option 'key.json.ignore-parse-error'"));
  EXPECT_THAT(with({{"key.fields", "a"}, {"json.ignore-parse-errors", "true"}}), HasSubstr("Unknown option"));
  EXPECT_THAT(with({{"key.fields", "aa"}}), HasSubstr("no physical column 'aa'"));
  EXPECT_THAT(with({{"key.fields", "a"}, {"key.fields-prefix", "a"}}), HasSubstr("EXCEPT_KEY"));
  EXPECT_THAT(with({{"key.fields", "a"}, {"key.fields-prefix", "k_"}, {"value.fields-include", "EXCEPT_KEY"}}),
              HasSubstr("does not begin with it"));
  EXPECT_THAT(Told({{"key.fields", "a"}}), HasSubstr("'key.format'"));
  EXPECT_THAT(Told({{"format", "-"}}), HasSubstr("'format'"));
  EXPECT_THAT(Told({{"format", "json"}, {"value.format", "json"}}), HasSubstr("mean the same"));
  EXPECT_THAT(Told({{"format", "parquet"}}), HasSubstr("for files"));
  EXPECT_THAT(Told({{"format", "raw"}}), HasSubstr("one physical column"));
  EXPECT_THAT(Told({}, {"a"}), AllOf(HasSubstr("PRIMARY KEY"), HasSubstr("'upsert-kafka'")));
  EXPECT_EQ(Told({{"format", "debezium-json"}}, {"a"}), "OK");
}

TEST(KafkaOptions, Sinks) {
  EXPECT_EQ(Told({{"sink.partitioner", "round-robin"}, {"sink.delivery-guarantee", "none"}, {"sink.parallelism", "2"}}),
            "OK");
  EXPECT_THAT(Told({{"sink.partitioner", "org.my.Partitioner"}}), HasSubstr("not supported yet"));
  EXPECT_EQ(Told({{"sink.delivery-guarantee", "Exactly-Once"}, {"sink.transactional-id-prefix", "p"}}), "OK");
  EXPECT_THAT(Told({{"sink.semantic", "exactly-once"}, {"tidemark.checkpoint-buffer", "2 gb"}}),
              HasSubstr("'tidemark.checkpoint-buffer'"));
}

TEST(KafkaOptions, Upserts) {
  const TableOptions upsert = {{"connector", "upsert-kafka"}, {"key.format", "json"}, {"value.format", "json"}};
  EXPECT_EQ(Told(upsert, {"a"}), "OK");
  EXPECT_THAT(Told(upsert), HasSubstr("PRIMARY KEY"));
  TableOptions more = upsert;
  more["sink.delivery-guarantee"] = "exactly-once";
  EXPECT_THAT(Told(more, {"a"}), HasSubstr("not supported yet"));
  more = upsert;
  more["scan.startup.mode"] = "earliest-offset";
  EXPECT_THAT(Told(more, {"a"}), HasSubstr("Unknown option 'scan.startup.mode'"));
  more = upsert;
  more["sink.buffer-flush.max-rows"] = "10";
  EXPECT_THAT(Told(more, {"a"}), HasSubstr("go together"));
  more = upsert;
  more["value.format"] = "debezium-json";
  EXPECT_THAT(Told(more, {"a"}), HasSubstr("connector 'kafka'"));
}

}  // namespace
}  // namespace tidemark::connectors::kafka
