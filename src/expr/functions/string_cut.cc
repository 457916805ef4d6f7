// SPDX-License-Identifier: Apache-2.0
// SUBSTRING, LEFT, RIGHT, OVERLAY, REPEAT, LPAD, RPAD, REVERSE.
#include <limits>
#include <optional>
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/string.h"
#include "expr/functions/utf16.h"
#include "expr/value_limit.h"

namespace tidemark::expr {
namespace {

constexpr int64_t kToTheEnd = std::numeric_limits<int32_t>::max();

/// Positions count from 1, negative ones from the end; 0 is the beginning. A start outside gives '', a negative length
/// NULL.
std::optional<std::string_view> Substring(std::string_view text, int64_t position, int64_t length) {
  if (length < 0) return std::nullopt;
  if (position < 0) {
    position += Utf8Length(text) + 1;
    if (position <= 0) return "";
  }
  text.remove_prefix(Utf8Prefix(text, position - 1).size());
  return Utf8Prefix(text, length);
}

arrow::Result<std::unique_ptr<ScalarKernel>> MakeSubstring(const CallSite& site) {
  if (site.arguments.size() == 2) {
    return MakeRowKernel(site,
                         [](std::string_view text, int64_t position) { return Substring(text, position, kToTheEnd); });
  }
  return MakeRowKernel(site, Inline<Substring>());
}

std::string_view Left(std::string_view text, int64_t count) { return Utf8Prefix(text, std::max<int64_t>(count, 0)); }

std::string_view Right(std::string_view text, int64_t count) {
  if (count <= 0) return "";
  return text.substr(Utf8Prefix(text, std::max<int64_t>(Utf8Length(text) - count, 0)).size());
}

/// Cuts at UTF-16 units, as Java does; half a character gives '?'.
void AppendPrefix(std::string_view text, int64_t units, StringSink& out) {
  const Utf16Cut cut = CutUtf16(text, units);
  out.Append(text.substr(0, cut.bytes));
  if (cut.halved) out.Append('?');
}
void AppendFrom(std::string_view text, int64_t units, StringSink& out) {
  const Utf16Cut cut = CutUtf16(text, units);
  if (cut.halved) out.Append('?');
  out.Append(text.substr(cut.halved ? cut.bytes + 4 : cut.bytes));
}

/// `length` units of `text` from `position` on give way to `replacement`. A position outside changes nothing; a length
/// that is not positive or reaches the end takes everything.
void Overlay(std::string_view text, std::string_view replacement, int64_t position, int64_t length, StringSink& out) {
  const int64_t total = Utf16Length(text);
  if (position <= 0 || position > total) {
    out.Append(text);
    return;
  }
  AppendPrefix(text, position - 1, out);
  out.Append(replacement);
  if (length > 0 && length <= total - position) AppendFrom(text, position - 1 + length, out);
}

arrow::Result<std::unique_ptr<ScalarKernel>> MakeOverlay(const CallSite& site) {
  if (site.arguments.size() == 4) {
    return MakeRowKernel(site, [](std::string_view text, std::string_view replacement, int64_t position, int64_t length,
                                  StringSink& out) { Overlay(text, replacement, position, length, out); });
  }
  return MakeRowKernel(site,
                       [](std::string_view text, std::string_view replacement, int64_t position, StringSink& out) {
                         Overlay(text, replacement, position, Utf16Length(replacement), out);
                       });
}

arrow::Result<DataType> OverlayType(std::span<const ArgumentInfo> arguments) {
  const int64_t length = int64_t{arguments[0].type.length()} + arguments[1].type.length();
  const auto bounded = static_cast<int32_t>(std::min<int64_t>(length, DataType::kMaxLength));
  return DataType::VarChar(bounded).WithNullable(AnyNullable(arguments));
}

arrow::Status Repeat(std::string_view text, int64_t count, StringSink& out) {
  if (count <= 0 || text.empty()) return arrow::Status::OK();
  // Any count beyond the limit is as bad as the next one.
  const int64_t bounded = std::min<int64_t>(count, kValueBytesMax + 1);
  ARROW_RETURN_NOT_OK(CheckValueBytes("REPEAT", bounded * static_cast<int64_t>(text.size())));
  for (int64_t i = 0; i < count; ++i) out.Append(text);
  return arrow::Status::OK();
}

/// `units` of padding, repeated as often as it takes.
void AppendPadding(std::string_view padding, int64_t units, StringSink& out) {
  const int64_t one = Utf16Length(padding);
  for (; units >= one; units -= one) out.Append(padding);
  AppendPrefix(padding, units, out);
}

/// Fills up to, or cuts to, `length`. NULL without padding characters or for a negative length.
arrow::Result<bool> Pad(std::string_view text, int64_t length, std::string_view padding, bool left, StringSink& out) {
  if (length < 0 || padding.empty()) return false;
  const int64_t missing = std::min<int64_t>(length, kToTheEnd) - Utf16Length(text);
  if (missing > 0) {
    const auto bytes =
        static_cast<int64_t>(text.size()) + missing / Utf16Length(padding) * static_cast<int64_t>(padding.size());
    ARROW_RETURN_NOT_OK(CheckValueBytes(left ? "LPAD" : "RPAD", bytes));
  }
  if (missing <= 0) {
    AppendPrefix(text, length, out);
    return true;
  }
  if (left) AppendPadding(padding, missing, out);
  out.Append(text);
  if (!left) AppendPadding(padding, missing, out);
  return true;
}

KernelFactory MakePad(bool left) {
  return MapRows([left](std::string_view text, int64_t length, std::string_view padding, StringSink& out) {
    return Pad(text, length, padding, left, out);
  });
}

void Reverse(std::string_view text, StringSink& out) {
  char* end = out.Extend(static_cast<int64_t>(text.size()));
  if (end == nullptr) return;
  end += text.size();
  for (size_t at = 0; at < text.size();) {
    const size_t width = std::min(Utf8Width(text[at]), text.size() - at);
    end -= width;
    std::memcpy(end, text.data() + at, width);
    at += width;
  }
}

}  // namespace

void RegisterTextCut(FunctionRegistry* registry) {
  registry->Add(Define(
      "SUBSTRING", {Signature{{TextArg(), CountArg(), Optional(CountArg())}, NullableVaryingLikeFirst}}, MakeSubstring,
      {"SUBSTRING(text FROM position [FOR length])",
       "Part of the text; positions count from 1, negative ones from the end"}));
  registry->AddAlias("SUBSTR", "SUBSTRING");
  registry->Add(Define("LEFT", {Signature{{TextArg(), CountArg()}, NullableVaryingLikeFirst}}, MapRows(Inline<Left>()),
                       {"LEFT(text, count)", "The first characters"}));
  registry->Add(Define("RIGHT", {Signature{{TextArg(), CountArg()}, NullableVaryingLikeFirst}},
                       MapRows(Inline<Right>()), {"RIGHT(text, count)", "The last characters"}));
  registry->Add(
      Define("OVERLAY", {Signature{{TextArg(), TextArg(), CountArg(), Optional(CountArg())}, OverlayType}}, MakeOverlay,
             {"OVERLAY(text PLACING replacement FROM position [FOR length])", "The text with a part of it replaced"}));
  registry->Add(DefineFallible("REPEAT", {Signature{{TextArg(), CountArg()}, Returns(DataType::String())}},
                               MapRows(Inline<Repeat>()), {"REPEAT(text, count)", "The text several times"}));
  const std::vector<Signature> pad = {Signature{{TextArg(), CountArg(), TextArg()}, Returns(DataType::String())}};
  registry->Add(DefineFallible("LPAD", pad, MakePad(/*left=*/true),
                               {"LPAD(text, length, padding)", "The text filled from the left, or cut, to a length"}));
  registry->Add(DefineFallible("RPAD", pad, MakePad(/*left=*/false),
                               {"RPAD(text, length, padding)", "The text filled from the right, or cut, to a length"}));
  registry->Add(Define("REVERSE", {Signature{{TextArg()}, ReturnsNullable(DataType::String())}},
                       MapRows(Inline<Reverse>()), {"REVERSE(text)", "The characters in reverse order"}));
}

}  // namespace tidemark::expr
