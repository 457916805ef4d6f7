// SPDX-License-Identifier: Apache-2.0
// Looking into JSON trees, and writing them.
#include "expr/functions/json_document.h"

#include <algorithm>

namespace tidemark::expr {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

int32_t JsonDocument::Member(int32_t object, std::string_view key) const {
  for (int32_t id = node(object).first; id >= 0; id = node(id).next) {
    if (node(id).key == key) return id;
  }
  return -1;
}

int32_t JsonDocument::Element(int32_t array, int64_t index) const {
  if (index < 0 || index >= node(array).count) return -1;
  int32_t id = node(array).first;
  for (; index > 0; --index) id = node(id).next;
  return id;
}

int32_t JsonDocument::Add(JsonKind kind, std::string_view text) {
  if (!text.empty()) text = added_.emplace_back(text);
  nodes_.push_back({kind, text});
  return static_cast<int32_t>(nodes_.size()) - 1;
}

void JsonDocument::AppendCopy(int32_t parent, int32_t child, std::string_view key) {
  const auto id = static_cast<int32_t>(nodes_.size());
  JsonNode copy = node(child);
  copy.key = key;
  copy.next = -1;
  nodes_.push_back(copy);
  JsonNode& to = nodes_[static_cast<size_t>(parent)];
  if (to.last < 0) {
    to.first = id;
  } else {
    nodes_[static_cast<size_t>(to.last)].next = id;
  }
  to.last = id;
  ++to.count;
}

void JsonDocument::Write(int32_t id, std::string* out) const {
  switch (node(id).kind) {
    case JsonKind::kNull:
      out->append("null");
      return;
    case JsonKind::kString:
      WriteJsonString(node(id).text, out);
      return;
    case JsonKind::kArray:
      WriteElements(id, out);
      return;
    case JsonKind::kObject:
      WriteMembers(id, out);
      return;
    default:
      WriteScalarText(id, out);
  }
}

void JsonDocument::WriteScalarText(int32_t id, std::string* out) const {
  switch (node(id).kind) {
    case JsonKind::kTrue:
      out->append("true");
      return;
    case JsonKind::kFalse:
      out->append("false");
      return;
    case JsonKind::kDecimal:
      WriteBigDecimal(node(id).text, out);
      return;
    default:
      out->append(node(id).text);
  }
}

void JsonDocument::WriteElements(int32_t id, std::string* out) const {
  *out += '[';
  for (int32_t child = node(id).first; child >= 0; child = node(child).next) {
    if (child != node(id).first) *out += ',';
    Write(child, out);
  }
  *out += ']';
}

void JsonDocument::WriteMembers(int32_t id, std::string* out) const {
  std::vector<int32_t> members;
  members.reserve(static_cast<size_t>(node(id).count));
  for (int32_t child = node(id).first; child >= 0; child = node(child).next) members.push_back(child);
  std::sort(members.begin(), members.end(), [&](int32_t a, int32_t b) { return Utf16Less(node(a).key, node(b).key); });
  *out += '{';
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0) *out += ',';
    WriteJsonString(node(members[i]).key, out);
    *out += ':';
    Write(members[i], out);
  }
  *out += '}';
}

void WriteJsonString(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kControls = "\b\t\n\f\r";
  constexpr std::string_view kLetters = "btnfr";
  *out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      *out += c;
    } else if (const size_t known = kControls.find(c); known != std::string_view::npos) {
      *out += '\\';
      *out += kLetters[known];
    } else {
      out->append("\\u00");
      *out += kHex[static_cast<unsigned char>(c) >> 4];
      *out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  *out += '"';
}

void WriteBigDecimal(std::string_view number, std::string* out) {
  // The number is digits * 10^-scale.
  std::string digits;
  int64_t scale = 0;
  size_t at = 0;
  const bool negative = number.starts_with('-');
  if (negative || number.starts_with('+')) ++at;
  for (bool fraction = false; at < number.size() && (IsDigit(number[at]) || number[at] == '.'); ++at) {
    if (number[at] == '.') {
      fraction = true;
      continue;
    }
    digits += number[at];
    scale += fraction ? 1 : 0;
  }
  if (at < number.size()) {
    const bool down = number.substr(at + 1).starts_with('-');
    int64_t exponent = 0;
    for (char c : number.substr(at + 1)) {
      if (IsDigit(c)) exponent = std::min<int64_t>(exponent * 10 + (c - '0'), 1LL << 40);
    }
    scale -= down ? -exponent : exponent;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (negative && digits != "0") *out += '-';
  const auto length = static_cast<int64_t>(digits.size());
  const int64_t adjusted = length - 1 - scale;
  if (scale == 0) {
    out->append(digits);
  } else if (scale > 0 && adjusted >= -6) {
    const int64_t whole = length - scale;
    if (whole > 0) {
      out->append(digits, 0, static_cast<size_t>(whole)).append(".").append(digits, static_cast<size_t>(whole));
    } else {
      out->append("0.").append(static_cast<size_t>(-whole), '0').append(digits);
    }
  } else {
    out->append(digits, 0, 1);
    if (length > 1) out->append(".").append(digits, 1);
    out->append(adjusted > 0 ? "E+" : "E").append(std::to_string(adjusted));
  }
}

bool Utf16Less(std::string_view a, std::string_view b) {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
  // Characters beyond U+FFFF begin with a surrogate, which is less than U+E000 and what follows.
  const auto rank = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xF0 ? 0xEE * 2 - 1 : byte * 2;
  };
  const int left_rank = rank(*left);
  const int right_rank = rank(*right);
  if (left_rank != right_rank) return left_rank < right_rank;
  return static_cast<unsigned char>(*left) < static_cast<unsigned char>(*right);
}

}  // namespace tidemark::expr
