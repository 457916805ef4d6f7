// SPDX-License-Identifier: Apache-2.0
// Columns of made-up values, each a function of the row's number: whoever generates row n, whenever, gets the same.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "catalog/table.h"

namespace tidemark::connectors {

/// Makes the values of one column for rows [first, first + count). Thread-safe.
class ValueGenerator {
 public:
  virtual ~ValueGenerator() = default;
  virtual arrow::Result<std::shared_ptr<arrow::Array>> Generate(int64_t first, int64_t count,
                                                                int64_t now_micros) const = 0;
  /// Rows after which the column has no more values: a sequence's length.
  virtual std::optional<int64_t> rows() const { return std::nullopt; }
};

/// The generator that the table's options `fields.<column>.*` describe. Invalid names the option that does not fit.
arrow::Result<std::unique_ptr<ValueGenerator>> MakeValueGenerator(const TableDefinition& table,
                                                                  const TableColumn& column);

}  // namespace tidemark::connectors
