// SPDX-License-Identifier: Apache-2.0
// Reads values of SQL types from text as Flink's text formats do. Shared by JSON strings, CSV fields, partition folders
// and option values.
#pragma once

#include <arrow/util/decimal.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/data_type.h"
#include "formats/column_builder.h"

namespace tidemark::formats {

/// How timestamps are written: 'yyyy-MM-dd HH:mm:ss[.f]' (SQL), with a 'T' between (ISO-8601), or either.
/// TIMESTAMP_LTZ has a 'Z' after it in the first two, may have one in the third.
enum class TimestampStandard : uint8_t { kSql, kIso8601, kEither };

/// Each gives false when the text is no such value; `out` is then unspecified. Leading and trailing white space is an
/// error here: callers trim where their format does.
bool ParseInteger(std::string_view text, int64_t min, int64_t max, int64_t* out);  ///< [+-]digits
bool ParseDouble(std::string_view text, double* out);  ///< also NaN, [+-]Infinity; overflow gives infinity
bool ParseFloat(std::string_view text, float* out);
bool ParseBool(std::string_view text, bool* out);             ///< true, false in any case
bool ParseDate(std::string_view text, int32_t* out);          ///< yyyy-MM-dd, days since 1970
bool ParseTime(std::string_view text, int32_t* out);          ///< HH:mm:ss[.f], milliseconds of the day
bool ParseBase64(std::string_view text, ColumnBuilder* out);  ///< appends one value when true

enum class DecimalOutcome { kOk, kNotANumber, kTooBig };
/// Digits with an optional point and exponent, rounded half up to `scale`. kTooBig: more than `precision` digits are
/// needed (Flink gives NULL then).
DecimalOutcome ParseDecimal(std::string_view text, int32_t precision, int32_t scale, arrow::Decimal128* out);

/// The value of a TIMESTAMP or TIMESTAMP_LTZ column in its Arrow unit, cut to the type's precision. False also when the
/// unit cannot hold it.
bool ParseTimestamp(std::string_view text, TimestampStandard standard, const DataType& type, int64_t* out);

/// The fixed layouts 'yyyy-MM-dd HH:mm:ss[.f…]' met in most data, quickly: 19 characters at `text`, then up to nine
/// fraction digits. Holds the last date, since the next record's is usually the same.
class TimestampReader {
 public:
  /// `type`: TIMESTAMP or TIMESTAMP_LTZ.
  explicit TimestampReader(const DataType& type);
  /// Reads a timestamp that begins at `text`, with `separator` between date and time. Gives the first character after
  /// it, or null when it does not begin with the fixed layout. REQUIRES: 32 bytes at `text` may be read.
  const char* Read(const char* text, char separator, int64_t* out);

 private:
  int64_t per_second_;  ///< units per second
  int64_t nanos_per_unit_;
  int64_t nanos_cut_;  ///< fraction is cut to a multiple of this
  char cached_date_[10] = {'1', '9', '7', '0', '-', '0', '1', '-', '0', '1'};
  int64_t cached_seconds_ = 0;
};

std::string_view TrimSpaces(std::string_view text);

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
int64_t DaysFromCivil(int64_t year, int month, int day);
/// The reverse.
void CivilFromDays(int64_t days, int64_t* year, int* month, int* day);

/// Appends the value that `text` stands for to a builder of a scalar type. A DECIMAL that is too big appends NULL.
/// False: nothing was appended, and DescribeMismatch tells why. REQUIRES: not a nested type.
bool AppendText(std::string_view text, TimestampStandard standard, ColumnBuilder* out);

/// "'abc' is not a BIGINT", with long text shortened.
std::string DescribeMismatch(std::string_view text, const DataType& type);

}  // namespace tidemark::formats
