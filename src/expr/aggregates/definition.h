// SPDX-License-Identifier: Apache-2.0
// How one aggregate function is described to the list of all of them, and where each file adds its own.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/signature.h"

namespace tidemark::expr {

/// One aggregate function by name. Immutable, lives for the whole process.
struct AggregateDefinition {
  std::string name;  ///< upper case
  Resolver resolve;
  /// Makes the running form for `site` (argument types resolved, DISTINCT already taken away) with result `type`.
  std::function<arrow::Result<std::unique_ptr<AggregateFunction>>(const AggregateCallSite& site, const DataType& type)>
      make;
  /// A row in which any argument is NULL changes nothing. DISTINCT then drops such rows before its set.
  bool ignores_null_rows = true;
  /// Whether another order of the rows may give another result. Unset: never.
  std::function<bool(std::span<const ArgumentInfo>)> order_sensitive = nullptr;
  /// The accumulator is a plain struct, and those of any parts of the rows, merged in any order, give to the last bit
  /// what one of all the rows gives. Unset: never.
  std::function<bool(std::span<const ArgumentInfo>)> two_phase = nullptr;
  /// DISTINCT changes nothing: MIN, MAX.
  bool ignores_repetition = false;
  /// Results cannot take rows back.
  bool insert_only = false;
  std::string signature_text;
  std::string description;
};

using AggregateList = std::vector<AggregateDefinition>;

void AddCount(AggregateList* list);
void AddSum(AggregateList* list);
void AddAverage(AggregateList* list);
void AddMinMax(AggregateList* list);
void AddFirstLastValue(AggregateList* list);
void AddListAgg(AggregateList* list);
void AddArrayAgg(AggregateList* list);
void AddCollect(AggregateList* list);
void AddVariance(AggregateList* list);
void AddJsonAggregates(AggregateList* list);
void AddPercentile(AggregateList* list);
void AddApproxCountDistinct(AggregateList* list);
void AddSingleValue(AggregateList* list);

/// Wraps `inner` so that each distinct tuple of arguments reaches it once.
arrow::Result<std::unique_ptr<AggregateFunction>> MakeDistinct(const AggregateCallSite& site, bool ignores_null_rows,
                                                               std::unique_ptr<AggregateFunction> inner);

}  // namespace tidemark::expr
