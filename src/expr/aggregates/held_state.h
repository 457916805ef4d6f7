// SPDX-License-Identifier: Apache-2.0
// What aggregates share whose accumulator is one pointer to an object on the heap.
#pragma once

#include <memory>

#include "expr/aggregate_function.h"
#include "expr/aggregates/plain_state.h"

namespace tidemark::expr {

/// The accumulator is a `Held*`, null while there is nothing to keep. Held has `int64_t memory_bytes() const`.
template <typename Held>
class HeldAggregate : public AggregateFunction {
 public:
  using State = Held*;

  int32_t state_size() const override { return sizeof(State); }
  void Init(uint8_t* state) const override { new (state) State(nullptr); }
  void Destroy(uint8_t* state) const override { delete StateAt<State>(state); }
  bool trivially_destructible() const override { return false; }
  int64_t ExternalBytes(const uint8_t* state) const override {
    const Held* held = HeldAt(state);
    return held == nullptr ? 0 : held->memory_bytes();
  }

 protected:
  /// Null when nothing is kept.
  static const Held* HeldAt(const uint8_t* state) { return StateAt<State>(state); }
  static Held& Make(uint8_t* state) {
    State& held = StateAt<State>(state);
    if (held == nullptr) held = new Held();
    return *held;
  }
  static void Drop(uint8_t* state) {
    delete StateAt<State>(state);
    StateAt<State>(state) = nullptr;
  }
};

}  // namespace tidemark::expr
