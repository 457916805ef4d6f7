// SPDX-License-Identifier: Apache-2.0
// UPPER, LOWER, INITCAP.
#include "expr/functions/case_map.h"
#include "expr/functions/define.h"
#include "expr/functions/string.h"

namespace tidemark::expr {
namespace {

/// Only the letters A to Z and digits make words, as in Flink; other characters stay as they are and end a word.
void InitCap(std::string_view text, StringSink& out) {
  char* target = out.Extend(static_cast<int64_t>(text.size()));
  if (target == nullptr) return;
  bool start = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool lower = c >= 'a' && c <= 'z';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool digit = c >= '0' && c <= '9';
    target[i] = static_cast<char>(start && lower ? c - 32 : !start && upper ? c + 32 : c);
    start = !(lower || upper || digit);
  }
}

}  // namespace

void RegisterTextCase(FunctionRegistry* registry) {
  const std::vector<Signature> same = {Signature{{TextArg()}, ReturnsArgument(0)}};
  registry->Add(Define("UPPER", same, MapRows(Inline<AppendUpper>()), {"UPPER(text)", "The text in upper case"}));
  registry->Add(Define("LOWER", same, MapRows(Inline<AppendLower>()), {"LOWER(text)", "The text in lower case"}));
  registry->Add(Define(
      "INITCAP", same, MapRows(Inline<InitCap>()),
      {"INITCAP(text)", "The text with the first letter of each word in upper case and the others in lower case"}));
}

}  // namespace tidemark::expr
