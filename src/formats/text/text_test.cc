// SPDX-License-Identifier: Apache-2.0
// Values from text and back.
#include <arrow/array.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "formats/formats_testing.h"
#include "formats/text/format_text.h"
#include "formats/text/parse_text.h"

namespace tidemark::formats {
namespace {

/// The value that `text` stands for, printed; "refused" when it is none.
std::string Value(const std::string& text, const DataType& type, TimestampStandard standard = TimestampStandard::kSql) {
  ColumnBuilder column(type);
  if (!AppendText(text, standard, &column)) {
    EXPECT_EQ(column.length(), 0);
    return "refused";
  }
  std::string printed;
  FormatPrinted(*column.Finish(1).ValueOrDie(), 0, type, &printed);
  return printed;
}

TEST(ParseTextTest, Integers) {
  EXPECT_EQ(Value("127", DataType::TinyInt()), "127");
  EXPECT_EQ(Value("128", DataType::TinyInt()), "refused");
  EXPECT_EQ(Value(" -128 ", DataType::TinyInt()), "-128");
  EXPECT_EQ(Value("+5", DataType::Int()), "5");
  EXPECT_EQ(Value("2147483648", DataType::Int()), "refused");
  EXPECT_EQ(Value("-9223372036854775808", DataType::BigInt()), "-9223372036854775808");
  EXPECT_EQ(Value("9223372036854775808", DataType::BigInt()), "refused");
  EXPECT_EQ(Value("99999999999999999999", DataType::BigInt()), "refused");
  for (const char* bad : {"", "-", "+", "1.0", "0x1", "1 2", "--1", "１"})
    EXPECT_EQ(Value(bad, DataType::BigInt()), "refused") << bad;
}

TEST(ParseTextTest, FloatingPoint) {
  EXPECT_EQ(Value("1.5", DataType::Double()), "1.5");
  EXPECT_EQ(Value("-1e3", DataType::Double()), "-1000.0");
  EXPECT_EQ(Value("1e400", DataType::Double()), "Infinity");
  EXPECT_EQ(Value("-1e400", DataType::Double()), "-Infinity");
  EXPECT_EQ(Value("1e-400", DataType::Double()), "0.0");
  EXPECT_EQ(Value("123456789e-400", DataType::Double()), "0.0");
  EXPECT_EQ(Value("1e39", DataType::Float()), "Infinity");
  EXPECT_EQ(Value("1e-50", DataType::Float()), "0.0");
  EXPECT_EQ(Value("NaN", DataType::Double()), "NaN");
  EXPECT_EQ(Value("-Infinity", DataType::Float()), "-Infinity");
  EXPECT_EQ(Value("0.1", DataType::Float()), "0.1");
  for (const char* bad : {"", ".", "inf", "nan", "infinity", "1e", "1.5x", "0x10"})
    EXPECT_EQ(Value(bad, DataType::Double()), "refused") << bad;
}

TEST(ParseTextTest, DecimalsRoundHalfUpAndOverflowToNull) {
  EXPECT_EQ(Value("12.345", DataType::Decimal(10, 2)), "12.35");
  EXPECT_EQ(Value("-12.345", DataType::Decimal(10, 2)), "-12.35");
  EXPECT_EQ(Value("12.3449999", DataType::Decimal(10, 2)), "12.34");
  EXPECT_EQ(Value("1e2", DataType::Decimal(10, 2)), "100.00");
  EXPECT_EQ(Value("2.5E-1", DataType::Decimal(3, 3)), "0.250");
  EXPECT_EQ(Value("999.995", DataType::Decimal(5, 2)), "null");
  EXPECT_EQ(Value("1000", DataType::Decimal(5, 2)), "null");
  EXPECT_EQ(Value("1e1000000", DataType::Decimal(5, 2)), "null");
  EXPECT_EQ(Value("1e-1000000", DataType::Decimal(5, 2)), "0.00");
  EXPECT_EQ(Value("0e1000000", DataType::Decimal(5, 2)), "0.00");
  EXPECT_EQ(Value("99999999999999999999999999999999999999", DataType::Decimal(38, 0)),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(Value("0.99999999999999999999999999999999999999", DataType::Decimal(38, 38)),
            "0.99999999999999999999999999999999999999");
  EXPECT_EQ(Value("1.23456789012345678901234567890123456785", DataType::Decimal(38, 37)),
            "1.2345678901234567890123456789012345679");
  EXPECT_EQ(Value("0.049", DataType::Decimal(5, 1)), "0.0");
  EXPECT_EQ(Value("0.05", DataType::Decimal(5, 1)), "0.1");
  for (const char* bad : {"", "-", ".", "1.2.3", "1e", "abc", "1e99999999999"})
    EXPECT_EQ(Value(bad, DataType::Decimal(5, 2)), "refused") << bad;
}

TEST(ParseTextTest, DatesAndTimes) {
  EXPECT_EQ(Value("2024-02-29", DataType::Date()), "2024-02-29");
  EXPECT_EQ(Value("0001-01-01", DataType::Date()), "0001-01-01");
  EXPECT_EQ(Value("-0044-03-15", DataType::Date()), "-0044-03-15");
  EXPECT_EQ(Value("+12345-03-15", DataType::Date()), "+12345-03-15");
  for (const char* bad :
       {"2023-02-29", "2023-13-01", "2023-00-01", "2023-01-00", "2023-1-1", "20230101", "", "2023-01-01 "}) {
    EXPECT_EQ(Value(bad, DataType::Date()), "refused") << bad;
  }
  EXPECT_EQ(Value("12:34:56", DataType::Time(0)), "12:34:56");
  EXPECT_EQ(Value("12:34:56.789", DataType::Time(0)), "12:34:56");
  EXPECT_EQ(Value("12:34:56.789", DataType::Time(2)), "12:34:56.780");
  EXPECT_EQ(Value("12:34:56.789", DataType::Time(3)), "12:34:56.789");
  for (const char* bad : {"24:00:00", "12:60:00", "12:00:60", "1:00:00", "12-00-00", "12:34:56."}) {
    EXPECT_EQ(Value(bad, DataType::Time(0)), std::string(bad) == "12:34:56." ? "12:34:56" : "refused") << bad;
  }
}

TEST(ParseTextTest, TimestampsFollowTheStandard) {
  const auto sql = TimestampStandard::kSql;
  const auto iso = TimestampStandard::kIso8601;
  const auto either = TimestampStandard::kEither;
  EXPECT_EQ(Value("2026-01-02 03:04:05.678", DataType::Timestamp(3), sql), "2026-01-02T03:04:05.678");
  EXPECT_EQ(Value("2026-01-02T03:04:05", DataType::Timestamp(3), sql), "refused");
  EXPECT_EQ(Value("2026-01-02T03:04:05", DataType::Timestamp(3), iso), "2026-01-02T03:04:05");
  EXPECT_EQ(Value("2026-01-02T03:04", DataType::Timestamp(3), iso), "2026-01-02T03:04");
  EXPECT_EQ(Value("2026-01-02 03:04:05", DataType::Timestamp(3), iso), "refused");
  EXPECT_EQ(Value("2026-01-02 03:04:05", DataType::Timestamp(3), either), "2026-01-02T03:04:05");
  EXPECT_EQ(Value("2026-01-02T03:04:05", DataType::Timestamp(3), either), "2026-01-02T03:04:05");
  EXPECT_EQ(Value("2026-01-02 03:04:05.123456789", DataType::Timestamp(9), sql), "2026-01-02T03:04:05.123456789");
  EXPECT_EQ(Value("2026-01-02 03:04:05.123456789", DataType::Timestamp(6), sql), "2026-01-02T03:04:05.123456");
  EXPECT_EQ(Value("2026-01-02 03:04:05.99", DataType::Timestamp(1), sql), "2026-01-02T03:04:05.900");
  EXPECT_EQ(Value("1969-12-31 23:59:59.999", DataType::Timestamp(3), sql), "1969-12-31T23:59:59.999");
  EXPECT_EQ(Value("2026-01-02 03:04:05Z", DataType::TimestampLtz(3), sql), "2026-01-02T03:04:05Z");
  EXPECT_EQ(Value("2026-01-02 03:04:05", DataType::TimestampLtz(3), sql), "refused");
  EXPECT_EQ(Value("2026-01-02 03:04:05Z", DataType::Timestamp(3), sql), "refused");
  EXPECT_EQ(Value("9999-12-31 00:00:00", DataType::Timestamp(9), sql), "refused");
  EXPECT_EQ(Value("9999-12-31 00:00:00", DataType::Timestamp(6), sql), "9999-12-31T00:00");
  for (const char* bad :
       {"", "2026-01-02", "2026-01-02 ", "2026-01-02 3:04:05", "1609459200", "2026-01-02 03:04:05.1234567890"}) {
    EXPECT_EQ(Value(bad, DataType::Timestamp(3), sql), "refused") << bad;
  }
}

TEST(TimestampReaderTest, AgreesWithTheGeneralWay) {
  std::mt19937_64 random(3);
  for (const int32_t precision : {0, 1, 3, 4, 6, 9}) {
    const DataType type = DataType::Timestamp(precision);
    TimestampReader reader(type);
    for (int i = 0; i < 20'000; ++i) {
      std::string text;
      FormatTimestamp(static_cast<int64_t>(random() % 4'000'000'000) * 1'000'000'000, 9, ' ', &text);
      if (random() % 2 == 0) text += "." + std::to_string(random() % 1'000'000'000);
      if (random() % 4 == 0) text[random() % text.size()] = static_cast<char>(random() % 128);
      int64_t general = 0;
      int64_t quick = 0;
      const bool good = ParseTimestamp(text, TimestampStandard::kSql, type, &general);
      std::string padded = text + std::string(32, '"');
      const char* end = reader.Read(padded.data(), ' ', &quick);
      if (end == nullptr || *end != '"') continue;  // left to the general way
      if (end != padded.data() + text.size()) continue;
      EXPECT_TRUE(good) << text;
      EXPECT_EQ(general, quick) << text;
    }
  }
}

TEST(ParseTextTest, Base64) {
  EXPECT_EQ(Value("YWI=", DataType::Bytes()), "[97, 98]");
  EXPECT_EQ(Value("YWI", DataType::Bytes()), "[97, 98]");
  EXPECT_EQ(Value("", DataType::Bytes()), "[]");
  EXPECT_EQ(Value("Y", DataType::Bytes()), "refused");
  EXPECT_EQ(Value("Y*I=", DataType::Bytes()), "refused");
}

TEST(ParseTextTest, SaysWhatIsWrong) {
  EXPECT_EQ(DescribeMismatch("abc", DataType::BigInt().NotNull()), "'abc' is not a BIGINT");
  EXPECT_EQ(DescribeMismatch("1", DataType::Array(DataType::Int())), "'1' is not an ARRAY<INT>");
  EXPECT_EQ(DescribeMismatch(std::string(100, 'x'), DataType::Int()),
            "'" + std::string(60, 'x') + "...' is not an INT");
}

template <typename Format, typename T>
std::string Text(Format format, T value) {
  std::string text;
  format(value, &text);
  return text;
}

TEST(FormatTextTest, FloatingPointAsInJava) {
  EXPECT_EQ(Text(FormatDouble, 1.0), "1.0");
  EXPECT_EQ(Text(FormatDouble, -0.0), "-0.0");
  EXPECT_EQ(Text(FormatDouble, 100.0), "100.0");
  EXPECT_EQ(Text(FormatDouble, 1234567.0), "1234567.0");
  EXPECT_EQ(Text(FormatDouble, 12345678.0), "1.2345678E7");
  EXPECT_EQ(Text(FormatDouble, 1e7), "1.0E7");
  EXPECT_EQ(Text(FormatDouble, 0.001), "0.001");
  EXPECT_EQ(Text(FormatDouble, 0.0001), "1.0E-4");
  EXPECT_EQ(Text(FormatDouble, 3.14159), "3.14159");
  EXPECT_EQ(Text(FormatDouble, 1.7976931348623157e308), "1.7976931348623157E308");
  EXPECT_EQ(Text(FormatDouble, std::nan("")), "NaN");
  EXPECT_EQ(Text(FormatDouble, -std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_EQ(Text(FormatFloat, 0.1F), "0.1");
  EXPECT_EQ(Text(FormatFloat, 16777216.0F), "1.6777216E7");
}

std::string Decimal(const std::string& text, DecimalStyle style) {
  int32_t precision = 0;
  int32_t scale = 0;
  arrow::Decimal128 value;
  EXPECT_TRUE(arrow::Decimal128::FromString(text, &value, &precision, &scale).ok());
  std::string out;
  FormatDecimal(value, scale, style, &out);
  return out;
}

TEST(FormatTextTest, DecimalsInThreeStyles) {
  EXPECT_EQ(Decimal("12.50", DecimalStyle::kPlain), "12.50");
  EXPECT_EQ(Decimal("-0.05", DecimalStyle::kPlain), "-0.05");
  EXPECT_EQ(Decimal("12.50", DecimalStyle::kStripped), "12.5");
  EXPECT_EQ(Decimal("100.00", DecimalStyle::kStripped), "100");
  EXPECT_EQ(Decimal("123.456789", DecimalStyle::kScientific), "123.456789");
  EXPECT_EQ(Decimal("454621864049246170", DecimalStyle::kScientific), "4.5462186404924617E+17");
  EXPECT_EQ(Decimal("0.000000027", DecimalStyle::kScientific), "2.7E-8");
  EXPECT_EQ(Decimal("0.000000027", DecimalStyle::kStripped), "0.000000027");
  EXPECT_EQ(Decimal("100.00", DecimalStyle::kScientific), "1E+2");
  EXPECT_EQ(Decimal("0.00", DecimalStyle::kScientific), "0");
  EXPECT_EQ(Decimal("0.00", DecimalStyle::kPlain), "0.00");
}

TEST(FormatTextTest, TimesWithoutZerosAtTheEnd) {
  std::string text;
  FormatTimestamp(1'767'323'045'100, 3, ' ', &text);
  EXPECT_EQ(text, "2026-01-02 03:04:05.1");
  text.clear();
  FormatTimestamp(-1, 9, 'T', &text);
  EXPECT_EQ(text, "1969-12-31T23:59:59.999999999");
  text.clear();
  FormatTimestamp(0, 3, ' ', &text);
  EXPECT_EQ(text, "1970-01-01 00:00:00");
  text.clear();
  FormatTime(45'296'700, &text);
  EXPECT_EQ(text, "12:34:56.7");
}

TEST(FormatTextTest, PrintedValuesLookAsInJava) {
  EXPECT_EQ(Value("00:00:00", DataType::Time(3)), "00:00");
  EXPECT_EQ(Value("2026-01-02 00:00:00Z", DataType::TimestampLtz(3)), "2026-01-02T00:00:00Z");
  EXPECT_EQ(Value("2026-01-02 00:00:00", DataType::Timestamp(3)), "2026-01-02T00:00");
  EXPECT_EQ(Value("14", DataType::IntervalYearMonth()), "P1Y2M");
  EXPECT_EQ(Value("3661500", DataType::IntervalDayTime()), "PT1H1M1.5S");
}

TEST(CivilTest, GoesBothWays) {
  for (int64_t days = -1'000'000; days < 4'000'000; days += 37) {
    int64_t year = 0;
    int month = 0;
    int day = 0;
    CivilFromDays(days, &year, &month, &day);
    ASSERT_EQ(DaysFromCivil(year, month, day), days);
  }
  EXPECT_EQ(DaysFromCivil(1970, 1, 1), 0);
  EXPECT_EQ(DaysFromCivil(2000, 3, 1), 11017);
}

/// Every scalar value survives being printed by a text format's functions and read back; floats to the last bit.
TEST(TextRoundTripTest, FloatingPoint) {
  std::mt19937_64 random(9);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    double read = 0;
    ASSERT_TRUE(ParseDouble(Text(FormatDouble, value), &read));
    ASSERT_EQ(std::memcmp(&read, &value, sizeof(value)), 0) << value;
  }
}

}  // namespace
}  // namespace tidemark::formats
