// SPDX-License-Identifier: Apache-2.0
// The part of KeyCodec that walks into ARRAY, MAP, MULTISET and ROW values, one value at a time.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "state/key_codec.h"

namespace tidemark::state {

/// Appends the encoding of value `row` of an array of any type: a byte 1 and the value's bytes, or a byte 0 for NULL.
void EncodeNested(const arrow::Array& array, int64_t row, KeyCodec::Floats floats, std::string* bytes);

/// Decodes column `column`, of nested type `type`, of encoded rows: `rows` point at the rows' starts (for the NULL
/// bits), `cursors` at the column's length in each row, and after the call behind the column's bytes.
arrow::Result<std::shared_ptr<arrow::Array>> DecodeNestedColumn(std::span<const uint8_t* const> rows, int column,
                                                                const std::shared_ptr<arrow::DataType>& type,
                                                                std::vector<const uint8_t*>* cursors);

}  // namespace tidemark::state
