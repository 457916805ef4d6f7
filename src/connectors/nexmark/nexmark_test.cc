// SPDX-License-Identifier: Apache-2.0
// The benchmark's events: the same in every run and for any number of workers, in their proportions and their order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "connectors/connectors_testing.h"

namespace tidemark::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

DataType Person() {
  return DataType::Row({{"id", DataType::BigInt()},
                        {"name", DataType::String()},
                        {"emailAddress", DataType::String()},
                        {"creditCard", DataType::String()},
                        {"city", DataType::String()},
                        {"state", DataType::String()},
                        {"dateTime", DataType::Timestamp(3)},
                        {"extra", DataType::String()}});
}
DataType Auction() {
  return DataType::Row({{"id", DataType::BigInt()},
                        {"itemName", DataType::String()},
                        {"description", DataType::String()},
                        {"initialBid", DataType::BigInt()},
                        {"reserve", DataType::BigInt()},
                        {"dateTime", DataType::Timestamp(3)},
                        {"expires", DataType::Timestamp(3)},
                        {"seller", DataType::BigInt()},
                        {"category", DataType::BigInt()},
                        {"extra", DataType::String()}});
}
DataType Bid() {
  return DataType::Row({{"auction", DataType::BigInt()},
                        {"bidder", DataType::BigInt()},
                        {"price", DataType::BigInt()},
                        {"channel", DataType::String()},
                        {"url", DataType::String()},
                        {"dateTime", DataType::Timestamp(3)},
                        {"extra", DataType::String()}});
}

ConnectorTable Nexmark(const std::string& events, TableOptions options = {}) {
  options["connector"] = "nexmark";
  options["events.num"] = events;
  return ConnectorTable({{"event_type", DataType::Int()}, {"person", Person()}, {"auction", Auction()}, {"bid", Bid()}},
                        std::move(options));
}

TEST(NexmarkTest, EveryRunGivesTheSameEventsForAnyWorkersAndBatches) {
  ConnectorTable table = Nexmark("2000");
  ASSERT_TRUE(table.Validate().ok()) << table.Validate().ToString();
  const auto expected = table.ReadRows().ValueOrDie();
  ASSERT_THAT(expected, SizeIs(2000));
  ConnectorTable again = Nexmark("2000");
  again.clock().Advance(1'000'000);
  again.SetBatchRows(33);
  EXPECT_EQ(again.ReadRows().ValueOrDie(), expected);
}

TEST(NexmarkTest, WorkersShareTheEventsAndKeepTheirOrder) {
  ConnectorTable table = Nexmark("250001");
  table.SetBatchRows(8192);
  table.Project({0});
  const auto expected = table.ReadRows().ValueOrDie();
  ASSERT_THAT(expected, SizeIs(250'001));
  EXPECT_TRUE(table.ReadRows(3).ValueOrDie() == expected);
  for (int worker = 0; worker < 3; ++worker) {
    const auto source = table.MakeSource(worker, 3).ValueOrDie();
    while (source->Next().ValueOrDie().state == Poll::State::kBatch) continue;
    EXPECT_GT(source->metrics().rows.load(), 50'000);
  }
}

TEST(NexmarkTest, OnePersonThreeAuctionsFortySixBids) {
  ConnectorTable table = Nexmark("5000");
  table.Project({0});
  std::map<std::string, int> counts;
  for (const auto& row : table.ReadRows().ValueOrDie()) ++counts[row];
  EXPECT_THAT(counts, ElementsAre(Pair("+I[0]", 100), Pair("+I[1]", 300), Pair("+I[2]", 4600)));
}

TEST(NexmarkTest, ProportionsCanBeChosen) {
  ConnectorTable table =
      Nexmark("1000", {{"person.proportion", "2"}, {"auction.proportion", "0"}, {"bid.proportion", "8"}});
  table.Project({0});
  std::map<std::string, int> counts;
  for (const auto& row : table.ReadRows().ValueOrDie()) ++counts[row];
  EXPECT_THAT(counts, ElementsAre(Pair("+I[0]", 200), Pair("+I[2]", 800)));
}

TEST(NexmarkTest, AnEventFillsOnlyTheColumnOfItsType) {
  ConnectorTable table = Nexmark("5");
  const auto rows = table.ReadRows().ValueOrDie();
  EXPECT_THAT(rows[0], ::testing::StartsWith("+I[0, +I[1000, "));
  EXPECT_THAT(rows[0], ::testing::EndsWith(", null, null]"));
  EXPECT_THAT(rows[1], ::testing::StartsWith("+I[1, null, +I[1000, "));
  EXPECT_THAT(rows[4], ::testing::StartsWith("+I[2, null, null, +I["));
}

TEST(NexmarkTest, EventTimeFollowsTheRate) {
  ConnectorTable table(
      Schema{{"person", DataType::Row({{"dateTime", DataType::Timestamp(3)}})}},
      {{"connector", "nexmark"}, {"events.num", "101"}, {"first-event.rate", "50"}, {"base-time", "1000"}});
  const auto rows = table.ReadRows().ValueOrDie();
  EXPECT_THAT(rows[0], HasSubstr("1970-01-01T00:00:01"));
  EXPECT_THAT(rows[50], HasSubstr("1970-01-01T00:00:02"));
  EXPECT_THAT(rows[100], HasSubstr("1970-01-01T00:00:03"));
}

TEST(NexmarkTest, WithoutANumberItNeverEnds) {
  ConnectorTable table = Nexmark("0");
  EXPECT_FALSE(table.connector().IsBounded(table.definition()));
  EXPECT_TRUE(table.connector().IsBounded(Nexmark("1").definition()));
}

TEST(NexmarkTest, ColumnsThatItDoesNotHaveAreNamed) {
  const auto wrong = [](const std::string& name, const DataType& type) {
    return ConnectorTable(Schema{{name, type}}, {{"connector", "nexmark"}}).Validate().ToString();
  };
  EXPECT_THAT(wrong("bids", Bid()), HasSubstr("'bids'"));
  EXPECT_THAT(wrong("bid", DataType::Row({{"cost", DataType::BigInt()}})), HasSubstr("'cost'"));
  EXPECT_THAT(wrong("bid", DataType::Row({{"price", DataType::String()}})), HasSubstr("'bid.price' is BIGINT"));
}

}  // namespace
}  // namespace tidemark::connectors
