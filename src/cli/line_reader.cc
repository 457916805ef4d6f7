// SPDX-License-Identifier: Apache-2.0
// Editing with libedit. Its own interface is used, as the one it shares with readline keeps a pointer to the line that
// is wrong once a line was longer than a kilobyte.
#include "cli/line_reader.h"

#include <fmt/format.h>
#include <histedit.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "cli/completion.h"
#include "cli/display_width.h"
#include "cli/history.h"
#include "cli/interrupts.h"
#include "cli/screen.h"

namespace tidemark::cli {
namespace {

constexpr char kPrompt[] = "tidemark> ";
constexpr char kContinuation[] = "       -> ";
constexpr size_t kWordsListedMax = 200;

/// Keys of common terminals that libedit does not know by itself.
constexpr const char* kKeys[][2] = {
    {"^R", "em-inc-search-prev"}, {"\\e[1~", "ed-move-to-beg"},      {"\\e[4~", "ed-move-to-end"},
    {"\\e[7~", "ed-move-to-beg"}, {"\\e[8~", "ed-move-to-end"},      {"\\e[H", "ed-move-to-beg"},
    {"\\e[F", "ed-move-to-end"},  {"\\e[3~", "ed-delete-next-char"}, {"\\e[2~", "em-toggle-overwrite"},
    {"\\e[1;5C", "em-next-word"}, {"\\e[1;5D", "ed-prev-word"},
};

/// What el_deletestr counts.
int CountCharacters(const std::string& text) {
  return static_cast<int>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// The part of all words that is the same.
std::string Shared(const std::vector<std::string>& words) {
  std::string shared = words[0];
  for (const auto& word : words) {
    const auto differs = std::ranges::mismatch(shared, word).in1;
    shared.erase(differs, shared.end());
  }
  return shared;
}

/// In as many columns as there is room for.
std::string Listed(const std::vector<std::string>& words, size_t columns) {
  const size_t count = std::min(words.size(), kWordsListedMax);
  size_t width = 1;
  for (size_t i = 0; i < count; ++i) width = std::max(width, DisplayWidth(words[i]) + 2);
  const size_t per_line = std::max<size_t>(1, columns / width);
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    const bool ends_line = i % per_line == per_line - 1 || i + 1 == count;
    text += words[i] + (ends_line ? "\n" : std::string(width - DisplayWidth(words[i]), ' '));
  }
  if (words.size() > count) text += fmt::format("... and {} more\n", words.size() - count);
  return text;
}

std::string HistoryFile() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : std::string(home) + "/.tidemark_history";
}

}  // namespace

class LineReader::Editor {
 public:
  explicit Editor(const server::Session& session) : session_(session), history_(HistoryFile()) {
    std::setlocale(LC_CTYPE, "C.UTF-8");  // libedit drops what the locale has no characters for
    edit_ = el_init("tidemark", stdin, stdout, stderr);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_SIGNAL, 1);
    el_set(edit_, EL_GETCFN, ReadCharacter);
    el_set(edit_, EL_PROMPT, ShownPrompt);
    el_set(edit_, EL_HIST, ::history, history_.list());
    el_set(edit_, EL_EDITOR, "emacs");
    for (const auto& [key, command] : kKeys) el_set(edit_, EL_BIND, key, command, nullptr);
    Bind("^I", "complete-word", "What may stand here", OnTab);
    Bind("^Z", "suspend", "Back to the shell", OnSuspend);
    el_source(edit_, nullptr);
  }
  ~Editor() { el_end(edit_); }
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  Entry Next(const std::string& statement) {
    lines_before_ = statement.empty() ? "" : statement + "\n";
    int count = 0;
    const char* line = el_gets(edit_, &count);
    if (line == nullptr || count <= 0) {
      std::cout << "\n" << std::flush;
      return {interrupts_.Forget() ? Entry::Kind::kCancel : Entry::Kind::kEnd, ""};
    }
    Entry entry;
    entry.line.assign(line, static_cast<size_t>(count));
    if (entry.line.ends_with('\n')) entry.line.pop_back();
    return entry;
  }

  History& history() { return history_; }

 private:
  using Command = unsigned char (*)(EditLine*, int);

  void Bind(const char* key, const char* name, const char* help, Command command) {
    el_set(edit_, EL_ADDFN, name, help, command);
    el_set(edit_, EL_BIND, key, name, nullptr);
  }

  static Editor& Of(EditLine* edit) {
    void* editor = nullptr;
    el_get(edit, EL_CLIENTDATA, &editor);
    return *static_cast<Editor*>(editor);
  }

  static char* ShownPrompt(EditLine* edit) {
    return const_cast<char*>(Of(edit).lines_before_.empty() ? kPrompt : kContinuation);
  }

  static int ReadCharacter(EditLine*, wchar_t* character) {
    const int key = ReadKey();
    if (key < 0) return 0;
    *character = static_cast<wchar_t>(key);
    return 1;
  }

  static unsigned char OnSuspend(EditLine*, int) {
    std::raise(SIGTSTP);
    return CC_NORM;
  }

  static unsigned char OnTab(EditLine* edit, int) { return Of(edit).Complete(); }

  /// As much of the word as is certain; a list of what it may be when nothing more is.
  unsigned char Complete() {
    const LineInfo* line = el_line(edit_);
    const std::string before(line->buffer, line->cursor);
    const std::string after(line->cursor, line->lastchar);
    const Completion offer = CompletionAt(lines_before_ + before, after, session_);
    if (offer.words.empty()) return CC_REFRESH_BEEP;
    std::string word = Shared(offer.words);
    if (offer.words.size() > 1 && word.size() <= offer.typed.size()) {
      std::cout << "\n" << Listed(offer.words, SizeOfTerminal(STDOUT_FILENO).columns) << std::flush;
      return CC_REDISPLAY;
    }
    if (offer.words.size() == 1 && offer.close != '\0') word += offer.close;
    el_deletestr(edit_, CountCharacters(offer.typed));
    el_insertstr(edit_, word.c_str());
    return CC_REFRESH;
  }

  const server::Session& session_;
  Interrupts interrupts_;
  History history_;
  EditLine* edit_ = nullptr;
  std::string lines_before_;  // of the same statement
};

LineReader::LineReader(const server::Session& session) {
  if (isatty(STDIN_FILENO) == 1) editor_ = std::make_unique<Editor>(session);
}

LineReader::~LineReader() = default;

Entry LineReader::Next(const std::string& statement) {
  if (editor_) return editor_->Next(statement);
  Entry entry;
  if (!std::getline(std::cin, entry.line)) entry.kind = Entry::Kind::kEnd;
  return entry;
}

void LineReader::Remember(const std::string& statement) {
  if (editor_) editor_->history().Add(statement);
}

}  // namespace tidemark::cli
