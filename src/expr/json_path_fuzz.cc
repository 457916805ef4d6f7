// SPDX-License-Identifier: Apache-2.0
// Fuzzes JSON paths and texts: the first line is a path, the rest a text. No input crashes; what is written is JSON
// again and is written the same.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "expr/functions/json_document.h"
#include "expr/functions/json_path.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark::expr;  // NOLINT(google-build-using-namespace): this program is about nothing else
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line = input.find('\n');
  const std::string_view text = line == std::string_view::npos ? input : input.substr(line + 1);
  const auto path = JsonPath::Compile(input.substr(0, line));
  JsonDocument document;
  if (!document.Parse(text)) return 0;
  std::string written;
  document.Write(document.root(), &written);
  JsonDocument again;
  std::string rewritten;
  if (again.Parse(written)) again.Write(again.root(), &rewritten);
  if (written != rewritten) {
    std::fprintf(stderr, "written differently: %s\n%s\n", written.c_str(), rewritten.c_str());
    std::abort();
  }
  if (!path.ok()) return 0;
  for (const bool lax : {false, true}) {
    const JsonFound found = ReadJsonPath(*path, lax, document.root(), &document);
    std::string value;
    if (found.node >= 0) document.Write(found.node, &value);
  }
  return 0;
}
