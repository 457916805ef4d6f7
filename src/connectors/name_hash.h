// SPDX-License-Identifier: Apache-2.0
// HashOfName: numbers for names, the same on every machine and in every version.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark::connectors {

/// FNV-1a. Checkpoints know the splits of files and partitions by it, so it stays what it is.
constexpr uint64_t HashOfName(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return hash;
}

}  // namespace tidemark::connectors
