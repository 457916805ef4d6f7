// SPDX-License-Identifier: Apache-2.0
// REPLACE and TRANSLATE.
#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "expr/functions/define.h"
#include "expr/functions/string.h"
#include "expr/utf8.h"
#include "expr/value_limit.h"

namespace tidemark::expr {
namespace {

/// An empty `part` stands before every character and at the end.
void InsertEverywhere(std::string_view text, std::string_view replacement, StringSink& out) {
  for (size_t at = 0; at < text.size(); at += Utf8Width(text[at])) {
    out.Append(replacement);
    out.Append(text.substr(at, Utf8Width(text[at])));
  }
  out.Append(replacement);
}

/// Fails when the replaced text would be too long.
arrow::Status CheckReplaced(std::string_view text, std::string_view part, std::string_view replacement) {
  const auto length = static_cast<int64_t>(text.size());
  const auto each = static_cast<int64_t>(replacement.size());
  const auto most = length / std::max<int64_t>(static_cast<int64_t>(part.size()), 1) + 1;
  if (each == 0 || most <= (kValueBytesMax - length) / each) return arrow::Status::OK();
  int64_t count = part.empty() ? Utf8Length(text) + 1 : 0;
  for (size_t at = 0; !part.empty() && (at = text.find(part, at)) != std::string_view::npos; at += part.size()) ++count;
  return CheckValueBytes("REPLACE", length + count * (each - static_cast<int64_t>(part.size())));
}

arrow::Status Replace(std::string_view text, std::string_view part, std::string_view replacement, StringSink& out) {
  ARROW_RETURN_NOT_OK(CheckReplaced(text, part, replacement));
  if (part.empty()) {
    InsertEverywhere(text, replacement, out);
    return arrow::Status::OK();
  }
  size_t at = 0;
  for (size_t found; (found = text.find(part, at)) != std::string_view::npos; at = found + part.size()) {
    out.Append(text.substr(at, found - at));
    out.Append(replacement);
  }
  out.Append(text.substr(at));
  return arrow::Status::OK();
}

/// The character of `to` that stands where `character` stands in `from`; '' where `to` is shorter; nullopt when `from`
/// does not have it.
std::optional<std::string_view> Translated(std::string_view character, std::string_view from, std::string_view to) {
  size_t target = 0;
  for (size_t at = 0; at < from.size(); at += Utf8Width(from[at])) {
    if (from.substr(at, Utf8Width(from[at])) == character) {
      return target < to.size() ? to.substr(target, Utf8Width(to[target])) : std::string_view();
    }
    if (target < to.size()) target += Utf8Width(to[target]);
  }
  return std::nullopt;
}

/// A NULL list of characters counts as empty.
void Translate(std::string_view text, std::optional<std::string_view> from, std::optional<std::string_view> to,
               StringSink& out) {
  const std::string_view source = from.value_or("");
  const std::string_view target = to.value_or("");
  for (size_t at = 0; at < text.size(); at += Utf8Width(text[at])) {
    const std::string_view character = text.substr(at, Utf8Width(text[at]));
    out.Append(Translated(character, source, target).value_or(character));
  }
}

}  // namespace

void RegisterTextReplace(FunctionRegistry* registry) {
  registry->Add(
      DefineFallible("REPLACE", {Signature{{TextArg(), TextArg(), TextArg()}, Returns(DataType::String())}},
                     MapRows(Inline<Replace>()),
                     {"REPLACE(text, part, replacement)", "The text with every occurrence of the part replaced"}));
  registry->Add(Define(
      "TRANSLATE",
      {Signature{{TextArg(), TextArg(), TextArg()},
                 [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                   return DataType::String().WithNullable(arguments[0].type.nullable());
                 }}},
      MapRows(Inline<Translate>()),
      {"TRANSLATE(text, from, to)", "The text with each character of from replaced by the one at its place in to"}));
  registry->AddAlias("TRANSLATE3", "TRANSLATE");
}

}  // namespace tidemark::expr
