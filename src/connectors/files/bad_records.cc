// SPDX-License-Identifier: Apache-2.0
// Handling of bad records of files.
#include "connectors/files/bad_records.h"

namespace tidemark::connectors {

FileBadRecords::FileBadRecords(std::string path, BadRecords mode, SourceMetrics* metrics, DeadLetterSink* dead_letters,
                               std::function<arrow::Result<int64_t>()> lines_before)
    : path_(std::move(path)),
      mode_(mode),
      metrics_(metrics),
      dead_letters_(dead_letters),
      lines_before_(std::move(lines_before)) {}

arrow::Result<std::string> FileBadRecords::Position(int64_t line) const {
  if (line < 0) return path_;
  ARROW_ASSIGN_OR_RAISE(const int64_t before, lines_before_());
  return path_ + ":" + std::to_string(before + line);
}

arrow::Status FileBadRecords::Handle(const formats::BadRecord& bad) {
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
