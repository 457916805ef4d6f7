// SPDX-License-Identifier: Apache-2.0
// librdkafka fetches ahead into one bounded queue for each partition; what that holds is taken, and never waited for.
#include "connectors/kafka/partition_reader.h"

#include <arrow/status.h>

#include <algorithm>
#include <utility>

#include "connectors/kafka/delivery.h"

namespace tidemark::connectors::kafka {
namespace {

/// An answer that does not matter is not waited for longer.
constexpr int kNudgeMs = 1;

}  // namespace

void Messages::Clear() {
  for (auto* message : all_) rd_kafka_message_destroy(message);
  all_.clear();
  records_.clear();
}

PartitionReader::~PartitionReader() {
  if (started_) rd_kafka_consume_stop(topic_, range_.partition);
}

arrow::Result<bool> PartitionReader::Read(Poll* poll) {
  Messages& messages = context_.messages;
  messages.Clear();
  if (!range_.bounded() || next_ < range_.end) {
    if (!started_) ARROW_RETURN_NOT_OK(Start(next_));
    ARROW_RETURN_NOT_OK(Fetch());
  }
  if (range_.bounded() && next_ >= range_.end) Stop();
  if (messages.records().empty() && !ended_) return false;
  poll->state = Poll::State::kBatch;
  poll->split = range_.split();
  poll->next_position = next_;
  poll->piece_end = ended_;
  poll->split_end = ended_;
  if (messages.records().empty()) return true;
  ARROW_ASSIGN_OR_RAISE(poll->batch, context_.decoder->Decode(messages.records()));
  if (context_.row_positions) poll->row_positions = context_.decoder->Offsets(messages.records());
  messages.Clear();
  context_.metrics->rows.fetch_add(poll->batch.num_rows, std::memory_order_relaxed);
  return true;
}

bool PartitionReader::CaughtUp() const {
  if (!started_ || context_.client->all_down()) return false;
  const int64_t end = KnownEnd();
  if (end > next_) return false;  // fetched, or on its way, though the end had been reached before
  return at_end_ || end >= 0;
}

bool PartitionReader::NeverWritten() const { return started_ && at_end_ && next_ == 0 && KnownEnd() <= 0; }

std::optional<int64_t> PartitionReader::PendingRows() const {
  const int64_t end = started_ ? KnownEnd() : -1;
  return end < 0 ? std::nullopt : std::optional(std::max<int64_t>(0, end - next_));
}

int64_t PartitionReader::KnownEnd() const {
  int64_t low = 0;
  int64_t high = RD_KAFKA_OFFSET_INVALID;
  rd_kafka_get_watermark_offsets(context_.client->handle(), range_.topic.c_str(), range_.partition, &low, &high);
  return high;
}

arrow::Status PartitionReader::Start(int64_t from) {
  if (rd_kafka_consume_start(topic_, range_.partition, from) != 0)
    return context_.client->ToStatus(rd_kafka_last_error(), "Reading " + range_.name());
  started_ = true;
  return arrow::Status::OK();
}

void PartitionReader::Stop() {
  ended_ = true;
  // The records at hand belong to the queue that ends here; they stay valid.
  if (std::exchange(started_, false)) rd_kafka_consume_stop(topic_, range_.partition);
}

/// Takes over what librdkafka holds of the partition, up to its end.
arrow::Status PartitionReader::Fetch() {
  auto& all = context_.messages.all();
  all.resize(static_cast<size_t>(context_.batch_rows));
  const auto got = rd_kafka_consume_batch(topic_, range_.partition, 0, all.data(), all.size());
  all.resize(got < 0 ? 0 : static_cast<size_t>(got));
  if (got < 0) return context_.client->ToStatus(rd_kafka_last_error(), "Reading " + range_.name());
  int64_t bytes = 0;
  for (auto* message : all) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      ARROW_RETURN_NOT_OK(TakeEvent(*message));
      continue;
    }
    at_end_ = false;
    const Delivery delivery = Receive(message->offset, range_.end, &next_);
    if (delivery == Delivery::kAgain) continue;
    if (delivery == Delivery::kBehindEnd) break;
    bytes += static_cast<int64_t>(message->len + message->key_len);
    context_.messages.records().push_back(message);
  }
  if (!all.empty()) context_.client->Reached();
  context_.metrics->bytes.fetch_add(bytes, std::memory_order_relaxed);
  taken_bytes_ += bytes;
  taken_messages_ += static_cast<int64_t>(all.size());
  const ReadAhead& ahead = context_.ahead;
  if (taken_bytes_ > ahead.kilobytes * 512 || taken_messages_ > ahead.messages / 2) Nudge();
  return arrow::Status::OK();
}

/// librdkafka's thread stops fetching when it is far enough ahead, and then looks only once a second whether it still
/// is (2.0; later versions have fetch.queue.backoff.ms for it), unless a request makes it look. So when half may be
/// used up, something is asked of the partition's broker; the answer does not matter.
void PartitionReader::Nudge() {
  taken_bytes_ = 0;
  taken_messages_ = 0;
  const PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), range_.topic.c_str(), range_.partition)->offset = RD_KAFKA_OFFSET_END;
  rd_kafka_offsets_for_times(context_.client->handle(), list.get(), kNudgeMs);
}

arrow::Status PartitionReader::TakeEvent(const rd_kafka_message_t& event) {
  switch (event.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      at_end_ = true;
      next_ = std::max(next_, event.offset);
      return arrow::Status::OK();
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      if (range_.from_earliest && next_ == range_.begin) {
        // The first record has gone since it was asked for; what is the first now is as good.
        rd_kafka_consume_stop(topic_, range_.partition);
        return Start(RD_KAFKA_OFFSET_BEGINNING);
      }
      return arrow::Status::IOError("Offset ", next_, " of ", range_.name(),
                                    " is not there any more: the broker has deleted records that were not read. Set "
                                    "'properties.auto.offset.reset' = 'earliest' to go on with what is left");
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
      return arrow::Status::OK();  // librdkafka connects again; the source sees to its limit
    default:
      return context_.client->ToStatus(event.err, "Reading " + range_.name(), rd_kafka_message_errstr(&event));
  }
}

}  // namespace tidemark::connectors::kafka
