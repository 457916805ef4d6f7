// SPDX-License-Identifier: Apache-2.0
// Message digests, for the hash functions of SQL. Not for secrets: nothing here is constant in time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::expr {

enum class DigestAlgorithm { kMd5, kSha1, kSha224, kSha256, kSha384, kSha512 };

/// Bytes of a digest.
constexpr size_t DigestSize(DigestAlgorithm algorithm) {
  constexpr size_t kSizes[] = {16, 20, 28, 32, 48, 64};
  return kSizes[static_cast<int>(algorithm)];
}
inline constexpr size_t kDigestSizeMax = 64;

/// Writes DigestSize(algorithm) bytes.
void ComputeDigest(DigestAlgorithm algorithm, std::string_view bytes, uint8_t* digest);

}  // namespace tidemark::expr
