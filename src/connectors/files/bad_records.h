// SPDX-License-Identifier: Apache-2.0
// What becomes of records that cannot be decoded: fail with file and line, skip and count, or keep in a dead-letter table.
#pragma once

#include <functional>
#include <string>

#include "connectors/connector.h"
#include "connectors/files/files_options.h"
#include "formats/format.h"

namespace tidemark::connectors {

/// One per reader. `lines_before`: asked only when a line number is needed; gives the lines of the file that lie before
/// the bytes that the decoder sees.
class FileBadRecords final : public formats::BadRecordHandler {
 public:
  FileBadRecords(std::string path, BadRecords mode, SourceMetrics* metrics, DeadLetterSink* dead_letters,
                 std::function<arrow::Result<int64_t>()> lines_before);

  arrow::Status Handle(const formats::BadRecord& bad) override;

 private:
  arrow::Result<std::string> Position(int64_t line) const;

  std::string path_;
  BadRecords mode_;
  SourceMetrics* metrics_;
  DeadLetterSink* dead_letters_;
  std::function<arrow::Result<int64_t>()> lines_before_;
};

}  // namespace tidemark::connectors
