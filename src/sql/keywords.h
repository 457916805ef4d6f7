// SPDX-License-Identifier: Apache-2.0
// The words that mean something in Flink SQL, and which of them need back-quotes when used as names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemark::sql {

/// True for the words Flink 2.2 reserves: as a name they must be back-quoted. `upper` is in upper case.
bool IsReservedWord(std::string_view upper);

/// True for the reserved words that shape statements (SELECT, FROM, AND ...). Other reserved words (VALUE, DATE,
/// COUNT ...) are accepted as a name after AS and as the name of a function; these are not.
bool IsStructuralWord(std::string_view upper);

/// All keywords, reserved or not, in upper case and sorted: for completion at the prompt.
const std::vector<std::string>& AllKeywords();

/// ASCII letters turned to upper case.
std::string ToUpperAscii(std::string_view text);

}  // namespace tidemark::sql
