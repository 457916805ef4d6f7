// SPDX-License-Identifier: Apache-2.0
// Where the statements of a script begin and end, without parsing them: for a prompt that reads line by line.
#pragma once

#include <string_view>
#include <vector>

#include "sql/source_range.h"

namespace tidemark::sql {

/// One statement of a script. The range covers it from its first to its last token, with its `;`.
struct StatementText {
  SourceRange range;
  /// A `;` closes it. Only the last one of a script can be incomplete; an open string, name or comment makes it so.
  bool complete = false;
};

/// Splits at `;`, but for those in strings, names, comments and between BEGIN and END of a statement set, which is one
/// statement. Empty statements are left out.
std::vector<StatementText> SplitScript(std::string_view text);

}  // namespace tidemark::sql
