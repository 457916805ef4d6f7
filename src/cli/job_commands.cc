// SPDX-License-Identifier: Apache-2.0
// Asking a running job.
#include "cli/job_commands.h"

#include <arrow/result.h>
#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/job_folder.h"
#include "cli/job_reports.h"
#include "cli/options.h"
#include "cli/state_files.h"
#include "io/object_path.h"

namespace tidemark::cli {
namespace {

using nlohmann::json;

int Fail(const arrow::Status& status) {
  std::cerr << "tidemark: error: " << status.message() << "\n";
  return kExitFailed;
}

arrow::Result<json> Ask(const std::string& job, const json& request) {
  ARROW_ASSIGN_OR_RAISE(const std::string text, AskJob(job, request.dump()));
  json answer = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object())
    return arrow::Status::IOError("The job of '", job, "' gave an answer that is no JSON object");
  if (answer.contains("error")) return arrow::Status::Invalid(answer.at("error").get<std::string>());
  return answer;
}

/// The running job that the options name.
arrow::Result<std::string> RunningJob(const JobCommandOptions& options) {
  Configuration configuration;
  ARROW_RETURN_NOT_OK(ApplySettings(options.shared, &configuration));
  ARROW_ASSIGN_OR_RAISE(const auto state_files, StateFiles::Make(configuration));
  return FindRunningJob(state_files->files(), options.folder);
}

/// As the job, which runs in a folder of its own, will understand it.
arrow::Result<std::string> TargetOf(const JobCommandOptions& options) {
  if (options.target.empty()) return std::string();
  ARROW_ASSIGN_OR_RAISE(const std::string folder, StateFolder(options.target));
  return io::IsObjectPath(folder) ? folder : std::filesystem::absolute(folder).string();
}

arrow::Status Savepoint(const JobCommandOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const std::string target, TargetOf(options));
  ARROW_ASSIGN_OR_RAISE(const std::string job, RunningJob(options));
  ARROW_ASSIGN_OR_RAISE(const json answer,
                        Ask(job, {{"command", "savepoint"}, {"target", target}, {"stop", options.stop}}));
  // Who reads the path may start the next run at once.
  if (options.stop) ARROW_RETURN_NOT_OK(WaitUntilEnded(job));
  std::cout << answer.at("folder").get<std::string>() << "\n";
  return arrow::Status::OK();
}

using ToText = std::string (*)(const json& report);

arrow::Status Show(const JobCommandOptions& options, const std::string& command, ToText to_text) {
  ARROW_ASSIGN_OR_RAISE(const std::string job, RunningJob(options));
  ARROW_ASSIGN_OR_RAISE(const json report, Ask(job, {{"command", command}}));
  std::cout << (options.format == "json" ? report.dump(2) + "\n" : to_text(report));
  return arrow::Status::OK();
}

/// An answer of another version of the program may lack what is looked for.
template <typename Command>
int CarryOut(Command command) {
  try {
    const arrow::Status status = command();
    return status.ok() ? kExitDone : Fail(status);
  } catch (const json::exception& exception) {
    return Fail(arrow::Status::IOError("The running job's answer is not understood: ", exception.what()));
  }
}

}  // namespace

int TakeSavepoint(const JobCommandOptions& options) {
  return CarryOut([&] { return Savepoint(options); });
}

int ShowWatermarks(const JobCommandOptions& options) {
  return CarryOut([&] { return Show(options, "watermarks", WatermarksText); });
}

int ShowState(const JobCommandOptions& options) {
  return CarryOut([&] { return Show(options, "state", StateReportText); });
}

}  // namespace tidemark::cli
