// SPDX-License-Identifier: Apache-2.0
// TransactionalProducer: writes prepared records of one writer, all of a checkpoint or none, and never twice.
//
// Each transaction also commits an offset for a consumer group that nobody reads with, the marker: its offset is the
// checkpoint's number, its metadata the nonce of what was prepared. So the marker changes exactly when the records
// become visible, and tells whoever commits next, in whichever process, whether they are.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "connectors/connector.h"
#include "connectors/kafka/prepared_records.h"
#include "connectors/kafka/record_sender.h"

namespace tidemark::connectors::kafka {

/// One thread. Of producers with the same transactional id the one that was opened last works; the others are fenced.
class TransactionalProducer {
 public:
  /// `options` outlives the producer. Ends what another process has left open under the writer's id.
  static arrow::Result<std::unique_ptr<TransactionalProducer>> Open(const std::string& table,
                                                                    const KafkaOptions& options,
                                                                    const ConnectorContext& context,
                                                                    const PreparingWriter& writer);

  const PreparingWriter& writer() const { return writer_; }
  RecordSender& sender() { return *sender_; }

  /// Writes what `bytes` hold unless that was done before. `resumed`: they come from the checkpoint that the job goes
  /// on from. Takes transaction.timeout.ms at most.
  arrow::Status Commit(const std::string& bytes, bool resumed);

 private:
  struct Marker {
    int64_t checkpoint = 0;  ///< 0: nothing was committed so far
    std::string nonce;
  };

  TransactionalProducer(const KafkaOptions& options, Clock* clock, PreparingWriter writer);
  arrow::Status Init();
  arrow::Result<Marker> ReadMarker(const std::string& topic, int64_t deadline);
  // Deadlines are points of the clock's SteadyMicros.
  int64_t After(int64_t ms) const { return clock_->SteadyMicros() + ms * 1'000; }
  int MillisUntil(int64_t deadline) const;
  /// One try. When it fails, `again` says whether another may succeed: nothing of this one is or will be visible.
  arrow::Status Try(PreparedReader reader, const std::string& marker_topic, int64_t deadline, bool* again);
  arrow::Status Fill(PreparedReader* reader, const std::string& marker_topic, int64_t deadline, bool* again);
  arrow::Status SendRecords(PreparedReader* reader);
  arrow::Status SendMarker(const PreparedReader& reader, const std::string& topic, int64_t deadline, bool* abortable);
  arrow::Status AbortTransaction(int64_t deadline);
  /// Repeats `step`, which is given milliseconds, while it may pass. `abortable`: the transaction can be aborted.
  template <typename Step>
  arrow::Status Repeat(const Step& step, const std::string& doing, int64_t deadline, bool* abortable);
  arrow::Status ToStatus(rd_kafka_resp_err_t error, const std::string& text, const std::string& doing);
  /// The longest transaction that the brokers allow, as text; empty: they do not tell.
  std::string AskLongestTransaction();

  const PreparingWriter writer_;
  Clock* const clock_;
  const int64_t timeout_ms_;
  ClientProperties marker_properties_;
  std::unique_ptr<RecordSender> sender_;
  std::unique_ptr<Client> markers_;
};

}  // namespace tidemark::connectors::kafka
