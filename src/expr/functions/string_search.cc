// SPDX-License-Identifier: Apache-2.0
// CHAR_LENGTH, POSITION, LOCATE, INSTR, STARTSWITH, ENDSWITH. Positions count characters from 1; 0 means not found.
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/string.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

/// First place of `part` at or after position `from`. An empty part is at 1, whatever `from` is.
int32_t Find(std::string_view part, std::string_view text, int64_t from) {
  if (part.empty()) return 1;
  const size_t start = Utf8Prefix(text, std::max<int64_t>(from - 1, 0)).size();
  const size_t found = text.find(part, start);
  return found == std::string_view::npos ? 0 : static_cast<int32_t>(Utf8Length(text.substr(0, found)) + 1);
}

/// (part, text [, from])
arrow::Result<std::unique_ptr<ScalarKernel>> MakeFind(const CallSite& site) {
  if (site.arguments.size() == 2) {
    return MakeRowKernel(site, [](std::string_view part, std::string_view text) { return Find(part, text, 1); });
  }
  return MakeRowKernel(site, Inline<Find>());
}

int32_t FindForward(std::string_view text, std::string_view part, int64_t from, int64_t occurrence) {
  int32_t position = 0;
  for (; occurrence > 0; --occurrence) {
    position = Find(part, text, from);
    if (position == 0) return 0;
    from = position + 1;
  }
  return position;
}

/// Counts `from` and occurrences from the end.
int32_t FindBackward(std::string_view text, std::string_view part, int64_t from, int64_t occurrence) {
  const int64_t length = Utf8Length(text);
  if (part.empty()) return static_cast<int32_t>(length + 1);
  const int64_t part_length = Utf8Length(part);
  // The part has to end at or before this position.
  int64_t last_end = length - from + 1;
  int32_t position = 0;
  for (; occurrence > 0; --occurrence) {
    if (last_end < part_length) return 0;
    const size_t found = Utf8Prefix(text, last_end).rfind(part);
    if (found == std::string_view::npos) return 0;
    position = static_cast<int32_t>(Utf8Length(text.substr(0, found)) + 1);
    last_end = position + part_length - 2;
  }
  return position;
}

arrow::Result<int32_t> Instr(std::string_view text, std::string_view part, int64_t from, int64_t occurrence) {
  if (occurrence <= 0)
    return arrow::Status::Invalid("The occurrence that INSTR looks for must be positive: ", occurrence);
  if (from == 0) return 0;
  return from > 0 ? FindForward(text, part, from, occurrence) : FindBackward(text, part, -from, occurrence);
}

/// (text, part [, from [, occurrence]])
arrow::Result<std::unique_ptr<ScalarKernel>> MakeInstr(const CallSite& site) {
  switch (site.arguments.size()) {
    case 2:
      return MakeRowKernel(site, [](std::string_view text, std::string_view part) { return Find(part, text, 1); });
    case 3:
      return MakeRowKernel(
          site, [](std::string_view text, std::string_view part, int64_t from) { return Instr(text, part, from, 1); });
    default:
      return MakeRowKernel(site, Inline<Instr>());
  }
}

int32_t CharLength(std::string_view text) { return static_cast<int32_t>(Utf8Length(text)); }
bool StartsWith(std::string_view text, std::string_view part) { return text.starts_with(part); }
bool EndsWith(std::string_view text, std::string_view part) { return text.ends_with(part); }

Parameter BinaryArg() {
  return ArgWhere("BYTES", [](const DataType& type) { return type.is_binary(); });
}

}  // namespace

void RegisterTextSearch(FunctionRegistry* registry) {
  registry->Add(Define("CHAR_LENGTH", {Signature{{TextArg()}, Returns(DataType::Int())}}, MapRows(Inline<CharLength>()),
                       {"CHAR_LENGTH(text)", "Number of characters"}));
  registry->AddAlias("CHARACTER_LENGTH", "CHAR_LENGTH");
  const std::vector<Signature> find = {
      Signature{{TextArg(), TextArg(), Optional(CountArg())}, Returns(DataType::Int())}};
  registry->Add(Define("POSITION", find, MakeFind,
                       {"POSITION(part IN text)", "Where the part first stands in the text, from 1; 0 if nowhere"}));
  registry->Add(Define(
      "LOCATE", find, MakeFind,
      {"LOCATE(part, text [, from])", "Where the part first stands in the text at or after a position; 0 if nowhere"}));
  registry->Add(DefineFallible(
      "INSTR",
      {Signature{{TextArg(), TextArg(), Optional(CountArg()), Optional(CountArg())}, Returns(DataType::Int())}},
      MakeInstr,
      {"INSTR(text, part [, from [, occurrence]])",
       "Where the part stands in the text; a negative from searches backward from the end"}));
  const std::vector<Signature> two = {Signature{{TextArg(), TextArg()}, Returns(DataType::Boolean())},
                                      Signature{{BinaryArg(), BinaryArg()}, Returns(DataType::Boolean())}};
  registry->Add(Define("STARTSWITH", OrNulls(two), MapRows(Inline<StartsWith>()),
                       {"STARTSWITH(text, part)", "Whether the text begins with the part"}));
  registry->Add(Define("ENDSWITH", OrNulls(two), MapRows(Inline<EndsWith>()),
                       {"ENDSWITH(text, part)", "Whether the text ends with the part"}));
}

}  // namespace tidemark::expr
