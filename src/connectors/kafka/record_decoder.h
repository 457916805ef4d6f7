// SPDX-License-Identifier: Apache-2.0
// RecordDecoder: Kafka records of one partition to the columns that a plan reads: fields of the key, fields of the
// value, metadata.
#pragma once

#include <arrow/result.h>
#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "connectors/bad_records.h"
#include "connectors/connector.h"
#include "connectors/kafka/record_layout.h"

namespace tidemark::connectors::kafka {

/// Decodes many records at once through the vectorized decoders of the formats. In the common case (each record gives
/// one row) columns pass through untouched; records that are bad, or give none or several rows, cost a copy.
class RecordDecoder {
 public:
  /// `node`, `context` and `metrics` outlive the decoder.
  static arrow::Result<std::unique_ptr<RecordDecoder>> Make(const plan::SourceNode& node, bool upsert,
                                                            const ConnectorContext& context, SourceMetrics* metrics);

  /// One row for each record that is no tombstone, in order; of an upsert table, tombstones are deletes. Bad records
  /// follow the table's 'tidemark.bad-records'. REQUIRES: no message has an error.
  arrow::Result<Batch> Decode(const std::vector<rd_kafka_message_t*>& messages);
  /// The offset of each row that the last Decode gave, for the same messages.
  std::shared_ptr<const std::vector<int64_t>> Offsets(const std::vector<rd_kafka_message_t*>& messages) const;

 private:
  /// Bad records by their place in the messages given to a decoder.
  class Refused final : public formats::BadRecordHandler {
   public:
    explicit Refused(BadRecordPolicy policy) : policy_(std::move(policy)) {}
    /// `messages`: those that the decoder sees, in its order. Valid until the next call.
    void Start(const char* part, const std::vector<const rd_kafka_message_t*>* messages) {
      part_ = part;
      messages_ = messages;
    }
    arrow::Status Handle(const formats::BadRecord& bad) override;

   private:
    BadRecordPolicy policy_;
    const char* part_ = "";
    const std::vector<const rd_kafka_message_t*>* messages_ = nullptr;
  };

  struct Output {
    enum class Kind { kKey, kValue, kMetadata };
    Kind kind = Kind::kValue;
    int position = 0;  ///< among the decoded columns of its part
    std::string name;  ///< of metadata
    DataType type;
  };

  /// What became of the messages: which rows of key and value make each row. -1: NULLs.
  struct Rows {
    std::vector<int32_t> message;
    std::vector<int32_t> key;
    std::vector<int32_t> value;
    std::vector<RowKind> kinds;
    bool one_to_one = false;  ///< the vectors need no look: row i is message i throughout
  };

  RecordDecoder(const plan::SourceNode& node, bool upsert, const ConnectorContext& context, BadRecordPolicy policy)
      : node_(node), upsert_(upsert), context_(context), refused_(std::move(policy)) {}
  arrow::Status Open(const RecordLayout& layout);
  arrow::Result<std::unique_ptr<formats::Decoder>> MakePart(const RecordPart& part, std::vector<int> projection);
  void PlanColumns(const RecordLayout& layout, std::vector<int>* key_projection, std::vector<int>* value_projection);
  arrow::Status DecodeKeys(const std::vector<rd_kafka_message_t*>& messages);
  arrow::Status DecodeValues(const std::vector<rd_kafka_message_t*>& messages);
  void PairRows(const std::vector<rd_kafka_message_t*>& messages);
  arrow::Result<std::shared_ptr<arrow::Array>> Column(const Output& output,
                                                      const std::vector<rd_kafka_message_t*>& messages) const;
  arrow::Result<std::shared_ptr<arrow::Array>> Metadata(const Output& output,
                                                        const std::vector<rd_kafka_message_t*>& messages) const;

  const plan::SourceNode& node_;
  const bool upsert_;
  const ConnectorContext& context_;
  Refused refused_;
  std::unique_ptr<formats::Decoder> key_decoder_;  ///< null: no key column is read
  std::unique_ptr<formats::Decoder> value_decoder_;
  std::vector<Output> outputs_;

  // Of the batch at hand.
  Batch keys_;
  Batch values_;
  std::vector<int32_t> key_of_;  ///< by message; kNoRow: the record has no key, kRefused: a bad one
  std::vector<const rd_kafka_message_t*> asked_;
  std::vector<int32_t> asked_from_;  ///< which message each was
  std::vector<std::string_view> texts_;
  std::vector<int64_t> rows_after_;
  Rows rows_;
};

}  // namespace tidemark::connectors::kafka
