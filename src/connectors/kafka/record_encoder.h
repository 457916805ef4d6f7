// SPDX-License-Identifier: Apache-2.0
// RecordEncoder: from the rows of a batch to the records of a topic.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/out_record.h"
#include "connectors/kafka/record_layout.h"

namespace tidemark::connectors::kafka {

/// One thread.
class RecordEncoder {
 public:
  /// `zone`: local time zone.
  static arrow::Result<std::unique_ptr<RecordEncoder>> Make(const TableDefinition& table, const KafkaOptions& options,
                                                            const std::string& zone);

  /// The keys and values of a batch, at once.
  arrow::Status Encode(const Batch& batch);
  /// The record of a row of the batch that was encoded last; once for each row.
  arrow::Result<OutRecord> RecordOf(const Batch& batch, int64_t row);

 private:
  RecordEncoder() = default;
  arrow::Status Plan(const TableDefinition& table, const KafkaOptions& options, const std::string& zone);
  arrow::Status PlanMetadata(const TableColumn& column, int at);
  arrow::Status SetTimestamp(const Batch& batch, int64_t row, OutRecord* record) const;
  void SetHeaders(const Batch& batch, int64_t row, OutRecord* record) const;

  std::unique_ptr<formats::Encoder> key_encoder_;  ///< null: records have no key
  std::unique_ptr<formats::Encoder> value_encoder_;
  std::vector<int> key_columns_;  ///< positions in a batch
  std::vector<int> value_columns_;
  bool upsert_ = false;
  bool raw_key_ = false;
  bool raw_value_ = false;
  std::string topic_;  ///< of all records, unless a column says it
  int topic_column_ = -1;
  int timestamp_column_ = -1;
  int64_t timestamp_per_milli_ = 1;
  int headers_column_ = -1;
  std::vector<std::string> keys_;  ///< of the batch at hand
  std::vector<std::string> values_;
};

}  // namespace tidemark::connectors::kafka
