// SPDX-License-Identifier: Apache-2.0
// The alphabet of JSON text: white space, strings, numbers, and passing over values without building them. Everything
// is checked, so that a value nobody reads is as well-formed as one that is read.
//
// A record ends with '\n', which is no white space here: no token can run over it, so nothing else needs an end.
// REQUIRES throughout: 64 bytes after that end may be read.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tidemark::formats::json {

inline bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

inline const char* SkipSpace(const char* text) {
  while (IsSpace(*text)) ++text;
  return text;
}

inline bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// How many bytes are looked at together.
#if defined(__AVX2__)
inline constexpr int kScanWidth = 32;

/// One bit per byte that ends a run of plain characters in a string: a quote, a backslash, a control character.
inline uint32_t SpecialBytes(const char* text) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
  const __m256i control = _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, _mm256_set1_epi8(0x1F)), _mm256_set1_epi8(0x1F));
  return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, backslash), control)));
}
#elif defined(__SSE2__)
inline constexpr int kScanWidth = 16;

inline uint32_t SpecialBytes(const char* text) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x1F)), _mm_set1_epi8(0x1F));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control)));
}
#else
inline constexpr int kScanWidth = 8;

inline uint32_t SpecialBytes(const char* text) {
  uint32_t special = 0;
  for (int i = 0; i < kScanWidth; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    special |= static_cast<uint32_t>(c == '"' || c == '\\' || c < 0x20) << i;
  }
  return special;
}
#endif

/// The first quote, backslash or control character at or after `text`.
inline const char* FindSpecial(const char* text) {
  while (true) {
    const uint32_t special = SpecialBytes(text);
    if (special != 0) return text + __builtin_ctz(special);
    text += kScanWidth;
  }
}

/// Passes over one value of any kind. Null, with `*error_at` and `*reason` set, when it is not well-formed or nested
/// deeper than 1000 levels.
const char* SkipValue(const char* text, const char** error_at, const char** reason);

/// Passes over the string whose opening quote is at `text`.
const char* SkipString(const char* text, const char** error_at, const char** reason);

/// Reads the escape sequence at `text` (a backslash): appends what it stands for to `out`, which has room for 4 bytes,
/// and advances it. Null when it is none. A lone surrogate gives '?', as Java writes it.
const char* ReadEscape(const char* text, char** out);

/// Appends what the string at `text` (opening quote) stands for to `out`. Null like SkipString.
const char* ReadString(const char* text, std::string* out, const char** error_at, const char** reason);

/// The end of the number that begins at `text`; null when it is not one by JSON's grammar. `*integer`: no fraction and
/// no exponent.
const char* FindNumberEnd(const char* text, bool* integer);

/// Appends `text` (a well-formed value) without the white space outside of strings.
void AppendCompact(std::string_view text, std::string* out);

}  // namespace tidemark::formats::json
