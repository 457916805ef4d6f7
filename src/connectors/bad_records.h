// SPDX-License-Identifier: Apache-2.0
// What becomes of records that cannot be decoded: fail with file and line, skip and count, or keep in a dead-letter
// table.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "catalog/configuration.h"
#include "catalog/table.h"
#include "connectors/connector.h"
#include "formats/format.h"

namespace tidemark::connectors {

enum class BadRecords { kFail, kSkip, kDeadLetter };

/// 'tidemark.bad-records', for every connector whose records have a text format.
OptionSpec BadRecordsOption();
/// What the table asks for. Without the option, a format that ignores parse errors skips what it cannot read at all.
BadRecords BadRecordsOf(const TableDefinition& table, const TableOptions& format_options);

/// One per source.
class BadRecordPolicy final : public formats::BadRecordHandler {
 public:
  /// `dead_letters` may be null: then records that ought to go there are errors.
  BadRecordPolicy(BadRecords mode, SourceMetrics* metrics, DeadLetterSink* dead_letters)
      : mode_(mode), metrics_(metrics), dead_letters_(dead_letters) {}

  /// Records come from `name` now. `lines_before`: asked once, and only when a line number is needed; gives the lines
  /// that lie before those the decoder counts.
  void Start(std::string name, std::function<arrow::Result<int64_t>()> lines_before);

  arrow::Status Handle(const formats::BadRecord& bad) override;

 private:
  arrow::Result<std::string> Position(int64_t line);

  const BadRecords mode_;
  SourceMetrics* const metrics_;
  DeadLetterSink* const dead_letters_;
  std::string name_;
  std::function<arrow::Result<int64_t>()> lines_before_;
  std::optional<int64_t> first_line_;  ///< lines_before_'s answer
};

}  // namespace tidemark::connectors
