// SPDX-License-Identifier: Apache-2.0
// Accumulators of one aggregate call by group number, fed with columns written as JSON: for tests of aggregate
// functions.
#pragma once

#include <arrow/type_fwd.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "expr/aggregate_function.h"

namespace tidemark::expr {

struct AggregateCallText {
  std::string name;
  std::vector<DataType> argument_types;
  bool distinct = false;
  bool retractable = false;
  std::optional<bool> ignore_nulls;
  /// Parallel to argument_types where an argument is a string literal; may be shorter.
  std::vector<std::string> literals;
};

/// `count` accumulators of one function. Fails the test when the function cannot be made.
class Accumulators {
 public:
  Accumulators(AggregateCallText call, int count);
  ~Accumulators();
  Accumulators(const Accumulators&) = delete;
  Accumulators& operator=(const Accumulators&) = delete;

  const DataType& type() const { return function_->type(); }
  const DataType& argument_type(size_t argument) const { return types_[argument]; }
  const AggregateFunction& function() const { return *function_; }

  /// One JSON array per argument; row i goes to groups[i] (all to 0 when empty). `kinds`: one of "+-" per row, or
  /// empty.
  arrow::Status Update(const std::vector<std::string>& columns, std::vector<int> groups = {},
                       const std::string& kinds = "");
  arrow::Status Update(const std::vector<std::shared_ptr<arrow::Array>>& columns, const std::vector<int32_t>& rows,
                       const std::vector<int>& groups, const std::vector<RowKind>* kinds);
  /// Adds `other` group by group.
  void Merge(Accumulators& other);
  /// Saves every accumulator, destroys it, and loads it back.
  void SaveAndLoad();
  std::shared_ptr<arrow::Array> Finalize();
  std::vector<uint8_t*> states();

 private:
  std::unique_ptr<AggregateFunction> function_;
  std::vector<DataType> types_;
  std::vector<std::shared_ptr<arrow::DataType>> argument_types_;
  std::deque<std::vector<uint64_t>> memory_;
};

std::shared_ptr<arrow::Array> ColumnFromJson(const DataType& type, const std::string& json);

/// Expects the results, one per group, to be the JSON array `json` of the function's type.
void ExpectResults(Accumulators& accumulators, const std::string& json);

/// Result of one group of inserted rows: straight, after saving and loading, and merged from two halves.
void ExpectAggregate(const AggregateCallText& call, const std::vector<std::string>& columns, const std::string& result);

}  // namespace tidemark::expr
