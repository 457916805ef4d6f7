// SPDX-License-Identifier: Apache-2.0
// Upper and lower case of text by Unicode's rules for every language, as Java's toUpperCase and toLowerCase give.
#pragma once

#include <string_view>

#include "expr/column_writer.h"

namespace tidemark::expr {

/// Appends the text in upper case. One character may become up to three: "ß" gives "SS".
void AppendUpper(std::string_view text, StringSink& out);

/// Appends the text in lower case. "Σ" at the end of a word gives "ς".
void AppendLower(std::string_view text, StringSink& out);

}  // namespace tidemark::expr
