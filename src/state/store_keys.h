// SPDX-License-Identifier: Apache-2.0
// StoreKeys: the keys of one operator's rows as a StateStore has them, and back.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/data_type.h"
#include "state/key_codec.h"

namespace tidemark::state {

/// One thread.
class StoreKeys {
 public:
  using Columns = std::span<const std::shared_ptr<arrow::Array>>;

  /// `table`: which of the operator's, below 64. `group_columns`: those of the key columns that decide its key group;
  /// empty: there is one group for all.
  StoreKeys(int operator_number, int table, std::vector<DataType> key_types, std::vector<int> group_columns);

  /// What all keys begin with.
  const std::string& prefix() const { return prefix_; }
  /// What all keys begin with in one of the table's two lists of keys, those of even and of odd numbers. Behind it
  /// they are as in the table. All lists of an operator come behind its tables.
  std::string list_prefix(uint32_t list) const;

  /// Makes the keys of some rows (null: all) of the key columns. They are there until the next call.
  arrow::Status Encode(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows);
  int64_t size() const { return static_cast<int64_t>(ends_.size()); }
  /// The key of the i-th of those rows.
  std::string_view key(int64_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  /// Their positions in ascending order of keys.
  std::vector<int32_t> Sorted() const;

  /// The key columns of keys. Invalid for bytes too short for a key.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Decode(std::span<const std::string_view> keys) const;

 private:
  const std::string prefix_;
  const KeyCodec codec_;
  const std::vector<int> group_columns_;
  EncodedRows encoded_;
  std::string bytes_;
  std::vector<size_t> ends_;
};

}  // namespace tidemark::state
