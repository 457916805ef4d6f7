// SPDX-License-Identifier: Apache-2.0
// Which records are written, when, and by whom.
#include "connectors/kafka/exactly_once.h"

#include <arrow/status.h>

#include <utility>

namespace tidemark::connectors::kafka {
namespace {

/// A transaction that had to be aborted is tried so often.
constexpr int kTries = 5;

}  // namespace

ExactlyOnceWriter::ExactlyOnceWriter(std::string table, const ConnectorContext& context, ExactlyOnceSettings settings)
    : table_(std::move(table)),
      context_(context),
      settings_(std::move(settings)),
      writer_(settings_.writer_of(context.worker)),
      gathered_(writer_) {}

arrow::Result<std::unique_ptr<ExactlyOnceWriter>> ExactlyOnceWriter::Open(const std::string& table,
                                                                          const ConnectorContext& context,
                                                                          ExactlyOnceSettings settings) {
  std::unique_ptr<ExactlyOnceWriter> writer(new ExactlyOnceWriter(table, context, std::move(settings)));
  ARROW_RETURN_NOT_OK(writer->Open());
  return writer;
}

arrow::Status ExactlyOnceWriter::Open() {
  ARROW_ASSIGN_OR_RAISE(port_, settings_.open(writer_));
  ARROW_RETURN_NOT_OK(CheckNotAhead(port_.get()));
  if (context_.worker != 0) return arrow::Status::OK();
  for (int worker = context_.workers; worker < context_.workers_ever; ++worker) {
    ARROW_ASSIGN_OR_RAISE(const auto earlier, settings_.open(settings_.writer_of(worker)));
    ARROW_RETURN_NOT_OK(CheckNotAhead(earlier.get()));
  }
  return arrow::Status::OK();
}

arrow::Status ExactlyOnceWriter::CheckNotAhead(TransactionPort* port) const {
  if (context_.set_back || settings_.topic.empty()) return arrow::Status::OK();
  port->Begin();
  ARROW_ASSIGN_OR_RAISE(const Marker marker, port->ReadMarker(settings_.topic));
  if (marker.checkpoint <= context_.resumed_checkpoint) return arrow::Status::OK();
  return arrow::Status::Invalid("Table '", table_, "': results of checkpoint ", marker.checkpoint, " are in topic '",
                                settings_.topic, "', but the newest checkpoint that is there is ",
                                context_.resumed_checkpoint,
                                ": a later one was lost. To go on from it all the same, and write the results behind "
                                "it again, name it with --from-savepoint; or begin anew with another folder");
}

std::string ExactlyOnceWriter::Prepare(int64_t checkpoint) {
  if (gathered_.empty()) return std::string();
  std::string prepared = gathered_.Finish(checkpoint, settings_.new_nonce());
  prepared_bytes_.fetch_add(static_cast<int64_t>(prepared.size()), std::memory_order_relaxed);
  return prepared;
}

arrow::Status ExactlyOnceWriter::Commit(const std::string& bytes) {
  ARROW_RETURN_NOT_OK(Write(bytes));
  // What an earlier run had prepared comes before any of this one's, and was not counted.
  const auto size = static_cast<int64_t>(bytes.size());
  if (prepared_bytes() >= size) prepared_bytes_.fetch_sub(size, std::memory_order_relaxed);
  return arrow::Status::OK();
}

arrow::Status ExactlyOnceWriter::Write(const std::string& bytes) {
  ARROW_ASSIGN_OR_RAISE(const PreparedReader prepared, PreparedReader::Open(bytes));
  const PreparingWriter& by = prepared.writer();
  if (by.transactional_id == writer_.transactional_id && by.marker_group == writer_.marker_group)
    return CommitBy(port_.get(), prepared);
  // Of a worker that the job had once. Under its id nothing that it may still be doing can come after this.
  ARROW_ASSIGN_OR_RAISE(const auto port, settings_.open(by));
  return CommitBy(port.get(), prepared);
}

arrow::Status ExactlyOnceWriter::CommitBy(TransactionPort* port, const PreparedReader& prepared) const {
  PreparedReader first = prepared;
  OutRecord record;
  ARROW_RETURN_NOT_OK(first.Next(&record).status());
  const bool resumed = prepared.checkpoint() <= context_.resumed_checkpoint;
  port->Begin();
  arrow::Status status;
  for (int tries = 0; tries < kTries; ++tries) {
    ARROW_ASSIGN_OR_RAISE(const Marker marker, port->ReadMarker(record.topic));
    if (marker.checkpoint == prepared.checkpoint() && marker.nonce == std::to_string(prepared.nonce()))
      return arrow::Status::OK();
    // The job was set back to an earlier checkpoint than its newest one: what that had prepared was committed then.
    // What it prepares from now on was not, although the marker is beyond it.
    if (resumed && marker.checkpoint > prepared.checkpoint()) return arrow::Status::OK();
    bool again = false;
    status = port->Write(prepared, record.topic, &again);
    if (status.ok() || !again) break;
  }
  return status;
}

}  // namespace tidemark::connectors::kafka
