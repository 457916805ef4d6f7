// SPDX-License-Identifier: Apache-2.0
// OrderedRows: whole rows kept in ORDER BY order, with removal of single rows. What Top-N and sorting of changelogs keep.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "columnar/sort_key.h"
#include "plan/logical_plan.h"
#include "state/key_codec.h"

namespace tidemark::exec {

/// A kept row: its bytes as the codec wrote them.
using RowBytes = std::string;

/// Sort columns of plan sort keys.
std::vector<SortColumn> SortColumns(const std::vector<plan::SortKey>& keys);

/// Turns batches into row bytes and back; shared by all partitions of an operator.
class RowStore {
 public:
  explicit RowStore(const Schema& schema);
  /// Row i's bytes. Views into a buffer that the next call overwrites.
  arrow::Result<std::vector<std::string_view>> Encode(const Batch& batch);
  /// A batch of the rows.
  arrow::Result<Batch> Decode(const std::vector<const RowBytes*>& rows) const;

 private:
  state::KeyCodec codec_;
  state::EncodedRows encoded_;
  size_t columns_;
};

/// Rows by sort key, those with equal keys in order of arrival. A std::map, so that positions are found by walking from
/// the front: callers only ever look at the first N. One thread.
class OrderedRows {
 public:
  using Rows = std::multimap<std::string, RowBytes, std::less<>>;

  Rows::iterator Insert(std::string_view key, std::string_view row);
  /// Removes one row with this key and these bytes; false when there is none.
  bool Remove(std::string_view key, std::string_view row);
  /// An iterator to it, or end().
  Rows::iterator Find(std::string_view key, std::string_view row);

  Rows& rows() { return rows_; }
  int64_t size() const { return static_cast<int64_t>(rows_.size()); }
  int64_t memory_bytes() const { return memory_bytes_; }
  void Erase(Rows::iterator row);

 private:
  static int64_t BytesOf(std::string_view key, std::string_view row);
  Rows rows_;
  int64_t memory_bytes_ = 0;
};

}  // namespace tidemark::exec
