// SPDX-License-Identifier: Apache-2.0
// Tab completion at the prompt: keywords, functions, and the session's tables, columns and configuration keys.
#pragma once

#include <string>
#include <vector>

namespace tidemark::server {
class Session;
}

namespace tidemark::cli {

/// Everything that may stand where `prefix` stands, sorted. Keywords follow the case of the prefix.
std::vector<std::string> Completions(const std::string& prefix, const server::Session& session);

/// Makes libedit ask Completions. `session` must outlive the prompt.
void InstallCompletion(const server::Session* session);

}  // namespace tidemark::cli
