// SPDX-License-Identifier: Apache-2.0
// Values of any column type as bytes: for sets of distinct values, for lists of values kept in accumulators, and for
// saving both.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::expr {

/// Appends the value of `row`, NULL included. Equal values of one type have equal bytes (every NaN is the same; 0.0 and
/// -0.0 differ, as in Flink's sets). The bytes do not depend on the machine.
///
/// Form: 0 for NULL, else 1 and: fixed-width values little-endian (BOOLEAN one byte); text and bytes: length (u32) and
/// bytes; ARRAY: length (u32) and values; MAP and MULTISET: length (u32), then key and value of each entry; ROW: its
/// fields.
void AppendValue(const arrow::Array& array, int64_t row, std::string* out);

/// Takes one value off the front of `bytes` and appends it to `builder`. SerializationError for bytes that AppendValue
/// of the builder's type cannot have written.
arrow::Status ReadValue(std::string_view* bytes, arrow::ArrayBuilder* builder);

/// The values of one column, each encoded by AppendValue, as an array of `type`.
arrow::Result<std::shared_ptr<arrow::Array>> ReadValues(const std::shared_ptr<arrow::DataType>& type,
                                                        const std::vector<std::string_view>& encoded);

/// 64 well-mixed bits; the same on every machine.
uint64_t StableHash(std::string_view bytes);
uint64_t StableHash(uint64_t value);

}  // namespace tidemark::expr
