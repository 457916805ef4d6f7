// SPDX-License-Identifier: Apache-2.0
// Secrets by name.
#include "catalog/secrets.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace tidemark {

bool IsSecretOption(std::string_view key) {
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  static constexpr std::string_view kWords[] = {"password", "secret",     "token",        "apikey",       "api-key",
                                                "jaas",     "basic-auth", "auth-params",  "service-key",  "access-key",
                                                "ssl.key.", "ssl.keystore.key",           "http-headers", "credential"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; }) &&
         !lower.ends_with(".location");
}

}  // namespace tidemark
