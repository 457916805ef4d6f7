// SPDX-License-Identifier: Apache-2.0
// Loops over the rows of an AggregateInput, compiled around what is done with one value: no virtual call per row.
#pragma once

#include <arrow/array.h>
#include <arrow/result.h>

#include <string_view>

#include "expr/aggregate_function.h"
#include "expr/column_reader.h"

namespace tidemark::expr {

/// The accumulator at `state`. REQUIRES: made by Init of the function that keeps a State there.
template <typename State>
State& StateAt(uint8_t* state) {
  return *reinterpret_cast<State*>(state);
}
template <typename State>
const State& StateAt(const uint8_t* state) {
  return *reinterpret_cast<const State*>(state);
}

/// Calls `visit(position in input.rows, row, is_addition)` for each row, in order.
template <typename Visit>
void ForEachRow(const AggregateInput& input, Visit visit) {
  const size_t count = input.rows.size();
  if (input.row_kinds == nullptr) {
    for (size_t i = 0; i < count; ++i) visit(i, input.rows[i], std::true_type());
    return;
  }
  const RowKind* kinds = input.row_kinds->data();
  for (size_t i = 0; i < count; ++i) {
    const int32_t row = input.rows[i];
    if (IsAddition(kinds[row])) {
      visit(i, row, std::true_type());
    } else {
      visit(i, row, std::false_type());
    }
  }
}

/// Calls `add(state, value)` for each added and `retract(state, value)` for each retracted row of the column whose
/// value is not NULL, in order.
template <typename State, typename T, typename Add, typename Retract>
void ForEachValue(const AggregateInput& input, const ColumnReader<T>& column, Add add, Retract retract) {
  if (column.all_null()) return;
  auto apply = [&](size_t i, int32_t row, auto is_addition) {
    State& state = StateAt<State>(input.states[i]);
    if constexpr (is_addition.value) {
      add(state, column.Value(row));
    } else {
      retract(state, column.Value(row));
    }
  };
  if (!column.may_have_nulls()) {
    ForEachRow(input, apply);
    return;
  }
  ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
    if (!column.IsNull(row)) apply(i, row, is_addition);
  });
}

}  // namespace tidemark::expr
