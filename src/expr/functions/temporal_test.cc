// SPDX-License-Identifier: Apache-2.0
// Temporal functions. Recorded from Apache Flink 2.2, but for moments before 1970, which it gets wrong.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

FunctionContext LosAngeles() {
  FunctionContext context;
  context.local_time_zone = "America/Los_Angeles";
  return context;
}

TEST(Extract, PartsOfATimestamp) {
  const std::pair<const char*, const char*> parts[] = {{"YEAR", "2021"},
                                                       {"QUARTER", "1"},
                                                       {"MONTH", "2"},
                                                       {"WEEK", "6"},
                                                       {"DAY", "14"},
                                                       {"DOY", "45"},
                                                       {"DOW", "1"},
                                                       {"ISODOW", "7"},
                                                       {"ISOYEAR", "2021"},
                                                       {"HOUR", "12"},
                                                       {"MINUTE", "34"},
                                                       {"SECOND", "56"},
                                                       {"MILLISECOND", "789"},
                                                       {"MICROSECOND", "789000"},
                                                       {"NANOSECOND", "789000000"},
                                                       {"EPOCH", "1613306096"},
                                                       {"DECADE", "202"},
                                                       {"CENTURY", "21"},
                                                       {"MILLENNIUM", "3"}};
  for (const auto& [unit, value] : parts) {
    const std::string args = std::string("STRING ") + unit + " | TIMESTAMP(3) 2021-02-14 12:34:56.789";
    CheckCalls({{"EXTRACT", args.c_str(), "BIGINT", value}});
  }
  CheckCalls({{"EXTRACT", "STRING MICROSECOND | TIMESTAMP(9) 2021-02-14 12:34:56.123456789", "BIGINT", "123456"},
              {"EXTRACT", "STRING NANOSECOND | TIMESTAMP(9) 2021-02-14 12:34:56.123456789", "BIGINT", "123456789"},
              {"EXTRACT", "STRING MILLISECOND | TIMESTAMP(9) 2021-02-14 12:34:56.123456789", "BIGINT", "123"},
              {"EXTRACT", "STRING YEAR | TIMESTAMP(3) 0001-01-01 00:00:00", "BIGINT", "1"},
              {"EXTRACT", "STRING CENTURY | TIMESTAMP(3) 0001-01-01 00:00:00", "BIGINT", "1"},
              {"EXTRACT", "STRING DECADE | TIMESTAMP(3) 0001-01-01 00:00:00", "BIGINT", "0"},
              {"EXTRACT", "STRING DOW | TIMESTAMP(3) 0001-01-01 00:00:00", "BIGINT", "2"},
              {"EXTRACT", "STRING YEAR | TIMESTAMP(3) 9999-12-31 23:59:59.999", "BIGINT", "9999"},
              {"EXTRACT", "STRING MILLENNIUM | TIMESTAMP(3) 9999-12-31 23:59:59.999", "BIGINT", "10"},
              {"EXTRACT", "STRING YEAR | TIMESTAMP(3) NULL", "BIGINT", "NULL"}});
}

TEST(Extract, MomentsBefore1970) {
  CheckCalls({{"EXTRACT", "STRING YEAR | TIMESTAMP(3) 1969-12-31 23:59:59.001", "BIGINT", "1969"},
              {"EXTRACT", "STRING DAY | TIMESTAMP(3) 1969-12-31 23:59:59.001", "BIGINT", "31"},
              {"EXTRACT", "STRING HOUR | TIMESTAMP(3) 1969-12-31 23:59:59.001", "BIGINT", "23"},
              {"EXTRACT", "STRING SECOND | TIMESTAMP(3) 1969-12-31 23:59:59.001", "BIGINT", "59"},
              {"EXTRACT", "STRING MILLISECOND | TIMESTAMP(3) 1969-12-31 23:59:59.001", "BIGINT", "1"},
              {"EXTRACT", "STRING EPOCH | TIMESTAMP(3) 1969-12-31 23:59:59.001", "BIGINT", "-1"}});
}

TEST(Extract, OtherTypes) {
  CheckCalls({{"EXTRACT", "STRING YEAR | DATE 2021-02-14", "BIGINT", "2021"},
              {"EXTRACT", "STRING HOUR | DATE 2021-02-14", "BIGINT", "0"},
              {"EXTRACT", "STRING EPOCH | DATE 2021-02-14", "BIGINT", "1613260800"},
              {"EXTRACT", "STRING MINUTE | TIME 12:34:56", "BIGINT", "34"},
              {"EXTRACT", "STRING YEAR | TIME 12:34:56", "", "ERROR EXTRACT cannot take YEAR out of TIME(0)"},
              {"EXTRACT", "STRING DAY | INTERVAL SECOND 183845678", "BIGINT", "2"},
              {"EXTRACT", "STRING HOUR | INTERVAL SECOND 183845678", "BIGINT", "3"},
              {"EXTRACT", "STRING MILLISECOND | INTERVAL SECOND 183845678", "BIGINT", "678"},
              {"EXTRACT", "STRING DAY | INTERVAL SECOND -183845678", "BIGINT", "-2"},
              {"EXTRACT", "STRING EPOCH | INTERVAL SECOND 1", "", "ERROR cannot take EPOCH"},
              {"EXTRACT", "STRING YEAR | INTERVAL MONTH 40", "BIGINT", "3"},
              {"EXTRACT", "STRING MONTH | INTERVAL MONTH 40", "BIGINT", "4"},
              {"EXTRACT", "STRING QUARTER | INTERVAL MONTH 40", "BIGINT", "2"},
              {"EXTRACT", "STRING YEAR | STRING 2021-01-01", "", "ERROR cannot take YEAR out of STRING"},
              {"EXTRACT", "STRING FORTNIGHT | DATE 2021-01-01", "",
               "ERROR EXTRACT takes a time unit such as SECOND, DAY or MONTH, not FORTNIGHT"}});
  CheckCalls({{"EXTRACT", "STRING HOUR | TIMESTAMP_LTZ(3) 2021-01-01 02:00:00", "BIGINT", "18"},
              {"EXTRACT", "STRING DAY | TIMESTAMP_LTZ(3) 2021-01-01 02:00:00", "BIGINT", "31"},
              {"EXTRACT", "STRING EPOCH | TIMESTAMP_LTZ(3) 1970-01-01 00:00:01", "BIGINT", "1"}},
             LosAngeles());
}

TEST(Extract, ShortForms) {
  CheckCalls({{"YEAR", "DATE 2021-02-14", "BIGINT", "2021"},
              {"QUARTER", "DATE 2021-12-31", "BIGINT", "4"},
              {"MONTH", "DATE 2021-02-14", "BIGINT", "2"},
              {"WEEK", "DATE 2021-01-01", "BIGINT", "53"},
              {"WEEK", "DATE 2020-12-31", "BIGINT", "53"},
              {"WEEK", "DATE 2018-12-31", "BIGINT", "1"},
              {"DAYOFYEAR", "DATE 2020-12-31", "BIGINT", "366"},
              {"DAYOFMONTH", "DATE 2021-02-14", "BIGINT", "14"},
              {"DAYOFWEEK", "DATE 2021-02-13", "BIGINT", "7"},
              {"DAYOFWEEK", "DATE 1969-12-31", "BIGINT", "4"},
              {"HOUR", "TIME 12:34:56", "BIGINT", "12"},
              {"MINUTE", "TIMESTAMP(3) 2021-02-14 12:34:56", "BIGINT", "34"},
              {"SECOND", "TIMESTAMP(0) 2021-02-14 12:34:56", "BIGINT", "56"},
              {"YEAR", "STRING a", "", "ERROR YEAR cannot take YEAR out of STRING"},
              {"YEAR", "DATE NULL", "BIGINT", "NULL"}});
}

TEST(Round, Floor) {
  const std::pair<const char*, const char*> cases[] = {
      {"YEAR", "2021-01-01 00:00:00.000"},        {"QUARTER", "2021-01-01 00:00:00.000"},
      {"MONTH", "2021-02-01 00:00:00.000"},       {"WEEK", "2021-02-14 00:00:00.000"},
      {"DAY", "2021-02-14 00:00:00.000"},         {"HOUR", "2021-02-14 12:00:00.000"},
      {"MINUTE", "2021-02-14 12:34:00.000"},      {"SECOND", "2021-02-14 12:34:56.000"},
      {"MILLISECOND", "2021-02-14 12:34:56.789"}, {"DECADE", "2020-01-01 00:00:00.000"},
      {"CENTURY", "2001-01-01 00:00:00.000"},     {"MILLENNIUM", "2001-01-01 00:00:00.000"}};
  for (const auto& [unit, value] : cases) {
    const std::string args = std::string("TIMESTAMP(3) 2021-02-14 12:34:56.789 | STRING ") + unit;
    CheckCalls({{"FLOOR", args.c_str(), "TIMESTAMP(3)", value}});
  }
  CheckCalls(
      {{"FLOOR", "TIMESTAMP(9) 2021-02-14 12:34:56.123456789 | STRING SECOND", "TIMESTAMP(9)",
        "2021-02-14 12:34:56.000000000"},
       {"FLOOR", "TIMESTAMP(9) 2021-02-14 12:34:56.123456789 | STRING MILLISECOND", "TIMESTAMP(9)",
        "2021-02-14 12:34:56.123000000"},
       {"FLOOR", "TIMESTAMP(3) 1969-12-31 23:59:59.001 | STRING HOUR", "TIMESTAMP(3)", "1969-12-31 23:00:00.000"},
       {"FLOOR", "TIMESTAMP(3) 1969-12-31 23:59:59.001 | STRING YEAR", "TIMESTAMP(3)", "1969-01-01 00:00:00.000"},
       {"FLOOR", "DATE 2021-02-14 | STRING MONTH", "DATE", "2021-02-01"},
       {"FLOOR", "DATE 2021-02-13 | STRING WEEK", "DATE", "2021-02-07"},
       {"FLOOR", "DATE 2021-02-14 | STRING HOUR", "DATE", "2021-02-14"},
       {"FLOOR", "TIME 12:34:56 | STRING MINUTE", "TIME", "12:34:00"},
       {"FLOOR", "TIMESTAMP(3) NULL | STRING DAY", "TIMESTAMP(3)", "NULL"},
       {"FLOOR", "STRING a | STRING DAY", "", "ERROR"},
       {"FLOOR", "DATE 2021-02-14 | STRING EPOCH", "", "ERROR FLOOR cannot round to EPOCH"}});
  CheckCalls(
      {{"FLOOR", "TIMESTAMP_LTZ(3) 2021-01-01 02:00:00 | STRING DAY", "TIMESTAMP_LTZ(3)", "2020-12-31 00:00:00.000"},
       {"FLOOR", "TIMESTAMP_LTZ(3) 2021-11-07 09:30:00 | STRING HOUR", "TIMESTAMP_LTZ(3)", "2021-11-07 01:00:00.000"}},
      LosAngeles());
}

TEST(Round, Ceil) {
  const std::pair<const char*, const char*> cases[] = {
      {"YEAR", "2022-01-01 00:00:00.000"},        {"QUARTER", "2021-04-01 00:00:00.000"},
      {"MONTH", "2021-03-01 00:00:00.000"},       {"WEEK", "2021-02-21 00:00:00.000"},
      {"DAY", "2021-02-15 00:00:00.000"},         {"HOUR", "2021-02-14 13:00:00.000"},
      {"MINUTE", "2021-02-14 12:35:00.000"},      {"SECOND", "2021-02-14 12:34:57.000"},
      {"MILLISECOND", "2021-02-14 12:34:56.789"}, {"DECADE", "2030-01-01 00:00:00.000"},
      {"CENTURY", "2101-01-01 00:00:00.000"},     {"MILLENNIUM", "3001-01-01 00:00:00.000"}};
  for (const auto& [unit, value] : cases) {
    const std::string args = std::string("TIMESTAMP(3) 2021-02-14 12:34:56.789 | STRING ") + unit;
    CheckCalls({{"CEIL", args.c_str(), "TIMESTAMP(3)", value}});
  }
  // What starts a unit stays.
  CheckCalls(
      {{"CEIL", "TIMESTAMP(0) 2020-04-01 00:00:00 | STRING QUARTER", "TIMESTAMP(0)", "2020-04-01 00:00:00"},
       {"CEIL", "TIMESTAMP(0) 2020-01-01 00:00:00 | STRING YEAR", "TIMESTAMP(0)", "2020-01-01 00:00:00"},
       {"CEIL", "TIMESTAMP(0) 2021-02-14 00:00:00 | STRING WEEK", "TIMESTAMP(0)", "2021-02-14 00:00:00"},
       {"CEIL", "TIMESTAMP(0) 2021-02-14 00:00:00 | STRING DAY", "TIMESTAMP(0)", "2021-02-14 00:00:00"},
       {"CEIL", "TIMESTAMP(3) 1969-12-31 23:59:59.001 | STRING SECOND", "TIMESTAMP(3)", "1970-01-01 00:00:00.000"},
       {"CEIL", "DATE 2021-02-14 | STRING MONTH", "DATE", "2021-03-01"},
       {"CEIL", "DATE 2021-02-15 | STRING WEEK", "DATE", "2021-02-21"},
       {"CEIL", "TIME 12:34:56 | STRING HOUR", "TIME", "13:00:00"},
       {"CEIL", "TIME 23:34:56 | STRING HOUR", "TIME", "00:00:00"}});
}

TEST(TimestampAdd, Units) {
  CheckCalls({{"TIMESTAMPADD", "STRING YEAR | INT 1 | TIMESTAMP(3) 2021-02-14 12:34:56.789", "TIMESTAMP(3)",
               "2022-02-14 12:34:56.789"},
              {"TIMESTAMPADD", "STRING QUARTER | INT 1 | TIMESTAMP(3) 2021-02-14 12:34:56.789", "TIMESTAMP(3)",
               "2021-05-14 12:34:56.789"},
              {"TIMESTAMPADD", "STRING MONTH | INT 1 | TIMESTAMP(0) 2021-01-31 00:00:00", "TIMESTAMP(0)",
               "2021-02-28 00:00:00"},
              {"TIMESTAMPADD", "STRING WEEK | INT 1 | TIMESTAMP(3) 2021-02-14 12:34:56.789", "TIMESTAMP(3)",
               "2021-02-21 12:34:56.789"},
              {"TIMESTAMPADD", "STRING DAY | INT -1 | TIMESTAMP(3) 2021-02-14 12:34:56.789", "TIMESTAMP(3)",
               "2021-02-13 12:34:56.789"},
              {"TIMESTAMPADD", "STRING HOUR | INT 25 | TIMESTAMP(3) 2021-02-14 12:34:56.789", "TIMESTAMP(3)",
               "2021-02-15 13:34:56.789"},
              {"TIMESTAMPADD", "STRING SECOND | BIGINT 10 | TIMESTAMP(6) 2021-02-14 12:34:56.789", "TIMESTAMP(6)",
               "2021-02-14 12:35:06.789000"},
              {"TIMESTAMPADD", "STRING MILLISECOND | INT 10 | TIMESTAMP(3) 2021-02-14 12:34:56.789", "TIMESTAMP(3)",
               "2021-02-14 12:34:56.799"},
              {"TIMESTAMPADD", "STRING MICROSECOND | INT 10 | TIMESTAMP(6) 2021-02-14 12:34:56.789", "TIMESTAMP(6)",
               "2021-02-14 12:34:56.789010"},
              {"TIMESTAMPADD", "STRING DAY | INT 1 | DATE 2021-02-14", "DATE", "2021-02-15"},
              {"TIMESTAMPADD", "STRING MONTH | INT 1 | DATE 2021-02-14", "DATE", "2021-03-14"},
              {"TIMESTAMPADD", "STRING WEEK | INT 1 | DATE 2021-02-14", "DATE", "2021-02-21"},
              {"TIMESTAMPADD", "STRING HOUR | INT 1 | DATE 2021-02-14", "TIMESTAMP(6)", "2021-02-14 01:00:00.000000"},
              {"TIMESTAMPADD", "STRING HOUR | INT 1 | TIME 12:34:56", "TIME", "13:34:56"},
              {"TIMESTAMPADD", "STRING DAY | INT NULL | TIMESTAMP(3) 2021-02-14 12:34:56.789", "TIMESTAMP(3)", "NULL"},
              {"TIMESTAMPADD", "STRING DAY | DECIMAL(2, 1) 1.5 | DATE 2021-02-14", "", "ERROR TIMESTAMPADD takes"},
              {"TIMESTAMPADD", "STRING DOW | INT 1 | DATE 2021-02-14", "", "ERROR TIMESTAMPADD cannot count in DOW"}});
}

TEST(TimestampDiff, Units) {
  CheckCalls(
      {{"TIMESTAMPDIFF", "STRING YEAR | TIMESTAMP(0) 2020-02-29 00:00:00 | TIMESTAMP(0) 2021-02-28 00:00:00", "INT",
        "1"},
       {"TIMESTAMPDIFF", "STRING QUARTER | TIMESTAMP(0) 2020-01-01 00:00:00 | TIMESTAMP(0) 2020-12-31 00:00:00", "INT",
        "3"},
       {"TIMESTAMPDIFF", "STRING MONTH | TIMESTAMP(0) 2020-01-31 00:00:00 | TIMESTAMP(0) 2020-02-29 00:00:00", "INT",
        "1"},
       {"TIMESTAMPDIFF", "STRING MONTH | TIMESTAMP(0) 2020-01-31 12:00:00 | TIMESTAMP(0) 2020-03-31 11:59:59", "INT",
        "1"},
       {"TIMESTAMPDIFF", "STRING MONTH | TIMESTAMP(0) 2020-03-31 11:59:59 | TIMESTAMP(0) 2020-01-31 12:00:00", "INT",
        "-2"},
       {"TIMESTAMPDIFF", "STRING WEEK | TIMESTAMP(0) 2020-01-01 00:00:00 | TIMESTAMP(0) 2020-01-15 00:00:00", "INT",
        "2"},
       {"TIMESTAMPDIFF", "STRING DAY | TIMESTAMP(0) 2020-01-01 12:00:00 | TIMESTAMP(0) 2020-01-02 11:59:59", "INT",
        "0"},
       {"TIMESTAMPDIFF", "STRING DAY | TIMESTAMP(0) 2020-01-02 12:00:00 | TIMESTAMP(0) 2020-01-01 00:00:00", "INT",
        "-1"},
       {"TIMESTAMPDIFF", "STRING HOUR | TIMESTAMP(3) 2021-02-14 12:34:56.789 | TIMESTAMP(3) 9999-12-31 23:59:59.999",
        "INT", "69941387"},
       {"TIMESTAMPDIFF", "STRING MINUTE | TIMESTAMP(0) 2020-01-01 00:00:00 | TIMESTAMP(0) 2020-01-01 00:01:59", "INT",
        "1"},
       {"TIMESTAMPDIFF", "STRING SECOND | TIMESTAMP(3) 0001-01-01 00:00:00 | TIMESTAMP(3) 2021-02-14 12:34:56.789",
        "INT", "-675606544"},
       {"TIMESTAMPDIFF", "STRING SECOND | TIMESTAMP(3) 2020-01-01 00:00:00 | TIMESTAMP(3) 2020-01-01 00:00:01.999",
        "INT", "1"},
       {"TIMESTAMPDIFF", "STRING NANOSECOND | TIMESTAMP(3) 2020-01-01 00:00:00 | TIMESTAMP(3) 2020-01-01 00:00:01",
        "BIGINT", "1000000000"},
       {"TIMESTAMPDIFF", "STRING DAY | DATE 2020-01-01 | DATE 2020-03-01", "INT", "60"},
       {"TIMESTAMPDIFF", "STRING HOUR | DATE 2020-01-01 | TIMESTAMP(0) 2020-01-01 05:00:00", "INT", "5"},
       {"TIMESTAMPDIFF", "STRING DAY | TIMESTAMP(3) 2020-01-01 00:00:00 | TIMESTAMP(3) NULL", "INT", "NULL"},
       {"TIMESTAMPDIFF", "STRING DAY | TIMESTAMP(3) 2020-01-01 00:00:00 | TIMESTAMP_LTZ(3) 2020-01-01 00:00:00", "",
        "ERROR two TIMESTAMP_LTZ or none"},
       {"TIMESTAMPDIFF", "STRING HOUR | TIME 10:00:00 | TIME 12:00:00", "", "ERROR TIMESTAMPDIFF takes"}});
  CheckCalls(
      {{"TIMESTAMPDIFF", "STRING HOUR | TIMESTAMP_LTZ(3) 2021-03-14 10:30:00 | TIMESTAMP_LTZ(3) 2021-11-07 08:30:00",
        "INT", "5710"}},
      LosAngeles());
}

TEST(Overlaps, Periods) {
  CheckCalls(
      {{"OVERLAPS", "DATE 2020-01-01 | DATE 2020-02-01 | DATE 2020-01-15 | DATE 2020-03-01", "BOOLEAN", "TRUE"},
       {"OVERLAPS", "DATE 2020-01-01 | DATE 2020-02-01 | DATE 2020-02-01 | DATE 2020-03-01", "BOOLEAN", "TRUE"},
       {"OVERLAPS", "DATE 2020-01-01 | INTERVAL MONTH 1 | DATE 2020-01-15 | INTERVAL SECOND 86400000", "BOOLEAN",
        "TRUE"},
       {"OVERLAPS", "TIME 09:00:00 | TIME 10:00:00 | TIME 10:15:00 | TIME 11:00:00", "BOOLEAN", "FALSE"},
       {"OVERLAPS", "TIME 2:55:00 | INTERVAL SECOND 3600000 | TIME 3:30:00 | INTERVAL SECOND 7200000", "BOOLEAN",
        "TRUE"},
       {"OVERLAPS", "TIME 9:00:00 | TIME 10:00:00 | TIME 10:15:00 | INTERVAL SECOND 10800000", "BOOLEAN", "FALSE"},
       {"OVERLAPS",
        "TIMESTAMP(0) 2020-01-02 00:00:00 | TIMESTAMP(0) 2020-01-01 00:00:00 | TIMESTAMP(0) 2020-01-01 12:00:00 | "
        "TIMESTAMP(0) 2020-01-03 00:00:00",
        "BOOLEAN", "TRUE"},
       {"OVERLAPS", "DATE 2020-01-01 | DATE NULL | DATE 2020-01-15 | DATE 2020-03-01", "BOOLEAN", "NULL"},
       {"OVERLAPS", "DATE 2020-01-01 | INT 1 | DATE 2020-01-15 | DATE 2020-03-01", "", "ERROR OVERLAPS takes"}});
}

TEST(Now, FormsOfTheCurrentTime) {
  ManualClock clock(1613306096789123);  // 2021-02-14 12:34:56.789123 UTC
  FunctionContext context;
  context.clock = &clock;
  context.query_start_micros = 0;
  auto now = [&](const char* name) { return EvaluateText(CallOf(name, {}), context); };
  EXPECT_EQ(now("CURRENT_TIMESTAMP"), "2021-02-14 12:34:56.789");
  EXPECT_EQ(now("LOCALTIMESTAMP"), "2021-02-14 12:34:56.789");
  EXPECT_EQ(now("CURRENT_DATE"), "2021-02-14");
  EXPECT_EQ(now("CURRENT_TIME"), "12:34:56");
  EXPECT_EQ(now("UNIX_TIMESTAMP"), "1613306096");
  context.local_time_zone = "Asia/Shanghai";
  EXPECT_EQ(now("NOW"), "2021-02-14 20:34:56.789");
  EXPECT_EQ(now("LOCALTIME"), "20:34:56");
  context.local_time_zone = "Pacific/Kiritimati";
  EXPECT_EQ(now("CURRENT_DATE"), "2021-02-15");
  EXPECT_EQ(CallOf("PROCTIME", {})->type().ToString(), "TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*");
  EXPECT_EQ(CallOf("LOCALTIMESTAMP", {})->type().ToString(), "TIMESTAMP(3) NOT NULL");
}

TEST(Now, BatchQueriesHaveOneCurrentTime) {
  ManualClock clock(1613306096789123);
  FunctionContext context;
  context.clock = &clock;
  context.streaming = false;
  context.query_start_micros = 1000000;
  EXPECT_EQ(EvaluateText(CallOf("CURRENT_TIMESTAMP", {}), context), "1970-01-01 00:00:01.000");
  EXPECT_EQ(EvaluateText(CallOf("CURRENT_ROW_TIMESTAMP", {}), context), "2021-02-14 12:34:56.789");
}

TEST(DateFormat, Patterns) {
  const char* moment = "TIMESTAMP(3) 2021-02-14 12:00:00 | STRING ";
  const std::pair<const char*, const char*> cases[] = {{"yyyy-MM-dd HH:mm:ss", "2021-02-14 12:00:00"},
                                                       {"y yy yyy yyyy yyyyy", "2021 21 2021 2021 02021"},
                                                       {"M MM MMM MMMM MMMMM", "2 02 Feb February F"},
                                                       {"d dd D DDD", "14 14 45 045"},
                                                       {"E EE EEE EEEE EEEEE", "Sun Sun Sun Sunday S"},
                                                       {"e ee eee eeee c", "1 01 Sun Sunday 1"},
                                                       {"u uu uuuu", "2021 21 2021"},
                                                       {"H HH h hh k kk K KK", "12 12 12 12 12 12 0 00"},
                                                       {"m mm s ss", "0 00 0 00"},
                                                       {"S SS SSS SSSSSS", "0 00 000 000000"},
                                                       {"a", "PM"},
                                                       {"G GG GGGG", "AD AD Anno Domini"},
                                                       {"w ww W F Q QQ QQQ QQQQ q", "8 08 3 7 1 01 Q1 1st quarter 1"},
                                                       {"Y YYYY", "2021 2021"},
                                                       {"'T'HH", "T12"},
                                                       {"yyyy-MM-dd'T'HH:mm:ss", "2021-02-14T12:00:00"},
                                                       {"h 'o''clock'", "12 o'clock"},
                                                       {"''yy", "'21"},
                                                       {"[yyyy]", "2021"},
                                                       {"%Y-%m", "%2021-%0"},
                                                       {"", ""}};
  for (const auto& [pattern, value] : cases) {
    const std::string args = std::string(moment) + pattern;
    CheckCalls({{"DATE_FORMAT", args.c_str(), "STRING", value}});
  }
  CheckCalls(
      {{"DATE_FORMAT", "TIMESTAMP(9) 2021-01-02 03:04:05.123456789 | STRING S SS SSS SSSS SSSSSSSSS n N A", "STRING",
        "1 12 123 1234 123456789 123456789 11045123456789 11045123"},
       {"DATE_FORMAT", "TIMESTAMP(3) 2021-03-14 02:30:00 | STRING h:mm a", "STRING", "2:30 AM"},
       {"DATE_FORMAT", "TIMESTAMP(3) 1969-12-31 23:59:59.5 | STRING yyyy-MM-dd HH:mm:ss.SSS", "STRING",
        "1969-12-31 23:59:59.500"},
       {"DATE_FORMAT", "TIMESTAMP(3) 0001-01-01 00:00:00 | STRING yyyy-MM-dd", "STRING", "0001-01-01"},
       {"DATE_FORMAT", "TIMESTAMP(3) NULL | STRING yyyy", "STRING", "NULL"},
       {"DATE_FORMAT", "TIMESTAMP(3) 2021-02-14 12:00:00 | STRING NULL", "STRING", "NULL"},
       {"DATE_FORMAT", "TIMESTAMP(3) 2021-02-14 12:00:00 | STRING T", "",
        "ERROR Unknown letter 'T' in date pattern 'T'"},
       {"DATE_FORMAT", "TIMESTAMP(3) 2021-02-14 12:00:00 | STRING 'x", "", "ERROR Unclosed quote in date pattern"},
       {"DATE_FORMAT", "TIMESTAMP(3) 2021-02-14 12:00:00 | STRING z", "", "ERROR asks for the name of a zone"},
       {"DATE_FORMAT", "DATE 2021-01-02 | STRING yyyy", "",
        "ERROR DATE_FORMAT takes (TIMESTAMP, STRING) or (STRING, STRING), not (DATE, STRING)"}});
  CheckCalls({{"DATE_FORMAT", "STRING 2021-01-02 03:04:05 | STRING yyyyMMdd", "STRING", "20210102"},
              {"DATE_FORMAT", "STRING 2021-01-02 | STRING yyyyMMdd", "STRING", "NULL"},
              {"DATE_FORMAT", "STRING abc | STRING yyyyMMdd", "STRING", "NULL"}});
  CheckCalls({{"DATE_FORMAT", "TIMESTAMP_LTZ(3) 2021-03-14 10:30:00 | STRING yyyy-MM-dd HH:mm:ss", "STRING",
               "2021-03-14 03:30:00"}},
             LosAngeles());
}

TEST(FromUnixTime, InTheLocalTimeZone) {
  CheckCalls(
      {{"FROM_UNIXTIME", "INT 0", "STRING", "1969-12-31 16:00:00"},
       {"FROM_UNIXTIME", "BIGINT 1615716600", "STRING", "2021-03-14 03:10:00"},
       {"FROM_UNIXTIME", "BIGINT 1615716600 | STRING yyyy/MM/dd HH:mm", "STRING", "2021/03/14 03:10"},
       {"FROM_UNIXTIME", "BIGINT 1615716600 | STRING yyyy-MM-dd'T'HH:mm:ssXXX", "STRING", "2021-03-14T03:10:00-07:00"},
       {"FROM_UNIXTIME", "INT -1", "STRING", "1969-12-31 15:59:59"},
       {"FROM_UNIXTIME", "BIGINT NULL", "STRING", "NULL"},
       {"FROM_UNIXTIME", "DECIMAL(2, 1) 1.5", "", "ERROR FROM_UNIXTIME takes"},
       {"FROM_UNIXTIME", "STRING 1", "", "ERROR FROM_UNIXTIME takes"}},
      LosAngeles());
  // No number makes it misbehave.
  CheckCalls({{"FROM_UNIXTIME", "BIGINT 253402300800", "STRING", "10000-01-01 00:00:00"}});
  EXPECT_FALSE(EvaluateText(CallOf("FROM_UNIXTIME", Literals("BIGINT 9223372036854775807"))).empty());
  EXPECT_FALSE(EvaluateText(CallOf("FROM_UNIXTIME", Literals("BIGINT -9223372036854775808"))).empty());
}

TEST(ConvertTz, Zones) {
  CheckCalls(
      {{"CONVERT_TZ", "STRING 1970-01-01 00:00:00 | STRING UTC | STRING America/Los_Angeles", "STRING",
        "1969-12-31 16:00:00"},
       {"CONVERT_TZ", "STRING 2021-03-14 02:30:00 | STRING America/Los_Angeles | STRING UTC", "STRING",
        "2021-03-14 10:30:00"},
       {"CONVERT_TZ", "STRING 2021-03-14 00:00:00 | STRING UTC | STRING GMT+8", "STRING", "2021-03-14 08:00:00"},
       {"CONVERT_TZ", "STRING 2021-03-14 00:00:00 | STRING UTC | STRING GMT+08:00", "STRING", "2021-03-14 08:00:00"},
       {"CONVERT_TZ", "STRING 2021-03-14 00:00:00 | STRING UTC | STRING PST", "STRING", "2021-03-13 16:00:00"},
       {"CONVERT_TZ", "STRING 2021-03-14 00:00:00.123 | STRING UTC | STRING GMT", "STRING", "2021-03-14 00:00:00"},
       {"CONVERT_TZ", "STRING 2021-03-14 | STRING UTC | STRING Asia/Shanghai", "STRING", "NULL"},
       {"CONVERT_TZ", "STRING abc | STRING UTC | STRING Asia/Shanghai", "STRING", "NULL"},
       {"CONVERT_TZ", "STRING 2021-03-14 00:00:00 | STRING UTC | STRING Nope", "", "ERROR Unknown time zone 'Nope'"}});
}

TEST(ToDate, TextAndPatterns) {
  CheckCalls({{"TO_DATE", "STRING 2021-03-14", "DATE", "2021-03-14"},
              {"TO_DATE", "STRING 2021-3-4", "DATE", "2021-03-04"},
              {"TO_DATE", "STRING 2021-02-30", "DATE", "NULL"},
              {"TO_DATE", "STRING abc", "DATE", "NULL"},
              {"TO_DATE", "STRING 2021-03-14 10:00:00", "DATE", "2021-03-14"},
              {"TO_DATE", "STRING NULL", "DATE", "NULL"},
              {"TO_DATE", "STRING 14/03/2021 | STRING dd/MM/yyyy", "DATE", "2021-03-14"},
              {"TO_DATE", "STRING 20210314 | STRING yyyyMMdd", "DATE", "2021-03-14"},
              {"TO_DATE", "STRING 2021 | STRING yyyy", "DATE", "2021-01-01"},
              {"TO_DATE", "STRING 2021-03 | STRING yyyy-MM", "DATE", "2021-03-01"},
              {"TO_DATE", "STRING 2021-03-14x | STRING yyyy-MM-dd", "DATE", "2021-03-14"},
              {"TO_DATE", "STRING abc | STRING yyyy", "DATE", "NULL"},
              {"TO_DATE", "STRING 14 March 2021 | STRING d MMMM yyyy", "DATE", "2021-03-14"},
              {"TO_DATE", "DATE 2021-03-14", "", "ERROR TO_DATE takes"}});
}

TEST(ToTimestamp, TextAndPatterns) {
  CheckCalls(
      {{"TO_TIMESTAMP", "STRING 2021-03-14 02:30:00", "TIMESTAMP(3)", "2021-03-14 02:30:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-03-14", "TIMESTAMP(3)", "2021-03-14 00:00:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-03-14 02:30:00.123456", "TIMESTAMP(3)", "2021-03-14 02:30:00.123"},
       {"TO_TIMESTAMP", "STRING 2021-02-30 00:00:00", "TIMESTAMP(3)", "2021-02-28 00:00:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-03-14T02:30:00", "TIMESTAMP(3)", "NULL"},
       {"TO_TIMESTAMP", "STRING 2021-03-14 02:30", "TIMESTAMP(3)", "NULL"},
       {"TO_TIMESTAMP", "STRING abc", "TIMESTAMP(3)", "NULL"},
       {"TO_TIMESTAMP", "STRING 2021-13-01 00:00:00", "TIMESTAMP(3)", "NULL"},
       {"TO_TIMESTAMP", "STRING NULL", "TIMESTAMP(3)", "NULL"},
       {"TO_TIMESTAMP", "STRING 14/03/2021 02:30 | STRING dd/MM/yyyy HH:mm", "TIMESTAMP(3)", "2021-03-14 02:30:00.000"},
       {"TO_TIMESTAMP", "STRING 14/03/2021 | STRING dd/MM/yyyy", "TIMESTAMP(3)", "2021-03-14 00:00:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-03-14T02:30:00.123Z | STRING yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "TIMESTAMP(3)",
        "2021-03-14 02:30:00.123"},
       {"TO_TIMESTAMP", "STRING 2021-03-14T02:30:00+01:00 | STRING yyyy-MM-dd'T'HH:mm:ssXXX", "TIMESTAMP(3)",
        "2021-03-14 02:30:00.000"},
       {"TO_TIMESTAMP", "STRING 20210314023000 | STRING yyyyMMddHHmmss", "TIMESTAMP(3)", "2021-03-14 02:30:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-03-14 2:30 PM | STRING yyyy-MM-dd h:mm a", "TIMESTAMP(3)",
        "2021-03-14 14:30:00.000"},
       {"TO_TIMESTAMP", "STRING 14 Mar 2021 | STRING dd MMM yyyy", "TIMESTAMP(3)", "2021-03-14 00:00:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-03-14 02:30:00.123456 | STRING yyyy-MM-dd HH:mm:ss.SSSSSS", "TIMESTAMP(3)",
        "2021-03-14 02:30:00.123"},
       {"TO_TIMESTAMP", "STRING 21-03-14 | STRING yy-MM-dd", "TIMESTAMP(3)", "2021-03-14 00:00:00.000"},
       {"TO_TIMESTAMP", "STRING 10:11 | STRING HH:mm", "TIMESTAMP(3)", "1970-01-01 10:11:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-3-4 | STRING yyyy-M-d", "TIMESTAMP(3)", "2021-03-04 00:00:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-02-31 | STRING yyyy-MM-dd", "TIMESTAMP(3)", "2021-02-28 00:00:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-03-14 24:00:00 | STRING yyyy-MM-dd HH:mm:ss", "TIMESTAMP(3)",
        "2021-03-15 00:00:00.000"},
       // Text that does not have the pattern but is a timestamp in SQL form is read as one.
       {"TO_TIMESTAMP", "STRING 2021-03-14 02:30:00  | STRING yyyy-MM-dd HH:mm:ss", "TIMESTAMP(3)",
        "2021-03-14 02:30:00.000"},
       {"TO_TIMESTAMP", "STRING 2021-03-14 | STRING dd/MM/yyyy", "TIMESTAMP(3)", "2021-03-14 00:00:00.000"},
       {"TO_TIMESTAMP", "STRING 14.03. | STRING dd/MM/yyyy", "TIMESTAMP(3)", "NULL"},
       {"TO_TIMESTAMP", "STRING a | STRING b", "", "ERROR Unknown letter 'b'"},
       {"TO_TIMESTAMP", "INT 0", "", "ERROR TO_TIMESTAMP takes"}});
}

TEST(ToTimestampLtz, NumbersAndText) {
  CheckCalls(
      {{"TO_TIMESTAMP_LTZ", "BIGINT 0 | INT 3", "TIMESTAMP_LTZ(3)", "1969-12-31 16:00:00.000"},
       {"TO_TIMESTAMP_LTZ", "INT 0", "TIMESTAMP_LTZ(3)", "1969-12-31 16:00:00.000"},
       {"TO_TIMESTAMP_LTZ", "INT 1615716600 | INT 0", "TIMESTAMP_LTZ(3)", "2021-03-14 03:10:00.000"},
       {"TO_TIMESTAMP_LTZ", "BIGINT 1615716600123 | INT 3", "TIMESTAMP_LTZ(3)", "2021-03-14 03:10:00.123"},
       {"TO_TIMESTAMP_LTZ", "DECIMAL(2, 1) 1.5 | INT 0", "TIMESTAMP_LTZ(3)", "1969-12-31 16:00:01.000"},
       {"TO_TIMESTAMP_LTZ", "DECIMAL(5, 1) 1234.5 | INT 3", "TIMESTAMP_LTZ(3)", "1969-12-31 16:00:01.234"},
       {"TO_TIMESTAMP_LTZ", "DOUBLE 1.5 | INT 0", "TIMESTAMP_LTZ(3)", "1969-12-31 16:00:01.500"},
       {"TO_TIMESTAMP_LTZ", "DOUBLE NaN | INT 0", "TIMESTAMP_LTZ(3)", "NULL"},
       {"TO_TIMESTAMP_LTZ", "DOUBLE 1e300 | INT 3", "TIMESTAMP_LTZ(3)", "NULL"},
       {"TO_TIMESTAMP_LTZ", "BIGINT 253402300800000 | INT 3", "TIMESTAMP_LTZ(3)", "NULL"},
       {"TO_TIMESTAMP_LTZ", "BIGINT 9223372036854775807 | INT 0", "TIMESTAMP_LTZ(3)", "NULL"},
       {"TO_TIMESTAMP_LTZ", "BIGINT NULL | INT 3", "TIMESTAMP_LTZ(3)", "NULL"},
       {"TO_TIMESTAMP_LTZ", "INT 1 | INT 6", "",
        "ERROR TO_TIMESTAMP_LTZ takes the precision 0 (seconds) or 3 (milliseconds), not 6"},
       {"TO_TIMESTAMP_LTZ", "STRING 2021-01-01 00:00:00", "TIMESTAMP_LTZ(3)", "2020-12-31 16:00:00.000"},
       {"TO_TIMESTAMP_LTZ", "STRING 2021-01-01", "TIMESTAMP_LTZ(3)", "2020-12-31 16:00:00.000"},
       {"TO_TIMESTAMP_LTZ", "STRING abc", "", "ERROR TO_TIMESTAMP_LTZ cannot read 'abc'"},
       {"TO_TIMESTAMP_LTZ", "STRING 01/02/2021 | STRING dd/MM/yyyy", "TIMESTAMP_LTZ(3)", "2021-01-31 16:00:00.000"},
       {"TO_TIMESTAMP_LTZ", "STRING 2021-01-01 00:00:00 | STRING yyyy-MM-dd HH:mm:ss | STRING Asia/Shanghai",
        "TIMESTAMP_LTZ(3)", "2020-12-31 08:00:00.000"},
       {"TO_TIMESTAMP_LTZ", "STRING 2021-01-01 00:00:00 | STRING yyyy-MM-dd HH:mm:ss | STRING Nope", "TIMESTAMP_LTZ(3)",
        "NULL"},
       {"TO_TIMESTAMP_LTZ", "STRING abc | STRING yyyy", "TIMESTAMP_LTZ(3)", "NULL"}},
      LosAngeles());
}

TEST(UnixTimestamp, TextInTheLocalTimeZone) {
  CheckCalls(
      {{"UNIX_TIMESTAMP", "STRING 2021-03-14 12:00:00", "BIGINT", "1615748400"},
       {"UNIX_TIMESTAMP", "STRING 2021/03/14 | STRING yyyy/MM/dd", "BIGINT", "1615708800"},
       {"UNIX_TIMESTAMP", "STRING 2021-03-14 12:00:00 +0000 | STRING yyyy-MM-dd HH:mm:ss X", "BIGINT", "1615723200"},
       {"UNIX_TIMESTAMP", "STRING abc", "BIGINT", "-9223372036854775808"},
       {"UNIX_TIMESTAMP", "STRING NULL", "BIGINT", "NULL"}},
      LosAngeles());
}

}  // namespace
}  // namespace tidemark::expr
