// SPDX-License-Identifier: Apache-2.0
// OwnedBytes: a byte string inside an accumulator, in 16 bytes that may be moved by memcpy.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace tidemark::expr {

/// A byte string on the heap that may be absent. Plain memory: whoever holds it calls Free once.
struct OwnedBytes {
  char* data = nullptr;  ///< null: absent
  uint32_t size = 0;
  uint32_t capacity = 0;

  bool present() const { return data != nullptr; }
  std::string_view view() const { return {data, size}; }

  void Assign(std::string_view value) {
    Reserve(value.size());
    std::memcpy(data, value.data(), value.size());
    size = static_cast<uint32_t>(value.size());
  }
  /// Adds behind what is there, with room that grows by half.
  void Append(std::string_view value) {
    const size_t needed = size + value.size();
    if (needed > capacity) Reserve(std::max(needed, size_t{capacity} + capacity / 2));
    std::memcpy(data + size, value.data(), value.size());
    size = static_cast<uint32_t>(needed);
  }
  void Free() { std::free(data); }

 private:
  void Reserve(size_t bytes) {
    if (data != nullptr && bytes <= capacity) return;
    // Rounded up with a little to spare: the next value is often a little longer.
    const size_t rounded = (bytes + 15) / 8 * 8;
    data = static_cast<char*>(std::realloc(data, rounded));
    if (data == nullptr) std::abort();
    capacity = static_cast<uint32_t>(rounded);
  }
};

}  // namespace tidemark::expr
