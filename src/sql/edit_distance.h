// SPDX-License-Identifier: Apache-2.0
// How many typing mistakes lie between two words.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidemark::sql {

/// The number of insertions, deletions, replacements and swaps of neighbouring bytes that turn `a` into `b`.
size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace tidemark::sql
