// SPDX-License-Identifier: Apache-2.0
// Folders of checkpoints and their manifests.
#include "state/checkpoint_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "io/object_path.h"
#include "state/hash_bytes.h"

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
/// The folder of checkpoint `number` beside that of another.
std::string FolderBeside(const std::string& folder, int64_t number) {
  const std::string name = fmt::format("{}{}", kCheckpointPrefix, number);
  if (io::IsObjectPath(folder)) return folder.substr(0, folder.rfind('/') + 1) + name;
  return (std::filesystem::path(folder) / ".." / name).lexically_normal();
}
std::string JobIdPath(const std::string& folder) { return fmt::format("{}/{}", folder, kJobIdName); }
std::string ManifestPath(const std::string& folder) { return fmt::format("{}/{}", folder, kManifestName); }
std::string StatePath(const std::string& folder, int worker) {
  return fmt::format("{}/worker-{}.state", folder, worker);
}

/// The number in the name of a checkpoint's folder; none when it is another folder.
std::optional<int64_t> NumberOf(const std::string& name) {
  for (const std::string_view prefix : {kCheckpointPrefix, kSavepointPrefix}) {
    if (!name.starts_with(prefix)) continue;
    int64_t number = 0;
    const auto* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + prefix.size(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end) return number;
  }
  return std::nullopt;
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
                   {"program_version", manifest.program_version},
                   {"rows", manifest.rows},
                   {"parts", std::move(parts)},
                   {"files", std::move(files)},
                   {"bases", manifest.bases}};
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
  return manifest;
}

/// As Exists, but a store that cannot be asked is an error: what it has must not be taken for absent.
arrow::Result<bool> IsThere(io::FileSystem* files, const std::string& path) {
  const auto info = files->Stat(path);
  if (info.ok()) return true;
  if (info.status().message().find("No such file or directory") != std::string::npos) return false;
  return info.status();
}

arrow::Status WriteAll(io::FileSystem* files, const std::string& path, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForWrite(path));
  ARROW_RETURN_NOT_OK(file->Append(text));
  return file->Commit();
}

arrow::Result<std::string> ReadAll(io::FileSystem* files, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const auto file, files->OpenForRead(path));
  ARROW_ASSIGN_OR_RAISE(const int64_t size, file->Size());
  std::string text(static_cast<size_t>(size), '\0');
  ARROW_ASSIGN_OR_RAISE(const int64_t read, file->ReadAt(0, size, text.data()));
  text.resize(static_cast<size_t>(read));
  return text;
}

arrow::Status WriteManifest(io::FileSystem* files, const CheckpointManifest& manifest) {
  return WriteAll(files, ManifestPath(manifest.folder), ToJson(manifest).dump(2) + "\n");
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
  return fmt::format("{}/{}{}", folder_, savepoint ? kSavepointPrefix : kCheckpointPrefix, number);
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

arrow::Result<CheckpointManifest> CheckpointStore::Complete(CheckpointWriter* writer, CheckpointManifest manifest) {
  manifest.folder = writer->folder_;
  manifest.files.clear();
  manifest.rows = 0;
  for (const auto& file : writer->files_) {
    ARROW_ASSIGN_OR_RAISE(manifest.files.emplace_back(), file->Finish());
    manifest.rows += file->rows();
  }
  ARROW_RETURN_NOT_OK(WriteManifest(files_, manifest));
  RemoveOld(manifest.number);
  return manifest;
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
  if (is_known) return ReadAll(files_, path);
  ARROW_RETURN_NOT_OK(files_->CreateFolders(folder_));
  ARROW_RETURN_NOT_OK(WriteAll(files_, path, fresh));
  return fresh;
}

arrow::Result<int> CheckpointStore::NoteWorkers(int workers) {
  const std::string path = fmt::format("{}/{}", folder_, kWorkersName);
  ARROW_ASSIGN_OR_RAISE(const bool is_noted, IsThere(files_, path));
  if (is_noted) {
    ARROW_ASSIGN_OR_RAISE(const std::string text, ReadAll(files_, path));
    int most = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), most);
    if (parsed.ec != std::errc() || most < 1) return arrow::Status::Invalid("'", path, "' is damaged: ", text);
    if (most >= workers) return most;
  }
  ARROW_RETURN_NOT_OK(files_->CreateFolders(folder_));
  ARROW_RETURN_NOT_OK(WriteAll(files_, path, std::to_string(workers)));
  return workers;
}

arrow::Status CheckpointStore::MarkCommitted(const CheckpointManifest& manifest) {
  return WriteAll(files_, CommittedPath(manifest.folder), "");
}

arrow::Result<bool> CheckpointStore::IsJob(io::FileSystem* files, const std::string& folder) {
  return IsThere(files, JobIdPath(folder));
}

arrow::Result<bool> CheckpointStore::IsComplete(io::FileSystem* files, const std::string& folder) {
  return IsThere(files, ManifestPath(folder));
}

arrow::Result<CheckpointManifest> CheckpointStore::ReadManifest(io::FileSystem* files, const std::string& folder) {
  const std::string path = ManifestPath(folder);
  ARROW_ASSIGN_OR_RAISE(const std::string text, ReadAll(files, path));
  try {
    const json document = json::parse(text);
    const auto version = document.at("format_version").get<int64_t>();
    if (version < 1 || version > CheckpointManifest::kFormatVersion) {
      return arrow::Status::Invalid("Checkpoint '", folder, "' has format version ", version,
                                    "; this program reads versions 1 to ", CheckpointManifest::kFormatVersion);
    }
    CheckpointManifest manifest = FromJson(document);
    manifest.folder = folder;
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
    ARROW_ASSIGN_OR_RAISE(const auto entries, files_->List(folder_, false));
    for (const auto& entry : entries) {
      const auto number = NumberOf(NameOf(entry.path));
      if (!entry.is_directory || !number) continue;
      ARROW_ASSIGN_OR_RAISE(const bool is_complete, IsComplete(files_, entry.path));
      if (is_complete) numbered.emplace_back(*number, entry.path);
    }
  }
  std::sort(numbered.begin(), numbered.end());
  std::vector<std::string> folders;
  for (auto& [number, path] : numbered) folders.push_back(std::move(path));
  return folders;
}

arrow::Result<std::vector<CheckpointManifest>> CheckpointStore::List() const {
  ARROW_ASSIGN_OR_RAISE(const auto folders, Folders());
  std::vector<CheckpointManifest> manifests;
  for (const auto& folder : folders) {
    ARROW_ASSIGN_OR_RAISE(manifests.emplace_back(), ReadManifest(files_, folder));
  }
  return manifests;
}

arrow::Result<std::vector<StateSnapshot>> CheckpointStore::Load(const CheckpointManifest& manifest) const {
  std::vector<StateSnapshot> snapshots(manifest.files.size());
  const auto add = [&](const CheckpointManifest& from, StateTables tables) -> arrow::Status {
    for (int worker = 0; worker < from.workers(); ++worker) {
      ARROW_RETURN_NOT_OK(ReadStateFile(files_, StatePath(from.folder, worker), from.files[worker], tables,
                                        &snapshots[static_cast<size_t>(worker)]));
    }
    return arrow::Status::OK();
  };
  for (const int64_t number : manifest.bases) {
    const std::string folder = FolderBeside(manifest.folder, number);
    const auto read = ReadManifest(files_, folder);
    if (!read.ok()) {
      return read.status().WithMessage("Checkpoint '", manifest.folder, "' builds on '", folder,
                                       "', which cannot be read: ", read.status().message());
    }
    const CheckpointManifest& base = *read;
    if (base.job_id != manifest.job_id || base.workers() != manifest.workers()) {
      return arrow::Status::Invalid("Checkpoint '", folder, "' is not the one that '", manifest.folder,
                                    "' builds on: it is of job ", base.job_id, " with ", base.workers(),
                                    " workers, not of job ", manifest.job_id, " with ", manifest.workers());
    }
    ARROW_RETURN_NOT_OK(add(base, StateTables::kLogs));
  }
  ARROW_RETURN_NOT_OK(add(manifest, StateTables::kAll));
  return snapshots;
}

void CheckpointStore::RemoveOld(int64_t newest) {
  const auto entries = files_->List(folder_, false);
  if (!entries.ok()) return;
  std::map<int64_t, std::string> complete;
  for (const auto& entry : *entries) {
    const std::string name = NameOf(entry.path);
    const auto number = NumberOf(name);
    if (!entry.is_directory || !number || name.starts_with(kSavepointPrefix)) continue;
    const auto is_complete = IsComplete(files_, entry.path);
    if (!is_complete.ok()) return;
    if (*is_complete) {
      complete.emplace(*number, entry.path);
    } else if (*number < newest) {
      (void)files_->Remove(entry.path);
    }
  }
  std::set<int64_t> kept;
  int retained = 0;
  for (auto entry = complete.rbegin(); entry != complete.rend() && retained < retained_; ++entry, ++retained) {
    kept.insert(entry->first);
    // One whose manifest is damaged can't be resumed from, with or without what it built on.
    const auto manifest = ReadManifest(files_, entry->second);
    if (manifest.ok()) kept.insert(manifest->bases.begin(), manifest->bases.end());
  }
  // Those that build on others first, and of each the manifest first, so that nothing incomplete looks whole.
  for (auto entry = complete.rbegin(); entry != complete.rend(); ++entry) {
    if (kept.contains(entry->first)) continue;
    if (files_->Remove(ManifestPath(entry->second)).ok()) (void)files_->Remove(entry->second);
  }
}

}  // namespace tidemark::state
