// SPDX-License-Identifier: Apache-2.0
#include "server/watermark_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tidemark::server {
namespace {

constexpr int64_t kNowMs = 1'000'000;

runtime::SourceWatermarks Table(const std::string& name, std::vector<runtime::SplitReport> splits) {
  runtime::SourceWatermarks source{.table = name, .label = "Source(" + name + ")", .now_micros = 50'000'000};
  source.report.splits = std::move(splits);
  return source;
}

TEST(WatermarkReport, NamesTheSplitThatHoldsTheJobBack) {
  const auto report = WatermarkReport(
      {Table("orders", {{.name = "orders-0", .watermark = 9'000, .since_micros = 49'000'000},
                        {.name = "orders-1", .watermark = 2'000, .since_micros = 20'000'000, .pending_rows = 0}}),
       Table("clicks", {{.name = "clicks-0", .watermark = 5'000, .since_micros = 50'000'000}})},
      kNowMs);
  const auto& holder = report["held_back_by"];
  EXPECT_EQ(holder["table"], "orders");
  EXPECT_EQ(holder["split"], "orders-1");
  EXPECT_EQ(holder["standing_ms"], 30'000);
  EXPECT_EQ(holder["since_ms"], kNowMs - 30'000);
  EXPECT_EQ(holder["behind_newest_ms"], 7'000);
  EXPECT_EQ(holder["newest_split"], "orders-0");
  EXPECT_EQ(report["shadow_watermark_ms"], 5'000);
  EXPECT_EQ(report["tables"][0]["splits"][1]["pending_rows"], 0);
  EXPECT_TRUE(report["tables"][0]["splits"][0]["pending_rows"].is_null());
}

TEST(WatermarkReport, IdleSplitsHoldNothing) {
  const auto report = WatermarkReport({Table("orders", {{.name = "orders-0", .watermark = 9'000},
                                                        {.name = "orders-1", .idle = true, .never_written = true},
                                                        {.name = "orders-2", .watermark = 8'000}})},
                                      kNowMs);
  EXPECT_EQ(report["held_back_by"]["split"], "orders-2");
  EXPECT_EQ(report["shadow_watermark_ms"], 9'000);
  EXPECT_TRUE(report["tables"][0]["splits"][1]["watermark_ms"].is_null());
}

TEST(WatermarkReport, SaysHowManyMoreStandAtTheSamePlace) {
  const auto report = WatermarkReport({Table("orders", {{.name = "orders-0", .watermark = 2'000},
                                                        {.name = "orders-1", .watermark = 9'000},
                                                        {.name = "orders-2", .watermark = 2'000}})},
                                      kNowMs);
  EXPECT_EQ(report["held_back_by"]["split"], "orders-0");
  EXPECT_EQ(report["held_back_by"]["others"], 1);
  EXPECT_EQ(report["shadow_watermark_ms"], 9'000);
  const auto together = WatermarkReport(
      {Table("orders", {{.name = "orders-0", .watermark = 2'000}, {.name = "orders-1", .watermark = 2'000}})}, kNowMs);
  EXPECT_TRUE(together["held_back_by"].is_null());
}

TEST(WatermarkReport, OneSplitAloneHoldsNobody) {
  const auto report = WatermarkReport({Table("orders", {{.name = "orders-0", .watermark = 9'000}})}, kNowMs);
  EXPECT_TRUE(report["held_back_by"].is_null());
  EXPECT_TRUE(report["shadow_watermark_ms"].is_null());
}

}  // namespace
}  // namespace tidemark::server
