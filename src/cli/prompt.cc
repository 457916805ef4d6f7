// SPDX-License-Identifier: Apache-2.0
// The interactive prompt over libedit.
#include "cli/prompt.h"

#include <editline/readline.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "cli/completion.h"
#include "cli/interrupts.h"
#include "cli/job_runner.h"
#include "server/session.h"
#include "sql/diagnostic.h"
#include "sql/parser.h"
#include "sql/statement_split.h"

namespace tidemark::cli {
namespace {

constexpr int kHistoryLines = 2000;
constexpr char kPrompt[] = "tidemark> ";
constexpr char kContinuation[] = "       -> ";

/// What the user did: a line, Ctrl-C (give up what was typed), or the end of the input.
struct Entry {
  enum class Kind { kLine, kCancel, kEnd };
  Kind kind = Kind::kLine;
  std::string line;
};

/// Lines in, from a terminal with editing and history, or from a pipe.
class LineReader {
 public:
  explicit LineReader(const server::Session& session) : is_terminal_(isatty(STDIN_FILENO) == 1) {
    if (!is_terminal_) return;
    interrupts_.emplace();
    std::setlocale(LC_CTYPE, "C.UTF-8");  // libedit drops what the locale has no characters for
    rl_getc_function = [](FILE*) { return ReadKey(); };
    rl_initialize();
    InstallCompletion(&session);
    if (const char* home = std::getenv("HOME")) history_file_ = std::string(home) + "/.tidemark_history";
    if (!history_file_.empty()) read_history(history_file_.c_str());
    stifle_history(kHistoryLines);
  }
  ~LineReader() {
    if (is_terminal_ && !history_file_.empty()) write_history(history_file_.c_str());
  }

  Entry Next(bool continuation) {
    Entry entry;
    if (!is_terminal_) {
      if (!std::getline(std::cin, entry.line)) entry.kind = Entry::Kind::kEnd;
      return entry;
    }
    char* raw = readline(continuation ? kContinuation : kPrompt);
    if (raw != nullptr) {
      entry.line = raw;
    } else {
      std::cout << "\n";
      entry.kind = interrupts_->Forget() ? Entry::Kind::kCancel : Entry::Kind::kEnd;
    }
    std::free(raw);
    return entry;
  }

  void Remember(const std::string& statement) {
    if (!is_terminal_) return;
    std::string line = statement;  // history is kept by lines, so a statement over several becomes one
    for (char& c : line) c = c == '\n' ? ' ' : c;
    add_history(line.c_str());
  }

  bool is_terminal() const { return is_terminal_; }

 private:
  bool is_terminal_;
  std::optional<Interrupts> interrupts_;
  std::string history_file_;
};

bool IsBlank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

/// Whether a ';' closes the last statement of the text.
bool IsComplete(const std::string& text) {
  const std::vector<sql::StatementText> statements = sql::SplitScript(text);
  return !statements.empty() && statements.back().complete;
}

class Prompt {
 public:
  Prompt(const CommandOptions& options, server::Session* session) : options_(options), session_(session) {}

  int Run() {
    LineReader reader(*session_);
    if (reader.is_terminal()) std::cout << "tidemark: end a statement with ';', leave with QUIT;\n";
    std::string text;
    int code = kExitDone;
    while (!quit_) {
      const Entry entry = reader.Next(!text.empty());
      const bool ended = entry.kind == Entry::Kind::kEnd;
      if (entry.kind == Entry::Kind::kLine) text += (text.empty() ? "" : "\n") + entry.line;
      if (entry.kind == Entry::Kind::kCancel || IsBlank(text)) text.clear();
      const bool complete = IsComplete(text) || (ended && !text.empty());
      if (complete) {
        reader.Remember(text);
        code = Execute(std::exchange(text, {}));
      }
      if (ended) break;
    }
    return reader.is_terminal() ? kExitDone : code;
  }

 private:
  int Execute(const std::string& text) {
    auto parsed = sql::ParseScript(text);
    if (!parsed.ok()) return Fail(parsed.status(), text, kExitUsage);
    for (auto& statement : *parsed) {
      auto prepared = session_->Prepare(std::move(statement), text);
      if (!prepared.ok()) return Fail(prepared.status(), text, kExitUsage);
      if (prepared->kind == server::PreparedStatement::Kind::kQuit) {
        quit_ = true;
        return kExitDone;
      }
      auto outcome = CarryOut(*prepared, *session_, options_);
      if (!outcome.ok()) return Fail(outcome.status(), text, kExitFailed);
    }
    return kExitDone;
  }

  static int Fail(const arrow::Status& status, const std::string& text, int code) {
    std::cerr << sql::RenderDiagnostic(status, "sql", text);
    return code;
  }

  const CommandOptions& options_;
  server::Session* session_;
  bool quit_ = false;
};

}  // namespace

int RunPrompt(const CommandOptions& options) {
  server::Session session(SystemClock());
  if (auto status = ApplySettings(options, &session.configuration()); !status.ok()) {
    std::cerr << "tidemark: error: " << status.message() << "\n";
    return kExitUsage;
  }
  CommandOptions at_prompt = options;
  at_prompt.at_prompt = true;
  return Prompt(at_prompt, &session).Run();
}

}  // namespace tidemark::cli
