// SPDX-License-Identifier: Apache-2.0
// Listing, patterns and partition folders.
#include "connectors/files/file_listing.h"

#include <fnmatch.h>
#include <re2/re2.h>

#include <algorithm>

namespace tidemark::connectors {
namespace {

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (slash != 0) parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return parts;
}

bool HasPattern(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

/// The folder above the first part with a pattern character.
std::string FixedPart(const std::string& path) {
  const auto slash = path.rfind('/', path.find_first_of("*?["));
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsPartitionFolder(const TableDefinition& table, const std::string& part) {
  const auto equals = part.find('=');
  return equals != std::string::npos && std::count(table.partition_keys.begin(), table.partition_keys.end(),
                                                   UnescapePartitionName(std::string_view(part).substr(0, equals))) > 0;
}

/// Whether a part below `base` is hidden. The folders of a partition key '_day' are not.
bool IsHidden(const TableDefinition& table, const std::string& path, const std::string& base) {
  if (path.size() <= base.size()) return false;
  for (const auto& part : SplitPath(std::string_view(path).substr(base.size()))) {
    if ((part[0] == '.' || part[0] == '_') && !IsPartitionFolder(table, part)) return true;
  }
  return false;
}

arrow::Status ReadPartition(const TableDefinition& table, const FilesOptions& options, const std::string& base,
                            TableFile* file) {
  const std::string_view below =
      std::string_view(file->info.path).substr(std::min(base.size(), file->info.path.size()));
  for (const auto& part : SplitPath(below)) {
    const auto equals = part.find('=');
    if (equals == std::string::npos) continue;
    const std::string key = UnescapePartitionName(part.substr(0, equals));
    const std::string value = UnescapePartitionName(part.substr(equals + 1));
    file->partition[key] = value == options.default_partition_name ? std::nullopt : std::optional(value);
  }
  for (const auto& key : table.partition_keys) {
    if (file->partition.count(key) == 0) {
      return arrow::Status::Invalid("File '", file->info.path, "' is in no folder '", key,
                                    "=...', but the table is PARTITIONED BY (", key, ")");
    }
  }
  return arrow::Status::OK();
}

bool IsEscaped(unsigned char c) {
  static constexpr std::string_view kSpecial = "\"#%'*/:=?\\\x7F{[]^";
  return c < 0x20 || kSpecial.find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace

std::string EscapePartitionName(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (unsigned char c : text) {
    if (!IsEscaped(c))
      escaped += static_cast<char>(c);
    else
      escaped += {'%', kDigits[c >> 4], kDigits[c & 15]};
  }
  return escaped;
}

std::string UnescapePartitionName(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 2]));
    if (!escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return plain;
}

arrow::Result<std::vector<TableFile>> ListTableFiles(io::FileSystem* files, const TableDefinition& table,
                                                     const FilesOptions& options) {
  const bool pattern = HasPattern(options.path) && !files->Exists(options.path);
  const std::string base = pattern ? FixedPart(options.path) : options.path;
  std::vector<io::FileInfo> found;
  ARROW_ASSIGN_OR_RAISE(const auto root, files->Stat(base));
  if (root.is_directory) {
    ARROW_ASSIGN_OR_RAISE(found, files->List(base, true));
  } else {
    found.push_back(root);
  }
  std::optional<RE2> regex;
  if (!options.path_pattern.empty()) {
    regex.emplace(options.path_pattern, RE2::Quiet);
    if (!regex->ok()) return arrow::Status::Invalid("Option 'source.path.regex-pattern': ", regex->error());
  }
  std::vector<TableFile> table_files;
  for (auto& info : found) {
    if (info.is_directory || (root.is_directory && IsHidden(table, info.path, base))) continue;
    if (pattern && fnmatch(options.path.c_str(), info.path.c_str(), FNM_PATHNAME) != 0) continue;
    if (regex && !RE2::FullMatch(info.path, *regex)) continue;
    TableFile file{std::move(info), {}};
    ARROW_RETURN_NOT_OK(ReadPartition(table, options, base, &file));
    table_files.push_back(std::move(file));
  }
  std::sort(table_files.begin(), table_files.end(),
            [](const TableFile& a, const TableFile& b) { return a.info.path < b.info.path; });
  return table_files;
}

}  // namespace tidemark::connectors
