// SPDX-License-Identifier: Apache-2.0
// Names of run folders.
#include "cli/run_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "io/file_system.h"
#include "io/object_path.h"
#include "state/hash_bytes.h"

namespace tidemark::cli {
namespace {

/// Of all run folders. The same for every session of a user, so that one finds what another started.
std::string Root() {
  const char* chosen = std::getenv("TIDEMARK_RUN_FOLDER");
  if (chosen != nullptr && *chosen != '\0') return chosen;
  return fmt::format("/tmp/tidemark-{}", ::geteuid());
}

std::string FolderOfState(const std::string& state_folder) {
  return fmt::format("{}/{:016x}", Root(), state::HashBytes(state_folder));
}

std::string ParentOf(const std::string& folder) { return folder.substr(0, folder.rfind('/')); }
std::string NameOf(const std::string& folder) { return folder.substr(folder.rfind('/') + 1); }

/// Who owns it decides what the program answers to, and anybody may make a folder in /tmp.
arrow::Status MakeRoot() {
  const std::string root = Root();
  if (::mkdir(root.c_str(), 0700) != 0 && errno != EEXIST) {
    return arrow::Status::IOError(root, ": ", std::strerror(errno), ". TIDEMARK_RUN_FOLDER names another folder");
  }
  struct stat found;
  if (::lstat(root.c_str(), &found) != 0) return arrow::Status::IOError(root, ": ", std::strerror(errno));
  if (S_ISDIR(found.st_mode) && found.st_uid == ::geteuid() && (found.st_mode & 0022) == 0) return arrow::Status::OK();
  return arrow::Status::Invalid("'", root, "' is not a folder that only this user can write to. Remove it, or name ",
                                "another with TIDEMARK_RUN_FOLDER");
}

}  // namespace

std::string RunFolderOf(const std::string& job_folder) {
  if (!io::IsObjectPath(job_folder)) return job_folder;
  return FolderOfState(ParentOf(job_folder)) + "/" + NameOf(job_folder);
}

arrow::Status MakeRunFolder(const std::string& job_folder) {
  if (io::IsObjectPath(job_folder)) ARROW_RETURN_NOT_OK(MakeRoot());
  return io::LocalFileSystem()->CreateFolders(RunFolderOf(job_folder));
}

arrow::Result<std::vector<std::string>> JobsWithRunFolder(const std::string& folder) {
  io::FileSystem* files = io::LocalFileSystem();
  std::vector<std::string> jobs;
  if (files->Exists(RunFolderOf(folder))) jobs.push_back(folder);
  if (!files->Exists(FolderOfState(folder))) return jobs;
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(FolderOfState(folder), /*recursive=*/false));
  for (const auto& entry : entries) jobs.push_back(folder + "/" + NameOf(entry.path));
  return jobs;
}

}  // namespace tidemark::cli
