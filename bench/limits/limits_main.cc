// SPDX-License-Identifier: Apache-2.0
// bench_limits json FILE | parquet FILE [COLUMN...] | hash FILE COLUMN: one loop, one line of figures:
// rows, wall seconds, CPU seconds, with tabs between.
#include <ctime>
#include <iomanip>
#include <iostream>

#include "limits.h"

namespace tidemark::bench {
namespace {

double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

arrow::Result<Measured> Run(const std::vector<std::string>& arguments) {
  const std::string kind = arguments.empty() ? "" : arguments[0];
  if (kind == "json" && arguments.size() == 2) return ParseJsonBids(arguments[1]);
  if (kind == "parquet" && arguments.size() >= 2)
    return DecodeParquet(arguments[1], {arguments.begin() + 2, arguments.end()});
  if (kind == "hash" && arguments.size() == 3) return CountPerKey(arguments[1], arguments[2]);
  return arrow::Status::Invalid("usage: bench_limits json FILE | parquet FILE [COLUMN...] | hash FILE COLUMN");
}

}  // namespace

Stopwatch::Stopwatch() : wall_begin_s_(Seconds(CLOCK_MONOTONIC)), cpu_begin_s_(Seconds(CLOCK_PROCESS_CPUTIME_ID)) {}

Measured Stopwatch::Stop(int64_t rows) const {
  return {rows, Seconds(CLOCK_MONOTONIC) - wall_begin_s_, Seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin_s_};
}

}  // namespace tidemark::bench

int main(int argc, char** argv) {
  const auto measured = tidemark::bench::Run({argv + 1, argv + argc});
  if (!measured.ok()) {
    std::cerr << "bench_limits: " << measured.status().message() << "\n";
    return 1;
  }
  std::cout << measured->rows << "\t" << std::fixed << std::setprecision(4) << measured->wall_s << "\t"
            << measured->cpu_s << "\n";
  return 0;
}
