// SPDX-License-Identifier: Apache-2.0
// What to say to someone whose command line is not understood.
#pragma once

#include <string>
#include <vector>

namespace tidemark::cli {

/// A line that says what was probably meant by `arguments` (without the program's name), or an empty string.
/// `commands`: the names of all commands; those in `with_format` take --format.
std::string CommandHint(const std::vector<std::string>& arguments, const std::vector<std::string>& commands,
                        const std::vector<std::string>& with_format);

}  // namespace tidemark::cli
