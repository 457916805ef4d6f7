// SPDX-License-Identifier: Apache-2.0
// Gathers lines until they are a statement, then carries it out.
#include "cli/prompt.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iostream>
#include <string_view>
#include <utility>

#include "cli/job_runner.h"
#include "cli/line_reader.h"
#include "server/session.h"
#include "sql/diagnostic.h"
#include "sql/parser.h"
#include "sql/statement_split.h"

namespace tidemark::cli {
namespace {

bool IsBlank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

/// Whether a ';' closes the last statement of the text.
bool IsComplete(const std::string& text) {
  const std::vector<sql::StatementText> statements = sql::SplitScript(text);
  return !statements.empty() && statements.back().complete;
}

/// What people type to a prompt without a ';', as a statement; empty: `line` is none of it.
std::string_view CommandOf(const std::string& line) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kCommands = {{
      {"quit", "QUIT;"},
      {"exit", "QUIT;"},
      {"\\q", "QUIT;"},
      {"help", "HELP;"},
      {"\\h", "HELP;"},
      {"\\?", "HELP;"},
      {"?", "HELP;"},
  }};
  const auto is_margin = [](unsigned char c) { return std::isspace(c) != 0 || c == ';'; };
  std::string word;
  for (const char c : line) word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  word.erase(std::find_if_not(word.rbegin(), word.rend(), is_margin).base(), word.end());
  word.erase(word.begin(), std::find_if_not(word.begin(), word.end(), is_margin));
  for (const auto& [command, statement] : kCommands) {
    if (word == command) return statement;
  }
  return "";
}

class Prompt {
 public:
  Prompt(const CommandOptions& options, server::Session* session) : options_(options), session_(session) {}

  int Run() {
    LineReader reader(*session_);
    if (reader.is_terminal()) std::cout << "tidemark: end a statement with ';', leave with QUIT, more with HELP\n";
    std::string text;
    int failure = kExitDone;  // of the last statement that failed
    while (!quit_) {
      const Entry entry = reader.Next(text);
      const bool ended = entry.kind == Entry::Kind::kEnd;
      if (const auto command = text.empty() ? CommandOf(entry.line) : ""; !command.empty()) {
        (void)Execute(std::string(command));  // HELP and QUIT cannot fail
        continue;
      }
      if (entry.kind == Entry::Kind::kLine) text += (text.empty() ? "" : "\n") + entry.line;
      if (entry.kind == Entry::Kind::kCancel || IsBlank(text)) text.clear();
      const bool complete = IsComplete(text) || (ended && !text.empty());
      if (complete) {
        reader.Remember(text);
        const int code = Execute(std::exchange(text, {}));
        if (code != kExitDone) failure = code;
      }
      if (ended) break;
    }
    return reader.is_terminal() ? kExitDone : failure;
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
      auto outcome = CarryOut(*prepared, *session_, options_, &job_names_);
      if (!outcome.ok()) return Fail(outcome.status(), text, kExitFailed);
    }
    return kExitDone;
  }

  static int Fail(const arrow::Status& status, const std::string& text, int code) {
    std::cerr << sql::RenderDiagnostic(status, "sql", text);
    return code;
  }

  const CommandOptions& options_;
  JobNames job_names_;
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
