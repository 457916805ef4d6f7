// SPDX-License-Identifier: Apache-2.0
#include "cli/time_text.h"

#include <gtest/gtest.h>

namespace tidemark::cli {
namespace {

TEST(TimeText, HasMillisecondsWhereThereAreSome) {
  EXPECT_EQ(TimeText(0), "1970-01-01 00:00:00");
  EXPECT_EQ(TimeText(250), "1970-01-01 00:00:00.250");
  EXPECT_EQ(TimeText(-1), "1969-12-31 23:59:59.999");
}

TEST(TimeText, DurationsHaveTwoUnitsAtMost) {
  EXPECT_EQ(DurationText(999), "999 ms");
  EXPECT_EQ(DurationText(34'290), "34.2 s");
  EXPECT_EQ(DurationText(723'999), "12 min 3 s");
  EXPECT_EQ(DurationText(19'259'000), "5 h 20 min");
  EXPECT_EQ(DurationText(273'600'000), "3 d 4 h");
  EXPECT_EQ(DurationText(-1500), "-1.5 s");
}

TEST(TimeText, Sizes) {
  EXPECT_EQ(SizeText(512), "512 bytes");
  EXPECT_EQ(SizeText(1025), "2 KiB");
  EXPECT_EQ(SizeText(5 << 20), "5.0 MiB");
  EXPECT_EQ(SizeText(int64_t{3} << 30), "3.00 GiB");
}

}  // namespace
}  // namespace tidemark::cli
