// SPDX-License-Identifier: Apache-2.0
// What a folder shows while rows are written into it, and afterwards: rolling, partitions, failures, overwriting.
#include "connectors/files/files_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/connectors_testing.h"
#include "connectors/job_id.h"
#include "io/faulty_file_system.h"
#include "io/simulated_disk.h"

namespace tidemark::connectors {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const Schema& Plain() {
  static const Schema schema = {{"id", DataType::BigInt()}, {"name", DataType::String()}};
  return schema;
}
const Schema& WithDay() {
  static const Schema schema = {{"id", DataType::BigInt()}, {"day", DataType::String()}};
  return schema;
}

TableOptions Options(TableOptions more = {}, const std::string& format = "csv") {
  TableOptions options = {{"connector", "filesystem"}, {"path", "/out"}, {"format", format}};
  options.merge(more);
  return options;
}

ConnectorTable Partitioned(TableOptions more = {}, const std::string& format = "csv") {
  return ConnectorTable(WithDay(), Options(std::move(more), format), {"day"});
}

/// The last part of a path.
std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Files that a reader would see.
std::vector<std::string> Visible(ConnectorTable* table) {
  std::vector<std::string> visible;
  for (const auto& path : table->files().Paths()) {
    if (!NameOf(path).starts_with('.')) visible.push_back(path);
  }
  return visible;
}

/// "folder: bytes" of each visible file; the names of files are ours to choose.
std::vector<std::string> Contents(ConnectorTable* table) {
  std::vector<std::string> contents;
  for (const auto& path : Visible(table))
    contents.push_back(path.substr(0, path.rfind('/')) + ": " + table->files().Get(path));
  return contents;
}

TEST(FilesSinkTest, NothingIsVisibleBeforeTheEnd) {
  ConnectorTable table(Plain(), Options());
  const auto sink = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(RowsOf(Plain(), "1,a\n2,b\n")).ok());
  EXPECT_THAT(Visible(&table), IsEmpty());
  ASSERT_TRUE(sink->Close(/*complete=*/true).ok());
  EXPECT_THAT(Contents(&table), ElementsAre("/out: 1,a\n2,b\n"));
  EXPECT_THAT(table.files().Paths(), SizeIs(1));  // no temporary is left
}

TEST(FilesSinkTest, AStoppedStreamKeepsWhatItWrote) {
  ConnectorTable table(Plain(), Options());
  const auto sink = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(RowsOf(Plain(), "1,a\n")).ok());
  ASSERT_TRUE(sink->Close(/*complete=*/false).ok());
  EXPECT_THAT(Contents(&table), ElementsAre("/out: 1,a\n"));
}

TEST(FilesSinkTest, AStreamShowsAFileWhenItIsFull) {
  ConnectorTable table(Plain(), Options({{"sink.rolling-policy.file-size", "8 b"}}));
  const auto sink = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(RowsOf(Plain(), "1,a\n")).ok());
  EXPECT_THAT(Visible(&table), IsEmpty());
  ASSERT_TRUE(sink->Write(RowsOf(Plain(), "2,b\n")).ok());
  EXPECT_THAT(Contents(&table), ElementsAre("/out: 1,a\n2,b\n"));
  ASSERT_TRUE(sink->Write(RowsOf(Plain(), "3,c\n")).ok());
  EXPECT_THAT(Visible(&table), SizeIs(1));
  ASSERT_TRUE(sink->Close(/*complete=*/true).ok());
  EXPECT_THAT(Contents(&table), UnorderedElementsAre("/out: 1,a\n2,b\n", "/out: 3,c\n"));
}

TEST(FilesSinkTest, AStreamShowsAFileWhenItIsOld) {
  ConnectorTable table(Plain(), Options({{"sink.rolling-policy.rollover-interval", "10 s"}}));
  const auto sink = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(RowsOf(Plain(), "1,a\n")).ok());
  table.clock().Advance(9'999'999);
  ASSERT_TRUE(sink->Tick().ok());
  EXPECT_THAT(Visible(&table), IsEmpty());
  table.clock().Advance(1);
  ASSERT_TRUE(sink->Tick().ok());
  EXPECT_THAT(Contents(&table), ElementsAre("/out: 1,a\n"));
}

TEST(FilesSinkTest, PartitionsBecomeFoldersWithEscapedNames) {
  ConnectorTable table = Partitioned();
  ASSERT_TRUE(table.WriteRows(RowsOf(WithDay(), "1,a\n2,12:30/x\n3,NULL\n4,a\n5,\"\"\n6,50%\n")).ok());
  EXPECT_THAT(Contents(&table), UnorderedElementsAre("/out/day=a: 1\n4\n", "/out/day=12%3A30%2Fx: 2\n",
                                                     "/out/day=__DEFAULT_PARTITION__: 3\n5\n", "/out/day=50%25: 6\n"));
  // Read back, they are the values again.
  EXPECT_THAT(table.ReadRows().ValueOrDie(), UnorderedElementsAre("+I[1, a]", "+I[2, 12:30/x]", "+I[3, null]",
                                                                  "+I[4, a]", "+I[5, null]", "+I[6, 50%]"));
}

TEST(FilesSinkTest, APartitionKeyThatLooksHiddenIsReadBack) {
  const Schema schema = {{"id", DataType::BigInt()}, {"_day", DataType::String()}};
  ConnectorTable table(schema, Options(), {"_day"});
  ASSERT_TRUE(table.WriteRows(RowsOf(schema, "1,a\n")).ok());
  EXPECT_THAT(table.ReadRows().ValueOrDie(), ElementsAre("+I[1, a]"));
}

TEST(FilesSinkTest, MorePartitionsThanFilesMayBeOpen) {
  ConnectorTable table = Partitioned();
  std::string csv;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 250; ++i) csv += std::to_string(i) + ",d" + std::to_string(i) + "\n";
  }
  ASSERT_TRUE(table.WriteRows(RowsOf(WithDay(), csv)).ok());
  EXPECT_THAT(table.ReadRows().ValueOrDie(), SizeIs(500));
}

TEST(FilesSinkTest, AFailedJobLeavesOnlyWhatWasShownBefore) {
  ConnectorTable table = Partitioned({{"sink.rolling-policy.file-size", "4 b"}});
  const auto sink = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(RowsOf(WithDay(), "111,a\n2,b\n")).ok());
  sink->Abort();
  EXPECT_THAT(table.files().Paths(), ElementsAre(HasSubstr("/out/day=a/part-")));
}

TEST(FilesSinkTest, ABatchShowsAllFilesAtTheEndOrNone) {
  for (const char* end : {"complete", "stopped", "aborted"}) {
    ConnectorTable table = Partitioned({{"sink.rolling-policy.file-size", "1 b"}});
    table.SetBatchMode();
    const auto sink = table.MakeSink().ValueOrDie();
    ASSERT_TRUE(sink->Write(RowsOf(WithDay(), "1,a\n2,b\n")).ok());
    table.clock().Advance(int64_t{3600} * 1'000'000);
    ASSERT_TRUE(sink->Tick().ok());
    EXPECT_THAT(Visible(&table), IsEmpty());
    if (std::string(end) == "aborted")
      sink->Abort();
    else
      ASSERT_TRUE(sink->Close(std::string(end) == "complete").ok());
    EXPECT_THAT(table.files().Paths(), SizeIs(std::string(end) == "complete" ? 2 : 0)) << end;
  }
}

TEST(FilesSinkTest, OverwriteReplacesOnlyThePartitionsItWrites) {
  ConnectorTable table = Partitioned();
  table.files().Put("/out/day=a/old", "7\n");
  table.files().Put("/out/day=b/old", "8\n");
  table.files().Put("/out/day=c/old", "9\n");
  table.SetOverwrite();
  std::vector<std::unique_ptr<Sink>> sinks;
  for (int worker = 0; worker < 2; ++worker) sinks.push_back(table.MakeSink(worker, 2).ValueOrDie());
  ASSERT_TRUE(sinks[0]->Write(RowsOf(WithDay(), "1,a\n")).ok());
  ASSERT_TRUE(sinks[1]->Write(RowsOf(WithDay(), "2,b\n")).ok());
  const auto old = {"/out/day=a: 7\n", "/out/day=b: 8\n", "/out/day=c: 9\n"};
  EXPECT_THAT(Contents(&table), ::testing::UnorderedElementsAreArray(old));
  // Another worker removes nothing: those before it may still fail.
  ASSERT_TRUE(sinks[1]->Close(/*complete=*/true).ok());
  EXPECT_THAT(Contents(&table), ::testing::IsSupersetOf(old));
  ASSERT_TRUE(sinks[0]->Close(/*complete=*/true).ok());
  EXPECT_THAT(Contents(&table), UnorderedElementsAre("/out/day=a: 1\n", "/out/day=b: 2\n", "/out/day=c: 9\n"));
}

TEST(FilesSinkTest, OverwriteWithoutRowsEmptiesATableWithoutPartitions) {
  ConnectorTable table(Plain(), Options());
  table.files().Put("/out/old", "7,x\n");
  table.SetOverwrite();
  ASSERT_TRUE(table.MakeSink().ValueOrDie()->Close(/*complete=*/true).ok());
  EXPECT_THAT(Visible(&table), IsEmpty());
}

TEST(FilesSinkTest, AStoppedOrFailedOverwriteChangesNothing) {
  for (const bool fails : {false, true}) {
    ConnectorTable table(Plain(), Options());
    table.files().Put("/out/old", "7,x\n");
    table.SetOverwrite();
    const auto sink = table.MakeSink().ValueOrDie();
    ASSERT_TRUE(sink->Write(RowsOf(Plain(), "1,a\n")).ok());
    if (fails)
      sink->Abort();
    else
      ASSERT_TRUE(sink->Close(/*complete=*/false).ok());
    EXPECT_THAT(table.files().Paths(), ElementsAre("/out/old"));
  }
}

TEST(FilesSinkTest, SuccessFilesMarkThePartitionsOfAllWorkers) {
  ConnectorTable table = Partitioned({{"sink.partition-commit.policy.kind", "success-file"}});
  table.files().Put("/out/day=c/old", "9\n");
  std::vector<std::unique_ptr<Sink>> sinks;
  for (int worker = 0; worker < 2; ++worker) sinks.push_back(table.MakeSink(worker, 2).ValueOrDie());
  ASSERT_TRUE(sinks[0]->Write(RowsOf(WithDay(), "1,a\n")).ok());
  ASSERT_TRUE(sinks[1]->Write(RowsOf(WithDay(), "2,b\n")).ok());
  ASSERT_TRUE(sinks[1]->Close(/*complete=*/true).ok());
  EXPECT_FALSE(table.files().Exists("/out/day=b/_SUCCESS"));
  ASSERT_TRUE(sinks[0]->Close(/*complete=*/true).ok());
  EXPECT_TRUE(table.files().Exists("/out/day=a/_SUCCESS"));
  EXPECT_TRUE(table.files().Exists("/out/day=b/_SUCCESS"));
  EXPECT_FALSE(table.files().Exists("/out/day=c/_SUCCESS"));
  // And are no data.
  EXPECT_THAT(table.ReadRows().ValueOrDie(), UnorderedElementsAre("+I[1, a]", "+I[2, b]", "+I[9, c]"));
}

TEST(FilesSinkTest, AFullDiskIsAnErrorAndNoFile) {
  ConnectorTable table(Plain(), Options());
  io::FaultyFileSystem files(&table.files());
  files.faults().capacity_bytes = 6;
  table.UseFiles(&files);
  table.SetBatchRows(1);
  const arrow::Status status = table.WriteRows(RowsOf(Plain(), "1,a\n2,b\n"));
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("/out/part-"), HasSubstr("No space left on device")));
  EXPECT_THAT(table.files().Paths(), IsEmpty());
}

TEST(FilesSinkTest, SeveralSinksOfAJobMayWriteToOneTable) {
  ConnectorTable table(Plain(), Options());
  for (int number = 0; number < 2; ++number) {
    const auto sink = table.MakeSink(0, 1, number).ValueOrDie();
    ASSERT_TRUE(sink->Write(RowsOf(Plain(), std::to_string(number) + ",a\n")).ok());
    ASSERT_TRUE(sink->Close(/*complete=*/true).ok());
  }
  EXPECT_THAT(Contents(&table), UnorderedElementsAre("/out: 0,a\n", "/out: 1,a\n"));
}

/// Parquet writes a file's rows and its footer when it is completed.
TEST(FilesSinkTest, ADiskThatIsFullWhenABatchEndsLeavesNoneOfItsFiles) {
  int64_t failures = 0;
  for (int64_t capacity = 0;; capacity += 50) {
    ConnectorTable table = Partitioned({}, "parquet");
    table.SetBatchMode();
    io::FaultyFileSystem files(&table.files());
    files.faults().capacity_bytes = capacity;
    table.UseFiles(&files);
    const arrow::Status status = table.WriteRows(RowsOf(WithDay(), "1,a\n2,b\n3,c\n"));
    EXPECT_THAT(table.files().Paths(), SizeIs(status.ok() ? 3 : 0)) << "with room for " << capacity << " bytes";
    if (status.ok()) break;
    ++failures;
  }
  EXPECT_GT(failures, 3);
}

TEST(FilesSinkTest, AJobWhoseNewestCheckpointWasLostIsRefused) {
  ConnectorTable table(Plain(), Options());
  table.KeepCheckpoints("job", 3);
  auto sink = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(sink->Write(RowsOf(Plain(), "1,a\n")).ok());
  ASSERT_TRUE(sink->Commit(sink->Prepare(4).ValueOrDie()).ok());
  EXPECT_THAT(table.MakeSink().status().ToString(),
              AllOf(HasSubstr("checkpoint 4"), HasSubstr("a later one was lost"), HasSubstr("--from-savepoint")));
  table.KeepCheckpoints("job", 3, /*set_back=*/true);
  EXPECT_TRUE(table.MakeSink().ok());
  table.KeepCheckpoints("job", 4);
  EXPECT_TRUE(table.MakeSink().ok());
}

/// Two runs of a job whose state lies in an object store, and which see the same folder of results.
TEST(FilesSinkTest, ARunThatLostTheJobTouchesNothingOfItsSuccessor) {
  ConnectorTable table(Plain(), Options());
  table.KeepCheckpoints("job", 3);
  table.SetClaim("00000001-b2");
  auto zombie = table.MakeSink().ValueOrDie();
  table.SetClaim("00000002-a1");
  auto successor = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(zombie->Write(RowsOf(Plain(), "1,zombie\n")).ok());
  ASSERT_TRUE(successor->Write(RowsOf(Plain(), "2,right\n")).ok());
  const std::string prepared = successor->Prepare(4).ValueOrDie();
  ASSERT_TRUE(zombie->Prepare(4).ok());  // before it hears that its checkpoint is not to be
  ASSERT_TRUE(successor->Commit(prepared).ok());
  EXPECT_THAT(Contents(&table), ElementsAre("/out: 2,right\n"));
}

TEST(FilesSinkTest, ARunThatLostTheJobWhileItBeganTouchesNothingOfItsSuccessor) {
  ConnectorTable table(Plain(), Options());
  table.KeepCheckpoints("job", 3);
  table.SetClaim("00000002-a1");
  auto successor = table.MakeSink().ValueOrDie();
  ASSERT_TRUE(successor->Write(RowsOf(Plain(), "2,right\n")).ok());
  const std::string prepared = successor->Prepare(4).ValueOrDie();
  ASSERT_TRUE(successor->Write(RowsOf(Plain(), "3,later\n")).ok());
  table.SetClaim("00000001-b2");
  const auto zombie = table.MakeSink().ValueOrDie();  // claimed before the successor did, and was loading state since
  ASSERT_TRUE(successor->Commit(prepared).ok());
  ASSERT_TRUE(successor->Commit(successor->Prepare(5).ValueOrDie()).ok());
  EXPECT_THAT(Contents(&table), ElementsAre("/out: 2,right\n", "/out: 3,later\n"));
}

TEST(FilesSinkTest, ARunRemovesWhatEarlierOnesHadNotCommitted) {
  for (const char* claim : {"", "00000001-b2"}) {
    ConnectorTable table(Plain(), Options());
    table.KeepCheckpoints("job", 3);
    table.SetClaim(claim);
    auto first = table.MakeSink().ValueOrDie();
    ASSERT_TRUE(first->Write(RowsOf(Plain(), "1,a\n")).ok());
    const std::string prepared = first->Prepare(4).ValueOrDie();
    ASSERT_TRUE(first->Write(RowsOf(Plain(), "2,b\n")).ok());
    ASSERT_TRUE(first->Prepare(5).ok());
    table.KeepCheckpoints("job", 4);
    table.SetClaim("00000002-a1");
    auto second = table.MakeSink().ValueOrDie();
    EXPECT_THAT(table.files().Paths(), SizeIs(1)) << claim;
    ASSERT_TRUE(second->Commit(prepared).ok());
    EXPECT_THAT(Contents(&table), ElementsAre("/out: 1,a\n"));
  }
}

/// Killed after each operation of a commit; the next process commits again; then the power fails.
TEST(FilesSinkTest, WhatWasCommittedOnceMoreSurvivesAPowerFailure) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (int64_t operation = 0; operation < 4; ++operation) {
      ConnectorTable table(Plain(), Options());
      io::SimulatedDisk first(seed);
      table.UseFiles(&first);
      table.KeepCheckpoints("job");
      auto sink = table.MakeSink().ValueOrDie();
      ASSERT_TRUE(sink->Write(RowsOf(Plain(), "1,a\n")).ok());
      const std::string prepared = sink->Prepare(1).ValueOrDie();
      first.faults().off_at = first.operations() + operation;
      EXPECT_EQ(sink->Commit(prepared).ok(), operation >= 2);
      const auto second = first.AfterKill();
      table.UseFiles(second.get());
      table.KeepCheckpoints("job", 1);
      ASSERT_TRUE(table.MakeSink().ValueOrDie()->Commit(prepared).ok());
      const auto third = second->AfterPowerFailure();
      ASSERT_THAT(third->Paths(), SizeIs(1));
      EXPECT_EQ(third->Get(third->Paths()[0]), "1,a\n") << third->Paths()[0];
      EXPECT_THAT(third->Paths()[0], HasSubstr("/out/part-job-"));
    }
  }
}

TEST(FilesSinkTest, ANewJobSaysThatOneWithTheSameQueryHasWrittenThere) {
  constexpr uint64_t kQuery = 0x1234567890abcdef;
  ConnectorTable table(Plain(), Options());
  const auto write = [&](const std::string& job_id, int64_t resumed_checkpoint) {
    table.SetInput("");
    table.KeepCheckpoints(job_id, resumed_checkpoint);
    const auto sink = table.MakeSink().ValueOrDie();
    ASSERT_TRUE(sink->Write(RowsOf(Plain(), "1,a\n")).ok());
    ASSERT_TRUE(sink->Commit(sink->Prepare(resumed_checkpoint + 1).ValueOrDie()).ok());
  };
  write(MakeJobId(kQuery, uint64_t{1} << 60), 0);
  EXPECT_EQ(table.streams().error(), "");
  write(MakeJobId(~kQuery, uint64_t{2} << 60), 0);
  EXPECT_EQ(table.streams().error(), "");
  write(MakeJobId(kQuery, uint64_t{3} << 60), 0);
  EXPECT_THAT(table.streams().error(), AllOf(HasSubstr("/out/part-123456100000000"), HasSubstr("rows come twice")));
  write(MakeJobId(kQuery, uint64_t{3} << 60), 1);
  EXPECT_EQ(table.streams().error(), "");
}

TEST(FilesSinkTest, AFileInThePlaceOfTheFolderIsAnError) {
  ConnectorTable table(Plain(), Options());
  table.files().Put("/out", "not a folder");
  EXPECT_THAT(table.MakeSink().status().ToString(), HasSubstr("Cannot write into '/out'"));
}

}  // namespace
}  // namespace tidemark::connectors
