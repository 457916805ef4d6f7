// SPDX-License-Identifier: Apache-2.0
// Partitions in turn.
#include "golden/simulated_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "connectors/kafka/delivery.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/record_decoder.h"
#include "connectors/source_positions.h"

namespace tidemark::golden {
namespace {

using connectors::Poll;
using connectors::SplitId;
using connectors::kafka::Delivery;
using connectors::kafka::PartitionRange;

struct Partition {
  SplitId split = 0;
  int64_t next = 0;
  bool announced = false;
  bool ended = false;
};

class BrokerSource final : public connectors::Source {
 public:
  BrokerSource(const connectors::SourceRequest& request, const connectors::ConnectorContext& context,
               SimulatedBroker* broker)
      : node_(*request.node), context_(context), broker_(broker) {
    if (request.start != nullptr) start_ = *request.start;
  }

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(const auto options, connectors::kafka::ReadKafkaOptions(*node_.table, /*upsert=*/false));
    topic_ = options.topics[0];
    ARROW_ASSIGN_OR_RAISE(decoder_, connectors::kafka::RecordDecoder::Make(node_, false, context_, &metrics()));
    LookForNew();
    return arrow::Status::OK();
  }

  arrow::Result<Poll> Next() override {
    LookForNew();
    Poll poll;
    for (size_t tried = 0; tried < mine_.size(); ++tried) {
      Partition& partition = mine_[turn_];
      turn_ = (turn_ + 1) % mine_.size();
      if (partition.ended) continue;
      ARROW_ASSIGN_OR_RAISE(const bool gave, Read(&partition, &poll));
      if (gave) return poll;
    }
    const bool ended = std::all_of(mine_.begin(), mine_.end(), [](const Partition& one) { return one.ended; });
    if (ended && KnowsAll()) poll.state = Poll::State::kEnd;
    // Who has nothing to read finds out all the same what there is.
    if (!KnowsAll()) ARROW_RETURN_NOT_OK(broker_->Fetch(Machine(), topic_, 0, INT64_MAX, 1).status());
    return poll;
  }

  std::vector<SplitId> ActiveSplits() const override { return splits_; }
  int64_t splits_version() const override { return known_; }

 private:
  io::SimulatedDisk* Machine() const { return static_cast<io::SimulatedDisk*>(context_.files); }
  bool KnowsAll() const { return known_ == broker_->Partitions(topic_); }

  void LookForNew() {
    for (; known_ < broker_->KnownPartitions(topic_); ++known_) {
      if (start_.HasEnded(known_)) continue;
      splits_.push_back(known_);
      if (known_ % context_.workers != context_.worker) continue;
      const auto begun = start_.StartOf(known_, 0);
      mine_.push_back({.split = known_, .next = begun ? begun->source_position : 0});
    }
  }

  /// As KafkaSource does it.
  arrow::Result<bool> Read(Partition* partition, Poll* poll) {
    poll->split = partition->split;
    if (!std::exchange(partition->announced, true)) {
      poll->state = Poll::State::kBatch;
      poll->next_position = partition->next;
      return true;
    }
    ARROW_ASSIGN_OR_RAISE(const auto fetched,
                          broker_->Fetch(Machine(), topic_, static_cast<int>(partition->split), partition->next,
                                         std::min<int64_t>(context_.batch_rows, 20)));
    std::vector<rd_kafka_message_t> messages;
    for (size_t i = 0; i < fetched.values.size(); ++i) {
      const int64_t offset = fetched.offset + static_cast<int64_t>(i);
      if (connectors::kafka::Receive(offset, PartitionRange::kNoEnd, &partition->next) != Delivery::kNew) continue;
      rd_kafka_message_t& message = messages.emplace_back();
      message.payload = const_cast<char*>(fetched.values[i]->data());
      message.len = fetched.values[i]->size();
      message.partition = static_cast<int32_t>(partition->split);
      message.offset = offset;
    }
    partition->ended = fetched.at_end && KnowsAll();
    if (messages.empty() && !partition->ended) return false;
    std::vector<rd_kafka_message_t*> pointers;
    for (auto& message : messages) pointers.push_back(&message);
    poll->state = Poll::State::kBatch;
    poll->next_position = partition->next;
    poll->piece_end = poll->split_end = partition->ended;
    if (pointers.empty()) return true;
    ARROW_ASSIGN_OR_RAISE(poll->batch, decoder_->Decode(pointers));
    return true;
  }

  const plan::SourceNode& node_;
  const connectors::ConnectorContext context_;
  SimulatedBroker* const broker_;
  connectors::SourcePositions start_;
  std::string topic_;
  std::unique_ptr<connectors::kafka::RecordDecoder> decoder_;
  std::vector<SplitId> splits_;
  std::vector<Partition> mine_;
  int64_t known_ = 0;
  size_t turn_ = 0;
};

}  // namespace

arrow::Result<std::unique_ptr<connectors::Source>> MakeBrokerSource(const connectors::SourceRequest& request,
                                                                    const connectors::ConnectorContext& context,
                                                                    SimulatedBroker* broker) {
  auto source = std::make_unique<BrokerSource>(request, context, broker);
  ARROW_RETURN_NOT_OK(source->Open());
  return source;
}

}  // namespace tidemark::golden
