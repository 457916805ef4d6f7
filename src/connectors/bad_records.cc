// SPDX-License-Identifier: Apache-2.0
// Handling of bad records.
#include "connectors/bad_records.h"

#include <arrow/status.h>

#include <utility>

namespace tidemark::connectors {

OptionSpec BadRecordsOption() {
  return {.key = "tidemark.bad-records",
          .type = OptionType::kEnum,
          .default_value = "fail",
          .description = "What becomes of records that cannot be decoded",
          .enum_values = {"fail", "skip", "dead-letter"}};
}

BadRecords BadRecordsOf(const TableDefinition& table, const TableOptions& format_options) {
  const auto mode = table.options.find("tidemark.bad-records");
  if (mode != table.options.end()) {
    return mode->second == "skip"          ? BadRecords::kSkip
           : mode->second == "dead-letter" ? BadRecords::kDeadLetter
                                           : BadRecords::kFail;
  }
  const auto ignore = format_options.find("ignore-parse-errors");
  return ignore != format_options.end() && ParseBoolean(ignore->second).ValueOr(false) ? BadRecords::kSkip
                                                                                       : BadRecords::kFail;
}

void BadRecordPolicy::Start(std::string name, std::function<arrow::Result<int64_t>()> lines_before) {
  name_ = std::move(name);
  lines_before_ = std::move(lines_before);
  first_line_.reset();
}

arrow::Result<std::string> BadRecordPolicy::Position(int64_t line) {
  if (line < 0) return name_;
  if (!first_line_) {
    ARROW_ASSIGN_OR_RAISE(first_line_, lines_before_());
  }
  return name_ + ":" + std::to_string(*first_line_ + line);
}

arrow::Status BadRecordPolicy::Handle(const formats::BadRecord& bad) {
  if (mode_ == BadRecords::kSkip) {
    metrics_->bad_records_skipped.fetch_add(1, std::memory_order_relaxed);
    return arrow::Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(const std::string position, Position(bad.line));
  if (mode_ == BadRecords::kDeadLetter && dead_letters_ != nullptr) {
    metrics_->bad_records_skipped.fetch_add(1, std::memory_order_relaxed);
    return dead_letters_->Add(position, bad.reason, bad.record);
  }
  return arrow::Status::Invalid(position, ": ", bad.reason,
                                ". To go on without such records set 'tidemark.bad-records' = 'skip' on the table");
}

}  // namespace tidemark::connectors
