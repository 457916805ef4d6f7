// SPDX-License-Identifier: Apache-2.0
// Requests on a running job.
#include "server/job_service.h"

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/object_path.h"
#include "server/watermark_report.h"

namespace tidemark::server {
namespace {

using nlohmann::json;

json Failure(const std::string& message) { return {{"error", message}}; }

/// As somebody in another folder names it.
std::string PlaceOf(const std::string& folder) {
  return io::IsObjectPath(folder) ? folder : std::filesystem::absolute(folder).lexically_normal().string();
}

json TakeSavepoint(runtime::Job* job, const json& request) {
  runtime::SavepointRequest savepoint;
  savepoint.target = request.value("target", "");
  savepoint.stop = request.value("stop", false);
  auto asked = job->TakeSavepoint(std::move(savepoint));
  if (!asked.ok()) return Failure(asked.status().message());
  const auto taken = asked->get();
  if (!taken.ok()) return Failure(taken.status().message());
  return {{"folder", PlaceOf(taken->folder)},
          {"number", taken->number},
          {"size_bytes", taken->size_bytes()},
          {"rows", taken->rows}};
}

}  // namespace

JobService::JobService(runtime::Job* job, Clock* clock) : job_(job), clock_(clock), thread_([this] { Watch(); }) {}

JobService::~JobService() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void JobService::Watch() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!ending_) {
    history_.Note(job_->Nodes(), clock_->SteadyMicros());
    changed_.wait_for(lock, std::chrono::microseconds(StateHistory::kStepMicros));
  }
}

std::string JobService::Answer(const std::string& request) {
  try {
    const json document = json::parse(request);
    const std::string command = document.value("command", "");
    json answer;
    if (command == "watermarks") {
      answer = WatermarkReport(job_->Watermarks(), clock_->NowMicros() / 1000);
    } else if (command == "state") {
      answer = history_.Report(job_->Nodes(), clock_->SteadyMicros());
    } else if (command == "savepoint") {
      answer = TakeSavepoint(job_, document);
    } else {
      answer = Failure("The running job does not know the command '" + command + "'");
    }
    return answer.dump(-1, ' ', false, json::error_handler_t::replace);
  } catch (const std::exception& exception) {
    return Failure(std::string("The request is not understood: ") + exception.what()).dump();
  }
}

}  // namespace tidemark::server
