// SPDX-License-Identifier: Apache-2.0
// Writes values of SQL types as text the way Flink's text formats and its Java types do. Each function appends.
#pragma once

#include <arrow/type_fwd.h>
#include <arrow/util/decimal.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/data_type.h"

namespace tidemark::formats {

void FormatInteger(int64_t value, std::string* out);
/// The shortest digits that read back the same, in Java's layout: 1.0, 0.001, 1.0E7, NaN, Infinity.
void FormatDouble(double value, std::string* out);
void FormatFloat(float value, std::string* out);

enum class DecimalStyle {
  kPlain,       ///< 12.50: all digits of the scale, no exponent
  kStripped,    ///< 12.5: no zeros at the end, no exponent
  kScientific,  ///< 12.5, 1E+2, 2.7E-8: no zeros at the end, an exponent where Java's BigDecimal has one
};
void FormatDecimal(const arrow::Decimal128& value, int32_t scale, DecimalStyle style, std::string* out);

void FormatDate(int64_t days, std::string* out);  ///< yyyy-MM-dd
/// HH:mm:ss, then a fraction without zeros at the end.
void FormatTime(int64_t millis, std::string* out);
/// Date, separator, time. `value` in the unit that TIMESTAMP(`precision`) has.
void FormatTimestamp(int64_t value, int32_t precision, char separator, std::string* out);
void FormatBase64(std::string_view bytes, std::string* out);

/// One value of an array as Flink's Row.toString prints it: nested rows as "+I[1, a]", arrays as "[1, 2]", maps as
/// "{k=v}", bytes as "[1, 2]", NULL as "null", dates and times as Java prints them (seconds left out where they are 0).
void FormatPrinted(const arrow::Array& array, int64_t row, const DataType& type, std::string* out);

}  // namespace tidemark::formats
