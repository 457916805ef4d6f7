// SPDX-License-Identifier: Apache-2.0
// Tab completion at the prompt: keywords, functions, and the session's tables, columns and configuration keys.
#pragma once

#include <string>
#include <vector>

namespace tidemark::server {
class Session;
}

namespace tidemark::cli {

/// What may take the place of the word before the cursor.
struct Completion {
  std::string typed;               ///< that word, as far as it is typed
  std::vector<std::string> words;  ///< each begins as `typed` does, case aside; sorted
  char close = ' ';                ///< typed behind the word if there is only one
};

/// What to offer in a script with the cursor between `before` and `after`. Keywords follow the case of what is typed.
/// Nothing inside a string, but for the keys of SET and RESET; behind a dot the columns of the table or alias before
/// it.
Completion CompletionAt(const std::string& before, const std::string& after, const server::Session& session);

}  // namespace tidemark::cli
