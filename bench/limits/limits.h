// SPDX-License-Identifier: Apache-2.0
// What the machine can do at most: the loops that a query over the same data could at best be as fast as. They use the
// libraries alone, nothing of tidemark, on one thread.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark::bench {

/// Rows that went through a loop, and what the loop alone took.
struct Measured {
  int64_t rows = 0;
  double wall_s = 0;
  double cpu_s = 0;
};

/// Reads a file of JSON lines and turns `auction bidder price channel url dateTime extra`, in this order, into Arrow
/// arrays with simdjson's on-demand parser over blocks of lines.
arrow::Result<Measured> ParseJsonBids(const std::string& path);

/// Decodes the columns of a Parquet file by name; all of them when none is named.
arrow::Result<Measured> DecodeParquet(const std::string& path, const std::vector<std::string>& columns);

/// Counts the rows per value of a BIGINT column of a Parquet file in an open-addressing table that is large enough from
/// the beginning. Reading the file is not in the figures.
arrow::Result<Measured> CountPerKey(const std::string& path, const std::string& column);

/// Wall and CPU time of this process since it was made.
class Stopwatch {
 public:
  Stopwatch();
  Measured Stop(int64_t rows) const;

 private:
  double wall_begin_s_;
  double cpu_begin_s_;
};

}  // namespace tidemark::bench
