// SPDX-License-Identifier: Apache-2.0
// Entry point of the program `tidemark`: options in, exit code out.
#include <arrow/compute/initialize.h>
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "cli/checkpoints.h"
#include "cli/command_hint.h"
#include "cli/job_commands.h"
#include "cli/prompt.h"
#include "cli/script.h"
#include "cli/stop_signals.h"
#include "io/s3.h"
#include "state/key_groups.h"

namespace {

using tidemark::cli::CommandOptions;

void AddSettings(CLI::App* command, CommandOptions* options) {
  command->add_option("--set", options->settings, "Set a configuration key, e.g. --set execution.runtime-mode=batch")
      ->type_name("KEY=VALUE")
      ->take_all();
  command->add_option("--config", options->config_file, "File of 'key: value' lines (default: $TIDEMARK_CONFIG)");
}

void AddSharedOptions(CLI::App* command, CommandOptions* options) {
  command->add_option("-p,--parallelism", options->parallelism, "Number of workers (default: one per core)")
      ->check(CLI::Range(1, tidemark::state::kKeyGroups));
  AddSettings(command, options);
}

void AddFile(CLI::App* command, CommandOptions* options) {
  command->add_option("FILE", options->file, "SQL script, '-' for standard input")->required();
}

void AddFormat(CLI::App* command, CommandOptions* options, std::string* format) {
  command->add_option("--format", *format, "How rows of SELECTs are written: table, csv, json or changelog")
      ->check(CLI::IsMember({"table", "csv", "json", "changelog"}));
  command->add_flag("-q,--quiet", options->quiet, "No progress line");
}

struct JobCommand {
  CLI::App* command;
  int (*carry_out)(const tidemark::cli::JobCommandOptions& options);
};

/// A variable of the shell that is not set must not mean that there is no state.
CLI::Validator NotEmpty() {
  return CLI::Validator([](const std::string& text) { return text.empty() ? "it is empty" : ""; }, "FOLDER");
}

/// The commands that ask a running job.
std::vector<JobCommand> AddJobCommands(CLI::App* app, tidemark::cli::JobCommandOptions* options) {
  auto* savepoint = app->add_subcommand("savepoint", "Take a savepoint of a running job, and print its folder");
  auto* watermarks = app->add_subcommand("watermarks", "Show which split holds a running job back");
  auto* state = app->add_subcommand("state", "Show what the operators of a running job remember");
  for (auto* command : {savepoint, watermarks, state}) {
    command->add_option("FOLDER", options->folder, "The folder given to --state, or one job's in it")->required();
    AddSettings(command, &options->shared);
  }
  savepoint->add_option("TARGET", options->target, "Folder for the savepoint (default: with the job's checkpoints)");
  savepoint->add_flag("--stop", options->stop, "Stop the job with it; the same command goes on from there");
  for (auto* command : {watermarks, state}) {
    command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  }
  return {{savepoint, tidemark::cli::TakeSavepoint},
          {watermarks, tidemark::cli::ShowWatermarks},
          {state, tidemark::cli::ShowState}};
}

/// A closed standard stream's number would go to the first file that is opened, and what is printed into that file.
void OpenStandardStreams() {
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open("/dev/null", O_RDWR);
  if (descriptor >= 0) close(descriptor);
}

/// Says what is wrong with the command line, and what may have been meant. The exit code.
int Refuse(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (app.exit(error) == 0) return tidemark::cli::kExitDone;
  std::vector<std::string> commands;
  std::vector<std::string> with_format;
  for (const auto* command : app.get_subcommands(nullptr)) {
    commands.push_back(command->get_name());
    if (command->get_option_no_throw("--format") != nullptr) with_format.push_back(command->get_name());
  }
  std::cerr << tidemark::cli::CommandHint({argv + 1, argv + argc}, commands, with_format);
  return tidemark::cli::kExitUsage;
}

/// No command: help for a person; input that nothing was to be done with is a slip in a script.
int WithoutCommand(const CLI::App& app) {
  if (isatty(STDIN_FILENO) == 1) {
    std::cout << app.help();
    return tidemark::cli::kExitDone;
  }
  std::cerr << "tidemark: error: no command says what to do with standard input\nWrite: tidemark run -\n";
  return tidemark::cli::kExitUsage;
}

/// The vectors of one batch are freed and made anew for the next: memory given back meanwhile would have to be cleared
/// by the system each time, which took a tenth of the time of a query over Parquet.
void KeepFreedMemory() {
#ifdef __GLIBC__
  constexpr int kKeptBytes = 256 << 20;
  constexpr int kMappedBytes = 32 << 20;  // the largest that glibc takes
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_MMAP_THRESHOLD, kMappedBytes);
#endif
}

/// `code`, unless standard output did not take all that was said.
int AfterOutput(int code) {
  std::cout.flush();
  if (std::cout || code != tidemark::cli::kExitDone) return code;
  std::cerr << "tidemark: error: cannot write to standard output\n";
  return tidemark::cli::kExitFailed;
}

}  // namespace

int main(int argc, char** argv) {
  tidemark::cli::EarlyStop early_stop;
  const tidemark::io::S3Life s3;
  OpenStandardStreams();
  KeepFreedMemory();
  signal(SIGXFSZ, SIG_IGN);  // so that a limit on the size of files is an error of the write, with the file's name
  CLI::App app{"Streams and batches with the same Flink SQL", "tidemark"};
  app.set_version_flag("--version", "tidemark " TIDEMARK_VERSION);
  app.require_subcommand(0, 1);
  app.footer("Exit codes: 0 done, 1 failed while running, 2 the SQL or the options are wrong.");
  CommandOptions options;
  options.program_version = TIDEMARK_VERSION;
  std::string format = "table";
  auto* run = app.add_subcommand("run", "Run the statements of a SQL script in order");
  AddFile(run, &options);
  AddSharedOptions(run, &options);
  AddFormat(run, &options, &format);
  run->add_option(
         "--state", options.state_folder,
         "Folder for checkpoints, here or in s3://: after a crash or a stop, the same command goes on from the "
         "newest one")
      ->check(NotEmpty());
  run->add_option("--from-savepoint", options.savepoint, "Go on from the checkpoint in this folder instead")
      ->check(NotEmpty());
  auto* check = app.add_subcommand("check", "Parse and plan a SQL script without running it");
  AddFile(check, &options);
  AddSharedOptions(check, &options);
  auto* explain = app.add_subcommand("explain", "Show the physical plans of a SQL script");
  AddFile(explain, &options);
  AddSharedOptions(explain, &options);
  auto* prompt = app.add_subcommand("sql",
                                    "A prompt for SQL statements; of piped ones all are run, and the exit code is that "
                                    "of the last that failed");
  AddSharedOptions(prompt, &options);
  AddFormat(prompt, &options, &format);
  auto* checkpoints = app.add_subcommand("checkpoints", "List the checkpoints in a folder of --state");
  tidemark::cli::CheckpointsOptions listing;
  checkpoints->add_option("FOLDER", listing.folder, "The folder given to --state, or one job's in it")->required();
  checkpoints->add_flag("--verify", listing.verify, "Read every byte and compare it with what was written");
  AddSettings(checkpoints, &listing.shared);
  tidemark::cli::JobCommandOptions asked;
  const auto job_commands = AddJobCommands(&app, &asked);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return AfterOutput(Refuse(app, error, argc, argv));
  }
  if (!run->parsed()) early_stop.Release();
  if (auto status = arrow::compute::Initialize(); !status.ok()) {
    std::cerr << "tidemark: error: " << status.message() << "\n";
    return tidemark::cli::kExitFailed;
  }
  options.format = tidemark::cli::ParseResultFormat(format).ValueOr(tidemark::cli::ResultFormat::kTable);
  if (run->parsed()) return AfterOutput(tidemark::cli::RunScript(options));
  if (check->parsed()) return AfterOutput(tidemark::cli::CheckScript(options));
  if (explain->parsed()) return AfterOutput(tidemark::cli::ExplainScript(options));
  if (checkpoints->parsed()) return AfterOutput(tidemark::cli::ListCheckpoints(listing));
  for (const auto& [command, carry_out] : job_commands) {
    if (command->parsed()) return AfterOutput(carry_out(asked));
  }
  if (prompt->parsed()) return AfterOutput(tidemark::cli::RunPrompt(options));
  return AfterOutput(WithoutCommand(app));
}
