// SPDX-License-Identifier: Apache-2.0
// Which options of tables hold secrets, so that nobody shows their values.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::sql {

/// Shown instead of a secret.
inline constexpr char kHiddenValue[] = "******";

/// True for passwords, keys, tokens and login configurations, by words in the option's name, as in Flink.
bool IsSecretOption(std::string_view key);

/// The value of a table's option as it may be shown: all of it hidden, or credentials in the addresses within it.
std::string ShownOptionValue(std::string_view key, std::string_view value);

/// A line of SQL with the values of secret options, and passwords and credentials inside of others, as stars: as long
/// as before.
std::string HideSecrets(std::string_view line);

}  // namespace tidemark::sql
