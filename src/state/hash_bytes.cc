// SPDX-License-Identifier: Apache-2.0
// XXH3, compiled into this file.
#include "state/hash_bytes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tidemark::state {

uint64_t HashBytes(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace tidemark::state
