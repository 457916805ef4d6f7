// SPDX-License-Identifier: Apache-2.0
// AggregateSet: all aggregate calls of one operator, their accumulators one behind the other in a row of state.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/batch.h"
#include "expr/aggregate_function.h"
#include "plan/logical_plan.h"

namespace tidemark::exec {

/// The functions are stateless; scratch memory is kept from call to call. One thread.
class AggregateSet {
 public:
  /// `input`: what the calls' argument columns refer to.
  static arrow::Result<AggregateSet> Make(const std::vector<plan::AggregateCall>& calls, const Schema& input,
                                          bool input_retracts);

  /// Bytes of all accumulators, a multiple of 8. Below, `states` point at such pieces, aligned to 8.
  int32_t state_bytes() const { return state_bytes_; }
  bool trivially_destructible() const { return trivially_destructible_; }

  void Init(uint8_t* state) const;
  void Destroy(uint8_t* state) const;

  /// Takes in the rows of `batch` at `rows`, ascending; states[i] belongs to rows[i].
  arrow::Status Update(const Batch& batch, const std::vector<int32_t>& rows, const std::vector<uint8_t*>& states);
  /// Adds each of `sources` to the one of `targets` at its place. Sources stay as they are.
  arrow::Status Merge(const std::vector<uint8_t*>& targets, const std::vector<uint8_t*>& sources);
  /// One column per call.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Finalize(const std::vector<uint8_t*>& states);

  /// Appends all accumulators, in a form that Load of the same calls reads back in any process.
  arrow::Status Save(const uint8_t* state, std::string* out) const;
  /// Inits `state` from all of `saved`. Invalid for bytes that Save of the same calls cannot have written; `state` is
  /// then as before Init.
  arrow::Status Load(std::string_view saved, uint8_t* state) const;

  /// Bytes that the accumulators own elsewhere; 0 where trivially_destructible().
  int64_t ExternalBytes(const uint8_t* state) const;

 private:
  struct Call {
    std::unique_ptr<expr::AggregateFunction> function;
    std::vector<int> args;
    int filter = -1;
    int32_t offset = 0;  ///< of the accumulator in the state
  };

  /// `states`, each moved on by `offset`; valid until the next call for the same scratch.
  static std::span<uint8_t* const> At(const std::vector<uint8_t*>& states, int32_t offset,
                                      std::vector<uint8_t*>* scratch);
  arrow::Status UpdateFiltered(const Call& call, const Batch& batch, const std::vector<int32_t>& rows,
                               std::span<uint8_t* const> states, expr::AggregateInput input);

  std::vector<Call> calls_;
  int32_t state_bytes_ = 0;
  bool trivially_destructible_ = true;
  std::vector<uint8_t*> scratch_;
  std::vector<uint8_t*> source_scratch_;
};

}  // namespace tidemark::exec
