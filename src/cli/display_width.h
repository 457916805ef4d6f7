// SPDX-License-Identifier: Apache-2.0
// How wide text is on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark::cli {

/// Terminal columns that UTF-8 `text` takes: combining marks none, East Asian wide ones and emoji two.
size_t DisplayWidth(std::string_view text);

/// Each line of `text` as far as it fits into `columns`, whole characters only. Line ends are kept.
std::string CutLines(std::string_view text, size_t columns);

}  // namespace tidemark::cli
