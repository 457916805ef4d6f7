// SPDX-License-Identifier: Apache-2.0
// The run, check and explain commands.
#include "cli/script.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>

#include "cli/job_runner.h"
#include "cli/standard_input.h"
#include "cli/stop_signals.h"
#include "server/session.h"
#include "sql/diagnostic.h"
#include "sql/parser.h"

namespace tidemark::cli {
namespace {

using Statements = std::vector<std::shared_ptr<const sql::Statement>>;
using server::PreparedStatement;

/// A script with the session it runs in.
class Script {
 public:
  explicit Script(const CommandOptions& options) : options_(options) {}

  /// Reads, configures, parses. The exit code on failure.
  std::optional<int> Load() {
    auto text = ReadScript(options_.file);
    if (!text.ok()) return Fail(text.status(), kExitUsage);
    text_ = std::move(*text);
    auto parsed = sql::ParseScript(text_);
    if (!parsed.ok()) return Fail(parsed.status(), kExitUsage);
    for (auto& statement : *parsed) statements_.push_back(std::move(statement));
    return std::nullopt;
  }

  arrow::Result<std::unique_ptr<server::Session>> NewSession() const {
    auto session = std::make_unique<server::Session>(SystemClock());
    ARROW_RETURN_NOT_OK(ApplySettings(options_, &session->configuration()));
    return session;
  }

  int Fail(const arrow::Status& status, int exit_code) const {
    std::cerr << sql::RenderDiagnostic(status, shown_name(), text_);
    return exit_code;
  }

  /// For what is wrong with the options and not with the script.
  static int FailOptions(const arrow::Status& status) {
    std::cerr << sql::RenderDiagnostic(status, "tidemark", "");
    return kExitUsage;
  }

  std::string shown_name() const { return options_.file == "-" ? "standard input" : options_.file; }

  const Statements& statements() const { return statements_; }
  const std::string& text() const { return text_; }
  const CommandOptions& options() const { return options_; }

 private:
  const CommandOptions& options_;
  std::string text_;
  Statements statements_;
};

/// Prepares every statement in a session of its own; calls `visit` with each.
template <typename Visit>
int PrepareAll(const Script& script, Visit visit) {
  auto session = script.NewSession();
  if (!session.ok()) return Script::FailOptions(session.status());
  for (const auto& statement : script.statements()) {
    auto prepared = (*session)->Prepare(statement, script.text());
    if (!prepared.ok()) return script.Fail(prepared.status(), kExitUsage);
    visit(*statement, *prepared);
  }
  return kExitDone;
}

/// A key with a meaning for a running job that has two values; empty if there is none.
std::string DifferingKey(const Configuration& a, const Configuration& b) {
  for (const auto& spec : Configuration::Specs()) {
    const bool has_effect = !spec.description.starts_with("Accepted");
    if (has_effect && a.GetString(spec.key) != b.GetString(spec.key)) return spec.key;
  }
  return "";
}

class ScriptRun {
 public:
  explicit ScriptRun(const Script& script) : script_(script) {}

  int Run() {
    auto session = script_.NewSession();
    if (!session.ok()) return Script::FailOptions(session.status());
    session_ = std::move(*session);
    if (!script_.options().savepoint.empty() &&
        session_->configuration().GetString(config::kCheckpointFolder).empty()) {
      return Script::FailOptions(arrow::Status::Invalid(
          "--from-savepoint needs a folder for the checkpoints that follow: write --state FOLDER"));
    }
    for (const auto& statement : script_.statements()) {
      auto prepared = session_->Prepare(statement, script_.text());
      if (!prepared.ok()) return script_.Fail(prepared.status(), kExitUsage);
      if (prepared->kind == PreparedStatement::Kind::kQuit) break;
      const bool waits =
          prepared->kind == PreparedStatement::Kind::kJob && !prepared->is_query && !prepared->plan.bounded;
      if (waits) {
        if (auto added = AddUnbounded(*statement, &*prepared); !added.ok()) return script_.Fail(added, kExitUsage);
        continue;
      }
      const auto outcome = CarryOut(*prepared);
      if (outcome != JobOutcome::kFinished) return outcome == JobOutcome::kStopped ? kExitDone : kExitFailed;
    }
    if (!unbounded_settings_) return kExitDone;
    if (auto used = session_->UseConfiguration(*unbounded_settings_); !used.ok()) return script_.Fail(used, kExitUsage);
    return CarryOut(unbounded_) == JobOutcome::kFailed ? kExitFailed : kExitDone;
  }

 private:
  /// INSERTs that never end run together, with the settings that stood when they were read.
  arrow::Status AddUnbounded(const sql::Statement& statement, PreparedStatement* prepared) {
    if (!unbounded_settings_) unbounded_settings_ = session_->configuration();
    if (const std::string key = DifferingKey(*unbounded_settings_, session_->configuration()); !key.empty()) {
      return sql::SqlError(statement.range,
                           "'" + key + "' is set differently for an earlier INSERT that runs along with this",
                           "Set it once before both, or put them into two files.");
    }
    for (auto& sink : prepared->plan.sinks) unbounded_.plan.sinks.push_back(std::move(sink));
    unbounded_.dead_letter_table = prepared->dead_letter_table;
    unbounded_.kind = PreparedStatement::Kind::kJob;
    return arrow::Status::OK();
  }

  JobOutcome CarryOut(const PreparedStatement& prepared) {
    auto outcome = cli::CarryOut(prepared, *session_, script_.options(), &job_names_);
    if (outcome.ok()) return *outcome;
    script_.Fail(outcome.status(), kExitFailed);
    return JobOutcome::kFailed;
  }

  const Script& script_;
  std::unique_ptr<server::Session> session_;
  JobNames job_names_;
  PreparedStatement unbounded_;
  std::optional<Configuration> unbounded_settings_;
};

}  // namespace

namespace {

/// Text in UTF-8 as the parser wants it.
arrow::Result<std::string> WithoutByteOrderMark(std::string text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return arrow::Status::Invalid("The text is UTF-16: save it as UTF-8");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

}  // namespace

arrow::Result<std::string> ReadScript(const std::string& file) {
  const NothingBegun nothing_begun;
  if (file == "-") return WithoutByteOrderMark(std::string(std::istreambuf_iterator<char>(std::cin), {}));
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return arrow::Status::IOError("Cannot read '", file, "': ", std::strerror(errno));
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return arrow::Status::IOError("Cannot read '", file, "': a folder");
  std::ostringstream text;
  if (stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
  if (stream.bad() || text.fail()) return arrow::Status::IOError("Cannot read '", file, "'");
  return WithoutByteOrderMark(text.str());
}

int CheckScript(const CommandOptions& options) {
  Script script(options);
  if (auto failed = script.Load()) return *failed;
  size_t jobs = 0;
  const int code = PrepareAll(script, [&](const sql::Statement&, const PreparedStatement& prepared) {
    jobs += prepared.kind == PreparedStatement::Kind::kJob;
  });
  if (code == kExitDone) {
    const auto count = [](size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); };
    std::cout << fmt::format("{}: {}, {}, no errors\n", script.shown_name(),
                             count(script.statements().size(), "statement"), count(jobs, "job"));
  }
  return code;
}

int ExplainScript(const CommandOptions& options) {
  Script script(options);
  if (auto failed = script.Load()) return *failed;
  return PrepareAll(script, [&](const sql::Statement&, const PreparedStatement& prepared) {
    if (prepared.kind == PreparedStatement::Kind::kText) std::cout << prepared.text << "\n";
    if (prepared.kind == PreparedStatement::Kind::kJob) std::cout << plan::Explain(prepared.plan) << "\n";
  });
}

int RunScript(const CommandOptions& options) {
  Script script(options);
  if (auto failed = script.Load()) return *failed;
  StandardInputUse standard_input(options.file == "-");
  arrow::Status taken;
  const int code = PrepareAll(script, [&](const sql::Statement& statement, const PreparedStatement& prepared) {
    if (taken.ok()) taken = standard_input.Take(statement, prepared);
  });
  if (code == kExitDone && !taken.ok()) return script.Fail(taken, kExitUsage);
  return code == kExitDone ? ScriptRun(script).Run() : code;
}

}  // namespace tidemark::cli
