// SPDX-License-Identifier: Apache-2.0
// The hash of byte strings.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark::state {

/// XXH3-64 with seed 0: stable across machines and versions of the library.
uint64_t HashBytes(std::string_view bytes);

}  // namespace tidemark::state
