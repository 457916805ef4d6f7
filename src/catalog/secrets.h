// SPDX-License-Identifier: Apache-2.0
// Which options of tables hold secrets, so that nobody shows their values.
#pragma once

#include <string_view>

namespace tidemark {

/// Shown instead of a secret.
inline constexpr char kHiddenValue[] = "******";

/// True for passwords, keys, tokens and login configurations, by words in the option's name, as in Flink.
bool IsSecretOption(std::string_view key);

}  // namespace tidemark
