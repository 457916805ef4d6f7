// SPDX-License-Identifier: Apache-2.0
// Connectors 'stdin', 'stdout' and 'print': records cut anywhere on their way in, whole on their way out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "connectors/connectors_testing.h"
#include "sql/diagnostic.h"

namespace tidemark::connectors {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Schema& Words() {
  static const Schema schema = {{"n", DataType::BigInt()}, {"word", DataType::String()}};
  return schema;
}

TableOptions Options(const std::string& connector, const std::string& format, TableOptions more = {}) {
  more["connector"] = connector;
  if (!format.empty()) more["format"] = format;
  return more;
}

/// A pipe whose writer takes its time: nothing at hand before every few bytes, or a reader that went away.
class SlowPipe final : public io::StandardStreams {
 public:
  SlowPipe(std::string input, size_t bytes_at_once) : input_(std::move(input)), bytes_at_once_(bytes_at_once) {}
  arrow::Result<int64_t> ReadInput(int64_t length, int64_t /*timeout_micros*/, void* out) override {
    ready_ = !ready_;
    if (!ready_) return 0;
    if (input_.empty()) return -1;
    const size_t count = std::min({static_cast<size_t>(length), bytes_at_once_, input_.size()});
    std::memcpy(out, input_.data(), count);
    input_.erase(0, count);
    return static_cast<int64_t>(count);
  }
  arrow::Status WriteOutput(std::string_view /*bytes*/) override { return arrow::Status::IOError("Broken pipe"); }
  arrow::Status WriteError(std::string_view /*bytes*/) override { return arrow::Status::IOError("Broken pipe"); }

 private:
  std::string input_;
  const size_t bytes_at_once_;
  bool ready_ = true;
};

TEST(StdinTest, RecordsMayBeCutAnywhere) {
  const std::string text = "1,\"a\nb\"\n2,é\n\"3\",c";
  for (size_t bytes = 1; bytes <= text.size(); ++bytes) {
    for (const int workers : {1, 3}) {
      ConnectorTable table(Words(), Options("stdin", "csv"));
      SlowPipe pipe(text, bytes);
      table.UseStreams(&pipe);
      table.SetReadSizes({.piece_bytes = 1, .block_bytes = 5});
      EXPECT_THAT(table.ReadRows(workers).ValueOrDie(), ElementsAre("+I[1, a\nb]", "+I[2, é]", "+I[3, c]")) << bytes;
    }
  }
}

TEST(StdinTest, NoInputIsNoRows) {
  ConnectorTable table(Words(), Options("stdin", "json"));
  EXPECT_THAT(table.ReadRows(2).ValueOrDie(), IsEmpty());
}

TEST(StdinTest, AHeaderIsNoRow) {
  ConnectorTable table(Words(), Options("stdin", "csv", {{"csv.skip-header", "true"}}));
  table.SetInput("n,word\n1,a\n");
  table.SetReadSizes({.piece_bytes = 1, .block_bytes = 2});
  EXPECT_THAT(table.ReadRows().ValueOrDie(), ElementsAre("+I[1, a]"));
}

TEST(StdinTest, ABadRecordIsAnErrorWithItsLine) {
  ConnectorTable table(Words(), Options("stdin", "csv", {{"csv.skip-header", "true"}}));
  const std::string input = "n,word\n1,a\nx,b\n3,c\n";
  table.SetInput(input);
  EXPECT_THAT(table.ReadRows().status().ToString(), AllOf(HasSubstr("standard input:3: "), HasSubstr("'x'")));
  table.definition().options["tidemark.bad-records"] = "skip";
  table.SetInput(input);
  EXPECT_THAT(table.ReadRows().ValueOrDie(), ElementsAre("+I[1, a]", "+I[3, c]"));
  EXPECT_EQ(table.skipped(), 1);
}

TEST(StdoutTest, EachRowIsARecord) {
  ConnectorTable csv(Words(), Options("stdout", "csv"));
  ASSERT_TRUE(csv.WriteRows(RowsOf(Words(), "1,a\n2,NULL\n")).ok());
  EXPECT_EQ(csv.streams().output(), "1,a\n2,\n");
  ConnectorTable json(Words(), Options("stdout", "json"));
  ASSERT_TRUE(json.WriteRows(RowsOf(Words(), "1,a\n2,NULL\n")).ok());
  EXPECT_EQ(json.streams().output(), "{\"n\":1,\"word\":\"a\"}\n{\"n\":2,\"word\":null}\n");
  EXPECT_EQ(json.streams().error(), "");
}

TEST(StdoutTest, AReaderThatWentAwayIsAnError) {
  for (const auto& options : {Options("stdout", "csv"), Options("print", "")}) {
    ConnectorTable table(Words(), options);
    SlowPipe pipe("", 1);
    table.UseStreams(&pipe);
    EXPECT_THAT(table.WriteRows(RowsOf(Words(), "1,a\n")).ToString(), HasSubstr("Broken pipe"));
  }
}

TEST(PrintTest, RowsComeWithTheirKinds) {
  ConnectorTable table(Words(), Options("print", ""));
  Batch rows = RowsOf(Words(), "1,a\n1,a\n1,b\n1,NULL\n");
  rows.row_kinds = std::make_shared<std::vector<RowKind>>(
      std::vector<RowKind>{RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter, RowKind::kDelete});
  ASSERT_TRUE(table.WriteRows(rows).ok());
  EXPECT_EQ(table.streams().output(), "+I[1, a]\n-U[1, a]\n+U[1, b]\n-D[1, null]\n");
}

TEST(PrintTest, TheIdentifierComesFirstAndTheStreamCanBeChosen) {
  ConnectorTable table(Words(), Options("print", "", {{"print-identifier", "P"}, {"standard-error", "true"}}));
  ASSERT_TRUE(table.WriteRows(RowsOf(Words(), "1,a\n")).ok());
  EXPECT_EQ(table.streams().output(), "");
  EXPECT_EQ(table.streams().error(), "P> +I[1, a]\n");
}

/// What a user is told of a table, with the hint.
std::string Told(const std::string& connector, const std::string& format, TableOptions more = {},
                 std::vector<std::string> partition_keys = {}) {
  const arrow::Status status =
      ConnectorTable(Words(), Options(connector, format, std::move(more)), std::move(partition_keys)).Validate();
  const sql::Diagnostic* diagnostic = sql::DiagnosticOf(status);
  return status.message() + (diagnostic == nullptr ? "" : "\n" + diagnostic->hint);
}

TEST(StreamTablesTest, WhatDoesNotFitIsNamed) {
  EXPECT_EQ(Told("stdin", "csv"), "");
  EXPECT_THAT(Told("stdin", ""), HasSubstr("'format'"));
  EXPECT_THAT(Told("stdin", "parquet"), HasSubstr("is for files"));
  EXPECT_THAT(Told("stdin", "csw"), HasSubstr("Did you mean 'csv'"));
  EXPECT_THAT(Told("stdout", "csv", {}, {"n"}), HasSubstr("PARTITIONED"));
  EXPECT_THAT(Told("kinesis", "csv"), HasSubstr("not supported yet"));
  EXPECT_THAT(Told("stdim", "csv"), HasSubstr("Did you mean 'stdin'"));
  EXPECT_THAT(Told("print", "", {{"print-identifer", "x"}}), HasSubstr("Did you mean 'print-identifier'"));
}

}  // namespace
}  // namespace tidemark::connectors
