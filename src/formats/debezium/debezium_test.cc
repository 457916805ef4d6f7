// SPDX-License-Identifier: Apache-2.0
// The debezium-json format: events to rows with kinds and back, and events that lack something.
#include <arrow/array.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/debezium/debezium_format.h"
#include "formats/formats_testing.h"

namespace tidemark::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Schema kSchema = {{"id", DataType::BigInt()}, {"name", DataType::String()}};

std::vector<std::string> Rows(std::string_view text, const TableOptions& options = {}) {
  CollectedBadRecords bad;
  const auto batch = DecodeAll(DebeziumJsonFormat(), options, WholeTable(kSchema, &bad), text);
  EXPECT_TRUE(batch.ok()) << batch.status();
  EXPECT_THAT(bad.seen(), IsEmpty());
  return PrintRows(*batch, kSchema);
}

std::string Problem(std::string_view text, const TableOptions& options = {}) {
  CollectedBadRecords bad;
  const Batch batch = DecodeAll(DebeziumJsonFormat(), options, WholeTable(kSchema, &bad), text).ValueOrDie();
  EXPECT_EQ(batch.num_rows, 0);
  return bad.seen().empty() ? "" : bad.seen()[0];
}

TEST(DebeziumTest, EventsBecomeRowsWithKinds) {
  EXPECT_THAT(Rows(R"({"before":null,"after":{"id":1,"name":"a"},"source":{"db":"x","ts":[1]},"op":"c","ts_ms":1}
{"op":"r","after":{"id":2,"name":"b"}}
{"before":{"id":1,"name":"a"},"after":{"id":1,"name":"A"},"op":"u"}
{"before":{"id":2,"name":"b"},"after":null,"op":"d"}
)"),
              ElementsAre("+I[1, a]", "+I[2, b]", "-U[1, a]", "+U[1, A]", "-D[2, b]"));
}

TEST(DebeziumTest, EventsWithTheirSchema) {
  const TableOptions options = {{"schema-include", "true"}};
  EXPECT_THAT(
      Rows(R"({"schema":{"type":"struct","fields":[]},"payload":{"before":null,"after":{"id":1,"name":"a"},"op":"c"}}
{"schema":null,"payload":null}
)",
           options),
      ElementsAre("+I[1, a]"));
  EXPECT_THAT(Problem(R"({"after":{"id":1},"op":"c"})", options), HasSubstr("there is no \"payload\""));
  EXPECT_THAT(Problem(R"({"schema":{},"payload":{"after":{"id":1},"op":"c"}})"),
              HasSubstr("set option 'debezium-json.schema-include' to 'true'"));
}

TEST(DebeziumTest, WhatAnEventLacksIsSaid) {
  EXPECT_THAT(Problem(R"({"before":null,"after":{"id":1},"op":"u"})"),
              HasSubstr("\"before\" of an event with \"op\" \"u\" is missing; if the source is PostgreSQL"));
  EXPECT_THAT(Problem(R"({"before":null,"op":"d"})"), HasSubstr("REPLICA IDENTITY FULL"));
  EXPECT_THAT(Problem(R"({"after":null,"op":"c"})"), HasSubstr("\"after\" of an event with \"op\" \"c\" is missing"));
  EXPECT_THAT(Problem(R"({"after":{"id":1},"op":"x"})"), HasSubstr("none of \"c\""));
  EXPECT_THAT(Problem(R"({"id":1,"name":"a"})"), HasSubstr("this is no Debezium event"));
  EXPECT_THAT(Problem(R"({"after":{"id":"x"},"op":"c"})"), HasSubstr("field 'id': 'x' is not a BIGINT"));
  EXPECT_THAT(Problem(R"({"after":{"id":1,"op":"c"})"), HasSubstr("not valid JSON"));
  EXPECT_THAT(Problem(R"([1])"), HasSubstr("an object was expected"));
}

TEST(DebeziumTest, ABadNewVersionTakesTheOldOneWithIt) {
  CollectedBadRecords bad;
  const std::string text =
      "{\"before\":{\"id\":1},\"after\":{\"id\":\"x\"},\"op\":\"u\"}\n{\"after\":{\"id\":2},\"op\":\"c\"}\n";
  const Batch batch = DecodeAll(DebeziumJsonFormat(), {}, WholeTable(kSchema, &bad), text).ValueOrDie();
  EXPECT_THAT(PrintRows(batch, kSchema), ElementsAre("+I[2, null]"));
  EXPECT_EQ(bad.seen().size(), 1);
}

TEST(DebeziumTest, ChangesAreWrittenAsFlinkWritesThem) {
  const Batch batch = DecodeAll(DebeziumJsonFormat(), {}, WholeTable(kSchema),
                                R"({"after":{"id":1,"name":"a"},"op":"c"}
{"before":{"id":1,"name":"a"},"after":{"id":1,"name":"b"},"op":"u"}
{"before":{"id":1,"name":"b"},"op":"d"}
)")
                          .ValueOrDie();
  const std::string text = EncodeAll(DebeziumJsonFormat(), {}, batch, kSchema).ValueOrDie();
  EXPECT_EQ(text, R"({"before":null,"after":{"id":1,"name":"a"},"op":"c"}
{"before":{"id":1,"name":"a"},"after":null,"op":"d"}
{"before":null,"after":{"id":1,"name":"b"},"op":"c"}
{"before":{"id":1,"name":"b"},"after":null,"op":"d"}
)");
  EXPECT_THAT(Rows(text), ElementsAre("+I[1, a]", "-D[1, a]", "+I[1, b]", "-D[1, b]"));
}

TEST(DebeziumTest, TombstonesOfAQueueArePassedOver) {
  auto decoder = DebeziumJsonFormat().make_decoder({}, WholeTable(kSchema)).ValueOrDie();
  EXPECT_EQ(decoder->DecodeMessages({std::string_view(), "{\"after\":{\"id\":1},\"op\":\"c\"}"}).ValueOrDie().num_rows,
            1);
}

}  // namespace
}  // namespace tidemark::formats
