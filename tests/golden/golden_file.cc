// SPDX-License-Identifier: Apache-2.0
// Parsing and printing of golden files.
#include "golden/golden_file.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "io/compression.h"

namespace tidemark::golden {
namespace {

bool IsBlank(const std::string& line) { return line.find_first_not_of(" \t\r") == std::string::npos; }

void TrimEnd(std::vector<std::string>* lines) {
  while (!lines->empty() && IsBlank(lines->back())) lines->pop_back();
}

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// "case title" -> {"case", "title"}; nullopt when `line` opens no section.
std::optional<std::pair<std::string, std::string>> SectionHeader(std::string_view line) {
  if (!StartsWith(line, "=== ")) return std::nullopt;
  line.remove_prefix(4);
  const size_t space = line.find(' ');
  const std::string kind(line.substr(0, space));
  if (kind != "file" && kind != "setup" && kind != "case" && kind != "expressions") return std::nullopt;
  std::string title(space == std::string_view::npos ? "" : line.substr(space + 1));
  while (!title.empty() && title.back() == ' ') title.pop_back();
  return std::pair(kind, title);
}

bool IsPartName(std::string_view name) {
  for (std::string_view known : {"columns", "rows", "rows batch", "rows streaming", "error"}) {
    if (name == known) return true;
  }
  return StartsWith(name, "lines ");
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

void AddAttribute(Section* section, std::string_view line) {
  const size_t space = line.find(' ');
  std::string value(space == std::string_view::npos ? "" : line.substr(space + 1));
  section->attributes.emplace_back(line.substr(1, space == std::string_view::npos ? space : space - 1),
                                   std::move(value));
}

arrow::Result<std::string> FromHex(std::string_view text) {
  std::string bytes;
  std::string digits;
  for (char c : text) {
    if (std::isxdigit(static_cast<unsigned char>(c))) digits += c;
  }
  if (digits.size() % 2 != 0) return arrow::Status::Invalid("A hex file needs an even number of digits");
  for (size_t i = 0; i < digits.size(); i += 2) bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace

const std::string* Section::attribute(std::string_view name) const {
  for (const auto& [key, value] : attributes) {
    if (key == name) return &value;
  }
  return nullptr;
}

const Part* Section::part(std::string_view name) const {
  for (const auto& part : parts) {
    if (part.name == name) return &part;
  }
  return nullptr;
}

void Section::SetPart(std::string name, std::vector<std::string> lines) {
  for (auto& part : parts) {
    if (part.name == name) {
      part.lines = std::move(lines);
      return;
    }
  }
  parts.push_back({std::move(name), std::move(lines)});
}

std::string Section::text() const { return fmt::format("{}\n", fmt::join(body, "\n")); }

arrow::Result<GoldenFile> GoldenFile::Load(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return arrow::Status::IOError("Cannot read ", path);
  return Parse(path, std::string(std::istreambuf_iterator<char>(stream), {}));
}

arrow::Result<GoldenFile> GoldenFile::Parse(std::string path, std::string_view text) {
  GoldenFile file;
  file.path = std::move(path);
  int number = 0;
  for (auto& line : SplitLines(text)) {
    ++number;
    if (auto header = SectionHeader(line)) {
      Section section;
      section.kind = header->first;
      section.title = header->second;
      section.line = number;
      file.sections.push_back(std::move(section));
      continue;
    }
    if (file.sections.empty()) {
      file.preamble.push_back(std::move(line));
      continue;
    }
    Section& section = file.sections.back();
    const bool takes_attributes = section.kind == "case" || section.kind == "expressions";
    if (section.kind == "case" && StartsWith(line, "--- ") && IsPartName(std::string_view(line).substr(4))) {
      section.parts.push_back({line.substr(4), {}});
    } else if (!section.parts.empty()) {
      section.parts.back().lines.push_back(std::move(line));
    } else if (takes_attributes && section.body.empty() && StartsWith(line, "@")) {
      AddAttribute(&section, line);
    } else {
      section.body.push_back(std::move(line));
    }
  }
  TrimEnd(&file.preamble);
  for (auto& section : file.sections) {
    TrimEnd(&section.body);
    for (auto& part : section.parts) TrimEnd(&part.lines);
  }
  return file;
}

std::string GoldenFile::Render() const {
  std::string out;
  const auto add = [&](const std::vector<std::string>& lines) {
    for (const auto& line : lines) out += line + "\n";
  };
  add(preamble);
  bool first = preamble.empty();
  for (const auto& section : sections) {
    if (!first) out += "\n";
    first = false;
    out += "=== " + section.kind + (section.title.empty() ? "" : " " + section.title) + "\n";
    for (const auto& [name, value] : section.attributes) out += "@" + name + (value.empty() ? "" : " " + value) + "\n";
    add(section.body);
    for (const auto& part : section.parts) {
      out += "--- " + part.name + "\n";
      add(part.lines);
    }
  }
  return out;
}

arrow::Status GoldenFile::Save() const {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << Render();
  stream.close();
  return stream ? arrow::Status::OK() : arrow::Status::IOError("Cannot write ", path);
}

arrow::Result<std::map<std::string, std::string>> GoldenFile::InputFiles() const {
  std::map<std::string, std::string> files;
  for (const auto& section : sections) {
    if (section.kind != "file") continue;
    std::istringstream words(section.title);
    std::string name;
    words >> name;
    std::string bytes;
    for (const auto& line : section.body) bytes += line + "\n";
    for (std::string option; words >> option;) {
      if (option == "unterminated") {
        if (!bytes.empty()) bytes.pop_back();
      } else if (option == "hex") {
        ARROW_ASSIGN_OR_RAISE(bytes, FromHex(bytes));
      } else if (option == "gzip") {
        ARROW_ASSIGN_OR_RAISE(bytes, io::Compress(bytes, io::Compression::kGzip));
      } else if (option == "zstd") {
        ARROW_ASSIGN_OR_RAISE(bytes, io::Compress(bytes, io::Compression::kZstd));
      } else {
        return arrow::Status::Invalid(path, ":", section.line, ": unknown file option '", option, "'");
      }
    }
    files[name] = std::move(bytes);
  }
  return files;
}

std::string GoldenFile::Setup() const {
  std::string setup;
  for (const auto& section : sections) {
    if (section.kind == "setup") setup += section.text();
  }
  return setup;
}

std::string RenderCell(const std::optional<std::string>& value) {
  if (!value) return "NULL";
  std::string text;
  for (char c : *value) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '\\':
        text += "\\\\";
        break;
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      case '|':
        text += "\\|";
        break;
      default:
        if (byte < 32 || byte == 127) {
          text += fmt::format("\\x{:02x}", byte);
        } else {
          text += c;
        }
    }
  }
  const bool quoted =
      text.empty() || text == "NULL" || text.front() == ' ' || text.front() == '"' || text.back() == ' ';
  return quoted ? "\"" + text + "\"" : text;
}

std::string RenderRow(const std::vector<std::optional<std::string>>& values) {
  std::string row;
  for (size_t i = 0; i < values.size(); ++i) row += (i == 0 ? "" : " | ") + RenderCell(values[i]);
  return row;
}

}  // namespace tidemark::golden
