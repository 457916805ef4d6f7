// SPDX-License-Identifier: Apache-2.0
// Sections of Arrow IPC, each with its length and hash.
#include "state/state_file.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <arrow/util/key_value_metadata.h>

#include <charconv>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "state/hash_bytes.h"

namespace tidemark::state {
namespace {

constexpr std::string_view kMagic("TMSTATE\x01", 8);
constexpr std::string_view kLogKey = "log";
constexpr std::string_view kGoesOn = "goes on";
constexpr std::string_view kRestarts = "restarts";
constexpr std::string_view kRowsKey = "rows";
constexpr int64_t kRowsPerSection = int64_t{1} << 20;
constexpr int64_t kRowsMax = 2 * kRowsPerSection;  // of a section: batches are not divided

std::string_view OwnerName(RowOwner::Kind kind) {
  switch (kind) {
    case RowOwner::Kind::kKey:
      return "key";
    case RowOwner::Kind::kOneWorker:
      return "one";
    case RowOwner::Kind::kEveryWorker:
      return "every";
  }
  return "";
}

std::string JoinNumbers(const std::vector<int>& numbers) {
  std::string text;
  for (int number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

template <typename T>
bool ParseNumber(std::string_view text, T* number) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), *number);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

void AppendWord(uint64_t word, std::string* bytes) {
  char raw[sizeof(word)];
  std::memcpy(raw, &word, sizeof(word));
  bytes->append(raw, sizeof(word));
}

uint64_t ReadWord(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

std::shared_ptr<arrow::Schema> SectionSchema(const std::string& part, EventTimeMs watermark, const std::string& name,
                                             const StateSnapshot::Table& table) {
  arrow::FieldVector fields;
  if (!table.batches.empty()) {
    for (const auto& column : table.batches[0].columns) {
      fields.push_back(arrow::field("c" + std::to_string(fields.size()), column->type()));
    }
  }
  auto metadata = arrow::key_value_metadata({"part", "table", "owner", "keys", "watermark"},
                                            {part, name, std::string(OwnerName(table.owner.kind)),
                                             JoinNumbers(table.owner.key_columns), std::to_string(watermark)});
  if (table.is_log) {
    // A section has rows, or it says that the log restarts.
    metadata->Append(std::string(kLogKey), std::string(table.batches.empty() ? kRestarts : kGoesOn));
  }
  return arrow::schema(std::move(fields), std::move(metadata));
}

}  // namespace

/// Appends sections to a file.
class StateFileWriter::Sections {
 public:
  explicit Sections(io::WritableFile* file) : file_(file) {}

  arrow::Status Write(const std::shared_ptr<arrow::Schema>& table_schema, const std::vector<Batch>& batches,
                      size_t begin, size_t end) {
    int64_t rows = 0;
    for (size_t i = begin; i < end; ++i) rows += batches[i].num_rows;
    auto metadata = table_schema->metadata()->Copy();
    metadata->Append(std::string(kRowsKey), std::to_string(rows));
    const auto schema = table_schema->WithMetadata(std::move(metadata));
    ARROW_ASSIGN_OR_RAISE(auto body, arrow::io::BufferOutputStream::Create());
    auto options = arrow::ipc::IpcWriteOptions::Defaults();
    options.use_threads = false;
    ARROW_ASSIGN_OR_RAISE(options.codec, arrow::util::Codec::Create(arrow::Compression::LZ4_FRAME));
    ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(body, schema, options));
    for (size_t i = begin; i < end; ++i) {
      ARROW_RETURN_NOT_OK(
          writer->WriteRecordBatch(*arrow::RecordBatch::Make(schema, batches[i].num_rows, batches[i].columns)));
    }
    ARROW_RETURN_NOT_OK(writer->Close());
    ARROW_ASSIGN_OR_RAISE(const auto buffer, body->Finish());
    const std::string_view bytes(*buffer);
    const uint64_t hash = HashBytes(bytes);
    std::string head;
    AppendWord(bytes.size(), &head);
    AppendWord(hash, &head);
    AppendWord(hash, &hashes_);
    ++count_;
    ARROW_RETURN_NOT_OK(file_->Append(head));
    return file_->Append(bytes);
  }

  arrow::Status WriteTable(const std::string& part, EventTimeMs watermark, const std::string& name,
                           const StateSnapshot::Table& table) {
    // That a log restarts is said once, in a section without rows.
    if (table.restarts) ARROW_RETURN_NOT_OK(Write(SectionSchema(part, watermark, name, {.is_log = true}), {}, 0, 0));
    if (table.batches.empty()) return arrow::Status::OK();
    const auto schema = SectionSchema(part, watermark, name, table);
    for (size_t begin = 0; begin < table.batches.size();) {
      int64_t rows = 0;
      size_t end = begin;
      while (end < table.batches.size() && rows < kRowsPerSection) rows += table.batches[end++].num_rows;
      ARROW_RETURN_NOT_OK(Write(schema, table.batches, begin, end));
      begin = end;
    }
    return arrow::Status::OK();
  }

  arrow::Result<StateFileInfo> End() {
    std::string tail;
    AppendWord(0, &tail);
    AppendWord(count_, &tail);
    ARROW_RETURN_NOT_OK(file_->Append(tail));
    return StateFileInfo{file_->bytes_written(), HashBytes(hashes_)};
  }

 private:
  io::WritableFile* file_;
  std::string hashes_;
  uint64_t count_ = 0;
};

namespace {

arrow::Status ReadMetadata(const arrow::Schema& schema, std::string* part, std::string* table, RowOwner* owner,
                           EventTimeMs* watermark) {
  if (schema.metadata() == nullptr) return arrow::Status::Invalid("a section does not say what it holds");
  ARROW_ASSIGN_OR_RAISE(*part, schema.metadata()->Get("part"));
  ARROW_ASSIGN_OR_RAISE(*table, schema.metadata()->Get("table"));
  ARROW_ASSIGN_OR_RAISE(const std::string kind, schema.metadata()->Get("owner"));
  ARROW_ASSIGN_OR_RAISE(const std::string keys, schema.metadata()->Get("keys"));
  ARROW_ASSIGN_OR_RAISE(const std::string time, schema.metadata()->Get("watermark"));
  if (kind != "key" && kind != "one" && kind != "every") return arrow::Status::Invalid("unknown owner '", kind, "'");
  owner->kind = kind == "key"   ? RowOwner::Kind::kKey
                : kind == "one" ? RowOwner::Kind::kOneWorker
                                : RowOwner::Kind::kEveryWorker;
  for (size_t at = 0; at < keys.size();) {
    const size_t comma = std::min(keys.find(',', at), keys.size());
    int column = 0;
    const bool fits = ParseNumber(std::string_view(keys).substr(at, comma - at), &column) && column >= 0 &&
                      column < schema.num_fields();
    if (!fits) return arrow::Status::Invalid("key columns '", keys, "'");
    owner->key_columns.push_back(column);
    at = comma + 1;
  }
  if (!ParseNumber(std::string_view(time), watermark)) return arrow::Status::Invalid("watermark '", time, "'");
  return arrow::Status::OK();
}

/// Where a section's body lies, and what it is.
struct Section {
  int64_t offset = 0;
  int64_t length = 0;
  uint64_t hash = 0;
};

arrow::Result<std::shared_ptr<arrow::Buffer>> ReadBytes(io::ReadableFile* file, int64_t offset, int64_t length) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bytes, arrow::AllocateBuffer(length));
  ARROW_ASSIGN_OR_RAISE(const int64_t read, file->ReadAt(offset, length, bytes->mutable_data()));
  if (read != length) return arrow::Status::Invalid("it is shorter than its size says");
  return bytes;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ReadBody(io::ReadableFile* file, const Section& section) {
  ARROW_ASSIGN_OR_RAISE(auto body, ReadBytes(file, section.offset, section.length));
  if (HashBytes(std::string_view(*body)) == section.hash) return body;
  return arrow::Status::Invalid("the section at byte ", section.offset, " is damaged");
}

arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> OpenBody(std::shared_ptr<arrow::Buffer> body) {
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.use_threads = false;
  return arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(std::move(body)), options);
}

arrow::Status VisitBatches(arrow::RecordBatchReader* reader, const RowVisitor& visit) {
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto rows, reader->Next());
    if (rows == nullptr) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(rows->ValidateFull());
    ARROW_RETURN_NOT_OK(visit(Batch{rows->num_rows(), rows->columns()}));
  }
}

arrow::Status AtFile(const std::string& path, const arrow::Status& status) {
  return status.ok() ? status : status.WithMessage("State file '", path, "': ", status.message());
}

/// Rows of one log in one file.
class SectionRows final : public StoredRows {
 public:
  SectionRows(io::FileSystem* files, std::string path) : files_(files), path_(std::move(path)) {}

  void Add(const Section& section, int64_t rows) {
    sections_.push_back(section);
    num_rows_ += rows;
  }
  int64_t num_rows() const override { return num_rows_; }

  arrow::Status Visit(const RowVisitor& visit) const override {
    ARROW_ASSIGN_OR_RAISE(const auto file, files_->OpenForRead(path_));
    for (const Section& section : sections_) {
      auto body = ReadBody(file.get(), section);
      if (!body.ok()) return AtFile(path_, body.status());
      auto reader = OpenBody(std::move(body).ValueUnsafe());
      if (!reader.ok()) return AtFile(path_, reader.status());
      ARROW_RETURN_NOT_OK(VisitBatches(reader->get(), visit));
    }
    return arrow::Status::OK();
  }

 private:
  io::FileSystem* files_;
  const std::string path_;
  std::vector<Section> sections_;
  int64_t num_rows_ = 0;
};

/// Reads a file from front to back.
class FileReader {
 public:
  FileReader(io::FileSystem* files, std::string path, StateTables tables, LogRows log_rows, StateSnapshot* snapshot)
      : files_(files), path_(std::move(path)), tables_(tables), log_rows_(log_rows), snapshot_(snapshot) {}

  arrow::Status Read(const StateFileInfo& info) {
    ARROW_ASSIGN_OR_RAISE(file_, files_->OpenForRead(path_));
    ARROW_ASSIGN_OR_RAISE(size_, file_->Size());
    if (size_ != info.size_bytes) {
      return arrow::Status::Invalid("State file '", path_, "' has ", size_, " bytes, not ", info.size_bytes);
    }
    return AtFile(path_, ReadSections(info.hash));
  }

 private:
  arrow::Status Take(int64_t length, void* out) {
    if (length > size_ - at_) return arrow::Status::Invalid("it ends in the middle of a section");
    ARROW_ASSIGN_OR_RAISE(const int64_t read, file_->ReadAt(at_, length, out));
    if (read != length) return arrow::Status::Invalid("it is shorter than its size says");
    at_ += length;
    return arrow::Status::OK();
  }

  arrow::Status ReadSections(uint64_t expected_hash) {
    char magic[kMagic.size()];
    ARROW_RETURN_NOT_OK(Take(sizeof(magic), magic));
    if (std::string_view(magic, sizeof(magic)) != kMagic) {
      return arrow::Status::Invalid("it is not a state file of version 1");
    }
    std::string hashes;
    for (uint64_t count = 0;; ++count) {
      char head[16];
      ARROW_RETURN_NOT_OK(Take(sizeof(head), head));
      const uint64_t length = ReadWord(head);
      const uint64_t hash = ReadWord(head + 8);
      if (length == 0) {
        if (hash != count || at_ != size_) return arrow::Status::Invalid("sections are missing");
        break;
      }
      if (length > static_cast<uint64_t>(size_ - at_)) {
        return arrow::Status::Invalid("it ends in the middle of a section");
      }
      AppendWord(hash, &hashes);
      ARROW_RETURN_NOT_OK(ReadSection({at_, static_cast<int64_t>(length), hash}));
      at_ += static_cast<int64_t>(length);
    }
    if (HashBytes(hashes) == expected_hash) return arrow::Status::OK();
    return arrow::Status::Invalid("it is not the file that the manifest names");
  }

  arrow::Status ReadSection(const Section& section) {
    // All of it is checked, also where its rows are left: what they are the rows of is in there too.
    ARROW_ASSIGN_OR_RAISE(auto body, ReadBody(file_.get(), section));
    ARROW_ASSIGN_OR_RAISE(const auto reader, OpenBody(std::move(body)));
    const arrow::Schema& schema = *reader->schema();
    ARROW_ASSIGN_OR_RAISE(StateSnapshot::Table * table, TableOf(schema));
    if (table == nullptr) return arrow::Status::OK();
    if (log_rows_ == LogRows::kLeft && IsLog(schema) && schema.num_fields() > 0) {
      LeaveRows(section, RowsOf(schema), table);
      return arrow::Status::OK();
    }
    return VisitBatches(reader.get(), [&](Batch rows) {
      table->batches.push_back(std::move(rows));
      return arrow::Status::OK();
    });
  }

  void LeaveRows(const Section& section, int64_t num_rows, StateSnapshot::Table* table) {
    SectionRows*& rows = left_[table];
    if (rows == nullptr) {
      auto made = std::make_shared<SectionRows>(files_, path_);
      rows = made.get();
      table->stored.push_back(std::move(made));
    }
    rows->Add(section, num_rows);
  }

  static int64_t RowsOf(const arrow::Schema& schema) {
    const auto text = schema.metadata()->Get(std::string(kRowsKey));
    int64_t rows = 0;
    const bool can_be = text.ok() && ParseNumber(std::string_view(*text), &rows) && rows > 0 && rows <= kRowsMax;
    return can_be ? rows : 0;
  }

  static bool IsLog(const arrow::Schema& schema) {
    return schema.metadata() != nullptr && schema.metadata()->Contains(std::string(kLogKey));
  }

  /// Null: the table is not wanted. A log that restarts is empty then.
  arrow::Result<StateSnapshot::Table*> TableOf(const arrow::Schema& schema) {
    std::string part_id;
    std::string name;
    RowOwner owner;
    EventTimeMs watermark = kMinWatermark;
    ARROW_RETURN_NOT_OK(ReadMetadata(schema, &part_id, &name, &owner, &watermark));
    const bool is_log = IsLog(schema);
    if (tables_ == StateTables::kLogs && !is_log) return nullptr;
    auto& part = snapshot_->parts[part_id];
    part.watermark = watermark;
    StateSnapshot::Table& table = part.tables[name];
    table.is_log = is_log;
    if (is_log && *schema.metadata()->Get(std::string(kLogKey)) == kRestarts) {
      table.batches.clear();
      table.stored.clear();
      left_.erase(&table);
    } else {
      table.owner = std::move(owner);
    }
    return &table;
  }

  io::FileSystem* files_;
  const std::string path_;
  const StateTables tables_;
  const LogRows log_rows_;
  StateSnapshot* snapshot_;
  std::unique_ptr<io::ReadableFile> file_;
  int64_t size_ = 0;
  int64_t at_ = 0;
  std::map<const StateSnapshot::Table*, SectionRows*> left_;  ///< this file's rows of each log
};

}  // namespace

StateFileWriter::StateFileWriter(std::unique_ptr<io::WritableFile> file)
    : file_(std::move(file)), sections_(std::make_unique<Sections>(file_.get())) {}

StateFileWriter::~StateFileWriter() = default;

arrow::Result<std::unique_ptr<StateFileWriter>> StateFileWriter::Open(io::FileSystem* files, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForWrite(path));
  ARROW_RETURN_NOT_OK(file->Append(kMagic));
  return std::unique_ptr<StateFileWriter>(new StateFileWriter(std::move(file)));
}

arrow::Status StateFileWriter::Add(const StateSnapshot& piece) {
  for (const auto& [id, part] : piece.parts) {
    for (const auto& [name, table] : part.tables) {
      ARROW_RETURN_NOT_OK(sections_->WriteTable(id, part.watermark, name, table));
    }
  }
  rows_ += piece.num_rows();
  return arrow::Status::OK();
}

arrow::Result<StateFileInfo> StateFileWriter::Finish() {
  ARROW_ASSIGN_OR_RAISE(const StateFileInfo info, sections_->End());
  ARROW_RETURN_NOT_OK(file_->Commit());
  return info;
}

arrow::Status ReadStateFile(io::FileSystem* files, const std::string& path, const StateFileInfo& info,
                            StateTables tables, LogRows log_rows, StateSnapshot* snapshot) {
  return FileReader(files, path, tables, log_rows, snapshot).Read(info);
}

}  // namespace tidemark::state
