// SPDX-License-Identifier: Apache-2.0
// Case mapping: ASCII at once; other characters by pages of 256 that are computed with Arrow's Unicode tables when
// first needed; and the mappings to several characters from Unicode's SpecialCasing.
#include "expr/functions/case_map.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

constexpr uint32_t kPageSize = 256;
constexpr uint32_t kPages = 0x110000 / kPageSize;
using Page = std::array<uint32_t, kPageSize>;

struct Expansion {
  uint32_t character;
  std::array<uint32_t, 3> upper;
};

/// Characters whose upper case is more than one, sorted. U+1F80 to U+1FAF are regular, see ExpandUpper.
constexpr Expansion kExpansions[] = {
    {0x00DF, {0x0053, 0x0053, 0}},      {0x0149, {0x02BC, 0x004E, 0}},      {0x01F0, {0x004A, 0x030C, 0}},
    {0x0390, {0x0399, 0x0308, 0x0301}}, {0x03B0, {0x03A5, 0x0308, 0x0301}}, {0x0587, {0x0535, 0x0552, 0}},
    {0x1E96, {0x0048, 0x0331, 0}},      {0x1E97, {0x0054, 0x0308, 0}},      {0x1E98, {0x0057, 0x030A, 0}},
    {0x1E99, {0x0059, 0x030A, 0}},      {0x1E9A, {0x0041, 0x02BE, 0}},      {0x1F50, {0x03A5, 0x0313, 0}},
    {0x1F52, {0x03A5, 0x0313, 0x0300}}, {0x1F54, {0x03A5, 0x0313, 0x0301}}, {0x1F56, {0x03A5, 0x0313, 0x0342}},
    {0x1FB2, {0x1FBA, 0x0399, 0}},      {0x1FB3, {0x0391, 0x0399, 0}},      {0x1FB4, {0x0386, 0x0399, 0}},
    {0x1FB6, {0x0391, 0x0342, 0}},      {0x1FB7, {0x0391, 0x0342, 0x0399}}, {0x1FBC, {0x0391, 0x0399, 0}},
    {0x1FC2, {0x1FCA, 0x0399, 0}},      {0x1FC3, {0x0397, 0x0399, 0}},      {0x1FC4, {0x0389, 0x0399, 0}},
    {0x1FC6, {0x0397, 0x0342, 0}},      {0x1FC7, {0x0397, 0x0342, 0x0399}}, {0x1FCC, {0x0397, 0x0399, 0}},
    {0x1FD2, {0x0399, 0x0308, 0x0300}}, {0x1FD3, {0x0399, 0x0308, 0x0301}}, {0x1FD6, {0x0399, 0x0342, 0}},
    {0x1FD7, {0x0399, 0x0308, 0x0342}}, {0x1FE2, {0x03A5, 0x0308, 0x0300}}, {0x1FE3, {0x03A5, 0x0308, 0x0301}},
    {0x1FE4, {0x03A1, 0x0313, 0}},      {0x1FE6, {0x03A5, 0x0342, 0}},      {0x1FE7, {0x03A5, 0x0308, 0x0342}},
    {0x1FF2, {0x1FFA, 0x0399, 0}},      {0x1FF3, {0x03A9, 0x0399, 0}},      {0x1FF4, {0x038F, 0x0399, 0}},
    {0x1FF6, {0x03A9, 0x0342, 0}},      {0x1FF7, {0x03A9, 0x0342, 0x0399}}, {0x1FFC, {0x03A9, 0x0399, 0}},
    {0xFB00, {0x0046, 0x0046, 0}},      {0xFB01, {0x0046, 0x0049, 0}},      {0xFB02, {0x0046, 0x004C, 0}},
    {0xFB03, {0x0046, 0x0046, 0x0049}}, {0xFB04, {0x0046, 0x0046, 0x004C}}, {0xFB05, {0x0053, 0x0054, 0}},
    {0xFB06, {0x0053, 0x0054, 0}},      {0xFB13, {0x0544, 0x0546, 0}},      {0xFB14, {0x0544, 0x0535, 0}},
    {0xFB15, {0x0544, 0x053B, 0}},      {0xFB16, {0x054E, 0x0546, 0}},      {0xFB17, {0x0544, 0x053D, 0}}};

void AppendCharacter(uint32_t character, std::string* out) {
  if (character < 0x80) {
    out->push_back(static_cast<char>(character));
    return;
  }
  const int tail = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  constexpr unsigned kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  out->push_back(static_cast<char>(kLeads[tail] | character >> (6 * tail)));
  for (int i = tail - 1; i >= 0; --i) out->push_back(static_cast<char>(0x80 | (character >> (6 * i) & 0x3F)));
}

/// REQUIRES: `text` begins with a whole character.
uint32_t Decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t width = Utf8Width(text[0]);
  uint32_t character = width == 1 ? lead : lead & (0x7Fu >> width);
  for (size_t i = 1; i < width; ++i) character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  return character;
}

bool IsSurrogate(uint32_t character) { return character >= 0xD800 && character < 0xE000; }

Page ComputePage(uint32_t page, const char* function) {
  Page mapped;
  arrow::StringBuilder builder;
  std::string text;
  for (uint32_t i = 0; i < kPageSize; ++i) {
    mapped[i] = page * kPageSize + i;
    text.clear();
    if (!IsSurrogate(mapped[i])) AppendCharacter(mapped[i], &text);
    if (!builder.Append(text).ok()) return mapped;
  }
  auto source = builder.Finish();
  if (!source.ok()) return mapped;
  auto result = arrow::compute::CallFunction(function, {*source});
  if (!result.ok()) return mapped;
  const auto array = result->make_array();
  const auto& texts = static_cast<const arrow::StringArray&>(*array);
  for (uint32_t i = 0; i < kPageSize; ++i) {
    if (texts.value_length(i) > 0) mapped[i] = Decode(texts.GetView(i));
  }
  return mapped;
}

/// Thread-safe. Pages live as long as the process.
class CaseMap {
 public:
  explicit CaseMap(const char* function) : function_(function) {}
  uint32_t Map(uint32_t character) {
    if (character >= 0x110000) return character;
    std::atomic<const Page*>& slot = pages_[character / kPageSize];
    const Page* page = slot.load(std::memory_order_acquire);
    if (page == nullptr) {
      const Page* made = new Page(ComputePage(character / kPageSize, function_));
      if (slot.compare_exchange_strong(page, made, std::memory_order_acq_rel)) {
        page = made;
      } else {
        delete made;
      }
    }
    return (*page)[character % kPageSize];
  }

 private:
  const char* const function_;
  std::array<std::atomic<const Page*>, kPages> pages_{};
};

CaseMap& Upper() {
  static CaseMap map("utf8_upper");
  return map;
}
CaseMap& Lower() {
  static CaseMap map("utf8_lower");
  return map;
}

/// False when the upper case is a single character.
bool ExpandUpper(uint32_t character, std::string* out) {
  if (character >= 0x1F80 && character <= 0x1FAF) {
    constexpr uint32_t kBases[] = {0x1F08, 0x1F28, 0x1F68};
    AppendCharacter(kBases[(character - 0x1F80) / 16] + character % 8, out);
    AppendCharacter(0x399, out);
    return true;
  }
  const auto* found = std::lower_bound(std::begin(kExpansions), std::end(kExpansions), character,
                                       [](const Expansion& each, uint32_t sought) { return each.character < sought; });
  if (found == std::end(kExpansions) || found->character != character) return false;
  for (uint32_t part : found->upper) {
    if (part != 0) AppendCharacter(part, out);
  }
  return true;
}

bool IsCased(uint32_t character) { return Upper().Map(character) != character || Lower().Map(character) != character; }

/// Characters between letters that do not end a word for the rule of the final sigma.
bool IsCaseIgnorable(uint32_t character) {
  return character == '\'' || character == '.' || character == ':' || character == '^' || character == '`' ||
         character == 0xA8 || character == 0xAD || character == 0xAF || character == 0xB4 || character == 0xB7 ||
         character == 0xB8 || (character >= 0x300 && character <= 0x36F) || character == 0x2019;
}

/// Whether the sigma at `at` ends a word: a letter before it and none after.
bool IsFinalSigma(std::string_view text, size_t at) {
  bool letter_before = false;
  for (size_t i = 0; i < at;) {
    const uint32_t character = Decode(text.substr(i));
    if (!IsCaseIgnorable(character)) letter_before = IsCased(character);
    i += Utf8Width(text[i]);
  }
  if (!letter_before) return false;
  for (size_t i = at + 2; i < text.size() && ValidUtf8Prefix(text.substr(i)) > 0; i += Utf8Width(text[i])) {
    const uint32_t character = Decode(text.substr(i));
    if (!IsCaseIgnorable(character)) return !IsCased(character);
  }
  return true;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Calls `append(character, position)` for each character; bytes that are none are copied.
template <typename AppendMapped>
void MapCharacters(std::string_view text, StringSink& out, AppendMapped append) {
  std::string mapped;
  for (size_t at = 0; at < text.size();) {
    const size_t width = ValidUtf8Prefix(text.substr(at));
    if (width == 0) {
      out.Append(text[at++]);
      continue;
    }
    mapped.clear();
    append(Decode(text.substr(at)), at, &mapped);
    out.Append(mapped);
    at += width;
  }
}

constexpr uint32_t kCapitalSigma = 0x3A3;
constexpr uint32_t kFinalSigma = 0x3C2;
constexpr uint32_t kCapitalDottedI = 0x130;
constexpr uint32_t kCombiningDot = 0x307;

}  // namespace

void AppendUpper(std::string_view text, StringSink& out) {
  if (IsAscii(text)) {
    char* target = out.Extend(static_cast<int64_t>(text.size()));
    if (target == nullptr) return;
    for (size_t i = 0; i < text.size(); ++i)
      target[i] = static_cast<char>(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 32 : text[i]);
    return;
  }
  MapCharacters(text, out, [](uint32_t character, size_t, std::string* mapped) {
    if (!ExpandUpper(character, mapped)) AppendCharacter(Upper().Map(character), mapped);
  });
}

void AppendLower(std::string_view text, StringSink& out) {
  if (IsAscii(text)) {
    char* target = out.Extend(static_cast<int64_t>(text.size()));
    if (target == nullptr) return;
    for (size_t i = 0; i < text.size(); ++i)
      target[i] = static_cast<char>(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    return;
  }
  MapCharacters(text, out, [text](uint32_t character, size_t at, std::string* mapped) {
    if (character == kCapitalSigma && IsFinalSigma(text, at)) {
      AppendCharacter(kFinalSigma, mapped);
    } else if (character == kCapitalDottedI) {
      AppendCharacter('i', mapped);
      AppendCharacter(kCombiningDot, mapped);
    } else {
      AppendCharacter(Lower().Map(character), mapped);
    }
  });
}

}  // namespace tidemark::expr
