// SPDX-License-Identifier: Apache-2.0
// Topics, and what becomes of them.
#include "golden/broker_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

namespace tidemark::golden {
namespace {

constexpr int kPartitions = 3;
constexpr int kRows = 40;  ///< of a partition

/// Rows whose times go up with some disorder, less than the watermark allows; `from_second`: of the first.
std::vector<std::string> Events(std::mt19937_64* random, int from_second) {
  std::vector<std::string> rows;
  for (int row = 0; row < kRows; ++row) {
    const int millis = (from_second + row * 2) * 1000 + static_cast<int>((*random)() % 4'000);
    rows.push_back(fmt::format(R"({{"k":{},"v":{},"ts":"2024-01-01 10:{:02}:{:02}.{:03}"}})", (*random)() % 7,
                               (*random)() % 100, millis / 60'000, millis / 1000 % 60, millis % 1000));
  }
  return rows;
}

BrokerTopics MakeTopics() {
  std::mt19937_64 random(1);
  BrokerTopics topics;
  for (int partition = 0; partition < kPartitions; ++partition) {
    topics["events"].push_back(Events(&random, 0));
    topics["clicks+"].push_back(Events(&random, 0));
    auto& names = topics["names+"].emplace_back();
    for (int k = partition; k < 9; k += kPartitions)
      names.push_back(fmt::format(R"({{"k":{},"name":"name {}"}})", k, k));
  }
  topics["clicks+"].push_back(Events(&random, kRows * 3));
  return topics;
}

}  // namespace

arrow::Result<std::unique_ptr<BrokerCase>> BrokerCase::Load(const std::string& path, Report* report) {
  std::unique_ptr<BrokerCase> loaded(new BrokerCase(path, report));
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  ARROW_ASSIGN_OR_RAISE(loaded->program_, Program::Plan(text.str(), /*batch=*/false));
  loaded->topics_ = MakeTopics();
  RunSettings calm;
  calm.seed = 0;
  calm.faults = true;
  calm.calm = true;
  calm.topics = &loaded->topics_;
  ARROW_ASSIGN_OR_RAISE(const ProgramResult result, loaded->program_->Run({}, calm));
  loaded->expected_ = Written(result);
  if (loaded->expected_.empty()) return arrow::Status::Invalid(path, " writes nothing");
  return loaded;
}

std::vector<std::string> BrokerCase::Written(const ProgramResult& result) {
  std::vector<std::string> lines = result.LinesBelow("out");
  for (const BrokerRecord& record : result.log) lines.push_back(record.topic + " " + record.value);
  std::sort(lines.begin(), lines.end());
  return lines;
}

bool BrokerCase::Run(const RunSettings& settings, ProgramResult* result) const {
  RunSettings own = settings;
  own.topics = &topics_;
  auto ran = program_->Run({}, own);
  const std::string where = fmt::format(
      "seed {}\n    again: tests/run --simulate --faults --seeds 1 --first-seed {} --only '{}' tests/broker\n",
      *settings.seed, *settings.seed, path_);
  if (!ran.ok()) {
    report_->Fail(path_, "a job that failed", "  " + where + "    " + ran.status().message());
    return false;
  }
  *result = std::move(*ran);
  const auto written = Written(*result);
  if (written == expected_) return true;
  // A job that was refused has written some of it.
  if (!result->refused.empty() && std::includes(expected_.begin(), expected_.end(), written.begin(), written.end()))
    return true;
  report_->Fail(path_, "wrong rows", "  " + where + "    " + result->drawn + "\n" + Difference(expected_, written));
  return false;
}

}  // namespace tidemark::golden
