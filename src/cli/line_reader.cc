// SPDX-License-Identifier: Apache-2.0
// Everything that is asked of libedit but its history.
#include "cli/line_reader.h"

#include <editline/readline.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "cli/completion.h"

namespace tidemark::cli {
namespace {

constexpr char kPrompt[] = "tidemark> ";
constexpr char kContinuation[] = "       -> ";

// libedit's hook for completion takes no argument of ours.
const server::Session* completed_session = nullptr;
std::string lines_before;  // of the same statement

/// Bytes that the first `characters` characters of UTF-8 `text` take.
size_t BytesOf(const std::string& text, int characters) {
  size_t i = 0;
  for (; i < text.size(); ++i) {
    const bool begins_character = (static_cast<unsigned char>(text[i]) & 0xC0u) != 0x80u;
    if (begins_character && characters-- == 0) break;
  }
  return i;
}

/// The part of all words that is the same.
std::string Shared(const std::vector<std::string>& words) {
  std::string shared = words[0];
  for (const auto& word : words) {
    size_t length = 0;
    while (length < shared.size() && length < word.size() && shared[length] == word[length]) ++length;
    shared.resize(length);
  }
  return shared;
}

/// `text`: what libedit takes for the word before the cursor; `end`: the cursor, counted in characters.
char** Complete(const char* text, int start, int end) {
  (void)start;
  rl_attempted_completion_over = 1;  // no names of files
  const std::string line = rl_line_buffer;
  const size_t cursor = BytesOf(line, end);
  const std::string replaced = text;
  const Completion offer = CompletionAt(lines_before + line.substr(0, cursor), line.substr(cursor), *completed_session);
  rl_completion_append_character = offer.close;
  if (offer.words.empty()) return nullptr;
  // libedit's word may begin before ours, or within.
  std::vector<std::string> words = offer.words;
  for (auto& word : words) {
    word = replaced.size() >= offer.typed.size() ? replaced.substr(0, replaced.size() - offer.typed.size()) + word
                                                 : word.substr(offer.typed.size() - replaced.size());
  }
  // libedit's convention: first what all share, then each, then null; all of it is freed by libedit.
  const std::string shared = Shared(words);
  auto** matches = static_cast<char**>(std::malloc((words.size() + 2) * sizeof(char*)));
  matches[0] = strdup(shared.size() < replaced.size() ? text : shared.c_str());
  for (size_t i = 0; i < words.size(); ++i) matches[i + 1] = strdup(words[i].c_str());
  matches[words.size() + 1] = nullptr;
  return matches;
}

std::string HistoryFile() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : std::string(home) + "/.tidemark_history";
}

}  // namespace

LineReader::LineReader(const server::Session& session) : is_terminal_(isatty(STDIN_FILENO) == 1) {
  if (!is_terminal_) return;
  interrupts_.emplace();
  std::setlocale(LC_CTYPE, "C.UTF-8");  // libedit drops what the locale has no characters for
  rl_getc_function = [](FILE*) { return ReadKey(); };
  rl_initialize();
  completed_session = &session;
  rl_attempted_completion_function = Complete;
  history_.emplace(HistoryFile());
}

Entry LineReader::Next(const std::string& statement) {
  Entry entry;
  if (!is_terminal_) {
    if (!std::getline(std::cin, entry.line)) entry.kind = Entry::Kind::kEnd;
    return entry;
  }
  lines_before = statement.empty() ? "" : statement + "\n";
  char* raw = readline(statement.empty() ? kPrompt : kContinuation);
  if (raw != nullptr) {
    entry.line = raw;
  } else {
    std::cout << "\n";
    entry.kind = interrupts_->Forget() ? Entry::Kind::kCancel : Entry::Kind::kEnd;
  }
  std::free(raw);
  return entry;
}

void LineReader::Remember(const std::string& statement) {
  if (history_) history_->Add(statement);
}

}  // namespace tidemark::cli
