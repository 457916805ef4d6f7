// SPDX-License-Identifier: Apache-2.0
// Functions of other databases and what Flink SQL has for them.
#include "plan/foreign_functions.h"

#include <algorithm>
#include <array>

namespace tidemark::plan {
namespace {

struct ForeignFunction {
  std::string_view name;
  std::string_view flink;
};

/// Sorted by name.
constexpr auto kForeignFunctions = std::to_array<ForeignFunction>({
    {"ANY_VALUE", "FIRST_VALUE(a)"},
    {"APPROX_DISTINCT", "APPROX_COUNT_DISTINCT(a)"},
    {"ARRAY_LENGTH", "CARDINALITY(array)"},
    {"ARRAY_TO_STRING", "ARRAY_JOIN(array, ',')"},
    {"BOOL_AND", "COUNT(*) FILTER (WHERE NOT condition) = 0"},
    {"BOOL_OR", "COUNT(*) FILTER (WHERE condition) > 0"},
    {"CHARINDEX", "POSITION(part IN text)"},
    {"COLLECT_LIST", "ARRAY_AGG(a)"},
    {"COLLECT_SET", "ARRAY_AGG(DISTINCT a)"},
    {"CONTAINS", "POSITION(part IN text) > 0"},
    {"CONVERT", "CAST(a AS type)"},
    {"COUNTIF", "COUNT(*) FILTER (WHERE condition)"},
    {"COUNT_IF", "COUNT(*) FILTER (WHERE condition)"},
    {"CURDATE", "CURRENT_DATE"},
    {"DATEADD", "time + INTERVAL '1' DAY, or TIMESTAMPADD(DAY, 1, time)"},
    {"DATEDIFF", "TIMESTAMPDIFF(DAY, from, to)"},
    {"DATEPART", "EXTRACT(HOUR FROM time)"},
    {"DATE_ADD", "time + INTERVAL '1' DAY, or TIMESTAMPADD(DAY, 1, time)"},
    {"DATE_DIFF", "TIMESTAMPDIFF(DAY, from, to)"},
    {"DATE_PART", "EXTRACT(HOUR FROM time)"},
    {"DATE_SUB", "time - INTERVAL '1' DAY, or TIMESTAMPADD(DAY, -1, time)"},
    {"DATE_TRUNC", "FLOOR(time TO DAY)"},
    {"EPOCH", "EXTRACT(EPOCH FROM time)"},
    {"EPOCH_MS", "TO_TIMESTAMP_LTZ(number, 3)"},
    {"EXPLODE", "FROM t CROSS JOIN UNNEST(t.array) AS u (item)"},
    {"FIRST", "FIRST_VALUE(a)"},
    {"FLATTEN", "FROM t CROSS JOIN UNNEST(t.array) AS u (item)"},
    {"FORMAT_DATE", "DATE_FORMAT(time, 'yyyy-MM-dd')"},
    {"FORMAT_TIMESTAMP", "DATE_FORMAT(time, 'yyyy-MM-dd')"},
    {"GENERATE_UUID", "UUID()"},
    {"GEN_RANDOM_UUID", "UUID()"},
    {"GETDATE", "CURRENT_TIMESTAMP"},
    {"GET_JSON_OBJECT", "JSON_VALUE(text, '$.path')"},
    {"GROUP_CONCAT", "LISTAGG(text, ',')"},
    {"IFF", "IF(condition, a, b)"},
    {"IIF", "IF(condition, a, b)"},
    {"ISNULL", "a IS NULL, or COALESCE(a, b)"},
    {"JSON_EXTRACT", "JSON_VALUE(text, '$.path') or JSON_QUERY(text, '$.path')"},
    {"JSON_EXTRACT_SCALAR", "JSON_VALUE(text, '$.path')"},
    {"JSON_EXTRACT_STRING", "JSON_VALUE(text, '$.path')"},
    {"LAST", "LAST_VALUE(a)"},
    {"LEN", "CHAR_LENGTH(text)"},
    {"LENGTH", "CHAR_LENGTH(text)"},
    {"LIST", "ARRAY_AGG(a)"},
    {"LIST_CONTAINS", "ARRAY_CONTAINS(array, item)"},
    {"MEDIAN", "PERCENTILE(a, 0.5)"},
    {"NAMED_STRUCT", "CAST(ROW(a, b) AS ROW<x INT, y INT>)"},
    {"NEWID", "UUID()"},
    {"NVL", "COALESCE(a, b)"},
    {"NVL2", "IF(a IS NOT NULL, b, c)"},
    {"PARSE_DATE", "TO_DATE(text, 'yyyy-MM-dd')"},
    {"PARSE_TIMESTAMP", "TO_TIMESTAMP(text, 'yyyy-MM-dd HH:mm:ss')"},
    {"POW", "POWER(a, b)"},
    {"RANDOM", "RAND()"},
    {"REGEXP_CONTAINS", "REGEXP(text, 'pattern')"},
    {"REGEXP_LIKE", "REGEXP(text, 'pattern')"},
    {"REGEXP_MATCHES", "REGEXP(text, 'pattern')"},
    {"SAFE_CAST", "TRY_CAST(a AS type)"},
    {"SAFE_DIVIDE", "a / NULLIF(b, 0)"},
    {"SIZE", "CARDINALITY(array)"},
    {"SPLIT_PART", "SPLIT_INDEX(text, ',', 0)"},
    {"STDEV", "STDDEV_SAMP(a)"},
    {"STRFTIME", "DATE_FORMAT(time, 'yyyy-MM-dd')"},
    {"STRING_AGG", "LISTAGG(text, ',')"},
    {"STRING_SPLIT", "SPLIT(text, ',')"},
    {"STRLEN", "CHAR_LENGTH(text)"},
    {"STRPOS", "POSITION(part IN text)"},
    {"STRPTIME", "TO_TIMESTAMP(text, 'yyyy-MM-dd HH:mm:ss')"},
    {"STRUCT", "ROW(a, b)"},
    {"STR_SPLIT", "SPLIT(text, ',')"},
    {"STR_TO_DATE", "TO_DATE(text, 'yyyy-MM-dd')"},
    {"SUMIF", "SUM(a) FILTER (WHERE condition)"},
    {"SUM_IF", "SUM(a) FILTER (WHERE condition)"},
    {"SYSDATE", "CURRENT_TIMESTAMP"},
    {"TODATE", "TO_DATE(text)"},
    {"TO_CHAR", "DATE_FORMAT(time, 'yyyy-MM-dd'), or CAST(a AS STRING)"},
    {"TO_HEX", "HEX(a)"},
    {"TO_NUMBER", "CAST(text AS DECIMAL(p, s))"},
    {"TO_SECONDS", "TO_TIMESTAMP_LTZ(number, 0)"},
    {"TO_STRING", "CAST(a AS STRING)"},
    {"TO_UNIXTIME", "UNIX_TIMESTAMP(text)"},
    {"TO_VARCHAR", "CAST(a AS STRING)"},
    {"TRUNC", "TRUNCATE(number, digits), or FLOOR(time TO DAY)"},
    {"VAR", "VAR_SAMP(a)"},
    {"ZEROIFNULL", "COALESCE(a, 0)"},
});
static_assert(std::ranges::is_sorted(kForeignFunctions, {}, &ForeignFunction::name));

}  // namespace

std::string HintForForeignFunction(std::string_view name) {
  static constexpr std::string_view kSequences[] = {"GENERATE_ARRAY", "GENERATE_SERIES", "RANGE", "SEQUENCE"};
  if (std::ranges::find(kSequences, name) != std::end(kSequences)) {
    return "Use a datagen table with 'fields.a.kind' = 'sequence', 'fields.a.start' = '1', 'fields.a.end' = '10'.";
  }
  if (name.starts_with("READ_") || name.ends_with("_SCAN")) {
    const std::string format = name.find("CSV") != std::string_view::npos    ? "csv"
                               : name.find("JSON") != std::string_view::npos ? "json"
                                                                             : "parquet";
    return "Files are tables: CREATE TABLE t (...) WITH ('connector' = 'filesystem', 'path' = '...', 'format' = '" +
           format + "').";
  }
  const auto* found = std::ranges::lower_bound(kForeignFunctions, name, {}, &ForeignFunction::name);
  if (found == kForeignFunctions.end() || found->name != name) return "";
  return "Write " + std::string(found->flink) + ".";
}

}  // namespace tidemark::plan
