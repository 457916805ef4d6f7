// SPDX-License-Identifier: Apache-2.0
// Reading a table's files, and watching its folder for new ones.
#include "connectors/files/files_source.h"

#include <arrow/api.h>

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "connectors/files/file_listing.h"
#include "connectors/files/file_reader.h"
#include "connectors/files/files_options.h"
#include "connectors/name_hash.h"
#include "connectors/source_positions.h"
#include "expr/evaluator.h"

namespace tidemark::connectors {
namespace {

/// Where a column of the result comes from.
struct OutputColumn {
  enum class Kind { kStored, kPartition, kMetadata };
  Kind kind = Kind::kStored;
  int stored = 0;    ///< position among the decoded columns
  std::string name;  ///< partition key or metadata key
  DataType type;
};

/// Stable across workers and runs, so that all workers name a file alike without talking to each other.
SplitId SplitOf(const std::string& path) { return static_cast<SplitId>(HashOfName(path) >> 1); }

struct PendingPiece {
  FilePiece piece;
  const TableFile* file;
};

class FilesSource final : public Source {
 public:
  FilesSource(const SourceRequest& request, const ConnectorContext& context, FilesOptions options)
      : node_(*request.node), context_(context) {
    plan_.table = node_.table.get();
    plan_.options = std::move(options);
    plan_.node = request.node;
    plan_.context = context;
    plan_.metrics = &metrics();
    if (request.start != nullptr) start_ = *request.start;
    PlanColumns();
    // Skipping rows would skip their times too: with a watermark, other rows would then be late or not.
    plan_.skip_row_groups = request.batch_mode || node_.watermark == nullptr;
  }

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(reader_, MakeFileReader(plan_));
    ARROW_ASSIGN_OR_RAISE(auto found, FirstListing());
    return AddFiles(std::move(found));
  }

  arrow::Result<Poll> Next() override {
    Poll poll;
    if (!reading_) {
      if (pieces_.empty()) {
        ARROW_RETURN_NOT_OK(LookForMore(&poll));
        if (pieces_.empty()) return poll;
      }
      current_ = std::move(pieces_.front());
      pieces_.pop_front();
      ARROW_RETURN_NOT_OK(reader_->Start(current_.piece));
      reading_ = true;
    }
    bool at_end = false;
    ARROW_ASSIGN_OR_RAISE(const Batch decoded, reader_->Next(&at_end));
    metrics().rows.fetch_add(decoded.num_rows, std::memory_order_relaxed);
    poll.state = Poll::State::kBatch;
    poll.split = SplitOf(current_.file->info.path);
    poll.piece = current_.piece.number;
    poll.piece_end = at_end;
    poll.split_end = at_end && current_.piece.is_last;
    if (decoded.num_rows > 0) {
      ARROW_ASSIGN_OR_RAISE(poll.batch, Arrange(decoded));
    }
    reading_ = !at_end;
    return poll;
  }

  std::vector<SplitId> ActiveSplits() const override {
    std::vector<SplitId> splits;
    for (const auto& file : files_) {
      if (const SplitId split = SplitOf(file->info.path); !start_.HasEnded(split)) splits.push_back(split);
    }
    return splits;
  }
  int64_t splits_version() const override { return version_; }
  std::string SplitName(SplitId split) const override {
    const auto found =
        std::find_if(files_.begin(), files_.end(), [&](const auto& file) { return SplitOf(file->info.path) == split; });
    return found == files_.end() ? std::to_string(split) : (*found)->info.path;
  }

 private:
  void PlanColumns() {
    const std::vector<int> stored = StoredColumns(*node_.table);
    plan_.request.physical_schema = StoredSchema(*node_.table);
    plan_.request.local_time_zone = context_.functions->local_time_zone;
    plan_.request.max_record_bytes = context_.configuration->GetMemoryBytes(config::kMaxRecordBytes);
    for (int column : node_.read_columns) {
      const TableColumn& declared = node_.table->columns[column];
      OutputColumn output{OutputColumn::Kind::kPartition, 0, declared.name, declared.type};
      const auto at = std::find(stored.begin(), stored.end(), column);
      if (at != stored.end()) {
        output.kind = OutputColumn::Kind::kStored;
        output.stored = static_cast<int>(plan_.request.projection.size());
        const auto position = static_cast<int>(at - stored.begin());
        plan_.request.projection.push_back(position);
        const auto used = node_.used_fields.find(column);
        if (used != node_.used_fields.end()) plan_.request.used_fields[position] = used->second;
      } else if (declared.kind == TableColumn::Kind::kMetadata) {
        output.kind = OutputColumn::Kind::kMetadata;
        output.name = declared.metadata_key.empty() ? declared.name : declared.metadata_key;
      }
      outputs_.push_back(std::move(output));
    }
  }

  /// The same on all workers, although files come and grow meanwhile.
  arrow::Result<std::vector<TableFile>> FirstListing() const {
    std::shared_ptr<const void> own;
    auto& shared = context_.findings == nullptr ? own : (*context_.findings)[node_.table.get()];
    if (shared == nullptr) {
      ARROW_ASSIGN_OR_RAISE(auto found, ListTableFiles(context_.files, *node_.table, plan_.options));
      shared = std::make_shared<const std::vector<TableFile>>(std::move(found));
    }
    return *static_cast<const std::vector<TableFile>*>(shared.get());
  }

  arrow::Status AddFiles(std::vector<TableFile> found) {
    int64_t share_bytes = std::max<int64_t>(metrics().total_bytes.load(), 0);
    for (auto& file : found) {
      if (!seen_.insert(file.info.path).second) continue;
      ++version_;
      files_.push_back(std::make_unique<TableFile>(std::move(file)));
      if (!MayMatch(*files_.back())) {
        files_.pop_back();
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(auto pieces, CutFile(plan_, files_.back()->info));
      for (auto& piece : pieces) {
        if (!IsMine(piece, *files_.back()) || start_.IsDone(SplitOf(files_.back()->info.path), piece.number)) continue;
        share_bytes += plan_.options.format == "parquet" ? 0 : piece.end - piece.begin;
        pieces_.push_back({std::move(piece), files_.back().get()});
      }
      pieces_seen_ += static_cast<int64_t>(pieces.size());
    }
    metrics().total_bytes.store(plan_.options.format == "parquet" ? -1 : share_bytes);
    return arrow::Status::OK();
  }

  /// In turn over all pieces of all files. Workers that watch a folder may find files in another order than each other,
  /// so there a file's own name decides where its turn begins.
  bool IsMine(const FilePiece& piece, const TableFile& file) const {
    if (node_.ordered) return context_.worker == 0;
    const bool watches = plan_.options.monitor_interval_ms.has_value();
    const int64_t first = watches ? SplitOf(file.info.path) % context_.workers : pieces_seen_;
    return (first + piece.number) % context_.workers == context_.worker;
  }

  /// Partition pruning: false when a filter on a partition key excludes the file.
  bool MayMatch(const TableFile& file) const {
    for (const auto& filter : node_.filters) {
      const auto partition = file.partition.find(filter.column);
      const bool comparable =
          partition != file.partition.end() && filter.op == plan::PushedFilter::Op::kEqual && partition->second;
      if (!comparable || !filter.value || filter.value->type->id() != arrow::Type::STRING) continue;
      if (static_cast<const arrow::StringScalar&>(*filter.value).view() != *partition->second) return false;
    }
    return true;
  }

  arrow::Status LookForMore(Poll* poll) {
    if (!plan_.options.monitor_interval_ms) {
      poll->state = Poll::State::kEnd;
      return arrow::Status::OK();
    }
    const int64_t now = context_.clock->SteadyMicros();
    const int64_t interval = *plan_.options.monitor_interval_ms * 1000;
    if (looked_micros_ >= 0 && now - looked_micros_ < interval) {
      poll->retry_after_micros = looked_micros_ + interval - now;
      return arrow::Status::OK();
    }
    looked_micros_ = now;
    poll->retry_after_micros = interval;
    ARROW_ASSIGN_OR_RAISE(auto found, ListTableFiles(context_.files, *node_.table, plan_.options));
    return AddFiles(std::move(found));
  }

  /// The decoded columns, partition values and metadata in the order of read_columns.
  arrow::Result<Batch> Arrange(const Batch& decoded) const {
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const auto& output : outputs_) {
      if (output.kind == OutputColumn::Kind::kStored) {
        columns.push_back(decoded.columns[output.stored]);
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(
          auto value, output.kind == OutputColumn::Kind::kPartition ? PartitionValue(output) : MetadataValue(output));
      ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeArrayFromScalar(*value, decoded.num_rows));
      columns.push_back(std::move(column));
    }
    return decoded.WithColumns(std::move(columns));
  }

  arrow::Result<std::shared_ptr<arrow::Scalar>> PartitionValue(const OutputColumn& output) const {
    const auto& text = current_.file->partition.at(output.name);
    if (!text) return arrow::MakeNullScalar(output.type.ToArrow());
    auto value = expr::CastValue(arrow::Datum(std::make_shared<arrow::StringScalar>(*text)), DataType::String(),
                                 output.type, false, *context_.functions);
    if (!value.ok()) {
      return arrow::Status::Invalid(current_.file->info.path, ": partition value '", *text, "' of '", output.name,
                                    "' is not a ", output.type.ToString());
    }
    return value->scalar();
  }

  arrow::Result<std::shared_ptr<arrow::Scalar>> MetadataValue(const OutputColumn& output) const {
    const io::FileInfo& info = current_.file->info;
    arrow::Datum value;
    DataType type = DataType::String();
    if (output.name == "file.path") {
      value = arrow::Datum(std::make_shared<arrow::StringScalar>(info.path));
    } else if (output.name == "file.name") {
      value = arrow::Datum(std::make_shared<arrow::StringScalar>(info.path.substr(info.path.rfind('/') + 1)));
    } else if (output.name == "file.size") {
      value = arrow::Datum(std::make_shared<arrow::Int64Scalar>(info.size_bytes));
      type = DataType::BigInt();
    } else {
      type = DataType::TimestampLtz(3);
      value = arrow::Datum(std::make_shared<arrow::TimestampScalar>(info.modified_micros / 1000, type.ToArrow()));
    }
    ARROW_ASSIGN_OR_RAISE(auto cast, expr::CastValue(value, type, output.type, false, *context_.functions));
    return cast.scalar();
  }

  const plan::SourceNode& node_;
  const ConnectorContext context_;
  ReadPlan plan_;
  std::vector<OutputColumn> outputs_;
  std::vector<std::unique_ptr<TableFile>> files_;
  std::unordered_set<std::string> seen_;
  std::deque<PendingPiece> pieces_;
  SourcePositions start_;
  int64_t pieces_seen_ = 0;
  int64_t version_ = 0;
  int64_t looked_micros_ = -1;
  PendingPiece current_{};
  std::unique_ptr<FileReader> reader_;
  bool reading_ = false;  ///< reader_ is inside of current_
};

}  // namespace

arrow::Result<std::unique_ptr<Source>> MakeFilesSource(const SourceRequest& request, const ConnectorContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto options, ReadFilesOptions(*request.node->table));
  auto source = std::make_unique<FilesSource>(request, context, std::move(options));
  ARROW_RETURN_NOT_OK(source->Open());
  return source;
}

}  // namespace tidemark::connectors
