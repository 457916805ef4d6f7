// SPDX-License-Identifier: Apache-2.0
// Dead letters: records that could not be decoded, written to a table of the user's choice instead of failing the job.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "connectors/connector.h"
#include "plan/physical_plan.h"

namespace tidemark::runtime {

/// The columns a dead-letter table may have, by name; a table declares any of them, in any order:
///   table_name STRING            the table that was read
///   position   STRING            file and line, or what the connector names a record by
///   reason     STRING
///   record     STRING            the record; bytes that are not UTF-8 become U+FFFD
///   raw        BYTES             the record as it is
///   seen_at    TIMESTAMP_LTZ(3)  the clock
const Schema& DeadLetterSchema();

/// Gathers the bad records of one table on one worker and writes them to `sink`, opened for `sink_node`. A record is
/// read before the rows around it are handed on, and a checkpoint may lie between: so it waits here until its turn.
class DeadLetterWriter final : public connectors::DeadLetterSink {
 public:
  struct Letter {
    std::string position;
    std::string reason;
    std::string record;
    int64_t seen_ms;
  };

  /// Everything outlives the writer.
  DeadLetterWriter(std::string table_name, const plan::SinkNode& sink_node, connectors::Sink* sink, Clock* clock);

  arrow::Status Add(const std::string& position, const std::string& reason, std::string_view record) override;
  /// What was added since the last call.
  std::vector<Letter> TakeAdded() { return std::exchange(added_, {}); }
  /// Letters whose turn it is.
  arrow::Status Give(std::vector<Letter> letters);
  /// Writes what was gathered. Called now and then, and before the sink is closed.
  arrow::Status Flush();

 private:
  arrow::Result<std::shared_ptr<arrow::Array>> Column(int column) const;

  const std::string table_name_;
  const std::vector<int> columns_;  // positions in DeadLetterSchema(), in the table's order
  connectors::Sink* sink_;
  Clock* clock_;
  std::vector<Letter> added_;
  std::vector<Letter> letters_;
  size_t gathered_bytes_ = 0;
};

}  // namespace tidemark::runtime
