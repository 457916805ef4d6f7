// SPDX-License-Identifier: Apache-2.0
// Records through a checkpoint's bytes and back, and bytes that are not what was written.
#include "connectors/kafka/prepared_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::connectors::kafka {
namespace {

using ::testing::HasSubstr;

const PreparingWriter kWriter = {.transactional_id = "p-0-0", .marker_group = "p-job-0-0"};

std::string SomeBytes() {
  PreparedWriter writer(kWriter);
  writer.Add({.topic = "t", .partition = 2, .key = "k", .value = std::string("\0v", 2), .timestamp_ms = 7});
  writer.Add({.topic = "u", .value = "", .headers = {{"h", "1"}, {"h", std::nullopt}}});
  return writer.Finish(5, 42);
}

arrow::Result<std::vector<OutRecord>> ReadAll(std::string_view bytes) {
  ARROW_ASSIGN_OR_RAISE(PreparedReader reader, PreparedReader::Open(bytes));
  std::vector<OutRecord> records;
  OutRecord record;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool more, reader.Next(&record));
    if (!more) return records;
    records.push_back(record);
  }
}

TEST(PreparedRecords, ComeBackAsTheyWere) {
  const std::string bytes = SomeBytes();
  const PreparedReader reader = PreparedReader::Open(bytes).ValueOrDie();
  EXPECT_EQ(reader.checkpoint(), 5);
  EXPECT_EQ(reader.nonce(), 42);
  EXPECT_EQ(reader.writer().transactional_id, "p-0-0");
  EXPECT_EQ(reader.writer().marker_group, "p-job-0-0");
  const auto records = ReadAll(bytes).ValueOrDie();
  ASSERT_EQ(records.size(), 2);
  EXPECT_EQ(records[0].topic, "t");
  EXPECT_EQ(records[0].partition, 2);
  EXPECT_EQ(records[0].key, "k");
  EXPECT_EQ(records[0].value, std::string("\0v", 2));
  EXPECT_EQ(records[0].timestamp_ms, 7);
  EXPECT_EQ(records[1].topic, "u");
  EXPECT_EQ(records[1].partition, kAnyPartition);
  EXPECT_EQ(records[1].key, std::nullopt);
  EXPECT_EQ(records[1].value, "");
  ASSERT_EQ(records[1].headers.size(), 2);
  EXPECT_EQ(records[1].headers[0].second, "1");
  EXPECT_EQ(records[1].headers[1].second, std::nullopt);
}

TEST(PreparedRecords, AWriterBeginsAnewAfterEachCheckpoint) {
  PreparedWriter writer(kWriter);
  EXPECT_TRUE(writer.empty());
  writer.Add({.topic = "t", .value = "1"});
  EXPECT_FALSE(writer.empty());
  EXPECT_EQ(ReadAll(writer.Finish(1, 1)).ValueOrDie().size(), 1);
  EXPECT_TRUE(writer.empty());
  writer.Add({.topic = "t", .value = "2"});
  EXPECT_EQ(ReadAll(writer.Finish(2, 2)).ValueOrDie()[0].value, "2");
}

TEST(PreparedRecords, BytesThatAreCutAreRefused) {
  const std::string bytes = SomeBytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut = bytes.substr(0, size);  // a copy, for a sanitizer to see its end
    EXPECT_TRUE(ReadAll(cut).status().IsInvalid()) << size;
  }
  EXPECT_TRUE(ReadAll(bytes + "x").status().IsInvalid());
}

TEST(PreparedRecords, NoDamageReadsBeyondTheEnd) {
  const std::string bytes = SomeBytes();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned char mask : {0x01, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ mask);
      const auto records = ReadAll(damaged);
      EXPECT_TRUE(records.ok() || records.status().IsInvalid());
    }
  }
  EXPECT_THAT(ReadAll("TMKRxxxxxx").status().ToString(), HasSubstr("of another version"));
}

TEST(PreparedRecords, MemoryThatIsGivenBackHoldsNothingOfBefore) {
  PreparedWriter writer(kWriter);
  writer.Add({.topic = "t", .value = "first"});
  std::string first = writer.Finish(1, 1);
  writer.Add({.topic = "t", .value = "second"});
  writer.Recycle(std::move(first));
  std::string second = writer.Finish(2, 2);
  writer.Recycle(std::move(second));
  writer.Add({.topic = "t", .value = "third"});
  const std::string third = writer.Finish(3, 3);
  const auto records = ReadAll(third).ValueOrDie();
  ASSERT_EQ(records.size(), 1);
  EXPECT_EQ(records[0].value, "third");
  EXPECT_TRUE(writer.empty());
}

}  // namespace
}  // namespace tidemark::connectors::kafka
