// SPDX-License-Identifier: Apache-2.0
// JsonDocument: one JSON text as a tree, parsed and written as the SQL/JSON functions do it. Built for many small
// texts: the memory of one document serves the next.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::expr {

/// kDecimal is a number with a fraction or an exponent, kept digit by digit; kDouble is a computed one.
enum class JsonKind : uint8_t { kNull, kFalse, kTrue, kInteger, kDecimal, kDouble, kString, kArray, kObject };

/// A value. Its children are a list: `first`, then each child's `next`, up to -1.
struct JsonNode {
  JsonKind kind = JsonKind::kNull;
  std::string_view text;  ///< string: its characters; number: as written
  std::string_view key;   ///< of a member of an object
  int32_t first = -1;
  int32_t last = -1;
  int32_t next = -1;
  int32_t count = 0;

  bool is_number() const { return kind >= JsonKind::kInteger && kind <= JsonKind::kDouble; }
  bool is_scalar() const { return kind < JsonKind::kArray; }
};

/// Objects have each key once: the last value counts, the first place. One thread.
class JsonDocument {
 public:
  /// Deeper texts are refused.
  static constexpr int kDepthMax = 1000;

  /// Reads the first value of `text`, which must outlive the document's use; whatever follows a complete value and does
  /// not touch it is ignored. False for anything else; error() then says why.
  bool Parse(std::string_view text);
  const std::string& error() const { return error_; }
  /// Bytes up to the end of the value.
  size_t consumed() const { return consumed_; }

  int32_t root() const { return root_; }
  const JsonNode& node(int32_t id) const { return nodes_[static_cast<size_t>(id)]; }
  /// The member `key` of an object, else -1.
  int32_t Member(int32_t object, std::string_view key) const;
  /// The element at `index`, which may be out of range: then -1.
  int32_t Element(int32_t array, int64_t index) const;

  /// Adds a value that is not in the text. `text` is copied.
  int32_t Add(JsonKind kind, std::string_view text = {});
  /// Appends a copy of `child`'s head (its children are shared) to an array or, with a key, to an object.
  void AppendCopy(int32_t parent, int32_t child, std::string_view key = {});

  /// Appends the value as JSON without blanks, members sorted by key.
  void Write(int32_t id, std::string* out) const;
  /// Appends a scalar as text: a string without quotes, "true", "1.50". REQUIRES: not NULL, not nested.
  void WriteScalarText(int32_t id, std::string* out) const;

 private:
  friend class JsonParser;
  void WriteMembers(int32_t id, std::string* out) const;
  void WriteElements(int32_t id, std::string* out) const;

  std::vector<JsonNode> nodes_;
  std::string unescaped_;  ///< strings that had escapes; reserved so that it never moves
  std::deque<std::string> added_;
  std::string error_;
  size_t consumed_ = 0;
  int32_t root_ = -1;
};

/// Appends `text` in quotes with JSON's escapes.
void WriteJsonString(std::string_view text, std::string* out);

/// Appends a decimal number as java.math.BigDecimal prints it: "1E+2", "0.00001", "1.50".
void WriteBigDecimal(std::string_view number, std::string* out);

/// Whether `a` comes before `b` as Java orders strings, by UTF-16 units.
bool Utf16Less(std::string_view a, std::string_view b);

}  // namespace tidemark::expr
