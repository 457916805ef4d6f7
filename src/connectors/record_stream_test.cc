// SPDX-License-Identifier: Apache-2.0
// Bytes that arrive bit by bit give the same rows, in bounded memory.
#include "connectors/record_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "formats/formats_testing.h"

namespace tidemark::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RecordStreamTest : public ::testing::Test {
 protected:
  const Schema schema_ = {{"n", DataType::BigInt()}, {"word", DataType::String()}};
  formats::CollectedBadRecords bad_;

  RecordStream Make(TableOptions options, int64_t max_record_bytes, int64_t batch_rows, int64_t block_bytes) {
    auto decoder = formats::FindFormat("csv")->make_decoder(options, formats::WholeTable(schema_, &bad_)).ValueOrDie();
    return RecordStream(std::move(decoder), &bad_, max_record_bytes, batch_rows, block_bytes);
  }

  /// All rows of `text`, or what went wrong.
  std::vector<std::string> Read(RecordStream* stream, std::string_view text, bool has_header = false) {
    std::vector<std::string> rows;
    stream->Start(has_header);
    while (!stream->done()) {
      if (stream->wants_bytes()) {
        const size_t count = std::min(text.size(), static_cast<size_t>(stream->block_bytes()));
        std::memcpy(stream->Space(), text.data(), count);
        text.remove_prefix(count);
        if (count > 0)
          stream->Added(static_cast<int64_t>(count));
        else
          stream->End();
      }
      const auto batch = stream->Next();
      if (!batch.ok()) return {batch.status().ToString()};
      batch_rows_seen_ = std::max(batch_rows_seen_, batch->num_rows);
      for (auto& row : formats::PrintRows(*batch, batch->num_rows > 0 ? schema_ : Schema())) rows.push_back(row);
    }
    return rows;
  }
  int64_t batch_rows_seen_ = 0;
};

TEST_F(RecordStreamTest, BlocksOfAnySizeGiveTheSameRows) {
  for (int64_t block_bytes = 1; block_bytes < 30; ++block_bytes) {
    for (const int64_t batch_rows : {1, 2, 100}) {
      batch_rows_seen_ = 0;
      RecordStream stream = Make({}, 1000, batch_rows, block_bytes);
      // Used again, it knows nothing of what was before.
      for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(Read(&stream, "1,a\r\n2,\"b\nc\"\n\n3,d"), ElementsAre("+I[1, a]", "+I[2, b\nc]", "+I[3, d]"));
        EXPECT_LE(batch_rows_seen_, batch_rows);
      }
    }
  }
  EXPECT_THAT(bad_.seen(), IsEmpty());
}

TEST_F(RecordStreamTest, TheHeaderIsTakenOnce) {
  for (int64_t block_bytes = 1; block_bytes < 20; ++block_bytes) {
    RecordStream stream = Make({{"skip-header", "true"}}, 1000, 10, block_bytes);
    EXPECT_THAT(Read(&stream, "n,word\n1,a\n", true), ElementsAre("+I[1, a]"));
    EXPECT_THAT(Read(&stream, "n,word\n2,b", true), ElementsAre("+I[2, b]"));
    EXPECT_THAT(Read(&stream, "n,word", true), IsEmpty());
    EXPECT_THAT(Read(&stream, "", true), IsEmpty());
  }
}

TEST_F(RecordStreamTest, ARecordThatDoesNotEndIsDroppedUpToItsLineEnd) {
  for (int64_t block_bytes = 1; block_bytes < 200; block_bytes += 3) {
    formats::CollectedBadRecords fresh;
    bad_ = fresh;
    RecordStream stream = Make({}, 50, 10, block_bytes);
    const auto rows = Read(&stream, "1,a\n2," + std::string(1000, 'x') + "\n3,c\n");
    if (block_bytes < 50) {
      EXPECT_THAT(rows, ElementsAre("+I[1, a]", "+I[3, c]")) << block_bytes;
      ASSERT_THAT(bad_.seen(), ElementsAre(HasSubstr("longer than 50 bytes"))) << block_bytes;
      EXPECT_LE(bad_.records()[0].size(), 1024u);
    }
    EXPECT_EQ(rows.back(), "+I[3, c]");
  }
}

/// Takes whole lines, and counts the bytes it is shown.
class CountingDecoder final : public formats::Decoder {
 public:
  explicit CountingDecoder(int64_t* bytes_shown) : bytes_shown_(bytes_shown) {}

  arrow::Result<Batch> Decode(std::string_view bytes, bool at_end, int64_t, int64_t* consumed) override {
    *bytes_shown_ += static_cast<int64_t>(bytes.size());
    *consumed = static_cast<int64_t>(at_end ? bytes.size() : bytes.rfind('\n') + 1);
    return Batch();
  }
  using Decoder::DecodeMessages;
  arrow::Result<Batch> DecodeMessages(const std::vector<std::string_view>&, std::vector<int64_t>*) override {
    return Batch();
  }

 private:
  int64_t* const bytes_shown_;
};

TEST_F(RecordStreamTest, ALongRecordIsLookedAtOnceItIsWhole) {
  int64_t bytes_shown = 0;
  RecordStream stream(std::make_unique<CountingDecoder>(&bytes_shown), &bad_, 1 << 20, 10, 16);
  const std::string text = "a\n" + std::string(5000, 'x') + "\nb\n" + std::string(5000, 'y');
  Read(&stream, text);
  EXPECT_LT(bytes_shown, 2 * static_cast<int64_t>(text.size()));
}

}  // namespace
}  // namespace tidemark::connectors
