// SPDX-License-Identifier: Apache-2.0
// Times as text and back. Recorded from Apache Flink 2.2, but for moments before 1970, which it gets wrong.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "expr/expression_testing.h"
#include "expr/functions/temporal_testing.h"

namespace tidemark::expr {
namespace {

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
