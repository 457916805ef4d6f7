// SPDX-License-Identifier: Apache-2.0
// Which configuration keys hold secrets: they are never shown, and never written into a script.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tidemark {

/// By the words in its name, as Flink tells them.
inline bool IsSecretKey(std::string_view key) {
  constexpr std::array<std::string_view, 8> kWords = {"password", "secret",     "apikey", "api-key",
                                                      "token",    "access-key", "jaas",   "account.key"};
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return std::ranges::any_of(kWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// What is shown in place of a secret.
inline constexpr char kHiddenValue[] = "******";

}  // namespace tidemark
