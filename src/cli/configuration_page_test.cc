// SPDX-License-Identifier: Apache-2.0
// docs/configuration.md names every setting and every option of tables, with type and default, and no others.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "connectors/registry.h"
#include "formats/format.h"

namespace tidemark {
namespace {

/// Heading -> the rows below it by their first cell: key, type, default, meaning.
using Page = std::map<std::string, std::map<std::string, std::vector<std::string>>>;

std::vector<std::string> CellsOf(const std::string& row) {
  std::vector<std::string> cells;
  for (size_t begin = 1, end = 0; (end = row.find('|', begin)) != std::string::npos; begin = end + 1) {
    const std::string cell = row.substr(begin, end - begin);
    const size_t first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
  }
  return cells;
}

Page ReadPage() {
  std::ifstream file("docs/configuration.md");  // tests run in the project's root folder
  EXPECT_TRUE(file.good());
  Page page;
  std::string heading;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) page[heading = line.substr(3)];
    if (!line.starts_with("| `")) continue;
    const auto cells = CellsOf(line);
    EXPECT_TRUE(page[heading].emplace(cells[0], cells).second) << line << " is there twice";
  }
  return page;
}

std::string TypeText(const OptionSpec& spec) {
  switch (spec.type) {
    case OptionType::kString:
      return "text";
    case OptionType::kInteger:
      return "number";
    case OptionType::kBoolean:
      return "true or false";
    case OptionType::kDuration:
      return "duration";
    case OptionType::kMemorySize:
      return "size";
    case OptionType::kEnum:
      break;
  }
  std::string choices;
  for (const auto& choice : spec.enum_values) choices += (choices.empty() ? "`" : ", `") + choice + "`";
  return choices;
}

std::vector<std::string> RowOf(const OptionSpec& spec, const std::string& prefix) {
  const std::string otherwise = spec.required ? "required" : spec.default_value;
  return {"`" + prefix + spec.key + "`", TypeText(spec),
          otherwise.empty() || spec.required ? otherwise : "`" + otherwise + "`", spec.description};
}

void AddSection(const std::string& heading, const std::vector<OptionSpec>& specs, const std::string& prefix,
                Page* page) {
  auto& section = (*page)[heading];
  for (const auto& spec : specs) {
    auto row = RowOf(spec, prefix);
    section.emplace(row[0], row);
  }
}

Page ExpectedPage() {
  Page page;
  AddSection("Settings", Configuration::Specs(), "", &page);
  AddSection("Options of every table", connectors::CommonOptions(), "", &page);
  for (const auto& name : connectors::ConnectorNames())
    AddSection("Connector `" + name + "`", connectors::FindConnector(name)->options(), "", &page);
  for (const auto& name : formats::FormatNames())
    AddSection("Format `" + name + "`", formats::FindFormat(name)->options, name + ".", &page);
  return page;
}

std::string Joined(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const auto& cell : cells) row += " " + cell + " |";
  return row;
}

TEST(ConfigurationPage, NamesEveryKey) {
  Page page = ReadPage();
  for (const auto& [heading, rows] : ExpectedPage()) {
    ASSERT_TRUE(page.contains(heading)) << "## " << heading << " is missing";
    for (const auto& [key, row] : rows) {
      const auto found = page[heading].find(key);
      ASSERT_TRUE(found != page[heading].end()) << "Below ## " << heading << " a row is missing:\n" << Joined(row);
      ASSERT_EQ(found->second.size(), row.size()) << Joined(found->second);
      EXPECT_EQ(found->second[1], row[1]) << "type of " << key << ", " << heading;
      EXPECT_EQ(found->second[2], row[2]) << "default of " << key << ", " << heading;
      EXPECT_FALSE(found->second[3].empty()) << "meaning of " << key << ", " << heading;
    }
  }
}

TEST(ConfigurationPage, NamesNothingThatDoesNotExist) {
  Page expected = ExpectedPage();
  for (const auto& [heading, rows] : ReadPage()) {
    for (const auto& [key, row] : rows)
      EXPECT_TRUE(expected[heading].contains(key)) << Joined(row) << " in " << heading;
  }
}

}  // namespace
}  // namespace tidemark
