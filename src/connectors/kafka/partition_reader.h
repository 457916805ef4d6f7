// SPDX-License-Identifier: Apache-2.0
// PartitionReader: one partition, from its begin to its end.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/partition_ranges.h"
#include "connectors/kafka/record_decoder.h"

namespace tidemark::connectors::kafka {

/// What librdkafka holds ready of each partition at most: it stops fetching at either.
struct ReadAhead {
  int64_t kilobytes = 1 << 10;
  int64_t messages = 10'000;
};

/// Messages taken from librdkafka, which gets them back.
class Messages {
 public:
  Messages() = default;
  ~Messages() { Clear(); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;

  void Clear();
  std::vector<rd_kafka_message_t*>& all() { return all_; }
  /// Those of all() that are to be decoded.
  std::vector<rd_kafka_message_t*>& records() { return records_; }

 private:
  std::vector<rd_kafka_message_t*> all_;
  std::vector<rd_kafka_message_t*> records_;
};

/// What the readers of one source share. Outlives them.
struct ReadingContext {
  Client* client = nullptr;
  RecordDecoder* decoder = nullptr;
  SourceMetrics* metrics = nullptr;
  int64_t batch_rows = 8192;
  bool row_positions = false;  ///< polls tell the offset of each row
  ReadAhead ahead;
  Messages messages;  ///< of the call at hand
};

/// Reads a partition in order. The position is `next`: the offset behind everything that was handed on, be it rows, bad
/// records, tombstones or the marks of transactions. One thread; never waits.
class PartitionReader {
 public:
  /// `topic` and `context` outlive the reader.
  PartitionReader(PartitionRange range, rd_kafka_topic_t* topic, ReadingContext* context)
      : range_(std::move(range)), topic_(topic), context_(*context), next_(range_.begin) {}
  ~PartitionReader();
  PartitionReader(const PartitionReader&) = delete;
  PartitionReader& operator=(const PartitionReader&) = delete;

  /// Fills `poll` with rows, or the end, of the partition; false when there is nothing at hand.
  arrow::Result<bool> Read(Poll* poll);

  const PartitionRange& range() const { return range_; }
  bool ended() const { return ended_; }
  /// Everything that the broker has was read. Nobody knows what a broker that is away has.
  bool CaughtUp() const;
  /// The broker says that there has never been a record.
  bool NeverWritten() const;
  /// Records, and marks of transactions, that the broker has and that were not given; none while that is not known.
  std::optional<int64_t> PendingRows() const;

 private:
  /// The offset behind the last record, as the broker said when something was fetched last; negative: not known.
  int64_t KnownEnd() const;
  arrow::Status Start(int64_t from);
  void Stop();
  arrow::Status Fetch();
  arrow::Status TakeEvent(const rd_kafka_message_t& event);
  void Nudge();

  const PartitionRange range_;
  rd_kafka_topic_t* const topic_;
  ReadingContext& context_;
  int64_t next_;
  bool started_ = false;
  bool ended_ = false;
  bool at_end_ = false;      ///< the broker had no more when it was last asked
  int64_t taken_bytes_ = 0;  ///< since librdkafka was last made to look how far ahead it is
  int64_t taken_messages_ = 0;
};

}  // namespace tidemark::connectors::kafka
