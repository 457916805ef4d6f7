// SPDX-License-Identifier: Apache-2.0
// Floating-point numbers as Java prints and reads them.
#include "expr/number_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace tidemark::expr {
namespace {

std::string DoubleText(double value) {
  char text[kNumberTextMax];
  return std::string(text, FormatDouble(value, text));
}
std::string FloatText(float value) {
  char text[kNumberTextMax];
  return std::string(text, FormatFloat(value, text));
}

TEST(NumberText, DoublesAsJavaPrintsThem) {
  const std::pair<double, const char*> cases[] = {{0.0, "0.0"},
                                                  {-0.0, "-0.0"},
                                                  {1.0, "1.0"},
                                                  {-1.5, "-1.5"},
                                                  {100.0, "100.0"},
                                                  {0.1, "0.1"},
                                                  {0.001, "0.001"},
                                                  {0.00123, "0.00123"},
                                                  {0.0001, "1.0E-4"},
                                                  {0.00012345, "1.2345E-4"},
                                                  {9999999.0, "9999999.0"},
                                                  {1e7, "1.0E7"},
                                                  {12345678.9, "1.23456789E7"},
                                                  {1234567.5, "1234567.5"},
                                                  {1e10, "1.0E10"},
                                                  {1.5e300, "1.5E300"},
                                                  {1e-300, "1.0E-300"},
                                                  {4.9e-324, "4.9E-324"},
                                                  {2e-320, "2.0E-320"},
                                                  {1e23, "1.0E23"},
                                                  {3.141592653589793, "3.141592653589793"},
                                                  {1.7976931348623157e308, "1.7976931348623157E308"},
                                                  {123456789012.0, "1.23456789012E11"},
                                                  {1152921504606846976.0, "1.15292150460684698E18"},
                                                  {0.30000000000000004, "0.30000000000000004"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(DoubleText(value), text);
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(DoubleText(-std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(NumberText, FloatsAsJavaPrintsThem) {
  const std::pair<float, const char*> cases[] = {{0.1f, "0.1"},
                                                 {1.5f, "1.5"},
                                                 {123456.79f, "123456.79"},
                                                 {1e10f, "1.0E10"},
                                                 {3.4e38f, "3.4E38"},
                                                 {123456789.f, "1.23456792E8"},
                                                 {16777216.f, "1.6777216E7"},
                                                 {1.1e10f, "1.10000005E10"},
                                                 {0.6666667f, "0.6666667"},
                                                 {2.1428572e-5f, "2.1428572E-5"},
                                                 {5e-10f, "5.0E-10"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(FloatText(value), text);
}

TEST(NumberText, EveryTextReadsBackTheSame) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(ParseDouble(DoubleText(value)), value) << DoubleText(value);
    const auto narrow = static_cast<float>(value);
    if (std::isfinite(narrow)) {
      EXPECT_EQ(ParseFloat(FloatText(narrow)), narrow) << FloatText(narrow);
    }
  }
}

TEST(NumberText, Integers) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(ParseInteger("-9223372036854775808", kMin, kMax), kMin);
  EXPECT_EQ(ParseInteger("9223372036854775807", kMin, kMax), kMax);
  EXPECT_EQ(ParseInteger("9223372036854775808", kMin, kMax), std::nullopt);
  EXPECT_EQ(ParseInteger("  7.99 ", kMin, kMax), 7);
  EXPECT_EQ(ParseInteger("7\n", kMin, kMax), std::nullopt);
  EXPECT_EQ(ParseInteger("7,5", kMin, kMax), std::nullopt);
}

}  // namespace
}  // namespace tidemark::expr
