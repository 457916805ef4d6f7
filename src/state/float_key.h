// SPDX-License-Identifier: Apache-2.0
// FloatKey and FloatInRow: floating point numbers as keys and in rows. Hashes, keys in tables and keys as bytes must
// agree on what is equal.
#pragma once

#include <cmath>
#include <limits>

namespace tidemark::state {

/// All NaN are one key, and so are 0 and -0. Saved state relies on it.
template <typename Float>
Float FloatKey(Float value) {
  if (std::isnan(value)) return std::numeric_limits<Float>::quiet_NaN();
  return value == 0 ? Float{0} : value;
}

/// All NaN are one, as nobody can tell them apart; 0 and -0 are two, as they are written differently.
template <typename Float>
Float FloatInRow(Float value) {
  return std::isnan(value) ? std::numeric_limits<Float>::quiet_NaN() : value;
}

}  // namespace tidemark::state
