// SPDX-License-Identifier: Apache-2.0
// Brings a column of a file to the type the table declares: by name inside of rows, widening numbers, units of time and
// encodings; refuses what would change a value.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <memory>
#include <string>

#include "catalog/data_type.h"

namespace tidemark::formats {

struct ColumnConversion {
  /// Zone in which instants are read as wall clocks; "UTC" changes nothing.
  std::string wall_clock_zone = "UTC";
};

/// Whether a file's type can become the declared one at all. The error says both.
arrow::Status CheckConvertible(const arrow::DataType& from, const DataType& to, const std::string& path);

/// Fields of a ROW that `array` lacks are NULL. Fails where a value does not fit.
/// REQUIRES: CheckConvertible is OK for its type.
arrow::Result<std::shared_ptr<arrow::Array>> ConvertColumn(const std::shared_ptr<arrow::Array>& array,
                                                           const DataType& to, const std::string& path,
                                                           const ColumnConversion& conversion);

}  // namespace tidemark::formats
