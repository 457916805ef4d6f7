// SPDX-License-Identifier: Apache-2.0
// Secrets by the names of their options.
#include "sql/secret_options.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "sql/store_address.h"

namespace tidemark::sql {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// The quote that ends the literal which begins at `begin`; the line's end when another line has it.
size_t EndOfLiteral(std::string_view line, size_t begin) {
  for (size_t at = begin + 1; at < line.size(); ++at) {
    if (line[at] != '\'') continue;
    if (at + 1 >= line.size() || line[at + 1] != '\'') return at;
    ++at;  // a doubled quote is part of it
  }
  return line.size();
}

void Hide(std::string* text, size_t begin, size_t end) {
  std::fill(text->begin() + static_cast<std::ptrdiff_t>(begin), text->begin() + static_cast<std::ptrdiff_t>(end), '*');
}

/// The values of secret parameters in [begin, end), the part of an address behind its host: "/x?token=abc&user=d".
void HideParameters(std::string* text, size_t begin, size_t end) {
  constexpr std::string_view kAzureSignature = "sig";
  for (size_t at = std::min(text->find('?', begin), end); at < end;) {
    const size_t next = std::min(text->find_first_of("&#", at + 1), end);
    const size_t equals = text->find('=', at);
    if (equals < next) {
      const std::string name = Lower(std::string_view(*text).substr(at + 1, equals - at - 1));
      if (IsSecretOption(name) || name == kAzureSignature) Hide(text, equals + 1, next);
    }
    at = next;
  }
}

/// What stands before the '@' of an address, and secret parameters behind its '?', as stars.
std::string HideCredentialsOfAddresses(std::string text) {
  text = HideStoreCredentials(std::move(text));
  constexpr std::string_view kMark = "://";
  for (size_t mark = text.find(kMark); mark != std::string::npos; mark = text.find(kMark, mark + 1)) {
    const size_t begin = mark + kMark.size();
    const size_t end = std::min(text.find_first_of(" \t'\";", begin), text.size());
    const size_t host_end = std::min(text.find_first_of("/?#", begin), end);
    const size_t at = std::string_view(text).substr(0, host_end).rfind('@');
    if (at != std::string_view::npos && at > begin) Hide(&text, begin, at);
    HideParameters(&text, host_end, end);
  }
  return text;
}

}  // namespace

std::string ShownOptionValue(std::string_view key, std::string_view value) {
  return IsSecretOption(key) ? kHiddenValue : HideCredentialsOfAddresses(std::string(value));
}

bool IsSecretOption(std::string_view key) {
  static constexpr std::string_view kWords[] = {
      "password",    "secret",      "token",      "apikey",     "api-key",      "jaas",        "basic-auth",
      "auth-params", "service-key", "access-key", "credential", "http-headers", "ssl.key.pem", "ssl.keystore.key"};
  const std::string lower = Lower(key);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

std::string HideSecrets(std::string_view line) {
  std::string shown = HideCredentialsOfAddresses(std::string(line));
  for (size_t at = line.find('\''); at < line.size(); at = line.find('\'', at)) {
    const size_t end = EndOfLiteral(line, at);
    const bool is_secret = IsSecretOption(line.substr(at, end - at));
    at = end + 1;
    const size_t equals = line.find_first_not_of(" \t", std::min(at, line.size()));
    if (equals == std::string_view::npos || line[equals] != '=') continue;
    const size_t value = line.find_first_not_of(" \t", equals + 1);
    if (value == std::string_view::npos || line[value] != '\'') continue;
    at = EndOfLiteral(line, value) + 1;
    if (is_secret) Hide(&shown, value + 1, at - 1);
  }
  // A login configuration may stand on a line of its own.
  const std::string lower = Lower(line);
  constexpr std::string_view kPassword = "password=\"";
  for (size_t at = lower.find(kPassword); at != std::string::npos; at = lower.find(kPassword, at)) {
    at += kPassword.size();
    const size_t end = std::min(lower.find('"', at), lower.size());
    Hide(&shown, at, end);
    at = end;
  }
  return shown;
}

}  // namespace tidemark::sql
