// SPDX-License-Identifier: Apache-2.0
// Fuzzes the parser and the printer: no input crashes them, every error renders, and what was printed parses to a tree
// that prints the same.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sql/diagnostic.h"
#include "sql/parser.h"
#include "sql/printer.h"
#include "sql/statement_split.h"

namespace {

using namespace tidemark::sql;  // NOLINT(google-build-using-namespace): this program is about nothing else

std::string Print(const std::vector<StatementPtr>& statements) {
  std::string printed;
  for (const StatementPtr& statement : statements) printed += ToSql(*statement) + ";\n";
  return printed;
}

[[noreturn]] void Fail(const char* what, const std::string& printed) {
  std::fprintf(stderr, "%s:\n%s\n", what, printed.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  SplitScript(text);
  auto parsed = ParseScript(text);
  if (!parsed.ok()) {
    if (RenderDiagnostic(parsed.status(), "fuzz.sql", text).empty()) Fail("nothing rendered", "");
    return 0;
  }
  const std::string printed = Print(*parsed);
  auto again = ParseScript(printed);
  if (!again.ok()) Fail("printed text does not parse", RenderDiagnostic(again.status(), "printed.sql", printed));
  if (Print(*again) != printed) Fail("printed text prints differently", printed);
  return 0;
}
