// SPDX-License-Identifier: Apache-2.0
// JSON lines to columns: the json format beside the bare loop of simdjson's on-demand parser into Arrow builders, on
// bid events of about 260 bytes. Rates are rows per CPU second.
#include <arrow/api.h>
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>
#include <random>
#include <string>

#include "formats/format.h"
#include "formats/text/parse_text.h"

namespace tidemark {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int kRows = 200'000;
constexpr int64_t kBatchRows = 8192;

/// Bids as they lie in a file, padded as a reader's buffer is.
const std::string& Bids() {
  static const std::string lines = []() {
    std::mt19937 random(1);
    const char* channels[] = {"Google", "Facebook", "Baidu", "Apple", "channel-4821"};
    std::string text;
    for (int i = 0; i < kRows; ++i) {
      char time[32];
      std::snprintf(time, sizeof(time), "2026-01-01 %02d:%02d:%02d.%03d", i / 3600000 % 24, i / 60000 % 60,
                    i / 1000 % 60, i % 1000);
      std::string extra;
      const int length = 54 + static_cast<int>(random() % 60);
      for (int j = 0; j < length; ++j) extra += static_cast<char>('a' + random() % 26);
      text += "{\"auction\":" + std::to_string(1000 + random() % 10000) +
              ",\"bidder\":" + std::to_string(1000 + random() % 50000) +
              ",\"price\":" + std::to_string(random() % 10000000) + ",\"channel\":\"" + channels[random() % 5] +
              "\",\"url\":\"https://www.nexmark.com/abc/def/item.htm?query=1&q=" + std::to_string(random() % 1000) +
              "\",\"dateTime\":\"" + time + "\",\"extra\":\"" + extra + "\"}\n";
    }
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    return text;
  }();
  return lines;
}

const Schema& BidSchema() {
  static const Schema schema = {{"auction", DataType::BigInt()}, {"bidder", DataType::BigInt()},
                                {"price", DataType::BigInt()},   {"channel", DataType::String()},
                                {"url", DataType::String()},     {"dateTime", DataType::Timestamp(3)},
                                {"extra", DataType::String()}};
  return schema;
}

void Report(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * kRows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(Bids().size()));
}

void BM_JsonFormat(benchmark::State& state, std::vector<int> projection) {
  formats::DecodeRequest request;
  request.physical_schema = BidSchema();
  request.projection = std::move(projection);
  auto decoder = formats::FindFormat("json")->make_decoder({}, request).ValueOrDie();
  constexpr size_t kBlock = 1 << 20;
  for (auto _ : state) {
    // Blocks as a file reader hands them over, each beginning with what was left of the one before.
    std::string_view rest = Bids();
    int64_t rows = 0;
    while (!rest.empty()) {
      const std::string_view block = rest.substr(0, kBlock);
      int64_t consumed = 0;
      const Batch batch = decoder->Decode(block, block.size() == rest.size(), kBatchRows, &consumed).ValueOrDie();
      rows += batch.num_rows;
      rest.remove_prefix(static_cast<size_t>(consumed));
    }
    if (rows != kRows) state.SkipWithError("rows are missing");
  }
  Report(state);
}
BENCHMARK_CAPTURE(BM_JsonFormat, seven_columns, {0, 1, 2, 3, 4, 5, 6});
BENCHMARK_CAPTURE(BM_JsonFormat, four_numeric_columns, {0, 1, 2, 5});
BENCHMARK_CAPTURE(BM_JsonFormat, one_column, {2});

/// Milliseconds of "2026-01-01 00:00:00.123", as quick as it gets.
int64_t BareTimestamp(std::string_view text) {
  static thread_local formats::TimestampReader reader(DataType::Timestamp(3));
  int64_t value = 0;
  (void)reader.Read(text.data(), ' ', &value);
  return value;
}

struct BidBuilders {
  arrow::Int64Builder auction, bidder, price;
  arrow::StringBuilder channel, url, extra;
  arrow::TimestampBuilder time{arrow::timestamp(arrow::TimeUnit::MILLI), arrow::default_memory_pool()};

  void Reserve() {
    for (arrow::ArrayBuilder* builder :
         std::initializer_list<arrow::ArrayBuilder*>{&auction, &bidder, &price, &channel, &url, &extra, &time}) {
      (void)builder->Reserve(kBatchRows);
    }
    (void)channel.ReserveData(kBatchRows * 16);
    (void)url.ReserveData(kBatchRows * 64);
    (void)extra.ReserveData(kBatchRows * 100);
  }
  void Finish(bool strings) {
    (void)auction.Finish().ValueOrDie();
    (void)bidder.Finish().ValueOrDie();
    (void)price.Finish().ValueOrDie();
    (void)time.Finish().ValueOrDie();
    if (!strings) return;
    (void)channel.Finish().ValueOrDie();
    (void)url.Finish().ValueOrDie();
    (void)extra.Finish().ValueOrDie();
  }
};

void AppendBid(ondemand::document_reference document, BidBuilders& out, bool strings) {
  ondemand::object bid = document;
  out.auction.UnsafeAppend(int64_t(bid.find_field("auction")));
  out.bidder.UnsafeAppend(int64_t(bid.find_field("bidder")));
  out.price.UnsafeAppend(int64_t(bid.find_field("price")));
  if (strings) {
    out.channel.UnsafeAppend(std::string_view(bid.find_field("channel")));
    (void)out.url.Append(std::string_view(bid.find_field("url")));
  }
  out.time.UnsafeAppend(BareTimestamp(std::string_view(bid.find_field("dateTime"))));
  if (strings) (void)out.extra.Append(std::string_view(bid.find_field("extra")));
}

/// One call per line, each line copied into a padded buffer.
void BM_SimdjsonPerLine(benchmark::State& state, bool strings) {
  for (auto _ : state) {
    ondemand::parser parser;
    BidBuilders out;
    std::string padded(4096, '\0');
    std::string_view rest = Bids();
    while (!rest.empty()) {
      out.Reserve();
      for (int64_t row = 0; row < kBatchRows && !rest.empty(); ++row) {
        const size_t length = rest.find('\n') + 1;
        std::memcpy(padded.data(), rest.data(), length);
        rest.remove_prefix(length);
        auto document = parser.iterate(padded.data(), length, padded.size());
        AppendBid(document.value(), out, strings);
      }
      out.Finish(strings);
    }
  }
  Report(state);
}
BENCHMARK_CAPTURE(BM_SimdjsonPerLine, seven_columns, true);
BENCHMARK_CAPTURE(BM_SimdjsonPerLine, four_numeric_columns, false);

/// Whole blocks at once.
void BM_SimdjsonBlocks(benchmark::State& state, bool strings) {
  constexpr size_t kBlock = 2 << 20;
  for (auto _ : state) {
    ondemand::parser parser;
    BidBuilders out;
    std::string block;
    std::string_view rest = Bids();
    while (!rest.empty()) {
      out.Reserve();
      size_t length = std::min(rest.size(), kBlock);
      length = rest.substr(0, length).rfind('\n') + 1;
      block.assign(rest.substr(0, length));
      block.reserve(block.size() + simdjson::SIMDJSON_PADDING);
      rest.remove_prefix(length);
      ondemand::document_stream stream;
      if (parser.iterate_many(block.data(), block.size(), block.size()).get(stream) != simdjson::SUCCESS) return;
      int64_t row = 0;
      for (auto document : stream) {
        if (row++ == kBatchRows) {
          out.Finish(strings);
          out.Reserve();
          row = 1;
        }
        AppendBid(document.value(), out, strings);
      }
      out.Finish(strings);
    }
  }
  Report(state);
}
BENCHMARK_CAPTURE(BM_SimdjsonBlocks, seven_columns, true);
BENCHMARK_CAPTURE(BM_SimdjsonBlocks, four_numeric_columns, false);

}  // namespace
}  // namespace tidemark
