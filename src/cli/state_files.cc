// SPDX-License-Identifier: Apache-2.0
// From settings to the store behind s3://.
#include "cli/state_files.h"

#include <utility>

#include "io/object_path.h"
#include "io/s3.h"
#include "sql/store_address.h"

namespace tidemark::cli {

arrow::Result<std::unique_ptr<StateFiles>> StateFiles::Make(const Configuration& configuration) {
  io::S3Settings settings;
  settings.endpoint = configuration.GetString("s3.endpoint");
  settings.region = configuration.GetString("s3.endpoint.region");
  settings.access_key = configuration.GetString("s3.access-key");
  settings.secret_key = configuration.GetString("s3.secret-key");
  ARROW_ASSIGN_OR_RAISE(auto store, io::S3Store(std::move(settings)));
  return std::unique_ptr<StateFiles>(new StateFiles(std::move(store)));
}

StateFiles::StateFiles(io::ObjectStore store) : objects_(std::move(store)), files_(io::LocalFileSystem(), &objects_) {}

namespace {

/// With s3:// in place of what Hadoop's clients and Flink's plugins call the same store.
std::string WithOneScheme(const std::string& given) {
  for (const std::string_view alias : {"s3a://", "s3n://", "s3p://"}) {
    if (given.starts_with(alias)) return std::string(io::kObjectScheme) + given.substr(alias.size());
  }
  return given;
}

}  // namespace

arrow::Result<std::string> StateFolder(const std::string& given) {
  ARROW_RETURN_NOT_OK(sql::CheckStoreAddress(given));
  std::string folder = WithOneScheme(given);
  if (!io::IsObjectPath(folder)) {
    const auto local = io::LocalPath(given);
    if (!local.ok()) {
      return local.status().WithMessage(
          "State lies in a folder of this machine or in an object store (s3://), not in '", given, "'");
    }
    folder = *local;
  }
  const size_t root = io::IsObjectPath(folder) ? io::kObjectScheme.size() : 1;
  while (folder.size() > root && folder.back() == '/') folder.pop_back();
  return folder;
}

}  // namespace tidemark::cli
