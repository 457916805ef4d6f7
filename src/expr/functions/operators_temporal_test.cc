// SPDX-License-Identifier: Apache-2.0
// + - * on dates, times and intervals. Recorded from Apache Flink 2.2.
#include <gtest/gtest.h>

#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

TEST(TemporalArithmetic, DatesMoveByWholeDaysAndMonths) {
  CheckCalls({{"+", "DATE 2020-02-29 | INTERVAL SECOND 86400000", "DATE", "2020-03-01"},
              {"+", "DATE 1969-12-31 | INTERVAL SECOND 90000000", "DATE", "1970-01-01"},
              {"+", "DATE 2020-02-29 | INTERVAL SECOND 3600000", "DATE", "2020-02-29"},
              {"-", "DATE 2020-03-01 | INTERVAL SECOND 86400000", "DATE", "2020-02-29"},
              {"+", "DATE 2020-02-29 | INTERVAL MONTH 12", "DATE", "2021-02-28"},
              {"+", "DATE 1969-12-31 | INTERVAL MONTH 1", "DATE", "1970-01-31"},
              {"-", "DATE 2020-02-29 | INTERVAL MONTH 12", "DATE", "2019-02-28"},
              {"-", "DATE 0001-01-31 | INTERVAL MONTH 1", "DATE", "0000-12-31"},
              {"+", "INTERVAL MONTH 1 | DATE 2020-01-31", "DATE", "2020-02-29"}});
}

TEST(TemporalArithmetic, TimestampsKeepTheirPrecision) {
  CheckCalls(
      {{"+", "TIMESTAMP(3) 2020-02-29 12:34:56.789 | INTERVAL MONTH 1", "TIMESTAMP(3)", "2020-03-29 12:34:56.789"},
       {"+", "TIMESTAMP(0) 2020-01-31 00:00:00 | INTERVAL MONTH 1", "TIMESTAMP(0)", "2020-02-29 00:00:00"},
       {"-", "TIMESTAMP(0) 2020-03-31 00:00:00 | INTERVAL MONTH 1", "TIMESTAMP(0)", "2020-02-29 00:00:00"},
       {"+", "TIMESTAMP(3) 1969-12-31 23:59:59.999 | INTERVAL SECOND 1500", "TIMESTAMP(3)", "1970-01-01 00:00:01.499"},
       {"-", "TIMESTAMP(3) 2020-02-29 12:34:56.789 | INTERVAL SECOND 86401000", "TIMESTAMP(3)",
        "2020-02-28 12:34:55.789"},
       {"+", "TIMESTAMP(6) 2020-02-29 12:34:56.123456 | INTERVAL SECOND 1000", "TIMESTAMP(6)",
        "2020-02-29 12:34:57.123456"},
       {"-", "TIMESTAMP(6) 1969-12-31 23:59:59.999999 | INTERVAL MONTH 1", "TIMESTAMP(6)",
        "1969-11-30 23:59:59.999999"},
       {"+", "TIMESTAMP(9) 2020-02-29 12:34:56.123456789 | INTERVAL SECOND 1000", "TIMESTAMP(9)",
        "2020-02-29 12:34:57.123456789"},
       {"+", "INTERVAL SECOND 86400000 | TIMESTAMP(3) 2020-02-29 12:34:56.789", "TIMESTAMP(3)",
        "2020-03-01 12:34:56.789"},
       {"+", "TIMESTAMP(3) NULL | INTERVAL SECOND 1", "TIMESTAMP(3)", "NULL"}});
}

TEST(TemporalArithmetic, InstantsMoveInUtc) {
  FunctionContext los_angeles;
  los_angeles.local_time_zone = "America/Los_Angeles";
  CheckCalls(
      {{"+", "TIMESTAMP_LTZ(3) 2021-03-13 20:00:00 | INTERVAL SECOND 86400000", "TIMESTAMP_LTZ(3)",
        "2021-03-14 13:00:00.000"},
       {"+", "TIMESTAMP_LTZ(3) 2021-02-14 20:00:00 | INTERVAL MONTH 1", "TIMESTAMP_LTZ(3)", "2021-03-14 13:00:00.000"}},
      los_angeles);
}

TEST(TemporalArithmetic, TimesWrapAroundMidnight) {
  CheckCalls({{"+", "TIME 12:34:56 | INTERVAL SECOND 3600000", "TIME", "13:34:56"},
              {"+", "TIME 23:59:59 | INTERVAL SECOND 3600000", "TIME", "00:59:59"},
              {"-", "TIME 00:00:00 | INTERVAL SECOND 1000", "TIME", "23:59:59"},
              {"+", "TIME 10:00:00 | INTERVAL SECOND 90000000", "TIME", "11:00:00"},
              {"+", "TIME 10:00:00 | INTERVAL MONTH 1", "TIME", "10:00:00"}});
}

TEST(TemporalArithmetic, Intervals) {
  CheckCalls({{"+", "INTERVAL SECOND 86400000 | INTERVAL SECOND 7200000", "INTERVAL SECOND", "+1 02:00:00.000"},
              {"-", "INTERVAL MONTH 12 | INTERVAL MONTH 3", "INTERVAL MONTH", "+0-09"},
              {"*", "INTERVAL SECOND 86400000 | INT 3", "INTERVAL SECOND", "+3 00:00:00.000"},
              {"*", "BIGINT 2 | INTERVAL MONTH 12", "INTERVAL MONTH", "+2-00"},
              {"-", "INTERVAL SECOND 86400000", "INTERVAL SECOND", "-1 00:00:00.000"},
              {"-", "INTERVAL MONTH 5", "INTERVAL MONTH", "-0-05"},
              {"+", "INTERVAL SECOND 1 | INTERVAL MONTH 1", "", "ERROR + does not take"},
              {"/", "INTERVAL SECOND 2 | INT 2", "", "ERROR / does not take"},
              {"*", "INTERVAL SECOND 2 | DOUBLE 1.5", "", "ERROR * does not take"}});
}

TEST(TemporalArithmetic, DifferencesHaveAUnit) {
  CheckCalls(
      {{"-", "TIMESTAMP(3) 2020-02-29 12:34:56.789 | TIMESTAMP(0) 2020-01-01 00:00:00 | STRING DAY", "INTERVAL SECOND",
        "+59 12:34:56.789"},
       {"-", "TIMESTAMP(3) 0001-01-01 00:00:00 | TIMESTAMP(0) 2020-01-01 00:00:00 | STRING DAY", "INTERVAL SECOND",
        "-737424 00:00:00.000"},
       {"-", "DATE 1969-12-31 | DATE 2020-01-01 | STRING DAY", "INTERVAL SECOND", "-18263 00:00:00.000"},
       {"-", "DATE 2020-02-29 | DATE 2020-01-01 | STRING MONTH", "INTERVAL MONTH", "+0-01"},
       {"-", "DATE 1969-12-31 | DATE 2020-01-01 | STRING MONTH", "INTERVAL MONTH", "-50-00"},
       {"-", "TIMESTAMP(0) 2020-03-31 00:00:00 | TIMESTAMP(0) 2020-02-29 00:00:00 | STRING MONTH", "INTERVAL MONTH",
        "+0-01"},
       {"-", "TIMESTAMP(0) 2020-03-28 00:00:00 | TIMESTAMP(0) 2020-02-29 00:00:00 | STRING MONTH", "INTERVAL MONTH",
        "+0-00"},
       {"-", "TIMESTAMP(3) 2020-01-01 00:00:00 | TIMESTAMP(3) 2020-01-01 00:00:00", "", "ERROR use TIMESTAMPDIFF"},
       {"+", "DATE 2020-01-01 | INT 1", "", "ERROR + does not take (DATE, INT)"}});
}

}  // namespace
}  // namespace tidemark::expr
