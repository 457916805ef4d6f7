// SPDX-License-Identifier: Apache-2.0
// Format strings of java.util.Formatter with the US locale.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::expr {

/// An argument as the formatter sees it.
struct FormatArgument {
  enum class Kind { kNull, kInteger, kFloating, kBoolean, kOther };
  Kind kind = Kind::kNull;
  int64_t integer = 0;
  int integer_bytes = 4;  ///< width of an integer, for %x of negative ones
  double floating = 0;
  /// What Double.toString or Float.toString give; for kOther the text of the value.
  std::string text;
};

/// nullopt where Java throws: an unknown conversion, flags that do not fit, an argument missing or of the wrong kind.
/// NotImplemented for %h and %t.
arrow::Result<std::optional<std::string>> FormatLikeJava(std::string_view format,
                                                         const std::vector<FormatArgument>& arguments);

}  // namespace tidemark::expr
