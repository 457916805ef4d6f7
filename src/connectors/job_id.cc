// SPDX-License-Identifier: Apache-2.0
// Names of jobs: 24 bits of the query, 40 of the run.
#include "connectors/job_id.h"

#include <fmt/format.h>

namespace tidemark::connectors {
namespace {

constexpr size_t kDigits = 16;
constexpr size_t kQueryDigits = 6;

}  // namespace

std::string MakeJobId(uint64_t query, uint64_t run) { return fmt::format("{:06x}{:010x}", query >> 40, run >> 24); }

bool HaveSameQuery(std::string_view job_id, std::string_view other) {
  return job_id.size() == kDigits && other.size() == kDigits &&
         job_id.substr(0, kQueryDigits) == other.substr(0, kQueryDigits);
}

}  // namespace tidemark::connectors
