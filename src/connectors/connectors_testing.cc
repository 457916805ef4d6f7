// SPDX-License-Identifier: Apache-2.0
// Tables by hand for tests of connectors.
#include "connectors/connectors_testing.h"

#include <arrow/compute/initialize.h>
#include <arrow/status.h>

#include <algorithm>

#include "expr/expression.h"
#include "formats/formats_testing.h"

namespace tidemark::connectors {

Batch RowsOf(const Schema& schema, std::string_view csv) {
  return formats::DecodeAll(*formats::FindFormat("csv"), {{"null-literal", "NULL"}}, formats::WholeTable(schema), csv)
      .ValueOrDie();
}

ConnectorTable::ConnectorTable(const Schema& schema, TableOptions options, std::vector<std::string> partition_keys)
    : table_(std::make_shared<TableDefinition>()), files_(&clock_) {
  (void)arrow::compute::Initialize();
  table_->path = {"default_catalog", "default_database", "t"};
  for (const auto& field : schema) {
    TableColumn column;
    column.name = field.name;
    column.type = field.type;
    table_->columns.push_back(std::move(column));
  }
  table_->options = std::move(options);
  table_->partition_keys = std::move(partition_keys);
  functions_.clock = &clock_;
  functions_.random_seed = 1;
}

void ConnectorTable::AddMetadata(const std::string& name, const DataType& type, const std::string& key) {
  TableColumn column;
  column.name = name;
  column.type = type;
  column.kind = TableColumn::Kind::kMetadata;
  column.metadata_key = key;
  column.metadata_virtual = true;
  table_->columns.push_back(std::move(column));
}

arrow::Status ConnectorTable::Validate() const { return ValidateTable(*table_); }

const Connector& ConnectorTable::connector() const { return *FindConnector(table_->options.at("connector")); }

ConnectorContext ConnectorTable::Context(int worker, int workers) {
  ConnectorContext context;
  context.files = used_files_ != nullptr ? used_files_ : &files_;
  context.clock = &clock_;
  context.streams = used_streams_ != nullptr ? used_streams_ : streams_.get();
  context.configuration = &configuration_;
  context.functions = &functions_;
  context.worker = worker;
  context.workers = workers;
  context.batch_rows = batch_rows_;
  context.read_sizes = read_sizes_;
  context.findings = &findings_;
  context.job_id = job_id_;
  context.claim = claim_;
  context.resumed_checkpoint = resumed_checkpoint_;
  context.last_checkpoint = resumed_checkpoint_;
  context.set_back = set_back_;
  context.workers_ever = workers_ever_;
  context.dead_letters = dead_letters_;
  return context;
}

Schema ConnectorTable::OutputSchema() const {
  Schema schema;
  for (size_t i = 0; i < table_->columns.size(); ++i) {
    const bool read = read_columns_.empty() ||
                      std::find(read_columns_.begin(), read_columns_.end(), static_cast<int>(i)) != read_columns_.end();
    if (read) schema.push_back({table_->columns[i].name, table_->columns[i].type});
  }
  return schema;
}

std::shared_ptr<plan::SourceNode> ConnectorTable::MakeSourceNode() const {
  auto node = std::make_shared<plan::SourceNode>(OutputSchema(), plan::ChangelogMode{}, "Source(t)");
  node->table = table_;
  node->read_columns = read_columns_;
  for (size_t i = 0; read_columns_.empty() && i < table_->columns.size(); ++i)
    node->read_columns.push_back(static_cast<int>(i));
  node->filters = filters_;
  node->ordered = ordered_;
  if (watermark_) node->watermark = expr::Expression::Column(0, DataType::Timestamp(3), "ts");
  return node;
}

arrow::Result<std::unique_ptr<Source>> ConnectorTable::MakeSource(int worker, int workers) {
  auto node = MakeSourceNode();
  nodes_.push_back(node);
  if (worker == 0) findings_.clear();
  return connector().MakeSource({node.get(), batch_mode_, start_}, Context(worker, workers));
}

arrow::Status ConnectorTable::Take(int worker, Poll poll, std::map<std::pair<SplitId, int64_t>, Piece>* pieces,
                                   std::vector<SplitId>* order, std::map<SplitId, int>* ends) const {
  if (std::find(order->begin(), order->end(), poll.split) == order->end()) order->push_back(poll.split);
  const auto [found, is_new] = pieces->try_emplace({poll.split, poll.piece});
  Piece& piece = found->second;
  if (is_new) piece.worker = worker;
  if (piece.worker != worker) return arrow::Status::UnknownError("piece ", poll.piece, " is read by two workers");
  if (piece.ended) return arrow::Status::UnknownError("piece ", poll.piece, " goes on after its end");
  piece.ended = poll.piece_end;
  if (poll.split_end && !poll.piece_end) return arrow::Status::UnknownError("a split ends inside of a piece");
  (*ends)[poll.split] += poll.split_end;
  const auto rows = formats::PrintRows(poll.batch, poll.batch.num_rows > 0 ? OutputSchema() : Schema());
  piece.rows.insert(piece.rows.end(), rows.begin(), rows.end());
  return arrow::Status::OK();
}

arrow::Result<std::vector<std::string>> ConnectorTable::ReadRows(int workers) {
  std::vector<std::unique_ptr<Source>> sources;
  for (int worker = 0; worker < workers; ++worker) {
    ARROW_ASSIGN_OR_RAISE(auto source, MakeSource(worker, workers));
    sources.push_back(std::move(source));
  }
  const auto known = sources[0]->ActiveSplits();
  std::map<std::pair<SplitId, int64_t>, Piece> pieces;
  std::vector<SplitId> order = known;
  std::map<SplitId, int> ends;
  std::vector<bool> done(sources.size(), false);
  int quiet = 0;
  const int patience = on_quiet_ ? 30'000 : 1'000'000;
  while (std::count(done.begin(), done.end(), false) > 0 && quiet < patience) {
    for (size_t i = 0; i < sources.size(); ++i) {
      if (done[i]) continue;
      ARROW_ASSIGN_OR_RAISE(Poll poll, sources[i]->Next());
      done[i] = poll.state == Poll::State::kEnd;
      if (poll.state == Poll::State::kNothing) {
        ++quiet;
        clock_.Advance(poll.retry_after_micros);
        if (on_quiet_) on_quiet_();
      }
      if (poll.state == Poll::State::kBatch)
        ARROW_RETURN_NOT_OK(Take(static_cast<int>(i), std::move(poll), &pieces, &order, &ends));
    }
  }
  skipped_ = 0;
  for (const auto& source : sources) skipped_ += source->metrics().bad_records_skipped.load();
  std::vector<std::string> rows;
  for (const SplitId split : order) {
    if (ends[split] != 1) return arrow::Status::UnknownError("a split ended ", ends[split], " times");
    int64_t next = 0;
    for (auto piece = pieces.lower_bound({split, 0}); piece != pieces.end() && piece->first.first == split;
         ++piece, ++next) {
      if (piece->first.second != next) return arrow::Status::UnknownError("piece ", next, " is missing");
      if (!piece->second.ended) return arrow::Status::UnknownError("piece ", next, " is not ended");
      rows.insert(rows.end(), piece->second.rows.begin(), piece->second.rows.end());
    }
  }
  return rows;
}

arrow::Result<std::unique_ptr<Sink>> ConnectorTable::MakeSink(int worker, int workers, int sink_number) {
  auto context = Context(worker, workers);
  context.sink_number = sink_number;
  auto input =
      std::make_shared<plan::ValuesNode>(OutputSchema(), std::vector<std::vector<expr::ExpressionPtr>>(), "Values");
  auto node = std::make_shared<plan::SinkNode>(input, table_, "Sink(t)");
  node->overwrite = overwrite_;
  nodes_.push_back(node);
  if (batch_mode_) ARROW_RETURN_NOT_OK(configuration_.Set(config::kRuntimeMode, "batch"));
  return connector().MakeSink(*node, context);
}

arrow::Status ConnectorTable::WriteRows(const Batch& rows) {
  ARROW_ASSIGN_OR_RAISE(auto sink, MakeSink());
  for (int64_t at = 0; at < rows.num_rows; at += batch_rows_) {
    const arrow::Status status = sink->Write(rows.Slice(at, std::min(batch_rows_, rows.num_rows - at)));
    if (!status.ok()) {
      sink->Abort();
      return status;
    }
  }
  const arrow::Status status = sink->Close(/*complete=*/true);
  if (!status.ok()) sink->Abort();
  return status;
}

}  // namespace tidemark::connectors
