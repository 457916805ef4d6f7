// SPDX-License-Identifier: Apache-2.0
// Connector 'stdin': records of a text format from standard input, until it ends.
#include <arrow/status.h>

#include "connectors/bad_records.h"
#include "connectors/record_stream.h"
#include "connectors/registry.h"
#include "connectors/text_table.h"
#include "io/standard_streams.h"

namespace tidemark::connectors {
namespace {

/// So long one call waits for input; between calls the worker serves others.
constexpr int64_t kWaitMicros = 1000;
constexpr int64_t kRetryMicros = 5000;

/// One split of one piece, read by worker 0.
class StdinSource final : public Source {
 public:
  explicit StdinSource(const ConnectorContext& context)
      : streams_(context.streams != nullptr ? context.streams : io::ProcessStreams()), done_(context.worker != 0) {}

  arrow::Status Open(const SourceRequest& request, const ConnectorContext& context) {
    const TableDefinition& table = *request.node->table;
    ARROW_ASSIGN_OR_RAISE(const TextTable text, TextTable::Of(table));
    bad_records_ =
        std::make_unique<BadRecordPolicy>(BadRecordsOf(table, text.options), &metrics(), context.dead_letters);
    const bool has_header = text.format->has_header != nullptr && text.format->has_header(text.options);
    bad_records_->Start("standard input", [has_header]() -> arrow::Result<int64_t> { return has_header ? 1 : 0; });
    formats::DecodeRequest decode = text.RequestFor(*request.node, context);
    decode.bad_records = bad_records_.get();
    ARROW_ASSIGN_OR_RAISE(auto decoder, text.format->make_decoder(text.options, decode));
    records_ = std::make_unique<RecordStream>(std::move(decoder), bad_records_.get(), decode.max_record_bytes,
                                              context.batch_rows, context.read_sizes.block_bytes);
    records_->Start(has_header);
    return arrow::Status::OK();
  }

  arrow::Result<Poll> Next() override {
    Poll poll;
    if (done_) {
      poll.state = Poll::State::kEnd;
      return poll;
    }
    if (records_->wants_bytes()) {
      ARROW_ASSIGN_OR_RAISE(const int64_t got,
                            streams_->ReadInput(records_->block_bytes(), kWaitMicros, records_->Space()));
      if (got == 0) {
        poll.retry_after_micros = kRetryMicros;
        return poll;
      }
      if (got < 0)
        records_->End();
      else
        records_->Added(got);
      metrics().bytes.fetch_add(std::max<int64_t>(got, 0), std::memory_order_relaxed);
    }
    ARROW_ASSIGN_OR_RAISE(poll.batch, records_->Next());
    metrics().rows.fetch_add(poll.batch.num_rows, std::memory_order_relaxed);
    done_ = records_->done();
    poll.state = Poll::State::kBatch;
    poll.piece_end = done_;
    poll.split_end = done_;
    return poll;
  }

  std::vector<SplitId> ActiveSplits() const override { return {0}; }

 private:
  io::StandardStreams* const streams_;
  std::unique_ptr<BadRecordPolicy> bad_records_;
  std::unique_ptr<RecordStream> records_;
  bool done_;
};

class Stdin final : public Connector {
 public:
  std::string name() const override { return "stdin"; }
  std::vector<OptionSpec> options() const override { return {TextTable::FormatOption(), BadRecordsOption()}; }
  arrow::Status Validate(const TableDefinition& table) const override { return TextTable::Check(table); }
  bool can_write() const override { return false; }
  /// Standard input ends when its writer closes it.
  bool IsBounded(const TableDefinition&) const override { return true; }
  plan::ChangelogMode SourceChangelog(const TableDefinition& table) const override {
    return TextTable::Changelog(table);
  }

  arrow::Result<std::unique_ptr<Source>> MakeSource(const SourceRequest& request,
                                                    const ConnectorContext& context) const override {
    auto source = std::make_unique<StdinSource>(context);
    ARROW_RETURN_NOT_OK(source->Open(request, context));
    return source;
  }
};

}  // namespace

const Connector* StdinConnector() {
  static const Stdin connector;
  return &connector;
}

}  // namespace tidemark::connectors
