// SPDX-License-Identifier: Apache-2.0
// Names of jobs: 16 hexadecimal digits that no other job has, of which the first are the same for all jobs that run the
// same query. So what a job has left behind tells what it was, also when its checkpoints are gone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::connectors {

/// `query`: a hash of what the job computes. `run`: a hash of what no other job has.
std::string MakeJobId(uint64_t query, uint64_t run);

/// Whether two jobs run the same query, as far as their names say: those of other queries are the same once in sixteen
/// million times, and names that are none of MakeJobId's say nothing.
bool HaveSameQuery(std::string_view job_id, std::string_view other);

}  // namespace tidemark::connectors
