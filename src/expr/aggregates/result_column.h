// SPDX-License-Identifier: Apache-2.0
// Builds the result column of an aggregate from one optional value per accumulator.
#pragma once

#include <arrow/array.h>
#include <arrow/result.h>

#include <memory>
#include <optional>
#include <string_view>

#include "catalog/data_type.h"
#include "expr/column_writer.h"

namespace tidemark::expr {

/// An array of `count` values of `type`: `value_at(i)` gives a std::optional<T>, nullopt for NULL. T is the C++ type of
/// the Arrow layout (catalog/data_type.h), std::string_view for text and bytes; a view must stay good until the next
/// call.
template <typename T, typename ValueAt>
arrow::Result<std::shared_ptr<arrow::Array>> MakeResultColumn(const DataType& type, int64_t count, ValueAt value_at) {
  ColumnWriter<T> writer;
  ARROW_RETURN_NOT_OK(writer.Reset(count, nullptr));
  for (int64_t i = 0; i < count; ++i) {
    const std::optional<T> value = value_at(i);
    if (value) {
      writer.Set(i, *value);
    } else {
      ARROW_RETURN_NOT_OK(writer.SetNull(i));
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto data, writer.Finish(type.ToArrow()));
  return arrow::MakeArray(data);
}

template <typename ValueAt>
arrow::Result<std::shared_ptr<arrow::Array>> MakeTextColumn(const DataType& type, int64_t count, ValueAt value_at) {
  StringSink sink;
  ValidityWriter nulls;
  ARROW_RETURN_NOT_OK(sink.Reset(count));
  nulls.Reset(count, nullptr);
  for (int64_t i = 0; i < count; ++i) {
    const std::optional<std::string_view> value = value_at(i);
    if (value) {
      sink.Append(*value);
    } else {
      ARROW_RETURN_NOT_OK(nulls.SetNull(i));
    }
    sink.EndRow();
  }
  ARROW_ASSIGN_OR_RAISE(auto data, sink.Finish(type.ToArrow(), count, nulls.buffer()));
  return arrow::MakeArray(data);
}

}  // namespace tidemark::expr
