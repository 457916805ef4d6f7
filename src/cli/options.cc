// SPDX-License-Identifier: Apache-2.0
// Reading settings from the configuration file and the command line.
#include "cli/options.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "catalog/secret_keys.h"
#include "sql/diagnostic.h"
#include "sql/store_address.h"

namespace tidemark::cli {
namespace {

std::string Trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string Unquoted(const std::string& text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

arrow::Status FromSource(const arrow::Status& status, const std::string& source) {
  if (status.ok()) return status;
  const sql::Diagnostic* diagnostic = sql::DiagnosticOf(status);
  return sql::SqlError({}, source + ": " + status.message(), diagnostic == nullptr ? "" : diagnostic->hint);
}

/// "key: value" lines with '#' comments, as in Flink's flat configuration file.
arrow::Status ApplyFile(const std::string& path, Configuration* configuration) {
  std::ifstream file(path);
  std::error_code error;
  if (!file || std::filesystem::is_directory(path, error))
    return arrow::Status::Invalid("Cannot read the configuration file '", path, "'");
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    line = Trimmed(line);
    if (line.empty() || line[0] == '#') continue;
    const std::string place = path + ":" + std::to_string(number);
    const auto colon = line.find(':');
    const std::string key = colon == std::string::npos ? "" : Unquoted(Trimmed(line.substr(0, colon)));
    // What stands there instead may be a secret.
    if (key.empty() || key.find_first_of(" \t=") != std::string::npos)
      return arrow::Status::Invalid(place, ": expected 'key: value'");
    ARROW_RETURN_NOT_OK(FromSource(configuration->Set(key, Unquoted(Trimmed(line.substr(colon + 1)))), place));
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Status ApplySettings(const CommandOptions& options, Configuration* configuration) {
  const char* from_environment = std::getenv("TIDEMARK_CONFIG");
  if (!options.config_file.empty()) {
    ARROW_RETURN_NOT_OK(ApplyFile(options.config_file, configuration));
  } else if (from_environment != nullptr && *from_environment != '\0') {
    ARROW_RETURN_NOT_OK(ApplyFile(from_environment, configuration));
  }
  for (const auto& setting : options.settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) return arrow::Status::Invalid("--set: write --set key=value");
    const std::string key = Trimmed(setting.substr(0, equals));
    if (IsSecretKey(key) && key.starts_with("s3.")) {
      return arrow::Status::Invalid("--set ", key,
                                    ": other users of this machine can read it. Put it into the file of ",
                                    "--config, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    ARROW_RETURN_NOT_OK(FromSource(configuration->Set(key, Trimmed(setting.substr(equals + 1))), "--set"));
  }
  ARROW_RETURN_NOT_OK(FromSource(sql::CheckStoreAddress(options.savepoint), "--from-savepoint"));
  if (!options.state_folder.empty()) {
    ARROW_RETURN_NOT_OK(FromSource(configuration->Set(config::kCheckpointFolder, options.state_folder), "--state"));
  }
  if (!options.parallelism) return arrow::Status::OK();
  return FromSource(configuration->Set(config::kParallelism, std::to_string(*options.parallelism)), "--parallelism");
}

}  // namespace tidemark::cli
