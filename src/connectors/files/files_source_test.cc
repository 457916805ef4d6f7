// SPDX-License-Identifier: Apache-2.0
// Every record of every file once, however files are cut and whoever reads them; which files belong to a table; and
// files that change while they are read.
#include "connectors/files/files_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "connectors/connectors_testing.h"
#include "formats/formats_testing.h"
#include "io/compression.h"
#include "io/faulty_file_system.h"

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

/// CSV whose lines are records, so that files are cut.
TableOptions Options(const std::string& path, TableOptions more = {}) {
  more.merge(TableOptions{
      {"connector", "filesystem"}, {"path", path}, {"format", "csv"}, {"csv.disable-quote-character", "true"}});
  return more;
}

ReadSizes Sizes(int64_t piece_bytes, int64_t block_bytes) {
  ReadSizes sizes;
  sizes.piece_bytes = piece_bytes;
  sizes.block_bytes = block_bytes;
  return sizes;
}

/// Numbered lines of random lengths, and the rows they are.
struct Lines {
  std::string text;
  std::vector<std::string> rows;

  Lines(int count, size_t length_max, std::mt19937* random) {
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      const std::string word(1 + (*random)() % length_max, static_cast<char>('a' + i % 26));
      text += number + "," + word + "\n";
      rows.push_back("+I[" + number + ", " + word + "]");
    }
  }
};

TEST(FilesSourceTest, AnyCutGivesEachRecordOnceAndInOrder) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const TableOptions more = round % 3 == 0 ? TableOptions{{"csv.skip-header", "true"}} : TableOptions();
    ConnectorTable table(Words(), Options("/in", more));
    std::vector<std::string> expected;
    for (const char* path : {"/in/a.csv", "/in/b.csv", "/in/c.csv"}) {
      Lines lines(static_cast<int>(random() % 30), 1 + random() % 60, &random);
      if (random() % 2 == 0 && !lines.text.empty()) lines.text.pop_back();  // the newline at the end
      table.files().Put(path, (more.empty() ? "" : "n,word\n") + lines.text);
      expected.insert(expected.end(), lines.rows.begin(), lines.rows.end());
    }
    const auto sizes = Sizes(1 + random() % 200, 1 + random() % 100);
    table.SetReadSizes(sizes);
    table.SetBatchRows(1 + random() % 10);
    for (const int workers : {1, 2, 3}) {
      const auto rows = table.ReadRows(workers);
      ASSERT_TRUE(rows.ok()) << rows.status().ToString();
      ASSERT_EQ(*rows, expected) << "round " << round << ", pieces of " << sizes.piece_bytes << ", blocks of "
                                 << sizes.block_bytes << ", " << workers << " workers";
    }
  }
}

TEST(FilesSourceTest, ARecordMayBeLongerThanSeveralPieces) {
  ConnectorTable table(Words(), Options("/in.csv"));
  const std::string word(200'000, 'x');  // also more than is looked through at once
  table.files().Put("/in.csv", "1,a\n2," + word + "\n3,c");
  table.SetReadSizes(Sizes(10, 7));
  EXPECT_THAT(table.ReadRows(3).ValueOrDie(), ElementsAre("+I[1, a]", "+I[2, " + word + "]", "+I[3, c]"));
}

TEST(FilesSourceTest, AQuotedFieldMayHoldLineEnds) {
  ConnectorTable table(Words(), Options("/in.csv", {{"csv.disable-quote-character", "false"}}));
  table.files().Put("/in.csv", "1,\"a\n2,b\"\n3,c\n");
  table.SetReadSizes(Sizes(3, 2));
  EXPECT_THAT(table.ReadRows(3).ValueOrDie(), ElementsAre("+I[1, a\n2,b]", "+I[3, c]"));
}

TEST(FilesSourceTest, PiecesAreSharedByTheWorkers) {
  std::mt19937 random(1);
  ConnectorTable table(Words(), Options("/in.csv"));
  table.files().Put("/in.csv", Lines(100, 10, &random).text);
  table.SetReadSizes(Sizes(100, 100));
  for (int worker = 0; worker < 2; ++worker) {
    const auto source = table.MakeSource(worker, 2).ValueOrDie();
    while (source->Next().ValueOrDie().state != Poll::State::kEnd) continue;
    EXPECT_GT(source->metrics().rows.load(), 20);
    EXPECT_LT(source->metrics().rows.load(), 80);
  }
  table.ReadInOrder();
  const auto idle = table.MakeSource(1, 2).ValueOrDie();
  EXPECT_EQ(idle->Next().ValueOrDie().state, Poll::State::kEnd);
}

TEST(FilesSourceTest, CompressedFilesAreRead) {
  std::mt19937 random(1);
  const Lines lines(1000, 50, &random);
  for (const auto& [name, compression] :
       {std::pair("/in.csv.gz", io::Compression::kGzip), std::pair("/in.csv.zst", io::Compression::kZstd)}) {
    ConnectorTable table(Words(), Options(name));
    table.files().Put(name, io::Compress(lines.text, compression).ValueOrDie());
    table.SetReadSizes(Sizes(64, 100));
    for (const int workers : {1, 3}) EXPECT_EQ(table.ReadRows(workers).ValueOrDie(), lines.rows) << name;
    table.files().Put(name, table.files().Get(name).substr(0, 200));
    EXPECT_THAT(table.ReadRows().status().ToString(), HasSubstr(name));
  }
}

TEST(FilesSourceTest, HiddenFilesAndFoldersAreLeftOut) {
  ConnectorTable table(Words(), Options("/in"));
  for (const char* path : {"/in/.a", "/in/_b", "/in/.c/d", "/in/_e/f", "/in/g/.h"}) table.files().Put(path, "1,bad\n");
  table.files().Put("/in/g/i", "1,good\n");
  table.files().Put("/in/empty", "");
  EXPECT_THAT(table.ReadRows().ValueOrDie(), ElementsAre("+I[1, good]"));
}

TEST(FilesSourceTest, AFolderAboveTheTableMayBeHidden) {
  ConnectorTable table(Words(), Options("/home/.cache/in"));
  table.files().Put("/home/.cache/in/a", "1,good\n");
  EXPECT_THAT(table.ReadRows().ValueOrDie(), ElementsAre("+I[1, good]"));
}

TEST(FilesSourceTest, PatternsChooseFiles) {
  ConnectorTable glob(Words(), Options("/in/2024-*/x?.csv"));
  ConnectorTable regex(Words(), Options("/in", {{"source.path.regex-pattern", ".*/x[12]\\.csv"}}));
  for (ConnectorTable* table : {&glob, &regex}) {
    table->files().Put("/in/2024-01/x1.csv", "1,a\n");
    table->files().Put("/in/2024-02/x2.csv", "2,b\n");
    table->files().Put("/in/2024-02/x.csv", "3,no\n");
    table->files().Put("/in/2024-02/more/x1.json", "4,no\n");
    EXPECT_THAT(table->ReadRows(2).ValueOrDie(), ElementsAre("+I[1, a]", "+I[2, b]"));
  }
}

TEST(FilesSourceTest, AMissingPathIsAnErrorThatNamesIt) {
  ConnectorTable table(Words(), Options("/nowhere"));
  EXPECT_THAT(table.ReadRows().status().ToString(), HasSubstr("/nowhere"));
}

TEST(FilesSourceTest, PartitionColumnsComeFromFolderNames) {
  const Schema schema = {{"n", DataType::BigInt()}, {"day", DataType::Date()}, {"hour", DataType::Int()}};
  ConnectorTable table(schema, Options("/in"), {"day", "hour"});
  table.files().Put("/in/day=2024-05-01/hour=7/f", "1\n2\n");
  table.files().Put("/in/day=2024-05-02/hour=__DEFAULT_PARTITION__/f", "3\n");
  EXPECT_THAT(table.ReadRows(2).ValueOrDie(),
              ElementsAre("+I[1, 2024-05-01, 7]", "+I[2, 2024-05-01, 7]", "+I[3, 2024-05-02, null]"));
  table.Project({2});
  EXPECT_THAT(table.ReadRows(2).ValueOrDie(), ElementsAre("+I[7]", "+I[7]", "+I[null]"));
}

TEST(FilesSourceTest, PartitionFoldersThatDoNotFitAreErrors) {
  const Schema schema = {{"n", DataType::BigInt()}, {"hour", DataType::Int()}};
  ConnectorTable outside(schema, Options("/in"), {"hour"});
  outside.files().Put("/in/f", "1\n");
  EXPECT_THAT(outside.ReadRows().status().ToString(), AllOf(HasSubstr("/in/f"), HasSubstr("hour=")));
  ConnectorTable wrong(schema, Options("/in"), {"hour"});
  wrong.files().Put("/in/hour=noon/f", "1\n");
  EXPECT_THAT(wrong.ReadRows().status().ToString(), AllOf(HasSubstr("/in/hour=noon/f"), HasSubstr("'noon'")));
}

TEST(FilesSourceTest, MetadataTellsAboutTheFile) {
  ConnectorTable table({{"n", DataType::BigInt()}}, Options("/in"));
  table.AddMetadata("p", DataType::String(), "file.path");
  table.AddMetadata("s", DataType::BigInt(), "file.size");
  table.files().Put("/in/a/f", "1\n");
  EXPECT_THAT(table.ReadRows().ValueOrDie(), ElementsAre("+I[1, /in/a/f, 2]"));
}

/// What a source says after its file was listed and then changed.
std::string ErrorAfter(ConnectorTable* table, const std::function<void()>& change) {
  table->SetReadSizes(Sizes(8, 4));
  const auto source = table->MakeSource().ValueOrDie();
  change();
  while (true) {
    const auto poll = source->Next();
    if (!poll.ok()) return poll.status().ToString();
    if (poll->state == Poll::State::kEnd) return "";
  }
}

TEST(FilesSourceTest, AFileThatChangesIsAnErrorThatNamesIt) {
  const std::string text = "1,a\n2,b\n3,c\n4,d\n";
  for (const char* name : {"/in/f.csv", "/in/f.csv.gz"}) {
    ConnectorTable table(Words(), Options("/in"));
    const std::string bytes =
        std::string(name).ends_with(".gz") ? io::Compress(text, io::Compression::kGzip).ValueOrDie() : text;
    table.files().Put(name, bytes);
    EXPECT_EQ(ErrorAfter(&table, [] {}), "");
    EXPECT_THAT(ErrorAfter(&table, [&] { table.files().Put(name, bytes); }),
                AllOf(HasSubstr(name), HasSubstr("was replaced")));
    EXPECT_THAT(ErrorAfter(&table, [&] { (void)table.files().Remove(name); }), HasSubstr(name));

    table.files().Put(name, bytes);
    io::FaultyFileSystem files(&table.files());
    table.UseFiles(&files);
    for (int64_t size = 0; size < static_cast<int64_t>(bytes.size()); ++size) {
      files.faults().cut_at.clear();
      EXPECT_THAT(ErrorAfter(&table, [&] { files.faults().cut_at[name] = size; }), HasSubstr(name)) << size;
    }
  }
}

TEST(FilesSourceTest, AnyCallThatFailsIsAnErrorAndNeverFewerRows) {
  ConnectorTable table(Words(), Options("/in"));
  table.files().Put("/in/a", "1,a\n2,b\n3,c\n");
  table.files().Put("/in/b", "4,d\n");
  table.SetReadSizes(Sizes(5, 3));
  io::FaultyFileSystem counted(&table.files());
  table.UseFiles(&counted);
  ASSERT_TRUE(table.ReadRows(2).ok());
  for (int64_t call = 1; call <= counted.calls(); ++call) {
    io::FaultyFileSystem files(&table.files());
    files.faults().fail_call = call;
    table.UseFiles(&files);
    EXPECT_THAT(table.ReadRows(2).status().ToString(), HasSubstr("injected failure")) << "call " << call;
  }
}

/// Rows of files that were there when the job began, once.
TEST(FilesSourceTest, FilesThatComeWhileWorkersStartDisturbNothing) {
  ConnectorTable table(Words(), Options("/in"));
  for (const std::string name : {"a", "b", "c"}) table.files().Put("/in/" + name, "1," + name + "\n");
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<std::string> rows;
  for (int worker = 0; worker < 3; ++worker) {
    sources.push_back(table.MakeSource(worker, 3).ValueOrDie());
    table.files().Put("/in/" + std::to_string(worker), "2,new\n");
  }
  for (const auto& source : sources) {
    for (auto poll = source->Next().ValueOrDie(); poll.state != Poll::State::kEnd; poll = source->Next().ValueOrDie()) {
      if (poll.batch.num_rows == 0) continue;
      for (auto& row : formats::PrintRows(poll.batch, Words())) rows.push_back(row);
    }
  }
  EXPECT_THAT(rows, ::testing::UnorderedElementsAre("+I[1, a]", "+I[1, b]", "+I[1, c]"));
}

TEST(FilesSourceTest, AWatchedFolderGivesNewFilesOnce) {
  ConnectorTable table(Words(), Options("/in", {{"source.monitor-interval", "10 s"}}));
  table.files().Put("/in/a", "1,a\n");
  std::vector<std::unique_ptr<Source>> sources;
  for (int worker = 0; worker < 3; ++worker) sources.push_back(table.MakeSource(worker, 3).ValueOrDie());
  // Rows until every worker has nothing at hand.
  const auto rows = [&] {
    int64_t count = 0;
    for (const auto& source : sources) {
      for (auto poll = source->Next().ValueOrDie(); poll.state != Poll::State::kNothing;
           poll = source->Next().ValueOrDie()) {
        EXPECT_EQ(poll.state, Poll::State::kBatch);
        count += poll.batch.num_rows;
      }
    }
    return count;
  };
  EXPECT_EQ(rows(), 1);
  const int64_t version = sources[0]->splits_version();
  table.files().Put("/in/0", "2,b\n3,c\n");  // sorts before the first
  table.files().Put("/in/.hidden", "4,d\n");
  table.clock().Advance(9'000'000);
  EXPECT_EQ(rows(), 0);
  table.clock().Advance(1'000'000);
  EXPECT_EQ(rows(), 2);
  EXPECT_NE(sources[0]->splits_version(), version);
  table.clock().Advance(10'000'000);
  EXPECT_EQ(rows(), 0);
}

}  // namespace
}  // namespace tidemark::connectors
