// SPDX-License-Identifier: Apache-2.0
// TRIM, LTRIM, RTRIM, BTRIM: take away leading and trailing characters that are in a set, blanks by default.
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/string.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

enum class TrimSide { kBoth, kLeading, kTrailing };

/// The bytes of the last character.
std::string_view LastCharacter(std::string_view text) {
  size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return text.substr(at);
}

/// Whether `characters` has the whole character `character`.
bool Contains(std::string_view characters, std::string_view character) {
  for (size_t at = 0; at < characters.size(); at += Utf8Width(characters[at])) {
    if (characters.substr(at, Utf8Width(characters[at])) == character) return true;
  }
  return false;
}

std::string_view TrimText(std::string_view text, std::string_view characters, TrimSide side) {
  while (side != TrimSide::kTrailing && !text.empty()) {
    const std::string_view first = text.substr(0, Utf8Width(text[0]));
    if (!Contains(characters, first)) break;
    text.remove_prefix(first.size());
  }
  while (side != TrimSide::kLeading && !text.empty()) {
    const std::string_view last = LastCharacter(text);
    if (!Contains(characters, last)) break;
    text.remove_suffix(last.size());
  }
  return text;
}

/// (text [, characters])
KernelFactory MakeTrim(TrimSide side) {
  return [side](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    if (site.arguments.size() == 1) {
      return MakeRowKernel(site, [side](std::string_view text) { return TrimText(text, " ", side); });
    }
    return MakeRowKernel(
        site, [side](std::string_view text, std::string_view characters) { return TrimText(text, characters, side); });
  };
}

arrow::Result<TrimSide> SideOf(const ArgumentInfo& argument) {
  const auto word = LiteralText(argument);
  if (word == "BOTH") return TrimSide::kBoth;
  if (word == "LEADING") return TrimSide::kLeading;
  if (word == "TRAILING") return TrimSide::kTrailing;
  return arrow::Status::TypeError("TRIM takes BOTH, LEADING or TRAILING before the characters");
}

/// (text), or (side, characters, text) as the syntax TRIM(BOTH characters FROM text) arrives.
arrow::Result<std::unique_ptr<ScalarKernel>> MakeStandardTrim(const CallSite& site) {
  if (site.arguments.size() == 1) return MakeTrim(TrimSide::kBoth)(site);
  ARROW_ASSIGN_OR_RAISE(const TrimSide side, SideOf(site.arguments[0]));
  return MakeRowKernel(site, [side](std::optional<std::string_view>, std::string_view characters,
                                    std::string_view text) { return TrimText(text, characters, side); });
}

arrow::Result<DataType> TrimType(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() > 1) ARROW_RETURN_NOT_OK(SideOf(arguments[0]));
  const bool nullable = AnyNullable(arguments.size() > 1 ? arguments.subspan(1) : arguments);
  return DataType::VarChar(arguments.back().type.length()).WithNullable(nullable);
}

}  // namespace

void RegisterTextTrim(FunctionRegistry* registry) {
  registry->Add(Define("TRIM",
                       {Signature{{TextArg()}, TrimType}, Signature{{TextArg(), TextArg(), TextArg()}, TrimType}},
                       MakeStandardTrim,
                       {"TRIM([BOTH | LEADING | TRAILING] [characters] FROM text)",
                        "The text without leading and trailing characters, blanks by default"}));
  const std::vector<Signature> varying = {Signature{{TextArg(), Optional(TextArg())}, VaryingLikeFirst}};
  registry->Add(
      Define("LTRIM", varying, MakeTrim(TrimSide::kLeading),
             {"LTRIM(text [, characters])", "The text without leading characters of the set, blanks by default"}));
  registry->Add(
      Define("RTRIM", varying, MakeTrim(TrimSide::kTrailing),
             {"RTRIM(text [, characters])", "The text without trailing characters of the set, blanks by default"}));
  registry->Add(Define("BTRIM", OrNulls({Signature{{TextArg(), Optional(TextArg())}, Returns(DataType::String())}}),
                       MakeTrim(TrimSide::kBoth),
                       {"BTRIM(text [, characters])",
                        "The text without leading and trailing characters of the set, blanks by default"}));
}

}  // namespace tidemark::expr
