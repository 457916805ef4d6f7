// SPDX-License-Identifier: Apache-2.0
// The limit of JSON sources: simdjson's on-demand parser straight into Arrow builders.
#include <arrow/api.h>
#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstring>
#include <limits>

#include "limits.h"

namespace tidemark::bench {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr size_t kBlockBytes = 1 << 20;
constexpr int64_t kBatchRows = 8192;

int64_t DaysFromCivil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  const int64_t era = year / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/// Milliseconds of "2026-01-01 00:00:00" with any number of further digits; the day is computed once per day.
class TimestampReader {
 public:
  int64_t Read(std::string_view text) {
    const char* at = text.data();
    if (std::memcmp(day_, at, sizeof(day_)) != 0) {
      std::memcpy(day_, at, sizeof(day_));
      day_millis_ = DaysFromCivil(Two(at) * 100 + Two(at + 2), Two(at + 5), Two(at + 8)) * 86'400'000;
    }
    int64_t millis = 0;
    int64_t unit = 100;
    for (size_t i = 20; i < text.size() && unit > 0; ++i, unit /= 10) millis += (text[i] - '0') * unit;
    return day_millis_ + Two(at + 11) * 3'600'000 + Two(at + 14) * 60'000 + Two(at + 17) * 1000 + millis;
  }

 private:
  static int64_t Two(const char* digits) { return (digits[0] - '0') * 10 + digits[1] - '0'; }

  char day_[10] = {};
  int64_t day_millis_ = 0;
};

struct BidBuilders {
  arrow::Int64Builder auction, bidder, price;
  arrow::StringBuilder channel, url, extra;
  arrow::TimestampBuilder time{arrow::timestamp(arrow::TimeUnit::MILLI), arrow::default_memory_pool()};
  TimestampReader timestamps;

  arrow::Status Reserve() {
    for (arrow::ArrayBuilder* builder :
         std::initializer_list<arrow::ArrayBuilder*>{&auction, &bidder, &price, &channel, &url, &extra, &time}) {
      ARROW_RETURN_NOT_OK(builder->Reserve(kBatchRows));
    }
    ARROW_RETURN_NOT_OK(channel.ReserveData(kBatchRows * 16));
    ARROW_RETURN_NOT_OK(url.ReserveData(kBatchRows * 64));
    return extra.ReserveData(kBatchRows * 100);
  }

  arrow::Status Finish() {
    for (arrow::ArrayBuilder* builder :
         std::initializer_list<arrow::ArrayBuilder*>{&auction, &bidder, &price, &channel, &url, &extra, &time}) {
      ARROW_RETURN_NOT_OK(builder->Finish());
    }
    return Reserve();
  }

  arrow::Status Append(ondemand::document_reference document) {
    ondemand::object bid = document;
    auction.UnsafeAppend(int64_t(bid.find_field("auction")));
    bidder.UnsafeAppend(int64_t(bid.find_field("bidder")));
    price.UnsafeAppend(int64_t(bid.find_field("price")));
    ARROW_RETURN_NOT_OK(channel.Append(std::string_view(bid.find_field("channel"))));
    ARROW_RETURN_NOT_OK(url.Append(std::string_view(bid.find_field("url"))));
    time.UnsafeAppend(timestamps.Read(std::string_view(bid.find_field("dateTime"))));
    return extra.Append(std::string_view(bid.find_field("extra")));
  }
};

arrow::Status ParseBlock(ondemand::parser& parser, const char* text, size_t length, BidBuilders* out, int64_t* rows) {
  ondemand::document_stream documents;
  if (const auto error = parser.iterate_many(text, length, length).get(documents); error != simdjson::SUCCESS)
    return arrow::Status::Invalid(simdjson::error_message(error));
  for (auto document : documents) {
    ARROW_RETURN_NOT_OK(out->Append(document.value()));
    if (++*rows % kBatchRows == 0) ARROW_RETURN_NOT_OK(out->Finish());
  }
  return arrow::Status::OK();
}

/// Whole lines of the file, block by block; what is left of a line moves to the front of the next block.
arrow::Status ParseFile(int file, int64_t* rows) {
  ondemand::parser parser;
  BidBuilders out;
  ARROW_RETURN_NOT_OK(out.Reserve());
  std::string block(kBlockBytes + simdjson::SIMDJSON_PADDING, '\0');
  size_t held = 0;
  while (true) {
    const ssize_t got = ::read(file, block.data() + held, kBlockBytes - held);
    if (got < 0) return arrow::Status::IOError(std::strerror(errno));
    held += static_cast<size_t>(got);
    const size_t lines = got == 0 ? held : std::string_view(block.data(), held).rfind('\n') + 1;
    if (lines > 0) ARROW_RETURN_NOT_OK(ParseBlock(parser, block.data(), lines, &out, rows));
    if (got == 0) return out.Finish();
    if (lines == 0 && held == kBlockBytes) return arrow::Status::Invalid("a line is longer than a block");
    std::memmove(block.data(), block.data() + lines, held - lines);
    held -= lines;
  }
}

}  // namespace

arrow::Result<Measured> ParseJsonBids(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return arrow::Status::IOError(path, ": ", std::strerror(errno));
  const Stopwatch stopwatch;
  int64_t rows = 0;
  arrow::Status status;
  try {
    status = ParseFile(file, &rows);
  } catch (const simdjson::simdjson_error& error) {
    status = arrow::Status::Invalid(error.what());
  }
  ::close(file);
  ARROW_RETURN_NOT_OK(status);
  return stopwatch.Stop(rows);
}

}  // namespace tidemark::bench
