// SPDX-License-Identifier: Apache-2.0
// Integers and floating-point numbers as SQL text, read and written as Flink's casts do (which follow Java).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemark::expr {

/// Room that the Format... functions need at most.
inline constexpr int kNumberTextMax = 32;

/// "1.0", "0.001", "1.0E7", "NaN", "-Infinity": the shortest digits that read back the same. Returns the length.
int FormatDouble(double value, char* out);
int FormatFloat(float value, char* out);

/// Blanks around, "NaN", "Infinity" and a suffix d or f are allowed; beyond the range gives infinity or zero.
std::optional<double> ParseDouble(std::string_view text);
std::optional<float> ParseFloat(std::string_view text);

/// An integer with blanks around, a sign and a fraction that is dropped ("12.9" is 12); nullopt beyond [least, most].
std::optional<int64_t> ParseInteger(std::string_view text, int64_t least, int64_t most);

/// "true", "t", "yes", "y", "1" and their opposites, in any case.
std::optional<bool> ParseBooleanText(std::string_view text);

}  // namespace tidemark::expr
