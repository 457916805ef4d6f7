// SPDX-License-Identifier: Apache-2.0
// The parts of a URL as java.net.URL tells them apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::expr {

/// Absent parts are nullopt; those that Java gives as '' are ''.
struct UrlParts {
  std::string protocol;
  std::optional<std::string> authority;
  std::optional<std::string> user_info;
  std::string host;
  std::string path;
  std::optional<std::string> query;
  std::optional<std::string> ref;
};

/// nullopt for text that is no URL of a protocol that Java knows by itself (http, https, ftp, file, jar, mailto).
std::optional<UrlParts> ParseUrl(std::string_view text);

}  // namespace tidemark::expr
