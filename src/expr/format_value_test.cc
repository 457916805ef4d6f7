// SPDX-License-Identifier: Apache-2.0
// Values as result tables and the print connector show them. Recorded from Apache Flink 2.2.
#include "expr/format_value.h"

#include <gtest/gtest.h>

#include "expr/evaluator.h"
#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

std::string Format(const std::string& type, const std::string& value, ValueStyle style,
                   const FunctionContext& context = {}) {
  auto formatter = ValueFormatter::Make(TypeOf(type), context, style).ValueOrDie();
  const auto column = ColumnOf(type, {"NULL", value})->Slice(1);
  std::string text;
  formatter->Append(*column, 0, &text);
  return text;
}

struct FormatCase {
  const char* type;
  const char* value;
  const char* table;
  const char* changelog;
};

TEST(FormatValue, BothStyles) {
  const FormatCase cases[] = {
      {"BOOLEAN", "true", "TRUE", "true"},
      {"TINYINT", "-1", "-1", "-1"},
      {"DOUBLE", "1e10", "1.0E10", "1.0E10"},
      {"DECIMAL(12, 8)", "0.00000001", "0.00000001", "1E-8"},
      {"DECIMAL(12, 8)", "0", "0.00000000", "0E-8"},
      {"DECIMAL(12, 8)", "-0.000001", "-0.00000100", "-0.00000100"},
      {"DECIMAL(12, 8)", "-0.00000012", "-0.00000012", "-1.2E-7"},
      {"DECIMAL(12, 2)", "1.5", "1.50", "1.50"},
      {"STRING", "a b", "a b", "a b"},
      {"CHAR(4)", "ab", "ab  ", "ab  "},
      {"BYTES", "12", "x'3132'", "[49, 50]"},
      {"DATE", "0001-01-01", "0001-01-01", "0001-01-01"},
      {"TIME", "10:00:00", "10:00:00", "10:00"},
      {"TIME", "10:00:01", "10:00:01", "10:00:01"},
      {"TIMESTAMP(3)", "2020-01-01 00:00:00.5", "2020-01-01 00:00:00.500", "2020-01-01T00:00:00.500"},
      {"TIMESTAMP(3)", "2020-01-01 00:00:00", "2020-01-01 00:00:00.000", "2020-01-01T00:00"},
      {"TIMESTAMP(0)", "2020-01-01 10:00:01", "2020-01-01 10:00:01", "2020-01-01T10:00:01"},
      {"TIMESTAMP(9)", "2020-01-01 00:00:00.12", "2020-01-01 00:00:00.120000000", "2020-01-01T00:00:00.120"},
      {"TIMESTAMP(6)", "2020-01-01 00:00:00.123456", "2020-01-01 00:00:00.123456", "2020-01-01T00:00:00.123456"},
      {"TIMESTAMP(6)", "1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", "1969-12-31T23:59:59.999999"},
      {"TIMESTAMP_LTZ(3)", "2020-01-01 00:00:00", "2020-01-01 00:00:00.000", "2020-01-01T00:00:00Z"},
      {"TIMESTAMP_LTZ(3)", "2020-01-01 00:00:00.123", "2020-01-01 00:00:00.123", "2020-01-01T00:00:00.123Z"},
      {"INTERVAL MONTH", "14", "+1-02", "+1-02"},
      {"INTERVAL SECOND", "93784567", "+1 02:03:04.567", "+1 02:03:04.567"},
      {"ARRAY<INT>", "[1, null]", "[1, NULL]", "[1, null]"},
      {"ARRAY<STRING>", "[]", "[]", "[]"},
      {"MAP<STRING, INT>", R"([["a", 1], ["b", null]])", "{a=1, b=NULL}", "{a=1, b=null}"},
      {"MULTISET<STRING>", R"([["a", 2]])", "{a=2}", "{a=2}"},
      {"ROW<x INT, y STRING>", R"([1, null])", "(1, NULL)", "+I[1, null]"},
      {"ARRAY<ROW<x INT>>", "[[1], [2]]", "[(1), (2)]", "[+I[1], +I[2]]"},
      {"INT", "NULL", "NULL", "null"}};
  for (const auto& test : cases) {
    EXPECT_EQ(Format(test.type, test.value, ValueStyle::kTable), test.table) << test.type;
    EXPECT_EQ(Format(test.type, test.value, ValueStyle::kChangelog), test.changelog) << test.type;
  }
}

TEST(FormatValue, InstantsShowTheLocalTimeInTables) {
  FunctionContext shanghai;
  shanghai.local_time_zone = "Asia/Shanghai";
  EXPECT_EQ(Format("TIMESTAMP_LTZ(3)", "2020-01-01 00:00:00", ValueStyle::kTable, shanghai), "2020-01-01 08:00:00.000");
  EXPECT_EQ(Format("TIMESTAMP_LTZ(3)", "2020-01-01 00:00:00", ValueStyle::kChangelog, shanghai),
            "2020-01-01T00:00:00Z");
}

TEST(FormatValue, SlicedNestedColumns) {
  const FunctionContext context;
  const DataType type = TypeOf("ROW<x INT, y ARRAY<STRING>>");
  const auto column =
      ColumnOf("ROW<x INT, y ARRAY<STRING>>", {R"([1, ["a"]])", "NULL", R"([2, ["b", "c"]])"})->Slice(1);
  EXPECT_EQ(FormatValue(*column, 0, type, context), "NULL");
  EXPECT_EQ(FormatValue(*column, 1, type, context), "(2, [b, c])");
}

}  // namespace
}  // namespace tidemark::expr
