// SPDX-License-Identifier: Apache-2.0
// How big one value may become that a function builds out of smaller ones.
#pragma once

#include <arrow/status.h>

#include <cstdint>

namespace tidemark::expr {

/// The most bytes of one value.
inline constexpr int64_t kValueBytesMax = int64_t{256} << 20;

/// CapacityError, which names the function and the limit, when its value would be longer.
inline arrow::Status CheckValueBytes(const char* function, int64_t bytes) {
  if (bytes <= kValueBytesMax) return arrow::Status::OK();
  return arrow::Status::CapacityError(function, " would give a value of more than ", kValueBytesMax >> 20,
                                      " MiB, which is the limit for one value");
}

}  // namespace tidemark::expr
