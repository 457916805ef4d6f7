// SPDX-License-Identifier: Apache-2.0
// Golden files: programs or expressions with their inputs and what must come out. The format is in tests/sql/README.md.
#pragma once

#include <arrow/result.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::golden {

/// "--- rows" and what follows it.
struct Part {
  std::string name;
  std::vector<std::string> lines;
};

/// "=== case title" (or file, setup, expressions) and what follows it.
struct Section {
  std::string kind;
  std::string title;
  /// Lines "@name value" at its beginning, in order.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<std::string> body;
  std::vector<Part> parts;
  int line = 0;  ///< 1-based line of its header

  /// nullptr when there is none.
  const std::string* attribute(std::string_view name) const;
  const Part* part(std::string_view name) const;
  void SetPart(std::string name, std::vector<std::string> lines);
  std::string text() const;  ///< the body, joined
};

/// One golden file. Parse and Render are inverse but for blank lines at the ends of sections.
struct GoldenFile {
  std::string path;
  std::vector<std::string> preamble;
  std::vector<Section> sections;

  static arrow::Result<GoldenFile> Load(const std::string& path);
  static arrow::Result<GoldenFile> Parse(std::string path, std::string_view text);
  std::string Render() const;
  arrow::Status Save() const;

  /// Names (below the case's folder) and bytes of the input files, compressed where the file asks for it.
  arrow::Result<std::map<std::string, std::string>> InputFiles() const;
  /// The statements that come before every case.
  std::string Setup() const;
};

/// A value as it stands in a row of a golden file: NULL, quoted when it could be taken for something else, control
/// characters, '\' and '|' escaped.
std::string RenderCell(const std::optional<std::string>& value);
std::string RenderRow(const std::vector<std::optional<std::string>>& values);

}  // namespace tidemark::golden
