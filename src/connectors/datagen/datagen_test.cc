// SPDX-License-Identifier: Apache-2.0
// Made-up rows: as many as asked for, each once, within bounds, at the rate asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "connectors/connectors_testing.h"

namespace tidemark::connectors {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;

ConnectorTable Datagen(const Schema& schema, TableOptions options) {
  options["connector"] = "datagen";
  return ConnectorTable(schema, std::move(options));
}

/// The one number in "+I[7]".
double NumberIn(const std::string& row) { return std::stod(row.substr(3)); }

TEST(DatagenTest, ASequenceOverSeveralWorkersGivesEachNumberOnceAndInOrder) {
  const Schema schema = {{"n", DataType::BigInt()}, {"s", DataType::String()}};
  const TableOptions options = {{"fields.n.kind", "sequence"}, {"fields.n.start", "-10"}, {"fields.n.end", "2000"},
                                {"fields.s.kind", "sequence"}, {"fields.s.start", "1"},   {"fields.s.end", "9999"},
                                {"rows-per-second", "1000000"}};
  for (const int workers : {1, 2, 3}) {
    ConnectorTable table = Datagen(schema, options);
    ASSERT_TRUE(table.Validate().ok()) << table.Validate().ToString();
    EXPECT_TRUE(table.connector().IsBounded(table.definition()));
    const auto rows = table.ReadRows(workers).ValueOrDie();  // ends with the shortest sequence
    ASSERT_EQ(rows.size(), 2011u);
    for (int64_t i = 0; i < 2011; ++i)
      ASSERT_EQ(rows[i], "+I[" + std::to_string(i - 10) + ", " + std::to_string(i + 1) + "]");
  }
}

TEST(DatagenTest, TheNumberOfRowsIsThatOfAllWorkersTogether) {
  for (const char* count : {"0", "1", "99", "100", "101", "1000"}) {
    for (const int workers : {1, 3}) {
      ConnectorTable table = Datagen({{"n", DataType::Int()}}, {{"number-of-rows", count}});
      EXPECT_THAT(table.ReadRows(workers).ValueOrDie(), SizeIs(std::stoul(count))) << workers;
    }
  }
  EXPECT_FALSE(
      Datagen({{"n", DataType::Int()}}, {}).connector().IsBounded(Datagen({{"n", DataType::Int()}}, {}).definition()));
}

TEST(DatagenTest, RowsDoNotDependOnWorkersOrBatches) {
  const Schema schema = {{"n", DataType::Int()}, {"d", DataType::Double()}, {"s", DataType::String()}};
  const TableOptions options = {{"number-of-rows", "500"}, {"fields.s.length", "7"}, {"fields.n.null-rate", "0.3"}};
  ConnectorTable table = Datagen(schema, options);
  const auto expected = table.ReadRows().ValueOrDie();
  EXPECT_THAT(std::set<std::string>(expected.begin(), expected.end()), SizeIs(500));
  for (const int64_t batch_rows : {1, 7, 1000}) {
    table.SetBatchRows(batch_rows);
    EXPECT_EQ(table.ReadRows(3).ValueOrDie(), expected);
  }
}

TEST(DatagenTest, RandomValuesKeepWithinTheirBounds) {
  for (const DataType& type : {DataType::TinyInt(), DataType::BigInt(), DataType::Double(), DataType::Decimal(10, 2)}) {
    ConnectorTable table =
        Datagen({{"n", type}}, {{"number-of-rows", "1000"}, {"fields.n.min", "-3"}, {"fields.n.max", "4"}});
    std::set<int> seen;
    for (const auto& row : table.ReadRows().ValueOrDie()) {
      EXPECT_THAT(NumberIn(row), AllOf(Ge(-3), Le(4)));
      seen.insert(static_cast<int>(NumberIn(row)));
    }
    EXPECT_THAT(seen, ::testing::IsSupersetOf({-2, -1, 0, 1, 2, 3})) << type.ToString();
  }
}

TEST(DatagenTest, TextHasItsLengthAndNullsTheirRate) {
  ConnectorTable table =
      Datagen({{"s", DataType::String()}},
              {{"number-of-rows", "1000"}, {"fields.s.length", "20"}, {"fields.s.null-rate", "0.25"}});
  int nulls = 0;
  for (const auto& row : table.ReadRows().ValueOrDie()) {
    if (row == "+I[null]")
      ++nulls;
    else
      EXPECT_THAT(row, SizeIs(20 + std::string("+I[]").size()));
  }
  EXPECT_THAT(nulls, AllOf(Ge(200), Le(300)));
}

TEST(DatagenTest, RandomTimesLieInTheRecentPast) {
  ConnectorTable table =
      Datagen({{"ts", DataType::Timestamp(3)}}, {{"number-of-rows", "100"}, {"fields.ts.max-past", "10 s"}});
  // The clock stands at 2023-11-14 22:13:20.
  EXPECT_THAT(table.ReadRows().ValueOrDie(), ::testing::Each(AllOf(Ge<std::string>("+I[2023-11-14T22:13:10"),
                                                                   Le<std::string>("+I[2023-11-14T22:13:20]"))));
}

TEST(DatagenTest, RowsComeAtTheirRate) {
  ConnectorTable table = Datagen({{"n", DataType::Int()}}, {{"rows-per-second", "100"}});
  std::vector<std::unique_ptr<Source>> sources;
  for (int worker = 0; worker < 2; ++worker) sources.push_back(table.MakeSource(worker, 2).ValueOrDie());
  int64_t rows = 0;
  const auto take = [&] {
    for (const auto& source : sources) {
      for (auto poll = source->Next().ValueOrDie(); poll.state == Poll::State::kBatch;
           poll = source->Next().ValueOrDie())
        rows += poll.batch.num_rows;
    }
  };
  take();
  EXPECT_THAT(rows, Le(10));
  table.clock().Advance(2'000'000);
  take();
  EXPECT_THAT(rows, AllOf(Ge(195), Le(210)));
}

/// What is wrong with a table of one column n.
std::string Wrong(const DataType& type, TableOptions options) {
  return Datagen({{"n", type}}, std::move(options)).Validate().ToString();
}

TEST(DatagenTest, OptionsThatDoNotFitAreNamed) {
  EXPECT_THAT(Wrong(DataType::Int(), {{"fields.m.min", "1"}}), HasSubstr("fields.m.min"));
  EXPECT_THAT(Wrong(DataType::Int(), {{"fields.n.min", "1"}, {"fields.n.max", "0"}}), HasSubstr("fields.n.max"));
  EXPECT_THAT(Wrong(DataType::Int(), {{"fields.n.kind", "sequence"}}), HasSubstr("fields.n.start"));
  EXPECT_THAT(Wrong(DataType::Int(), {{"rows-per-second", "0"}}), HasSubstr("rows-per-second"));
}

TEST(DatagenTest, NumbersThatTheColumnCannotHoldAreErrorsAndNotOthers) {
  EXPECT_THAT(Wrong(DataType::TinyInt(), {{"fields.n.max", "128"}}),
              AllOf(HasSubstr("fields.n.max"), HasSubstr("TINYINT")));
  EXPECT_THAT(Wrong(DataType::TinyInt(), {{"fields.n.min", "-129"}}), HasSubstr("fields.n.min"));
  const TableOptions sequence = {{"fields.n.kind", "sequence"}, {"fields.n.start", "1"}, {"fields.n.end", "40000"}};
  EXPECT_THAT(Wrong(DataType::SmallInt(), sequence), AllOf(HasSubstr("fields.n.end"), HasSubstr("SMALLINT")));
  EXPECT_EQ(Wrong(DataType::Int(), sequence), "OK");
  // More numbers than can be counted.
  EXPECT_THAT(Wrong(DataType::BigInt(), {{"fields.n.kind", "sequence"},
                                         {"fields.n.start", "-9000000000000000000"},
                                         {"fields.n.end", "9000000000000000000"}}),
              HasSubstr("fields.n.end"));
}

}  // namespace
}  // namespace tidemark::connectors
