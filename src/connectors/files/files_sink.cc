// SPDX-License-Identifier: Apache-2.0
// Partitioning, rolling and committing of output files.
//
// In a stream a file becomes visible when it is rolled, or when the sink is closed; a failed job removes what is not
// yet visible. With checkpoints a file is completed under a hidden name with the number of the checkpoint that it is
// part of, and renamed when that is committed; a resumed job removes those of later checkpoints. Where another machine
// may take the job over, the name holds the run as well, so that two runs never write the same file. A batch, and
// INSERT OVERWRITE, show their files at the end only, all or (failed or stopped) none; when all workers' files are
// visible, INSERT OVERWRITE removes those of earlier jobs, in the partitions it wrote.
#include "connectors/files/files_sink.h"

#include <arrow/array.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <set>
#include <string_view>

#include "connectors/files/file_listing.h"
#include "connectors/files/file_writer.h"
#include "connectors/files/files_options.h"
#include "connectors/job_id.h"
#include "expr/evaluator.h"

namespace tidemark::connectors {
namespace {

constexpr char kSuccessFile[] = "_SUCCESS";
constexpr char kFilePrefix[] = "part-";
constexpr char kStagedEnd[] = ".staged";
constexpr char kRunPrefix = 'r';  ///< of a claim in the name of a file: what else stands there is a number
constexpr char kPathEnd = '\0';   ///< of one of several paths: no path has it within
/// Files open at once; beyond it the one that was written to least recently is completed early.
constexpr size_t kOpenFilesMax = 200;

struct OpenFile {
  std::string path;
  std::unique_ptr<FileWriter> writer;
  int64_t opened_micros = 0;
  int64_t last_use = 0;
};

class FilesSink final : public Sink {
 public:
  FilesSink(const plan::SinkNode& node, const ConnectorContext& context, FilesOptions options)
      : node_(node),
        context_(context),
        options_(std::move(options)),
        shows_at_end_(node.overwrite || context.configuration->GetString(config::kRuntimeMode) == "batch"),
        job_id_(context.job_id.empty() ? NewJobId(*context.functions) : context.job_id),
        checkpoint_(context.job_id.empty() ? 0 : context.last_checkpoint + 1) {
    for (const auto& column : node.table->columns) {
      if (column.takes_values()) columns_.push_back(&column);
    }
    for (const auto& key : node.table->partition_keys) keys_.push_back(PositionOf(key));
    for (int column : StoredColumns(*node.table)) stored_.push_back(PositionOf(node.table->columns[column].name));
  }

  arrow::Status Open() {
    if (context_.files->Exists(options_.path)) {
      ARROW_ASSIGN_OR_RAISE(const auto info, context_.files->Stat(options_.path));
      if (!info.is_directory)
        return arrow::Status::Invalid("Cannot write into '", options_.path, "': it is a file, not a folder");
    }
    ARROW_RETURN_NOT_OK(context_.files->CreateFolders(options_.path));
    return checkpoint_ > 0 && context_.worker == 0 ? RemoveUncommitted() : arrow::Status::OK();
  }

  arrow::Status Write(const Batch& batch) override {
    if (keys_.empty()) return WriteTo(options_.path, batch);
    ARROW_ASSIGN_OR_RAISE(const auto folders, FolderPerRow(batch));
    std::map<std::string, std::vector<int32_t>> rows;
    for (int64_t row = 0; row < batch.num_rows; ++row) rows[folders[row]].push_back(static_cast<int32_t>(row));
    for (const auto& [folder, indices] : rows) {
      if (static_cast<int64_t>(indices.size()) == batch.num_rows) return WriteTo(folder, batch);
      ARROW_ASSIGN_OR_RAISE(const Batch part, Take(batch, indices));
      ARROW_RETURN_NOT_OK(WriteTo(folder, part));
    }
    return arrow::Status::OK();
  }

  arrow::Status Tick() override {
    if (options_.rolling_interval_ms <= 0) return arrow::Status::OK();
    const int64_t now = context_.clock->SteadyMicros();
    for (auto it = open_.begin(); it != open_.end();) {
      if (now - it->second.opened_micros < options_.rolling_interval_ms * 1000) {
        ++it;
        continue;
      }
      ARROW_RETURN_NOT_OK(Complete(std::move(it->second)));
      it = open_.erase(it);
    }
    return arrow::Status::OK();
  }

  arrow::Result<std::string> Prepare(int64_t checkpoint) override {
    while (!open_.empty()) {
      ARROW_RETURN_NOT_OK(Complete(std::move(open_.begin()->second)));
      open_.erase(open_.begin());
    }
    std::string prepared;
    for (const std::string& path : staged_) prepared += path + kPathEnd;
    staged_.clear();
    checkpoint_ = checkpoint + 1;
    return prepared;
  }

  arrow::Status Commit(const std::string& prepared) override {
    for (size_t begin = 0; begin < prepared.size();) {
      const size_t end = std::min(prepared.find(kPathEnd, begin), prepared.size());
      const std::string path = prepared.substr(begin, end - begin);
      begin = end + 1;
      if (context_.files->Exists(StagedPath(path))) {
        ARROW_RETURN_NOT_OK(context_.files->Rename(StagedPath(path), path));
      } else if (context_.files->Exists(path)) {
        // Whoever renamed it may have been killed before the name was durable.
        ARROW_RETURN_NOT_OK(context_.files->Rename(path, path));
      } else {
        return arrow::Status::IOError("'", StagedPath(path), "' is gone, which a checkpoint says was written");
      }
    }
    return arrow::Status::OK();
  }

  arrow::Status Close(bool complete) override {
    if (!complete && shows_at_end_) {
      Abort();
      return arrow::Status::OK();
    }
    for (auto& [folder, file] : open_) finished_.push_back(std::move(file.writer));
    open_.clear();
    // What can run out of space does so before the first file is shown.
    for (auto& writer : finished_) ARROW_RETURN_NOT_OK(writer->Finish());
    for (auto& writer : finished_) ARROW_RETURN_NOT_OK(writer->Commit());
    finished_.clear();
    if (context_.worker != 0) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const auto folders, FoldersOfJob());
    if (node_.overwrite) ARROW_RETURN_NOT_OK(RemoveOldFiles(folders));
    return options_.success_file ? WriteSuccessFiles(folders) : arrow::Status::OK();
  }

  void Abort() override {
    open_.clear();
    finished_.clear();
  }

 private:
  int PositionOf(const std::string& name) const {
    const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const auto* c) { return c->name == name; });
    return static_cast<int>(found - columns_.begin());
  }

  arrow::Result<std::vector<std::string>> FolderPerRow(const Batch& batch) const {
    std::vector<std::string> folders(batch.num_rows, options_.path);
    for (int key : keys_) {
      const std::string prefix = "/" + EscapePartitionName(columns_[key]->name) + "=";
      const DataType& type = columns_[key]->type;
      ARROW_ASSIGN_OR_RAISE(const auto text, expr::CastValue(arrow::Datum(batch.columns[key]), type, DataType::String(),
                                                             false, *context_.functions));
      const auto array = text.make_array();
      const auto& values = static_cast<const arrow::StringArray&>(*array);
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        const bool named = values.IsValid(row) && !values.GetView(row).empty();
        folders[row] += prefix + (named ? EscapePartitionName(values.GetView(row)) : options_.default_partition_name);
      }
    }
    return folders;
  }

  arrow::Status WriteTo(const std::string& folder, const Batch& batch) {
    ARROW_ASSIGN_OR_RAISE(OpenFile* const file, FileOf(folder));
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (int column : stored_) columns.push_back(batch.columns[column]);
    ARROW_RETURN_NOT_OK(file->writer->Write(batch.WithColumns(std::move(columns))));
    file->last_use = ++uses_;
    if (options_.rolling_bytes <= 0 || file->writer->bytes() < options_.rolling_bytes) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(Complete(std::move(*file)));
    open_.erase(folder);
    return arrow::Status::OK();
  }

  arrow::Status Complete(OpenFile file) {
    if (checkpoint_ > 0) {
      staged_.push_back(VisiblePath(file.path));
      return file.writer->Commit();
    }
    if (!shows_at_end_) return file.writer->Commit();
    ARROW_RETURN_NOT_OK(file.writer->Finish());
    finished_.push_back(std::move(file.writer));
    return arrow::Status::OK();
  }

  arrow::Result<OpenFile*> FileOf(const std::string& folder) {
    const auto found = open_.find(folder);
    if (found != open_.end()) return &found->second;
    if (open_.size() >= kOpenFilesMax) {
      const auto oldest = std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
        return a.second.last_use < b.second.last_use;
      });
      ARROW_RETURN_NOT_OK(Complete(std::move(oldest->second)));
      open_.erase(oldest);
    }
    if (folders_.insert(folder).second) ARROW_RETURN_NOT_OK(context_.files->CreateFolders(folder));
    const std::string extension = options_.format == "parquet" ? ".parquet" : "";
    // Whoever reads changes back takes the files in the order of their names.
    std::string path;
    if (checkpoint_ > 0) {
      const std::string run = context_.claim.empty() ? "" : kRunPrefix + context_.claim + "-";
      path = StagedPath(fmt::format("{}/{}{}-{:06}-{}{}-{}-{:05}{}", folder, kFilePrefix, job_id_, checkpoint_, run,
                                    context_.worker, context_.sink_number, files_opened_++, extension));
    } else {
      path = fmt::format("{}/{}{}-{}-{}-{:05}{}", folder, kFilePrefix, job_id_, context_.worker, context_.sink_number,
                         files_opened_++, extension);
    }
    OpenFile file;
    file.path = path;
    ARROW_ASSIGN_OR_RAISE(file.writer, FileWriter::Open(context_.files, path, StoredSchema(*node_.table), options_,
                                                        context_.functions->local_time_zone));
    file.opened_micros = context_.clock->SteadyMicros();
    return &open_.emplace(folder, std::move(file)).first->second;
  }

  static std::string NewJobId(const expr::FunctionContext& functions) {
    return fmt::format("{:016x}", functions.random_seed * 0x9E3779B97F4A7C15ull + 1);
  }

  /// Where a file lies until the checkpoint that it is part of is committed.
  static std::string StagedPath(const std::string& path) {
    const size_t name = path.rfind('/') + 1;
    return path.substr(0, name) + "." + path.substr(name) + kStagedEnd;
  }
  static std::string VisiblePath(const std::string& staged) {
    const size_t name = staged.rfind('/') + 1;
    return staged.substr(0, name) + staged.substr(name + 1, staged.size() - name - 1 - std::strlen(kStagedEnd));
  }

  /// The claim of the run that wrote a file, whose name goes on with `rest` behind the number of the checkpoint; empty:
  /// it had none.
  static std::string_view ClaimIn(std::string_view rest) {
    if (!rest.starts_with(kRunPrefix)) return {};
    rest.remove_prefix(1);
    return rest.substr(0, rest.find('-', rest.find('-') + 1));  // <sequence>-<run>
  }

  /// What the job had written after the checkpoint that it goes on from: all of that is written anew. But what a later
  /// run has written is none of this one's, which has lost the job and does not know it.
  arrow::Status RemoveUncommitted() const {
    const std::string mine = kFilePrefix + job_id_ + "-";
    ARROW_ASSIGN_OR_RAISE(const auto entries, context_.files->List(options_.path, true));
    if (context_.resumed_checkpoint == 0) WarnOfTheSameQuery(entries);
    for (const auto& entry : entries) {
      const std::string name = NameOf(entry.path);
      const size_t dots = std::min(name.find_first_not_of('.'), name.size());
      if (entry.is_directory || name.compare(dots, mine.size(), mine) != 0) continue;
      int64_t number = 0;
      const char* const end = name.data() + name.size();
      const char* const behind = std::from_chars(name.data() + dots + mine.size(), end, number).ptr;
      if (dots == 0) {
        ARROW_RETURN_NOT_OK(CheckNotAhead(entry.path, number));
        continue;
      }
      if (behind != end && ClaimIn({behind + 1, end}) > context_.claim) continue;
      // Of those of earlier checkpoints the complete ones are to be committed, the others were never finished.
      const bool complete = name.ends_with(kStagedEnd);
      if (!complete || number > context_.resumed_checkpoint) ARROW_RETURN_NOT_OK(context_.files->Remove(entry.path));
    }
    return arrow::Status::OK();
  }

  /// A new job, and results of another one with the same query are there: it may be this one, whose state was lost.
  void WarnOfTheSameQuery(const std::vector<io::FileInfo>& entries) const {
    constexpr size_t kPrefix = sizeof(kFilePrefix) - 1;
    const auto is_like_mine = [&](const io::FileInfo& entry) {
      const std::string name = NameOf(entry.path);
      if (entry.is_directory || !name.starts_with(kFilePrefix)) return false;
      const std::string job_id = name.substr(kPrefix, name.find('-', kPrefix) - kPrefix);
      return job_id != job_id_ && HaveSameQuery(job_id, job_id_);
    };
    const auto found = std::find_if(entries.begin(), entries.end(), is_like_mine);
    if (found == entries.end()) return;
    io::StandardStreams* const streams = context_.streams != nullptr ? context_.streams : io::ProcessStreams();
    // A warning that nobody can read is no reason to stop.
    (void)streams->WriteError(
        fmt::format("tidemark: warning: '{}' is of an earlier job with the same query, which this one does not go on "
                    "from: it begins anew, and adds its rows to those that are there. If it was to go on, its state is "
                    "gone or elsewhere (--state), and rows come twice\n",
                    found->path));
  }

  /// A visible file of a later checkpoint: writing it again would double its rows.
  arrow::Status CheckNotAhead(const std::string& path, int64_t checkpoint) const {
    if (context_.set_back || checkpoint <= context_.resumed_checkpoint) return arrow::Status::OK();
    return arrow::Status::Invalid("'", path, "' holds results of checkpoint ", checkpoint,
                                  ", but the newest checkpoint that is there is ", context_.resumed_checkpoint,
                                  ": a later one was lost. To go on from it all the same, and write the results behind "
                                  "it again, name it with --from-savepoint; or begin anew with another folder");
  }

  static std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }
  bool IsOfThisJob(const std::string& path) const { return NameOf(path).find(job_id_) != std::string::npos; }

  /// Where any worker has written. A table without partitions is its folder, written to or not.
  arrow::Result<std::set<std::string>> FoldersOfJob() const {
    if (keys_.empty()) return std::set<std::string>{options_.path};
    std::set<std::string> folders;
    ARROW_ASSIGN_OR_RAISE(const auto entries, context_.files->List(options_.path, true));
    for (const auto& entry : entries) {
      if (!entry.is_directory && IsOfThisJob(entry.path)) folders.insert(entry.path.substr(0, entry.path.rfind('/')));
    }
    return folders;
  }

  arrow::Status RemoveOldFiles(const std::set<std::string>& folders) {
    for (const auto& folder : folders) {
      ARROW_ASSIGN_OR_RAISE(const auto entries, context_.files->List(folder, false));
      for (const auto& entry : entries) {
        const bool old = !entry.is_directory && !IsOfThisJob(entry.path) && NameOf(entry.path)[0] != '.';
        if (old) ARROW_RETURN_NOT_OK(context_.files->Remove(entry.path));
      }
    }
    return arrow::Status::OK();
  }

  arrow::Status WriteSuccessFiles(const std::set<std::string>& folders) {
    for (const auto& folder : folders) {
      ARROW_ASSIGN_OR_RAISE(auto marker, context_.files->OpenForWrite(folder + "/" + kSuccessFile));
      ARROW_RETURN_NOT_OK(marker->Commit());
    }
    return arrow::Status::OK();
  }

  const plan::SinkNode& node_;
  const ConnectorContext context_;
  const FilesOptions options_;
  std::vector<const TableColumn*> columns_;  ///< of a batch
  std::vector<int> stored_;                  ///< positions in a batch of what lies in the files
  std::vector<int> keys_;                    ///< positions in a batch of the partition keys, in their order
  const bool shows_at_end_;
  const std::string job_id_;
  int64_t checkpoint_;                    ///< the one that what is written now will be part of; 0: none are kept
  std::vector<std::string> staged_;       ///< completed since the last Prepare: where they will be visible
  std::map<std::string, OpenFile> open_;  ///< by folder
  std::vector<std::unique_ptr<FileWriter>> finished_;  ///< to be shown at the end
  std::set<std::string> folders_;                      ///< that exist
  int64_t files_opened_ = 0;
  int64_t uses_ = 0;
};

}  // namespace

arrow::Result<std::unique_ptr<Sink>> MakeFilesSink(const plan::SinkNode& node, const ConnectorContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto options, ReadFilesOptions(*node.table));
  auto sink = std::make_unique<FilesSink>(node, context, std::move(options));
  ARROW_RETURN_NOT_OK(sink->Open());
  return sink;
}

}  // namespace tidemark::connectors
