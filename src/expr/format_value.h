// SPDX-License-Identifier: Apache-2.0
// ValueFormatter: values as text, for result tables, CAST to STRING and the print connector.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>

#include "catalog/data_type.h"
#include "expr/function.h"

namespace tidemark::expr {

enum class ValueStyle {
  /// As results are shown: TRUE, 2020-01-01 00:00:00.500, 0.00000001, (1, NULL), {a=1}; bytes as x'3132'.
  kTable,
  /// As CAST to STRING gives: the same, but bytes as the text that they are.
  kCast,
  /// As Flink's print connector shows values: true, 2020-01-01T00:00:00.500, 1E-8, +I[1, null], {a=1}; bytes as [49,
  /// 50].
  kChangelog,
};

/// Writes values of one type. Made once per column. One thread.
class ValueFormatter {
 public:
  /// `context` gives the time zone; it is not kept.
  static arrow::Result<std::unique_ptr<ValueFormatter>> Make(const DataType& type, const FunctionContext& context,
                                                             ValueStyle style = ValueStyle::kTable);
  virtual ~ValueFormatter() = default;

  /// Appends the value, "NULL" (or "null") for a NULL. `array` has the Arrow type of the formatter's type.
  void Append(const arrow::Array& array, int64_t row, std::string* out);

 protected:
  /// REQUIRES: the value is not NULL.
  virtual void AppendValue(const arrow::Array& array, int64_t row, std::string* out) = 0;

 private:
  const char* null_text_ = "NULL";
};

}  // namespace tidemark::expr
