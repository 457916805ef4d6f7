// SPDX-License-Identifier: Apache-2.0
// What tests of formats and connectors share: rows as text, decoding in pieces, and random rows of any type.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace tidemark::formats {

/// "+I[1, a]" for each row, as Flink prints them.
std::vector<std::string> PrintRows(const Batch& batch, const Schema& schema);

/// Collects bad records as "line: reason" and skips them.
class CollectedBadRecords final : public BadRecordHandler {
 public:
  arrow::Status Handle(const BadRecord& bad) override;
  const std::vector<std::string>& seen() const { return seen_; }
  const std::vector<std::string>& records() const { return records_; }

 private:
  std::vector<std::string> seen_;
  std::vector<std::string> records_;
};

/// A request for all columns of `schema`.
DecodeRequest WholeTable(const Schema& schema, BadRecordHandler* bad_records = nullptr);
/// The columns a request asks for.
Schema Projected(const DecodeRequest& request);

/// Gives `text` to a new decoder in blocks of at most `block_bytes` new bytes, copied so that the memory around holds
/// nothing but rubbish, and joins the batches.
arrow::Result<Batch> DecodeAll(const Format& format, const TableOptions& options, const DecodeRequest& request,
                               std::string_view text, int64_t block_bytes = 1 << 20, int64_t max_rows = 8192);

/// The rows of `batch` written by the format, header included.
arrow::Result<std::string> EncodeAll(const Format& format, const TableOptions& options, const Batch& batch,
                                     const Schema& schema);

/// Rows of random values, edges among them, NULL now and then (never for NOT NULL). The same seed gives the same rows.
Batch RandomRows(const Schema& schema, int64_t rows, uint64_t seed);

/// One column of every scalar type.
Schema EveryScalarType();
/// Arrays, maps, multisets and rows in rows.
Schema NestedTypes();

}  // namespace tidemark::formats
