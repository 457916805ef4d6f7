// SPDX-License-Identifier: Apache-2.0
// Guesses from the first word that is no command, and from options that another command takes.
#include "cli/command_hint.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "sql/diagnostic.h"

namespace tidemark::cli {
namespace {

bool LooksLikeScript(const std::string& word) {
  std::error_code error;
  return word == "-" || word.ends_with(".sql") || std::filesystem::is_regular_file(word, error);
}

std::string Joined(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

bool IsFormatOption(const std::string& word) { return word == "--format" || word.starts_with("--format="); }

}  // namespace

std::string CommandHint(const std::vector<std::string>& arguments, const std::vector<std::string>& commands,
                        const std::vector<std::string>& with_format) {
  if (arguments.empty()) return "";
  const std::string& first = arguments[0];
  if (std::ranges::find(commands, first) != commands.end()) {
    const bool takes_format = std::ranges::find(with_format, first) != with_format.end();
    if (takes_format || std::ranges::none_of(arguments, IsFormatOption)) return "";
    return "--format is an option of: " + Joined(with_format, ", ") + "\n";
  }
  if (LooksLikeScript(first)) return "Did you mean: tidemark run " + Joined(arguments, " ") + "?\n";
  const auto nearest = sql::NearestNames(first, commands, 1);
  if (nearest.empty()) return "There is: " + Joined(commands, ", ") + "\n";
  std::vector<std::string> meant = arguments;
  meant[0] = nearest[0];
  return "Did you mean: tidemark " + Joined(meant, " ") + "?\n";
}

}  // namespace tidemark::cli
