// SPDX-License-Identifier: Apache-2.0
// Batch: the unit of work. Some thousand rows as Arrow arrays, with what a stream needs beside them.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/event_time.h"

namespace tidemark {

/// What a row of a changelog does to the table it describes. Values as in Flink's RowKind.
enum class RowKind : uint8_t {
  kInsert = 0,        ///< +I
  kUpdateBefore = 1,  ///< -U: the old row of an update
  kUpdateAfter = 2,   ///< +U: the new row of an update
  kDelete = 3,        ///< -D
};

/// "+I", "-U", "+U", "-D".
const char* RowKindName(RowKind kind);
/// True for +I and +U: the row is added to the table; false for -U and -D: it is taken away.
constexpr bool IsAddition(RowKind kind) { return kind == RowKind::kInsert || kind == RowKind::kUpdateAfter; }

/// Where a row was read, for late rows: a split and a place in it (a Kafka offset, the number of a row in a file).
struct RowOrigin {
  static constexpr int32_t kUnknown = -1;

  int32_t table = kUnknown;  ///< which of a job's tables, as the job numbers them
  int64_t split = 0;
  int64_t position = 0;
};

/// An immutable batch of rows. Copying copies pointers only. Columns are positional: names and types are in the plan.
///
/// Invariants: every column has length `num_rows`; `row_kinds`, where not null, has `num_rows` entries;
/// `row_watermarks`, `row_numbers` and `row_origins`, where not null, have `num_rows` entries.
struct Batch {
  int64_t num_rows = 0;
  std::vector<std::shared_ptr<arrow::Array>> columns;

  /// One RowKind per row; null: every row is +I (the common case costs nothing).
  std::shared_ptr<const std::vector<RowKind>> row_kinds;

  /// For each row, the watermark of its split just before the row arrived. Null (the common case): every row's event
  /// time lies after its split's watermark, so none can be late. Lateness is decided with this value and never with the
  /// moment a batch happens to arrive, so it depends neither on batch size nor on the number of workers. Operators that
  /// keep the time attribute carry it along; operators that make new rows drop it.
  std::shared_ptr<const std::vector<EventTimeMs>> row_watermarks;

  /// For each row that has a watermark, its number in its split: which of those with equal watermarks came before
  /// which. Null: nobody knows.
  std::shared_ptr<const std::vector<int64_t>> row_numbers;

  /// For each row that has a watermark, where it was read, if the job wants to know. Null: nobody knows.
  std::shared_ptr<const std::vector<RowOrigin>> row_origins;

  RowKind kind(int64_t row) const { return row_kinds ? (*row_kinds)[row] : RowKind::kInsert; }
  bool insert_only() const { return row_kinds == nullptr; }
  EventTimeMs watermark_before(int64_t row) const { return row_watermarks ? (*row_watermarks)[row] : kMinWatermark; }
  int64_t number_in_split(int64_t row) const { return row_numbers ? (*row_numbers)[row] : 0; }

  RowOrigin origin(int64_t row) const { return row_origins ? (*row_origins)[row] : RowOrigin{}; }

  /// Same rows, kinds, watermarks, numbers and origins with other columns.
  Batch WithColumns(std::vector<std::shared_ptr<arrow::Array>> new_columns) const;
  /// Rows [offset, offset + length). Zero-copy for the columns.
  Batch Slice(int64_t offset, int64_t length) const;
};

/// The rows of `batch` at `indices`, in that order (an index may repeat). Kinds, watermarks, numbers and origins go
/// along.
arrow::Result<Batch> Take(const Batch& batch, const std::vector<int32_t>& indices);

/// The rows for which `mask` (BooleanArray) is true; null counts as false.
arrow::Result<Batch> FilterRows(const Batch& batch, const arrow::Array& mask);

/// Appends batches of equal column types into one. REQUIRES: at least one batch.
arrow::Result<Batch> Concatenate(const std::vector<Batch>& batches);

}  // namespace tidemark
