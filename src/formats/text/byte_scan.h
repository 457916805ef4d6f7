// SPDX-License-Identifier: Apache-2.0
// Finds the next of a few bytes, many at a time.
#pragma once

#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace tidemark::formats {

/// The first of `a`, `b` and `c` in [text, end); `end` or beyond when there is none. REQUIRES: 32 bytes after `end` may
/// be read.
inline const char* FindAnyOf3(const char* text, const char* end, char a, char b, char c) {
#if defined(__AVX2__)
  const __m256i all_a = _mm256_set1_epi8(a);
  const __m256i all_b = _mm256_set1_epi8(b);
  const __m256i all_c = _mm256_set1_epi8(c);
  for (; text < end; text += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i found =
        _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(bytes, all_a), _mm256_cmpeq_epi8(bytes, all_b)),
                        _mm256_cmpeq_epi8(bytes, all_c));
    const auto mask = static_cast<uint32_t>(_mm256_movemask_epi8(found));
    if (mask != 0) return text + __builtin_ctz(mask);
  }
  return end;
#else
  while (text < end && *text != a && *text != b && *text != c) ++text;
  return text;
#endif
}

}  // namespace tidemark::formats
