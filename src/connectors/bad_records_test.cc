// SPDX-License-Identifier: Apache-2.0
// Records that cannot be decoded: errors with file and line, skipped and counted, or kept with the place they come
// from.
#include "connectors/bad_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/connectors_testing.h"

namespace tidemark::connectors {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Keeps "position: record", and reasons.
class KeptRecords final : public DeadLetterSink {
 public:
  arrow::Status Add(const std::string& position, const std::string& reason, std::string_view record) override {
    records.push_back(position + ": " + std::string(record));
    reasons.push_back(reason);
    return arrow::Status::OK();
  }
  std::vector<std::string> records;
  std::vector<std::string> reasons;
};

/// Two of the five lines of /in/a are bad, and one of /in/b.
ConnectorTable Table(TableOptions more = {}) {
  more.merge(TableOptions{{"connector", "filesystem"}, {"path", "/in"}, {"format", "json"}});
  return ConnectorTable({{"n", DataType::BigInt()}}, std::move(more));
}
void PutFiles(ConnectorTable* table) {
  table->files().Put("/in/a", "{\"n\":1}\n{\"n\":2\n{\"n\":3}\n{\"n\":\"x\"}\n{\"n\":5}\n");
  table->files().Put("/in/b", "{\"n\":6}\nno\n");
}

TEST(BadRecordsTest, TheErrorHasFileAndLineAndTheWayOut) {
  for (const int64_t piece_bytes : {1, 10, 20, 1000}) {
    for (const int workers : {1, 3}) {
      ConnectorTable table = Table();
      table.files().Put("/in/a", "{\"n\":1}\n\n{\"n\":\"x\"}\n{\"n\":5}\n");
      table.SetReadSizes({.piece_bytes = piece_bytes, .block_bytes = 7});
      EXPECT_THAT(table.ReadRows(workers).status().ToString(),
                  AllOf(HasSubstr("/in/a:3: "), HasSubstr("'n'"), HasSubstr("'tidemark.bad-records' = 'skip'")))
          << piece_bytes;
    }
  }
}

TEST(BadRecordsTest, TheHeaderCountsAsALine) {
  for (const int64_t piece_bytes : {1, 5, 1000}) {
    ConnectorTable table =
        Table({{"format", "csv"}, {"csv.skip-header", "true"}, {"csv.disable-quote-character", "true"}});
    table.files().Put("/in/a", "n\n1\nx\n3\n");
    table.SetReadSizes({.piece_bytes = piece_bytes, .block_bytes = 7});
    EXPECT_THAT(table.ReadRows(2).status().ToString(), HasSubstr("/in/a:3: ")) << piece_bytes;
  }
}

TEST(BadRecordsTest, SkippedRecordsAreCounted) {
  for (const int64_t piece_bytes : {1, 10, 1000}) {
    ConnectorTable table = Table({{"tidemark.bad-records", "skip"}});
    PutFiles(&table);
    table.SetReadSizes({.piece_bytes = piece_bytes, .block_bytes = 7});
    EXPECT_THAT(table.ReadRows(2).ValueOrDie(), ElementsAre("+I[1]", "+I[3]", "+I[5]", "+I[6]"));
    EXPECT_EQ(table.skipped(), 3);
  }
}

TEST(BadRecordsTest, DeadLettersAreKeptWithTheirPlace) {
  for (const int64_t piece_bytes : {1, 10, 1000}) {
    ConnectorTable table = Table({{"tidemark.bad-records", "dead-letter"}});
    PutFiles(&table);
    KeptRecords kept;
    table.SetDeadLetters(&kept);
    table.SetReadSizes({.piece_bytes = piece_bytes, .block_bytes = 7});
    EXPECT_THAT(table.ReadRows(2).ValueOrDie(), ElementsAre("+I[1]", "+I[3]", "+I[5]", "+I[6]"));
    EXPECT_THAT(kept.records, UnorderedElementsAre("/in/a:2: {\"n\":2", "/in/a:4: {\"n\":\"x\"}", "/in/b:2: no"));
    EXPECT_THAT(kept.reasons, ::testing::Contains(HasSubstr("'n'")));
    EXPECT_EQ(table.skipped(), 3);
  }
}

TEST(BadRecordsTest, WithoutADeadLetterTableTheyAreErrors) {
  ConnectorTable table = Table({{"tidemark.bad-records", "dead-letter"}});
  PutFiles(&table);
  EXPECT_THAT(table.ReadRows().status().ToString(), HasSubstr("/in/a:2: "));
}

TEST(BadRecordsTest, ARecordWithoutAnEndIsABadRecord) {
  ConnectorTable table = Table();
  ASSERT_TRUE(table.configuration().Set(config::kMaxRecordBytes, "100 b").ok());
  table.files().Put("/in/a", "{\"n\":1}\n" + std::string(1000, 'x') + "\n{\"n\":3}\n");
  table.SetReadSizes({.piece_bytes = 1000, .block_bytes = 50});
  EXPECT_THAT(table.ReadRows().status().ToString(),
              AllOf(HasSubstr("/in/a"), HasSubstr("longer than 100 bytes (tidemark.max-record-size)")));
  table.definition().options["tidemark.bad-records"] = "skip";
  EXPECT_THAT(table.ReadRows().ValueOrDie(), ElementsAre("+I[1]", "+I[3]"));
  EXPECT_EQ(table.skipped(), 1);
}

TEST(BadRecordsTest, TheFormatsOwnOptionMeansSkipUnlessTheTableSaysOtherwise) {
  const TableDefinition plain;
  EXPECT_EQ(BadRecordsOf(plain, {}), BadRecords::kFail);
  EXPECT_EQ(BadRecordsOf(plain, {{"ignore-parse-errors", "true"}}), BadRecords::kSkip);
  EXPECT_EQ(BadRecordsOf(plain, {{"ignore-parse-errors", "false"}}), BadRecords::kFail);
  TableDefinition table;
  table.options["tidemark.bad-records"] = "dead-letter";
  EXPECT_EQ(BadRecordsOf(table, {{"ignore-parse-errors", "true"}}), BadRecords::kDeadLetter);
}

TEST(BadRecordsTest, LinesBeforeAreCountedOnceAndOnlyWhenNeeded) {
  SourceMetrics metrics;
  KeptRecords kept;
  int asked = 0;
  const auto lines_before = [&]() -> arrow::Result<int64_t> {
    ++asked;
    return 10;
  };
  BadRecordPolicy skip(BadRecords::kSkip, &metrics, nullptr);
  skip.Start("f", lines_before);
  ASSERT_TRUE(skip.Handle({.line = 1, .reason = "r", .record = "x"}).ok());
  EXPECT_EQ(asked, 0);
  BadRecordPolicy keep(BadRecords::kDeadLetter, &metrics, &kept);
  keep.Start("f", lines_before);
  for (const int64_t line : {-1, 1, 2}) ASSERT_TRUE(keep.Handle({.line = line, .reason = "r", .record = "x"}).ok());
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(kept.records, ElementsAre("f: x", "f:11: x", "f:12: x"));
}

}  // namespace
}  // namespace tidemark::connectors
