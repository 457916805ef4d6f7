// SPDX-License-Identifier: Apache-2.0
// From tables to the name of a folder.
#include "cli/job_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "catalog/catalog.h"
#include "state/hash_bytes.h"

namespace tidemark::cli {
namespace {

std::string AsFolderName(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return name;
}

/// "orders", or "sales.orders" where the table lies outside the catalog and database that a session begins with.
std::string NameOf(const TableDefinition& table) {
  std::string name;
  const bool is_qualified =
      table.path.size() == 3 && (table.path[0] != kDefaultCatalog || table.path[1] != kDefaultDatabase);
  for (size_t i = is_qualified ? 0 : table.path.size() - 1; i < table.path.size(); ++i) {
    name += (name.empty() ? "" : ".") + AsFolderName(table.path[i]);
  }
  return name;
}

/// The parts of a job's name, without the job's number. A longer number belongs to the name of a table.
std::set<std::string> TablesIn(std::string name) {
  constexpr size_t kDigitsMax = 2;
  const size_t dash = name.rfind('-');
  if (dash != std::string::npos) {
    const std::string number = name.substr(dash + 1);
    const bool is_number =
        !number.empty() && number.size() <= kDigitsMax && number.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) name.resize(dash);
  }
  std::set<std::string> tables;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('+', begin), name.size());
    tables.insert(name.substr(begin, end - begin));
    begin = end + 1;
  }
  return tables;
}

}  // namespace

std::string JobNames::Take(const plan::PhysicalPlan& plan) {
  std::vector<std::string> tables;
  for (const auto& sink : plan.sinks) tables.push_back(NameOf(*static_cast<const plan::SinkNode&>(*sink).table));
  std::sort(tables.begin(), tables.end());
  std::string name = fmt::format("{}", fmt::join(tables, "+"));
  // Files have names of 255 bytes at most; what was cut off still tells jobs apart.
  if (name.size() > kLengthMax)
    name = fmt::format("{}-{:016x}", name.substr(0, kLengthMax - 24), state::HashBytes(name));
  const int number = ++taken_[name];
  if (number > 1) name += fmt::format("-{}", number);
  given_.insert(name);
  return name;
}

std::string JobNames::SharedTable(const std::string& name, const std::string& other) {
  const std::set<std::string> tables = TablesIn(name);
  const std::set<std::string> others = TablesIn(other);
  if (tables == others) return std::string();
  for (const auto& table : tables) {
    if (others.contains(table)) return table;
  }
  return std::string();
}

}  // namespace tidemark::cli
