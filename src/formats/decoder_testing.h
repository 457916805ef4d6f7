// SPDX-License-Identifier: Apache-2.0
// What every decoder owes for any bytes at all: for fuzzers.
#pragma once

#include <string_view>

#include "formats/format.h"

namespace tidemark::formats {

/// Decodes `input` and aborts, saying what it saw, unless
/// - every batch is well-formed;
/// - rows and bad records are the same however the bytes come and however many rows fit in a batch;
/// - fewer columns have the same values, where every record was good;
/// - rows in JSON read back as they were.
/// The first byte of `input` draws the sizes; the rest is what is decoded.
void CheckDecoder(const Format& format, const TableOptions& options, const Schema& schema, std::string_view input);

}  // namespace tidemark::formats
