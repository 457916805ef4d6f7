// SPDX-License-Identifier: Apache-2.0
// Folders of checkpoints and their manifests.
#include "state/checkpoint_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "io/object_path.h"
#include "state/hash_bytes.h"
#include "state/text_file.h"

namespace tidemark::state {
namespace {

using nlohmann::json;

constexpr std::string_view kCheckpointPrefix = "chk-";
constexpr std::string_view kSavepointPrefix = "savepoint-";
constexpr std::string_view kManifestName = "manifest.json";
constexpr std::string_view kCommittedName = "committed";
constexpr std::string_view kJobIdName = "job-id";
constexpr std::string_view kWorkersName = "workers";

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }
/// "chk-7", or "chk-7-<run>" where several runs may write at once.
std::string NameFor(int64_t number, bool savepoint, const std::string& run) {
  const std::string name = fmt::format("{}{}", savepoint ? kSavepointPrefix : kCheckpointPrefix, number);
  return run.empty() ? name : name + "-" + run;
}

/// What the name of a checkpoint's folder says.
struct FolderName {
  int64_t number = 0;
  std::string run;  ///< empty: it is the only one that writes there
};

/// None when it is another folder.
std::optional<FolderName> ParseName(const std::string& name) {
  for (const std::string_view prefix : {kCheckpointPrefix, kSavepointPrefix}) {
    if (!name.starts_with(prefix)) continue;
    FolderName parsed;
    const auto* end = name.data() + name.size();
    const auto number = std::from_chars(name.data() + prefix.size(), end, parsed.number);
    if (number.ec != std::errc()) continue;
    if (number.ptr == end) return parsed;
    if (*number.ptr != '-') continue;
    parsed.run = number.ptr + 1;
    return parsed;
  }
  return std::nullopt;
}

/// The folder of a base of the manifest, beside its own.
std::string BaseFolder(const CheckpointManifest& manifest, size_t base) {
  const std::string& folder = manifest.folder;
  const std::string run = manifest.base_runs.empty() ? "" : manifest.base_runs[base];
  const std::string name = NameFor(manifest.bases[base], /*savepoint=*/false, run);
  if (io::IsObjectPath(folder)) return folder.substr(0, folder.rfind('/') + 1) + name;
  return (std::filesystem::path(folder) / ".." / name).lexically_normal();
}
std::string JobIdPath(const std::string& folder) { return fmt::format("{}/{}", folder, kJobIdName); }
std::string ManifestPath(const std::string& folder) { return fmt::format("{}/{}", folder, kManifestName); }
std::string StatePath(const std::string& folder, int worker) {
  return fmt::format("{}/worker-{}.state", folder, worker);
}

std::string CommittedPath(const std::string& folder) { return fmt::format("{}/{}", folder, kCommittedName); }

/// Of all members but the hash itself; however the text is laid out.
std::string HashOf(json document) {
  document.erase("hash");
  return fmt::format("{:016x}", HashBytes(document.dump()));
}

json ToJson(const CheckpointManifest& manifest) {
  json parts = json::array();
  for (const auto& part : manifest.parts) parts.push_back({{"id", part.id}, {"label", part.label}});
  json files = json::array();
  for (const auto& file : manifest.files) {
    files.push_back({{"size_bytes", file.size_bytes}, {"hash", fmt::format("{:016x}", file.hash)}});
  }
  json document = {{"format_version", CheckpointManifest::kFormatVersion},
                   {"number", manifest.number},
                   {"job_id", manifest.job_id},
                   {"finished", manifest.finished},
                   {"savepoint", manifest.savepoint},
                   {"taken_at_micros", manifest.taken_at_micros},
                   {"duration_micros", manifest.duration_micros},
                   {"pause_micros", manifest.pause_micros},
                   {"program_version", manifest.program_version},
                   {"rows", manifest.rows},
                   {"parts", std::move(parts)},
                   {"files", std::move(files)},
                   {"bases", manifest.bases}};
  const bool has_runs = std::ranges::any_of(manifest.base_runs, [](const auto& run) { return !run.empty(); });
  if (has_runs) document["base_runs"] = manifest.base_runs;
  document["hash"] = HashOf(document);
  return document;
}

/// Throws std::exception where something is missing, of another type, or can't be.
CheckpointManifest FromJson(const json& document) {
  CheckpointManifest manifest;
  manifest.number = document.at("number").get<int64_t>();
  manifest.job_id = document.at("job_id").get<std::string>();
  manifest.finished = document.at("finished").get<bool>();
  manifest.savepoint = document.at("savepoint").get<bool>();
  manifest.taken_at_micros = document.at("taken_at_micros").get<int64_t>();
  manifest.duration_micros = document.at("duration_micros").get<int64_t>();
  manifest.pause_micros = document.value("pause_micros", int64_t{0});
  manifest.program_version = document.at("program_version").get<std::string>();
  manifest.rows = document.at("rows").get<int64_t>();
  for (const json& part : document.at("parts")) {
    manifest.parts.push_back({part.at("id").get<std::string>(), part.at("label").get<std::string>()});
  }
  for (const json& file : document.at("files")) {
    StateFileInfo info;
    info.size_bytes = file.at("size_bytes").get<int64_t>();
    info.hash = std::stoull(file.at("hash").get<std::string>(), nullptr, 16);
    manifest.files.push_back(info);
  }
  // Version 1 had none, and no hash.
  if (document.at("format_version").get<int64_t>() > 1 && document.at("hash").get<std::string>() != HashOf(document)) {
    throw std::invalid_argument("its hash is another");
  }
  if (manifest.number < 1 || manifest.files.empty()) throw std::invalid_argument("no such checkpoint can be");
  manifest.bases = document.value("bases", std::vector<int64_t>{});
  manifest.base_runs = document.value("base_runs", std::vector<std::string>{});
  if (!manifest.base_runs.empty() && manifest.base_runs.size() != manifest.bases.size()) {
    throw std::invalid_argument("some of its bases are of no run");
  }
  return manifest;
}

arrow::Status WriteManifest(io::FileSystem* files, const CheckpointManifest& manifest) {
  return WriteText(files, ManifestPath(manifest.folder), ToJson(manifest).dump(2) + "\n");
}

arrow::Status CopyFile(io::FileSystem* files, const std::string& from, const std::string& to) {
  constexpr int64_t kPieceBytes = int64_t{1} << 20;
  ARROW_ASSIGN_OR_RAISE(const auto source, files->OpenForRead(from));
  ARROW_ASSIGN_OR_RAISE(auto copy, files->OpenForWrite(to));
  std::string piece(kPieceBytes, '\0');
  for (int64_t offset = 0;;) {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, source->ReadAt(offset, kPieceBytes, piece.data()));
    if (read == 0) return copy->Commit();
    ARROW_RETURN_NOT_OK(copy->Append({piece.data(), static_cast<size_t>(read)}));
    offset += read;
  }
}

}  // namespace

int64_t CheckpointManifest::size_bytes() const {
  int64_t bytes = 0;
  for (const auto& file : files) bytes += file.size_bytes;
  return bytes;
}

std::string CheckpointStore::FolderOf(int64_t number, bool savepoint) const {
  return folder_ + "/" + NameFor(number, savepoint, run_);
}

arrow::Status CheckpointStore::TakeOver(const std::string& run, const std::string& holder) {
  if (!io::IsObjectPath(folder_)) return arrow::Status::OK();
  claims_.emplace(files_, folder_);
  ARROW_RETURN_NOT_OK(claims_->Take(run, holder));
  run_ = run;
  ARROW_ASSIGN_OR_RAISE(const auto folders, Folders());
  const std::string newest = folders.empty() ? "" : NameOf(folders.back());
  ARROW_RETURN_NOT_OK(claims_->NoteFound(newest, newest.empty() ? 0 : ParseName(newest)->number));
  return claims_->Check();
}

arrow::Result<std::unique_ptr<CheckpointWriter>> CheckpointStore::Begin(int64_t number, bool savepoint, int workers) {
  auto writer = std::make_unique<CheckpointWriter>();
  writer->folder_ = FolderOf(number, savepoint);
  // Remains of an attempt that got no manifest.
  ARROW_RETURN_NOT_OK(files_->Remove(writer->folder_));
  ARROW_RETURN_NOT_OK(files_->CreateFolders(writer->folder_));
  for (int worker = 0; worker < workers; ++worker) {
    ARROW_ASSIGN_OR_RAISE(auto file, StateFileWriter::Open(files_, StatePath(writer->folder_, worker)));
    writer->files_.push_back(std::move(file));
  }
  return writer;
}

arrow::Status CheckpointWriter::Finish() {
  while (finished_.size() < files_.size()) {
    ARROW_ASSIGN_OR_RAISE(const StateFileInfo info, files_[finished_.size()]->Finish());
    finished_.push_back(info);
  }
  return arrow::Status::OK();
}

void CheckpointStore::Discard(std::unique_ptr<CheckpointWriter> writer) {
  const std::string folder = writer->folder_;
  writer.reset();
  (void)files_->Remove(folder);
}

arrow::Result<CheckpointManifest> CheckpointStore::Complete(CheckpointWriter* writer, CheckpointManifest manifest) {
  manifest.folder = writer->folder_;
  manifest.run = run_;
  ARROW_RETURN_NOT_OK(writer->Finish());
  manifest.files = writer->finished_;
  manifest.rows = 0;
  for (const auto& file : writer->files_) manifest.rows += file->rows();
  // Before, so that a run that is over leaves no manifest behind; after, because that is what decides (run_claims.h).
  ARROW_RETURN_NOT_OK(CheckOwned());
  ARROW_RETURN_NOT_OK(WriteManifest(files_, manifest));
  ARROW_RETURN_NOT_OK(CheckOwned());
  RemoveOld(manifest.number);
  return manifest;
}

arrow::Status CheckpointStore::CheckSavepointTarget(io::FileSystem* files, const std::string& target) {
  ARROW_RETURN_NOT_OK(files->CreateFolders(target));
  const std::string path = target + "/.tidemark-may-write";
  ARROW_RETURN_NOT_OK(WriteText(files, path, "yes\n"));
  return files->Remove(path);
}

arrow::Result<CheckpointManifest> CheckpointStore::CopySavepoint(io::FileSystem* files,
                                                                 const CheckpointManifest& manifest,
                                                                 const std::string& target) {
  CheckpointManifest copy = manifest;
  copy.savepoint = true;
  copy.committed = false;
  copy.folder = fmt::format("{}/{}{}", target, kSavepointPrefix, manifest.number);
  ARROW_ASSIGN_OR_RAISE(const bool is_taken, IsThere(files, copy.folder));
  if (is_taken) {
    return arrow::Status::Invalid("'", copy.folder, "' is there already: choose another folder for the savepoint");
  }
  ARROW_RETURN_NOT_OK(files->CreateFolders(copy.folder));
  const auto fill = [&]() -> arrow::Status {
    for (int worker = 0; worker < manifest.workers(); ++worker) {
      ARROW_RETURN_NOT_OK(CopyFile(files, StatePath(manifest.folder, worker), StatePath(copy.folder, worker)));
    }
    return WriteManifest(files, copy);
  };
  if (auto filled = fill(); !filled.ok()) {
    (void)files->Remove(copy.folder);  // the first error says what is wrong
    return filled;
  }
  return copy;
}

arrow::Result<std::string> CheckpointStore::JobId(const std::string& fresh) {
  const std::string path = JobIdPath(folder_);
  ARROW_ASSIGN_OR_RAISE(const bool is_known, IsThere(files_, path));
  if (is_known) return ReadText(files_, path);
  ARROW_RETURN_NOT_OK(WriteNote(path, fresh));
  return fresh;
}

arrow::Result<int> CheckpointStore::NoteWorkers(int workers) {
  const std::string path = fmt::format("{}/{}", folder_, kWorkersName);
  ARROW_ASSIGN_OR_RAISE(const bool is_noted, IsThere(files_, path));
  if (is_noted) {
    ARROW_ASSIGN_OR_RAISE(const std::string text, ReadText(files_, path));
    int most = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), most);
    if (parsed.ec != std::errc() || most < 1) {
      return arrow::Status::Invalid("'", path,
                                    "' is damaged: write the most workers that the job has ever had into it");
    }
    if (most >= workers) return most;
  }
  ARROW_RETURN_NOT_OK(WriteNote(path, std::to_string(workers)));
  return workers;
}

arrow::Status CheckpointStore::WriteNote(const std::string& path, const std::string& text) {
  ARROW_RETURN_NOT_OK(CheckOwned());
  ARROW_RETURN_NOT_OK(files_->CreateFolders(folder_));
  ARROW_RETURN_NOT_OK(WriteText(files_, path, text));
  return CheckOwned();
}

arrow::Status CheckpointStore::MarkCommitted(const CheckpointManifest& manifest) {
  return WriteText(files_, CommittedPath(manifest.folder), "");
}

arrow::Result<bool> CheckpointStore::IsJob(io::FileSystem* files, const std::string& folder) {
  return IsThere(files, JobIdPath(folder));
}

arrow::Result<bool> CheckpointStore::IsComplete(io::FileSystem* files, const std::string& folder) {
  return IsThere(files, ManifestPath(folder));
}

arrow::Result<CheckpointManifest> CheckpointStore::ReadManifest(io::FileSystem* files, const std::string& folder) {
  const std::string path = ManifestPath(folder);
  ARROW_ASSIGN_OR_RAISE(const std::string text, ReadText(files, path));
  try {
    const json document = json::parse(text);
    const auto version = document.at("format_version").get<int64_t>();
    if (version < 1 || version > CheckpointManifest::kFormatVersion) {
      return arrow::Status::NotImplemented("Checkpoint '", folder, "' has format version ", version,
                                           "; this program reads versions 1 to ", CheckpointManifest::kFormatVersion);
    }
    CheckpointManifest manifest = FromJson(document);
    manifest.folder = folder;
    const auto name = ParseName(NameOf(folder));
    manifest.run = name ? name->run : "";
    ARROW_ASSIGN_OR_RAISE(manifest.committed, IsThere(files, CommittedPath(folder)));
    return manifest;
  } catch (const std::exception& exception) {
    return arrow::Status::Invalid("Checkpoint manifest '", path, "' is damaged: ", exception.what());
  }
}

arrow::Result<std::vector<std::string>> CheckpointStore::Folders() const {
  std::vector<std::pair<int64_t, std::string>> numbered;
  ARROW_ASSIGN_OR_RAISE(const bool is_there, IsThere(files_, folder_));
  if (is_there) {
    ARROW_ASSIGN_OR_RAISE(const ClaimsVerdict verdict, Judge());
    ARROW_ASSIGN_OR_RAISE(const auto entries, files_->List(folder_, false));
    for (const auto& entry : entries) {
      const std::string name = NameOf(entry.path);
      const auto parsed = ParseName(name);
      if (!entry.is_directory || !parsed || !verdict.Counts(name, parsed->number, parsed->run)) continue;
      ARROW_ASSIGN_OR_RAISE(const bool is_complete, IsComplete(files_, entry.path));
      if (is_complete) numbered.emplace_back(parsed->number, entry.path);
    }
  }
  std::sort(numbered.begin(), numbered.end());
  std::vector<std::string> folders;
  for (auto& [number, path] : numbered) folders.push_back(std::move(path));
  return folders;
}

arrow::Result<ClaimsVerdict> CheckpointStore::Judge() const {
  if (!io::IsObjectPath(folder_)) return ClaimsVerdict();
  return RunClaims(files_, folder_).Judge();
}

int64_t CheckpointStore::NumberOf(const std::string& folder) {
  const auto parsed = ParseName(NameOf(folder));
  return parsed ? parsed->number : 0;
}

arrow::Result<std::vector<CheckpointManifest>> CheckpointStore::List() const {
  ARROW_ASSIGN_OR_RAISE(const auto folders, Folders());
  std::vector<CheckpointManifest> manifests;
  for (const auto& folder : folders) {
    ARROW_ASSIGN_OR_RAISE(manifests.emplace_back(), ReadManifest(files_, folder));
  }
  return manifests;
}

arrow::Result<std::vector<CheckpointManifest>> CheckpointStore::Bases(const CheckpointManifest& manifest) const {
  std::vector<CheckpointManifest> bases;
  for (size_t base = 0; base < manifest.bases.size(); ++base) {
    const std::string folder = BaseFolder(manifest, base);
    ARROW_ASSIGN_OR_RAISE(const bool is_there, IsComplete(files_, folder));
    if (!is_there) {
      return arrow::Status::Invalid("Checkpoint '", manifest.folder, "' builds on '", folder, "', which is gone");
    }
    const auto read = ReadManifest(files_, folder);
    if (!read.ok()) {
      return read.status().WithMessage("Checkpoint '", manifest.folder, "' builds on '", folder,
                                       "', which cannot be read: ", read.status().message());
    }
    if (read->job_id != manifest.job_id || read->workers() != manifest.workers()) {
      return arrow::Status::Invalid("Checkpoint '", folder, "' is not the one that '", manifest.folder,
                                    "' builds on: it is of job ", read->job_id, " with ", read->workers(),
                                    " workers, not of job ", manifest.job_id, " with ", manifest.workers());
    }
    bases.push_back(*read);
  }
  return bases;
}

arrow::Result<std::vector<StateSnapshot>> CheckpointStore::Load(const CheckpointManifest& manifest,
                                                                LogRows log_rows) const {
  std::vector<StateSnapshot> snapshots(manifest.files.size());
  const auto add = [&](const CheckpointManifest& from, StateTables tables) -> arrow::Status {
    for (int worker = 0; worker < from.workers(); ++worker) {
      const std::string path = StatePath(from.folder, worker);
      ARROW_ASSIGN_OR_RAISE(const bool is_there, IsThere(files_, path));
      if (!is_there) return arrow::Status::Invalid("State file '", path, "' is gone");
      ARROW_RETURN_NOT_OK(
          ReadStateFile(files_, path, from.files[worker], tables, log_rows, &snapshots[static_cast<size_t>(worker)]));
    }
    return arrow::Status::OK();
  };
  ARROW_ASSIGN_OR_RAISE(const auto bases, Bases(manifest));
  for (const CheckpointManifest& base : bases) ARROW_RETURN_NOT_OK(add(base, StateTables::kLogs));
  ARROW_RETURN_NOT_OK(add(manifest, StateTables::kAll));
  return snapshots;
}

void CheckpointStore::RemoveOld(int64_t newest) {
  const auto entries = files_->List(folder_, false);
  const auto counting = Folders();
  if (!entries.ok() || !counting.ok()) return;
  std::vector<std::string> complete;  // newest first
  for (const std::string& folder : *counting) {
    if (NameOf(folder).starts_with(kCheckpointPrefix)) complete.insert(complete.begin(), folder);
  }
  std::set<std::string> kept;  // by name
  for (size_t i = 0; i < complete.size() && i < static_cast<size_t>(retained_); ++i) {
    kept.insert(NameOf(complete[i]));
    // One whose manifest is damaged can't be resumed from, with or without what it built on.
    const auto manifest = ReadManifest(files_, complete[i]);
    if (!manifest.ok()) continue;
    for (size_t base = 0; base < manifest->bases.size(); ++base) kept.insert(NameOf(BaseFolder(*manifest, base)));
  }
  // Those that build on others first, and of each the manifest first, so that nothing incomplete looks whole.
  for (const std::string& folder : complete) {
    if (kept.contains(NameOf(folder))) continue;
    if (files_->Remove(ManifestPath(folder)).ok()) (void)files_->Remove(folder);
  }
  // The remains of attempts, and what came too late to count.
  const std::set<std::string> counted(counting->begin(), counting->end());
  for (const auto& entry : *entries) {
    const auto parsed = ParseName(NameOf(entry.path));
    const bool is_remains = entry.is_directory && parsed && parsed->number < newest && !counted.contains(entry.path);
    if (is_remains && !NameOf(entry.path).starts_with(kSavepointPrefix)) (void)files_->Remove(entry.path);
  }
  if (claims_) claims_->RemoveOlder();
}

}  // namespace tidemark::state
