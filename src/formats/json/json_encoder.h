// SPDX-License-Identifier: Apache-2.0
// Rows to JSON objects.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>

#include "formats/format.h"
#include "formats/json/json_options.h"

namespace tidemark::formats {

/// One object a row, one row a line.
std::unique_ptr<Encoder> MakeJsonEncoder(const Schema& schema, const JsonOptions& options);

/// Appends `text` as a JSON string, quotes included.
void AppendJsonString(std::string_view text, std::string* out);

/// Appends one value of `array` as JSON. Fails only for a NULL key of a map where the options forbid it.
arrow::Status AppendJsonValue(const arrow::Array& array, int64_t row, const DataType& type, const JsonOptions& options,
                              std::string* out);

/// Appends a row as an object; `columns` as in `schema`.
arrow::Status AppendJsonRow(const std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t row,
                            const Schema& schema, const JsonOptions& options, std::string* out);

}  // namespace tidemark::formats
