// SPDX-License-Identifier: Apache-2.0
// Diagnostics inside arrow::Status, and how they are shown.

#include "sql/diagnostic.h"

#include <algorithm>
#include <cstdint>

#include "sql/lexer.h"
#include "sql/secret_options.h"

namespace tidemark::sql {

namespace {

constexpr char kTypeId[] = "tidemark::sql::SqlErrorDetail";

// A line longer than that is shown as a window around the error.
constexpr size_t kShownLineBytesMax = 200;
constexpr size_t kTabWidth = 8;

arrow::StatusCode StatusCodeOf(DiagnosticCode code) {
  switch (code) {
    case DiagnosticCode::kNotSupported:
      return arrow::StatusCode::NotImplemented;
    case DiagnosticCode::kLimit:
      return arrow::StatusCode::CapacityError;
    case DiagnosticCode::kSyntax:
    case DiagnosticCode::kSemantic:
      break;
  }
  return arrow::StatusCode::Invalid;
}

bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

uint32_t DecodeAt(std::string_view text, size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
  for (size_t k = 1; k < length && i + k < text.size(); ++k) {
    code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
  }
  return code;
}

/// Columns of a terminal that a character takes: 0 for combining marks, 2 for East Asian wide ones and emoji.
size_t DisplayWidth(uint32_t code) {
  struct Range {
    uint32_t first;
    uint32_t last;
  };
  static constexpr Range kZero[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};
  static constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                                    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
                                    {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
  const auto contains = [code](const Range& range) { return code >= range.first && code <= range.last; };
  if (std::any_of(std::begin(kZero), std::end(kZero), contains)) return 0;
  return std::any_of(std::begin(kWide), std::end(kWide), contains) ? 2 : 1;
}

/// Bytes of the character at `i`; 0 where no UTF-8 character begins.
size_t CharacterLength(std::string_view text, size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return FindInvalidUtf8(text.substr(i, length)) == std::string_view::npos ? length : 0;
}

/// What a terminal acts upon instead of showing it: control characters, and marks that turn the direction of the text.
bool IsControl(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

/// One line of the text made fit for a terminal: tabs as spaces, other control characters and what is no UTF-8 as '?'.
struct ShownLine {
  std::string text;
  size_t underline_begin = 0;
  size_t underline_width = 0;
};

ShownLine ShowLine(std::string_view line, size_t begin, size_t end) {
  ShownLine shown;
  size_t width = 0;
  for (size_t i = 0, length = 0; i < line.size(); i += std::max<size_t>(length, 1)) {
    if (i == begin) shown.underline_begin = width;
    if (i == end) shown.underline_width = width - shown.underline_begin;
    length = CharacterLength(line, i);
    if (line[i] == '\t') {
      const size_t spaces = kTabWidth - width % kTabWidth;
      shown.text.append(spaces, ' ');
      width += spaces;
    } else if (length == 0 || IsControl(DecodeAt(line, i))) {
      shown.text += '?';
      ++width;
    } else {
      shown.text += line.substr(i, length);
      width += DisplayWidth(DecodeAt(line, i));
    }
  }
  if (begin >= line.size()) shown.underline_begin = width;
  if (end >= line.size()) shown.underline_width = width - shown.underline_begin;
  return shown;
}

/// A message or hint, which may repeat pieces of the text, made fit for a terminal. Its own lines stay lines.
std::string ShowMessage(std::string_view message) {
  std::string shown;
  for (size_t i = 0, length = 0; i < message.size(); i += std::max<size_t>(length, 1)) {
    length = CharacterLength(message, i);
    const bool is_shown = length > 0 && (message[i] == '\n' || !IsControl(DecodeAt(message, i)));
    shown += is_shown ? message.substr(i, length) : "?";
  }
  return shown;
}

/// Cuts a very long line to a window that contains `begin`.
void ClipLine(std::string_view* line, size_t* begin, size_t* end) {
  if (line->size() <= kShownLineBytesMax) return;
  size_t first = *begin > kShownLineBytesMax / 2 ? *begin - kShownLineBytesMax / 2 : 0;
  while (first > 0 && IsContinuationByte((*line)[first])) --first;
  size_t last = std::min(line->size(), first + kShownLineBytesMax);
  while (last < line->size() && IsContinuationByte((*line)[last])) ++last;
  *line = line->substr(first, last - first);
  *begin = std::min(*begin - first, line->size());
  *end = std::min(*end > first ? *end - first : 0, line->size());
}

/// The source line of the range and its underline, each indented by two spaces.
std::string RenderSource(std::string_view text, SourceRange range) {
  const size_t begin = std::min(range.begin, text.size());
  const size_t line_begin = text.substr(0, begin).rfind('\n') + 1;
  size_t line_end = std::min(text.find('\n', begin), text.size());
  if (line_end > line_begin && text[line_end - 1] == '\r') --line_end;
  const std::string visible = HideSecrets(text.substr(line_begin, line_end - line_begin));
  std::string_view line = visible;
  size_t from = std::min(begin - line_begin, line.size());
  size_t to = std::clamp(range.end, begin, std::max(begin, line_end)) - line_begin;
  to = std::clamp(to, from, line.size());
  ClipLine(&line, &from, &to);
  const ShownLine shown = ShowLine(line, from, to);
  std::string rendered = "  " + shown.text + "\n  " + std::string(shown.underline_begin, ' ') + "^";
  if (shown.underline_width > 1) rendered.append(shown.underline_width - 1, '~');
  return rendered + "\n";
}

}  // namespace

SqlErrorDetail::SqlErrorDetail(Diagnostic diagnostic) : diagnostic_(std::move(diagnostic)) {}

const char* SqlErrorDetail::type_id() const { return kTypeId; }

std::string SqlErrorDetail::ToString() const {
  return "SQL at bytes " + std::to_string(diagnostic_.range.begin) + ".." + std::to_string(diagnostic_.range.end);
}

arrow::Status ToStatus(Diagnostic diagnostic) {
  const arrow::StatusCode code = StatusCodeOf(diagnostic.code);
  std::string message = diagnostic.message;
  return arrow::Status(code, std::move(message), std::make_shared<SqlErrorDetail>(std::move(diagnostic)));
}

const Diagnostic* DiagnosticOf(const arrow::Status& status) {
  if (status.ok() || !status.detail() || std::string_view(status.detail()->type_id()) != kTypeId) return nullptr;
  return &static_cast<const SqlErrorDetail&>(*status.detail()).diagnostic();
}

arrow::Status SqlError(SourceRange range, std::string message, std::string hint) {
  return ToStatus({DiagnosticCode::kSemantic, std::move(message), range, std::move(hint)});
}

arrow::Status SyntaxError(SourceRange range, std::string message, std::string hint) {
  return ToStatus({DiagnosticCode::kSyntax, std::move(message), range, std::move(hint)});
}

arrow::Status NotSupportedYet(SourceRange range, std::string_view what, std::string hint) {
  return ToStatus({DiagnosticCode::kNotSupported, std::string(what) + " is not supported yet", range, std::move(hint)});
}

arrow::Status WithPlace(arrow::Status status, SourceRange range) {
  if (status.ok()) return status;
  if (const Diagnostic* diagnostic = DiagnosticOf(status)) {
    if (!diagnostic->range.empty()) return status;
    Diagnostic placed = *diagnostic;
    placed.range = range;
    return ToStatus(std::move(placed));
  }
  DiagnosticCode code = DiagnosticCode::kSemantic;
  if (status.IsNotImplemented()) code = DiagnosticCode::kNotSupported;
  if (status.IsCapacityError()) code = DiagnosticCode::kLimit;
  return status.WithDetail(std::make_shared<SqlErrorDetail>(Diagnostic{code, status.message(), range, ""}));
}

std::string RenderDiagnostic(const arrow::Status& status, std::string_view file_name, std::string_view text) {
  const Diagnostic* diagnostic = DiagnosticOf(status);
  std::string rendered(file_name);
  // Without a place, others may have said in the message where it happened.
  const bool has_place = diagnostic != nullptr && !(diagnostic->range == SourceRange{});
  const std::string message = ShowMessage(has_place ? diagnostic->message : status.message());
  if (diagnostic == nullptr) return rendered + ": error: " + message + "\n";
  const std::string hint = diagnostic->hint.empty() ? "" : "hint: " + ShowMessage(diagnostic->hint) + "\n";
  if (!has_place) return rendered + ": error: " + message + "\n" + hint;
  const LineColumn place = LocateOffset(text, diagnostic->range.begin);
  rendered += ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": error: " + message + "\n";
  return rendered + RenderSource(text, diagnostic->range) + hint;
}

}  // namespace tidemark::sql
