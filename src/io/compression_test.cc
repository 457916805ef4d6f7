// SPDX-License-Identifier: Apache-2.0
// Round trips, several members in one file, and damaged archives.
#include "io/compression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"

namespace tidemark::io {
namespace {

using ::testing::HasSubstr;

std::string Sample(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) text += "line " + std::to_string(i * 7919 % 10007) + "\n";
  return text;
}

arrow::Result<std::string> ReadAll(FileSystem* files, const std::string& path, int64_t step = 10'000) {
  ARROW_ASSIGN_OR_RAISE(const FileInfo info, files->Stat(path));
  ARROW_ASSIGN_OR_RAISE(auto input, OpenInput(files, path, info.size_bytes, CompressionOf(path)));
  std::string all;
  std::string block(static_cast<size_t>(step), '\0');
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const int64_t got, input->Read(step, block.data()));
    if (got == 0) break;
    all.append(block.data(), static_cast<size_t>(got));
  }
  EXPECT_EQ(input->file_position(), info.size_bytes);
  return all;
}

class CompressionTest : public ::testing::TestWithParam<std::pair<Compression, const char*>> {};

TEST_P(CompressionTest, GivesBackWhatWasWritten) {
  const auto [compression, extension] = GetParam();
  const std::string path = std::string("/a") + extension;
  EXPECT_EQ(CompressionOf(path), compression);
  const std::string text = Sample(100'000);
  MemoryFileSystem files;
  auto file = CompressInto(files.OpenForWrite(path).ValueOrDie(), compression).ValueOrDie();
  for (size_t at = 0; at < text.size(); at += 77'777)
    ASSERT_TRUE(file->Append(std::string_view(text).substr(at, 77'777)).ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_LE(files.Get(path).size(), compression == Compression::kNone ? text.size() : text.size() / 2);
  EXPECT_EQ(ReadAll(&files, path).ValueOrDie(), text);
  EXPECT_EQ(ReadAll(&files, path, 1'000'000'0).ValueOrDie(), text);
}

TEST_P(CompressionTest, ReadsMembersOneAfterTheOther) {
  const auto [compression, extension] = GetParam();
  if (compression == Compression::kNone) GTEST_SKIP() << "plain bytes have no members";
  const std::string path = std::string("/a") + extension;
  MemoryFileSystem files;
  std::string bytes;
  for (const char* part : {"one\n", "", "two\n", "three\n"}) bytes += Compress(part, compression).ValueOrDie();
  files.Put(path, bytes);
  EXPECT_EQ(ReadAll(&files, path).ValueOrDie(), "one\ntwo\nthree\n");
  EXPECT_EQ(ReadAll(&files, path, 1).ValueOrDie(), "one\ntwo\nthree\n");
  files.Put(path, bytes + std::string(512, '\0'));
  EXPECT_EQ(ReadAll(&files, path).ValueOrDie(), "one\ntwo\nthree\n");
}

TEST_P(CompressionTest, SaysWhenAFileIsCutOffOrDamaged) {
  const auto [compression, extension] = GetParam();
  const std::string path = std::string("/a") + extension;
  MemoryFileSystem memory;
  const std::string good =
      Compress(Sample(10'000), compression == Compression::kNone ? Compression::kGzip : compression).ValueOrDie();
  memory.Put(path, good);
  FaultyFileSystem files(&memory);
  files.faults().cut_at[path] = static_cast<int64_t>(good.size()) - 5;
  EXPECT_THAT(ReadAll(&files, path).status().message(), HasSubstr(path + ": ends after"));
  if (compression == Compression::kNone) return;

  memory.Put(path, good.substr(0, good.size() - 5));
  EXPECT_THAT(ReadAll(&memory, path).status().message(), HasSubstr(path + ": the compressed data ends in the middle"));
  std::string damaged = good;
  for (size_t i = good.size() / 2; i < good.size() / 2 + 64; ++i) damaged[i] = static_cast<char>(~damaged[i]);
  memory.Put(path, damaged);
  EXPECT_THAT(ReadAll(&memory, path).status().message(), HasSubstr(path + ": damaged"));
  memory.Put(path, good + "garbage that is no archive");
  EXPECT_THAT(ReadAll(&memory, path).status().message(), HasSubstr(path + ": damaged"));
  memory.Put(path, "");
  EXPECT_EQ(ReadAll(&memory, path).ValueOrDie(), "");
}

INSTANTIATE_TEST_SUITE_P(All, CompressionTest,
                         ::testing::Values(std::pair{Compression::kNone, ".txt"}, std::pair{Compression::kGzip, ".gz"},
                                           std::pair{Compression::kZstd, ".zst"},
                                           std::pair{Compression::kBzip2, ".bz2"}),
                         [](const auto& info) { return std::string(info.param.second + 1); });

TEST(CompressionNamesTest, AreChecked) {
  EXPECT_EQ(ParseCompression("zstd").ValueOrDie(), Compression::kZstd);
  EXPECT_THAT(ParseCompression("lzo").status().message(), HasSubstr("gzip"));
}

}  // namespace
}  // namespace tidemark::io
