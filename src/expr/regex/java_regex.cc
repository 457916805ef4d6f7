// SPDX-License-Identifier: Apache-2.0
// Running Java's regular expressions with RE2.
#include "expr/regex/java_regex.h"

#include <re2/re2.h>

#include <algorithm>

#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

/// Compiled patterns kept per call site. Patterns that come from a column seldom repeat beyond this.
constexpr size_t kCachedPatterns = 64;

/// Bytes that RE2 may use for one pattern's automata.
constexpr int64_t kPatternMemoryMax = int64_t{16} << 20;

/// Whether RE2 refuses what Java takes, rather than both refusing.
bool IsOnlyRe2(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorBadPerlOp:
    case re2::RE2::ErrorBadEscape:
    case re2::RE2::ErrorRepeatSize:
    case re2::RE2::ErrorRepeatOp:
    case re2::RE2::ErrorPatternTooLarge:
    case re2::RE2::ErrorBadNamedCapture:
      return true;
    default:
      return false;
  }
}

bool IsInsideCharacter(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

/// At least where it does: text that ends like one is looked at more closely.
bool EndsWithLineTerminator(std::string_view text) {
  if (text.empty()) return false;
  const auto last = static_cast<unsigned char>(text.back());
  return last == '\n' || last == '\r' || last == 0x85 || last == 0xA8 || last == 0xA9;
}

re2::StringPiece Piece(std::string_view text) { return re2::StringPiece(text.data(), text.size()); }

}  // namespace

JavaRegex::JavaRegex(std::unique_ptr<re2::RE2> re, JavaPattern pattern)
    : re_(std::move(re)),
      groups_(std::move(pattern.groups)),
      line_end_groups_(std::move(pattern.line_end_groups)),
      multiline_(pattern.multiline),
      begins_line_(pattern.begins_line),
      splits_characters_(pattern.re2.find("\\B") != std::string::npos) {}
JavaRegex::~JavaRegex() = default;

arrow::Result<std::unique_ptr<JavaRegex>> JavaRegex::Compile(std::string_view pattern) {
  ARROW_ASSIGN_OR_RAISE(auto translated, TranslateJavaPattern(pattern));
  if (!translated) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryMax);
  auto re = std::make_unique<re2::RE2>(Piece(translated->re2), options);
  if (re->ok()) return std::unique_ptr<JavaRegex>(new JavaRegex(std::move(re), std::move(*translated)));
  if (!IsOnlyRe2(re->error_code())) return nullptr;
  return arrow::Status::NotImplemented("Regular expression is not supported yet: '", pattern, "' (", re->error(), ")");
}

bool JavaRegex::Find(std::string_view text) const {
  const bool ends_lines = !line_end_groups_.empty() && text.find("\r\n") != std::string_view::npos;
  if (!splits_characters_ && !begins_line_ && !ends_lines) return re2::RE2::PartialMatch(Piece(text), *re_);
  RegexMatch match;
  return Find(text, 0, 0, &match);
}

bool JavaRegex::IsMatch(std::string_view text, const RegexMatch& pieces) const {
  const auto begin = static_cast<size_t>(pieces[0].data() - text.data());
  if (IsInsideCharacter(text, begin)) return false;
  if (begins_line_ && begin == text.size()) return false;
  // Between \r and \n no line ends.
  return std::none_of(line_end_groups_.begin(), line_end_groups_.end(), [&](int group) {
    if (group >= static_cast<int>(pieces.size()) || pieces[group].empty()) return false;
    const auto at = static_cast<size_t>(pieces[group].data() - text.data());
    return text[at] == '\n' && at > 0 && text[at - 1] == '\r';
  });
}

void JavaRegex::GiveBackLineEnds(RegexMatch* pieces) const {
  const char* end = nullptr;
  for (const int group : line_end_groups_) {
    if (group < static_cast<int>(pieces->size()) && !(*pieces)[group].empty()) end = (*pieces)[group].data();
  }
  if (end == nullptr) return;
  for (std::string_view& piece : *pieces) {
    if (piece.data() != nullptr && piece.data() + piece.size() > end)
      piece = std::string_view(piece.data(), piece.data() < end ? static_cast<size_t>(end - piece.data()) : 0);
  }
}

bool JavaRegex::Find(std::string_view text, size_t start, int groups, RegexMatch* match) const {
  int wanted = groups == 0 ? 0 : groups_[static_cast<size_t>(groups) - 1];
  const bool line_ends = !line_end_groups_.empty() && (multiline_ || EndsWithLineTerminator(text));
  if (line_ends) wanted = std::max(wanted, line_end_groups_.back());
  std::vector<re2::StringPiece> found(static_cast<size_t>(wanted) + 1);
  RegexMatch& pieces = *match;
  pieces.resize(found.size());
  for (;; start = static_cast<size_t>(pieces[0].data() - text.data()) + 1) {
    if (start > text.size()) return false;
    if (!re_->Match(Piece(text), start, text.size(), re2::RE2::UNANCHORED, found.data(), wanted + 1)) return false;
    for (size_t i = 0; i < found.size(); ++i) pieces[i] = std::string_view(found[i].data(), found[i].size());
    if (IsMatch(text, pieces)) break;
  }
  if (line_ends) GiveBackLineEnds(&pieces);
  // RE2 numbers a group as Java does, or higher.
  for (int i = 1; i <= groups; ++i) pieces[i] = pieces[groups_[i - 1]];
  pieces.resize(static_cast<size_t>(groups) + 1);
  return true;
}

size_t JavaRegex::CharacterWidth(std::string_view text, size_t at) {
  return at < text.size() ? Utf8Width(text[at]) : 1;
}

std::vector<std::string_view> JavaRegex::Split(std::string_view text, int limit) const {
  std::vector<std::string_view> parts;
  size_t from = 0;
  ForEachMatch(text, 0, [&](const RegexMatch& match) {
    if (limit > 0 && static_cast<int>(parts.size()) == limit - 1) return false;
    const auto begin = static_cast<size_t>(match[0].data() - text.data());
    const size_t end = begin + match[0].size();
    // An empty match at the beginning splits nothing off.
    if (end == 0) return true;
    parts.push_back(text.substr(from, begin - from));
    from = end;
    return true;
  });
  if (parts.empty()) return {text};
  parts.push_back(text.substr(from));
  if (limit == 0) {
    while (!parts.empty() && parts.back().empty()) parts.pop_back();
  }
  return parts;
}

struct RegexCache::Entry {
  std::string pattern;
  std::unique_ptr<JavaRegex> regex;
};

RegexCache::RegexCache() = default;
RegexCache::~RegexCache() = default;
RegexCache::RegexCache(RegexCache&&) noexcept = default;
RegexCache& RegexCache::operator=(RegexCache&&) noexcept = default;

arrow::Result<const JavaRegex*> RegexCache::Get(std::string_view pattern) {
  if (last_ < entries_.size() && entries_[last_]->pattern == pattern) return entries_[last_]->regex.get();
  for (last_ = 0; last_ < entries_.size(); ++last_) {
    if (entries_[last_]->pattern == pattern) return entries_[last_]->regex.get();
  }
  ARROW_ASSIGN_OR_RAISE(auto regex, JavaRegex::Compile(pattern));
  if (entries_.size() == kCachedPatterns) entries_.erase(entries_.begin());
  entries_.push_back(std::make_unique<Entry>(Entry{std::string(pattern), std::move(regex)}));
  last_ = entries_.size() - 1;
  return entries_[last_]->regex.get();
}

}  // namespace tidemark::expr
