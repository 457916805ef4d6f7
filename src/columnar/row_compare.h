// SPDX-License-Identifier: Apache-2.0
// Comparison of values of two columns, row against row.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <vector>

namespace tidemark {

/// Sets (*differs)[i] to 1 where value a_rows[i] of `a` IS DISTINCT FROM value b_rows[i] of `b`; leaves it otherwise.
/// Floating-point values differ when their bits do, so that NaN equals itself. REQUIRES: equal types, vectors of equal
/// length.
void MarkDifferences(const arrow::Array& a, const std::vector<int32_t>& a_rows, const arrow::Array& b,
                     const std::vector<int32_t>& b_rows, std::vector<uint8_t>* differs);

}  // namespace tidemark
