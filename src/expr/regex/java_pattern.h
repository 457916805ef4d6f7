// SPDX-License-Identifier: Apache-2.0
// From java.util.regex's syntax to RE2's. Internal to JavaRegex.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::expr {

/// A pattern in RE2's syntax with the same meaning, and what has to be put right after a match.
struct JavaPattern {
  std::string re2;
  /// Where RE2 numbers the groups of Java's pattern 1, 2, ...
  std::vector<int> groups;
  /// Groups of the line terminators that stand behind a $ and are no part of the match.
  std::vector<int> line_end_groups;
  /// One of these is a $ with the flag m.
  bool multiline = false;
  /// The pattern begins with a ^ with the flag m, which is not at the end of a text, not even of an empty one.
  bool begins_line = false;
};

/// nullopt when Java calls the pattern invalid; NotImplemented for what RE2 cannot express.
arrow::Result<std::optional<JavaPattern>> TranslateJavaPattern(std::string_view pattern);

}  // namespace tidemark::expr
