// SPDX-License-Identifier: Apache-2.0
// Reading partitions: each is a split, read whole and in order by one worker.
//
// librdkafka fetches ahead into one bounded queue for each partition; a call of Next takes what one of them holds, so
// it never waits. The simple consumer of librdkafka is used rather than its consumer groups: which worker reads which
// partition, and from where, is decided here, the same on every worker and in every run.
#include "connectors/kafka/kafka_source.h"

#include <arrow/status.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/partition_ranges.h"
#include "connectors/kafka/record_decoder.h"
#include "connectors/source_positions.h"
#include "io/standard_streams.h"

namespace tidemark::connectors::kafka {
namespace {

/// With nothing at hand, ask again after this time.
constexpr int64_t kRetryMicros = 1'000;
/// After so many batches in a row, silent partitions are given a chance to be seen.
constexpr int kBatchesInARow = 64;
/// Looking for new partitions, and whether brokers are back, waits so long at most.
constexpr int kGlanceMs = 1'000;
/// An answer that does not matter is not waited for longer.
constexpr int kNudgeMs = 1;
/// When the job ends, commits that are under way are waited for, in slices.
constexpr int kLastCommitsMs = 1'000;
constexpr int kSliceMs = 10;

uint64_t HashOf(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325ull;  // FNV-1a: the same everywhere and always
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3ull;
  return hash;
}

SplitId SplitOf(const PartitionRange& range) {
  // '/' is in no name of a topic.
  return static_cast<SplitId>(HashOf(range.topic + "/" + std::to_string(range.partition)) >> 1);
}

/// One of this worker's partitions. The position is `next`: the offset behind everything that was handed on, be it
/// rows, bad records, tombstones or the marks of transactions.
struct Partition {
  PartitionRange range;
  SplitId split = 0;
  rd_kafka_topic_t* topic = nullptr;
  int64_t next = 0;
  int64_t committed = -1;  ///< offset that the group was told of last
  bool announced = false;
  bool started = false;
  bool ended = false;
  bool at_end = false;      ///< the broker had no more when it was last asked
  int64_t taken_bytes = 0;  ///< since librdkafka was last made to look how far ahead it is
  int64_t taken_messages = 0;

  std::string name() const { return range.topic + "-" + std::to_string(range.partition); }
  bool bounded() const { return range.end != PartitionRange::kNoEnd; }
};

/// What librdkafka holds ready of each partition at most: it stops fetching at either.
struct ReadAhead {
  int64_t kilobytes = 1 << 10;
  int64_t messages = 10'000;
};

class Messages {
 public:
  ~Messages() { Clear(); }
  void Clear() {
    for (auto* message : all_) rd_kafka_message_destroy(message);
    all_.clear();
    records_.clear();
  }
  std::vector<rd_kafka_message_t*>& all() { return all_; }
  std::vector<rd_kafka_message_t*>& records() { return records_; }

 private:
  std::vector<rd_kafka_message_t*> all_;
  std::vector<rd_kafka_message_t*> records_;  ///< those of all_ that are to be decoded
};

class KafkaSource final : public Source {
 public:
  KafkaSource(const SourceRequest& request, const ConnectorContext& context, KafkaOptions options)
      : node_(*request.node), context_(context), options_(std::move(options)) {
    if (request.start != nullptr) start_ = *request.start;
    // Partitions that the checkpoint does not know have come since.
    if (!start_.empty()) options_.start = {.mode = OffsetMode::kEarliest};
  }

  ~KafkaSource() override {
    messages_.Clear();
    // The last commits are on their way; nobody depends on them.
    for (int waited = 0; client_ && client_->commits_under_way() > 0 && waited < kLastCommitsMs; waited += kSliceMs)
      client_->Serve(kSliceMs);
    for (auto& partition : mine_) {
      if (partition.started) rd_kafka_consume_stop(partition.topic, partition.range.partition);
    }
  }

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(decoder_, RecordDecoder::Make(node_, options_.upsert, context_, &metrics()));
    ARROW_RETURN_NOT_OK(WarnOfIgnored());
    ARROW_ASSIGN_OR_RAISE(const auto ranges, FirstRanges());
    looked_micros_ = context_.clock->SteadyMicros();
    std::vector<PartitionRange> mine;
    for (PartitionRange range : ranges) {
      const bool is_mine = Know(range);
      if (const auto position = start_.StartOf(SplitOf(range), 0)) {
        range.begin = position->source_position;
        range.from_earliest = false;
      }
      if (is_mine && !start_.HasEnded(SplitOf(range))) mine.push_back(range);
    }
    if (mine.empty() && !watches()) return arrow::Status::OK();
    PlanAhead(mine.size());
    ARROW_ASSIGN_OR_RAISE(client_, MakeClient());
    for (const auto& range : mine) ARROW_RETURN_NOT_OK(Add(range));
    return arrow::Status::OK();
  }

  arrow::Result<Poll> Next() override {
    Poll poll;
    poll.retry_after_micros = kRetryMicros;
    if (client_) {
      client_->Serve(0);
      ARROW_RETURN_NOT_OK(CheckReachable());
      ARROW_RETURN_NOT_OK(LookForNew());
    }
    if (batches_in_a_row_ >= kBatchesInARow) {
      batches_in_a_row_ = 0;
      poll.retry_after_micros = 1;
      return poll;
    }
    bool open = watches();
    for (size_t tried = 0; tried < mine_.size(); ++tried) {
      Partition& partition = mine_[turn_];
      open |= !partition.ended;
      if (!partition.ended && !paused_.contains(partition.split)) {
        ARROW_ASSIGN_OR_RAISE(const bool gave, Read(&partition, &poll));
        if (gave) {
          ++batches_in_a_row_;
          if (!InTurnOnly() || partition.ended) turn_ = (turn_ + 1) % mine_.size();
          return poll;
        }
        if (InTurnOnly()) break;
      }
      turn_ = (turn_ + 1) % mine_.size();
    }
    batches_in_a_row_ = 0;
    if (!open) poll.state = Poll::State::kEnd;
    return poll;
  }

  std::vector<SplitId> ActiveSplits() const override { return splits_; }
  int64_t splits_version() const override { return static_cast<int64_t>(splits_.size()); }

  bool CaughtUp(SplitId split) const override {
    const auto found = by_split_.find(split);
    if (found == by_split_.end()) return false;  // another worker's
    const Partition& partition = mine_[found->second];
    // Nobody knows what a broker that is away has.
    if (!partition.started || client_->all_down()) return false;
    const int64_t end = KnownEnd(partition);
    if (end > partition.next) return false;  // fetched, or on its way, though the end had been reached before
    return partition.at_end || end >= 0;
  }

  bool NeverWritten(SplitId split) const override {
    const auto found = by_split_.find(split);
    if (found == by_split_.end()) return false;
    const Partition& partition = mine_[found->second];
    return partition.started && partition.at_end && partition.next == 0 && KnownEnd(partition) <= 0;
  }

  std::optional<int64_t> PendingRows(SplitId split) const override {
    const auto found = by_split_.find(split);
    if (found == by_split_.end()) return std::nullopt;
    const Partition& partition = mine_[found->second];
    const int64_t end = partition.started ? KnownEnd(partition) : -1;
    return end < 0 ? std::nullopt : std::optional(std::max<int64_t>(0, end - partition.next));
  }

  std::string SplitName(SplitId split) const override {
    const auto found = names_.find(split);
    return found == names_.end() ? std::to_string(split) : found->second;
  }

  void Pause(const std::set<SplitId>& splits) override { paused_ = splits; }
  bool CanPause() const override { return !InTurnOnly(); }

  /// For the group's readers and for tools that show how far behind it is.
  arrow::Status CheckpointCompleted(const SourcePositions& positions) override {
    if (!client_ || options_.properties.group_id.empty()) return arrow::Status::OK();
    const PartitionList offsets(rd_kafka_topic_partition_list_new(static_cast<int>(mine_.size())));
    for (auto& partition : mine_) {
      const auto begun = positions.StartOf(partition.split, 0);
      int64_t offset = begun ? begun->source_position : partition.committed;
      if (positions.HasEnded(partition.split)) offset = partition.range.end;
      if (offset < 0 || offset == partition.committed) continue;
      partition.committed = offset;
      rd_kafka_topic_partition_list_add(offsets.get(), partition.range.topic.c_str(), partition.range.partition)
          ->offset = offset;
    }
    if (offsets->cnt > 0) client_->CommitOffsets(*offsets);
    return WarnOfCommits();
  }

 private:
  /// The offset behind the last record, as the broker said when something was fetched last; negative: not known.
  int64_t KnownEnd(const Partition& partition) const {
    int64_t low = 0;
    int64_t high = RD_KAFKA_OFFSET_INVALID;
    rd_kafka_get_watermark_offsets(client_->handle(), partition.range.topic.c_str(), partition.range.partition, &low,
                                   &high);
    return high;
  }

  arrow::Status WarnOfCommits() {
    if (client_->commit_error().empty() || std::exchange(commits_warned_, true)) return arrow::Status::OK();
    auto* streams = context_.streams != nullptr ? context_.streams : io::ProcessStreams();
    return streams->WriteError("warning: table '" + node_.table->name() + "': offsets of group '" +
                               options_.properties.group_id + "' are not committed: " + client_->commit_error() + "\n");
  }

  /// New partitions may come while the source runs.
  bool watches() const { return options_.stop.mode == OffsetMode::kUnbounded && options_.discovery_interval_ms > 0; }
  /// Bounded partitions whose order matters are read one after the other, so that every run gives the same rows.
  bool InTurnOnly() const { return node_.ordered && options_.stop.mode != OffsetMode::kUnbounded; }

  arrow::Status WarnOfIgnored() const {
    if (context_.worker != 0 || options_.properties.ignored.empty()) return arrow::Status::OK();
    std::string text = "warning: table '" + node_.table->name() + "': no effect here:";
    for (const auto& option : options_.properties.ignored) text += " '" + option + "'";
    auto* streams = context_.streams != nullptr ? context_.streams : io::ProcessStreams();
    return streams->WriteError(text + "\n");
  }

  arrow::Result<std::unique_ptr<Client>> MakeClient() const {
    return Client::MakeConsumer(options_.properties,
                                {
                                    {"queued.min.messages", std::to_string(ahead_.messages)},
                                    {"queued.max.messages.kbytes", std::to_string(ahead_.kilobytes)},
                                    {"fetch.message.max.bytes", "4194304"},
                                    {"fetch.wait.max.ms", "100"},
                                });
  }

  /// How far librdkafka reads ahead for each of so many partitions.
  void PlanAhead(size_t partitions) {
    const auto count = std::max<int64_t>(1, static_cast<int64_t>(partitions));
    const auto share = [&](const char* key, int64_t all, int64_t min, int64_t max) {
      const auto given = options_.properties.settings.find(key);
      return given != options_.properties.settings.end() ? ParseInteger(given->second).ValueOr(min)
                                                         : std::clamp(all / count, min, max);
    };
    ahead_.kilobytes = share("queued.max.messages.kbytes", 64 << 10, 1 << 10, 32 << 10);
    ahead_.messages = share("queued.min.messages", 400'000, 10'000, 200'000);
  }

  /// The same on all workers, although the cluster changes meanwhile.
  arrow::Result<std::vector<PartitionRange>> FirstRanges() {
    std::shared_ptr<const void> own;
    auto& shared = context_.findings == nullptr ? own : (*context_.findings)[node_.table.get()];
    if (shared == nullptr) {
      ARROW_ASSIGN_OR_RAISE(const auto asking, MakeClient());
      ARROW_ASSIGN_OR_RAISE(auto found, FindPartitions(options_, asking.get()));
      shared = std::make_shared<const std::vector<PartitionRange>>(std::move(found));
    }
    return *static_cast<const std::vector<PartitionRange>*>(shared.get());
  }

  /// Notes a partition, on whichever worker; true when it is this one's. Partitions of a topic follow each other around
  /// the workers.
  bool Know(const PartitionRange& range) {
    known_.emplace(range.topic, range.partition);
    names_[SplitOf(range)] = range.topic + "-" + std::to_string(range.partition);
    if (!start_.HasEnded(SplitOf(range))) splits_.push_back(SplitOf(range));
    if (node_.ordered) return context_.worker == 0;
    const uint64_t place =
        HashOf(range.topic) % static_cast<uint64_t>(context_.workers) + static_cast<uint64_t>(range.partition);
    return static_cast<int>(place % static_cast<uint64_t>(context_.workers)) == context_.worker;
  }

  arrow::Status Add(const PartitionRange& range) {
    auto& topic = topics_[range.topic];
    if (topic == nullptr) {
      ARROW_ASSIGN_OR_RAISE(topic, client_->OpenTopic(range.topic));
      // A client that does not know yet who leads a partition waits half a second before it asks.
      ARROW_RETURN_NOT_OK(client_->LearnLeaders(topic.get()));
    }
    Partition partition;
    partition.range = range;
    partition.split = SplitOf(range);
    partition.topic = topic.get();
    partition.next = range.begin;
    by_split_[partition.split] = mine_.size();
    mine_.push_back(std::move(partition));
    return arrow::Status::OK();
  }

  /// Gives rows, or the end, of the partition; false when there is nothing at hand.
  arrow::Result<bool> Read(Partition* partition, Poll* poll) {
    messages_.Clear();
    poll->split = partition->split;
    if (!std::exchange(partition->announced, true)) {
      // From now on a checkpoint knows where the partition was begun, whatever its startup mode would say later.
      poll->state = Poll::State::kBatch;
      poll->next_position = partition->next;
      return true;
    }
    if (!partition->bounded() || partition->next < partition->range.end) {
      if (!partition->started) ARROW_RETURN_NOT_OK(Start(partition, partition->next));
      ARROW_RETURN_NOT_OK(Fetch(partition));
    }
    if (partition->bounded() && partition->next >= partition->range.end) ARROW_RETURN_NOT_OK(Stop(partition));
    if (messages_.records().empty() && !partition->ended) return false;
    poll->state = Poll::State::kBatch;
    poll->next_position = partition->next;
    poll->piece_end = partition->ended;
    poll->split_end = partition->ended;
    if (messages_.records().empty()) return true;
    ARROW_ASSIGN_OR_RAISE(poll->batch, decoder_->Decode(messages_.records()));
    if (context_.row_positions) poll->row_positions = decoder_->Offsets(messages_.records());
    messages_.Clear();
    metrics().rows.fetch_add(poll->batch.num_rows, std::memory_order_relaxed);
    return true;
  }

  arrow::Status Start(Partition* partition, int64_t from) {
    if (rd_kafka_consume_start(partition->topic, partition->range.partition, from) != 0)
      return client_->ToStatus(rd_kafka_last_error(), "Reading " + partition->name());
    partition->started = true;
    return arrow::Status::OK();
  }

  arrow::Status Stop(Partition* partition) {
    partition->ended = true;
    if (!std::exchange(partition->started, false)) return arrow::Status::OK();
    // The records at hand belong to the queue that ends here; they stay valid.
    rd_kafka_consume_stop(partition->topic, partition->range.partition);
    return arrow::Status::OK();
  }

  /// Takes over what librdkafka holds of the partition, up to its end.
  arrow::Status Fetch(Partition* partition) {
    auto& all = messages_.all();
    all.resize(static_cast<size_t>(context_.batch_rows));
    const auto got = rd_kafka_consume_batch(partition->topic, partition->range.partition, 0, all.data(), all.size());
    all.resize(got < 0 ? 0 : static_cast<size_t>(got));
    if (got < 0) return client_->ToStatus(rd_kafka_last_error(), "Reading " + partition->name());
    int64_t bytes = 0;
    for (auto* message : all) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        ARROW_RETURN_NOT_OK(TakeEvent(*message, partition));
        continue;
      }
      partition->at_end = false;
      if (message->offset < partition->next) continue;  // a batch of the broker may begin before what was asked for
      if (partition->bounded() && message->offset >= partition->range.end) {
        partition->next = partition->range.end;
        break;
      }
      partition->next = message->offset + 1;
      bytes += static_cast<int64_t>(message->len + message->key_len);
      messages_.records().push_back(message);
    }
    if (!all.empty()) client_->Reached();
    metrics().bytes.fetch_add(bytes, std::memory_order_relaxed);
    partition->taken_bytes += bytes;
    partition->taken_messages += static_cast<int64_t>(all.size());
    if (partition->taken_bytes > ahead_.kilobytes * 512 || partition->taken_messages > ahead_.messages / 2)
      Nudge(partition);
    return arrow::Status::OK();
  }

  /// librdkafka's thread stops fetching when it is far enough ahead, and then looks only once a second whether it still
  /// is (2.0; later versions have fetch.queue.backoff.ms for it), unless a request makes it look. So when half may be
  /// used up, something is asked of the partition's broker; the answer does not matter.
  void Nudge(Partition* partition) {
    partition->taken_bytes = 0;
    partition->taken_messages = 0;
    const PartitionList list(rd_kafka_topic_partition_list_new(1));
    auto* entry =
        rd_kafka_topic_partition_list_add(list.get(), partition->range.topic.c_str(), partition->range.partition);
    entry->offset = RD_KAFKA_OFFSET_END;
    rd_kafka_offsets_for_times(client_->handle(), list.get(), kNudgeMs);
  }

  arrow::Status TakeEvent(const rd_kafka_message_t& event, Partition* partition) {
    switch (event.err) {
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        partition->at_end = true;
        partition->next = std::max(partition->next, event.offset);
        return arrow::Status::OK();
      case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        if (partition->range.from_earliest && partition->next == partition->range.begin) {
          // The first record has gone since it was asked for; what is the first now is as good.
          rd_kafka_consume_stop(partition->topic, partition->range.partition);
          return Start(partition, RD_KAFKA_OFFSET_BEGINNING);
        }
        return arrow::Status::IOError("Offset ", partition->next, " of ", partition->name(),
                                      " is not there any more: the broker has deleted records that were not read. Set "
                                      "'properties.auto.offset.reset' = 'earliest' to go on with what is left");
      case RD_KAFKA_RESP_ERR__TRANSPORT:
      case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      case RD_KAFKA_RESP_ERR__TIMED_OUT:
        return arrow::Status::OK();  // librdkafka connects again; CheckReachable sees to its limit
      default:
        return client_->ToStatus(event.err, "Reading " + partition->name(), rd_kafka_message_errstr(&event));
    }
  }

  /// Brokers may go and come back; when all stay away for as long as an answer is waited for, the job fails.
  arrow::Status CheckReachable() {
    if (!client_->all_down()) {
      down_micros_ = -1;
      return arrow::Status::OK();
    }
    const int64_t now = context_.clock->SteadyMicros();
    if (down_micros_ < 0) down_micros_ = now;
    if (now - down_micros_ < int64_t{1000} * client_->timeout_ms()) return arrow::Status::OK();
    down_micros_ = now;
    return client_->ListTopics(kGlanceMs).status();
  }

  arrow::Status LookForNew() {
    if (!watches()) return arrow::Status::OK();
    const int64_t now = context_.clock->SteadyMicros();
    if (now - looked_micros_ < options_.discovery_interval_ms * 1000) return arrow::Status::OK();
    looked_micros_ = now;
    const auto found = FindNewPartitions(options_, known_, kGlanceMs, client_.get());
    if (!found.ok()) return arrow::Status::OK();  // next time; a cluster that stays away is CheckReachable's
    for (const auto& range : *found) {
      if (Know(range)) ARROW_RETURN_NOT_OK(Add(range));
    }
    return arrow::Status::OK();
  }

  const plan::SourceNode& node_;
  const ConnectorContext context_;
  KafkaOptions options_;
  SourcePositions start_;  ///< of a resumed job
  std::unique_ptr<RecordDecoder> decoder_;
  std::unique_ptr<Client> client_;  ///< null: this worker has nothing to read
  std::map<std::string, TopicHandle> topics_;
  std::vector<Partition> mine_;
  std::unordered_map<SplitId, size_t> by_split_;  ///< index in mine_
  std::unordered_map<SplitId, std::string> names_;
  std::set<SplitId> paused_;
  std::vector<SplitId> splits_;  ///< of all workers
  std::set<std::pair<std::string, int32_t>> known_;
  Messages messages_;
  ReadAhead ahead_;
  size_t turn_ = 0;  ///< index in mine_
  int batches_in_a_row_ = 0;
  bool commits_warned_ = false;
  int64_t looked_micros_ = 0;
  int64_t down_micros_ = -1;  ///< since when no broker was seen
};

}  // namespace

arrow::Result<std::unique_ptr<Source>> MakeKafkaSource(const SourceRequest& request, const ConnectorContext& context,
                                                       bool upsert) {
  ARROW_ASSIGN_OR_RAISE(auto options, ReadKafkaOptions(*request.node->table, upsert));
  auto source = std::make_unique<KafkaSource>(request, context, std::move(options));
  ARROW_RETURN_NOT_OK(source->Open());
  return source;
}

}  // namespace tidemark::connectors::kafka
