// SPDX-License-Identifier: Apache-2.0
// What aggregates share whose accumulator is a plain struct: no memory of its own, saved as its bytes.
#pragma once

#include <arrow/result.h>

#include <bit>
#include <cstring>
#include <string>
#include <type_traits>

#include "expr/aggregate_function.h"
#include "expr/aggregates/row_loop.h"

namespace tidemark::expr {

static_assert(std::endian::native == std::endian::little, "Saved accumulators are little-endian");

/// Appends a fixed-width value, little-endian.
template <typename T>
void PutFixed(T value, std::string* out) {
  static_assert(std::is_trivially_copyable_v<T>);
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// Takes a fixed-width value off the front of `saved`; false when it is too short.
template <typename T>
bool TakeFixed(std::string_view* saved, T* value) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (saved->size() < sizeof(T)) return false;
  std::memcpy(static_cast<void*>(value), saved->data(), sizeof(T));
  saved->remove_prefix(sizeof(T));
  return true;
}

/// Appends a length (u32) and the bytes.
inline void PutBytes(std::string_view bytes, std::string* out) {
  PutFixed(static_cast<uint32_t>(bytes.size()), out);
  out->append(bytes);
}
inline bool TakeBytes(std::string_view* saved, std::string_view* bytes) {
  uint32_t size = 0;
  if (!TakeFixed(saved, &size) || saved->size() < size) return false;
  *bytes = saved->substr(0, size);
  saved->remove_prefix(size);
  return true;
}

/// The error of Load for bytes that Save cannot have written.
inline arrow::Status DamagedAccumulator(const std::string& function) {
  return arrow::Status::SerializationError("Damaged accumulator of ", function);
}

/// Takes the version byte that starts every saved accumulator.
inline arrow::Status TakeVersion(std::string_view* saved, uint8_t newest, const std::string& function) {
  uint8_t version = 0;
  if (!TakeFixed(saved, &version) || version == 0) return DamagedAccumulator(function);
  if (version > newest) {
    return arrow::Status::SerializationError("Accumulator of ", function,
                                             " was saved by a newer version: ", int{version});
  }
  return arrow::Status::OK();
}

/// State is trivially copyable, and all zero bytes when empty.
/// Saved form: version (u8 = 1), then the struct's bytes.
template <typename State>
class PlainAggregate : public AggregateFunction {
 public:
  static_assert(std::is_trivially_copyable_v<State> && alignof(State) <= 8);

  int32_t state_size() const override { return sizeof(State); }
  void Init(uint8_t* state) const override { std::memset(state, 0, sizeof(State)); }

  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    PutFixed(kVersion, out);
    out->append(reinterpret_cast<const char*>(state), sizeof(State));
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, type_.ToString()));
    if (saved.size() < sizeof(State)) return DamagedAccumulator(type_.ToString());
    std::memcpy(state, saved.data(), sizeof(State));
    return static_cast<int64_t>(sizeof(kVersion) + sizeof(State));
  }

 private:
  static constexpr uint8_t kVersion = 1;
};

}  // namespace tidemark::expr
