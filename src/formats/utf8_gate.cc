// SPDX-License-Identifier: Apache-2.0
// UTF-8 validation with simdjson.
#include "formats/utf8_gate.h"

#include <simdjson.h>

#include <cstring>

namespace tidemark::formats {
namespace {

constexpr int64_t kBlockBytes = 64 << 10;

}  // namespace

bool IsUtf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

void Utf8Gate::CheckBlock(const char* line) {
  const char* block_end = end_;
  if (end_ - line > kBlockBytes) {
    // Up to the end of the line in which the block ends.
    const void* newline = std::memchr(line + kBlockBytes, '\n', static_cast<size_t>(end_ - line - kBlockBytes));
    if (newline != nullptr) block_end = static_cast<const char*>(newline) + 1;
  }
  block_is_valid_ = IsUtf8({line, static_cast<size_t>(block_end - line)});
  checked_until_ = block_end;
}

}  // namespace tidemark::formats
