// SPDX-License-Identifier: Apache-2.0
// Temporal functions over values. Recorded from Apache Flink 2.2, but for moments before 1970, which it gets wrong.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "expr/expression_testing.h"
#include "expr/functions/temporal_testing.h"

namespace tidemark::expr {
namespace {

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

}  // namespace
}  // namespace tidemark::expr
