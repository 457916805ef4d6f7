// SPDX-License-Identifier: Apache-2.0
// What JsonRowReader knows of an object before it reads one: its fields, where they go, and which keys came before.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/json/json_row_reader.h"
#include "formats/text/parse_text.h"

namespace tidemark::formats {

/// Keys of one object that are remembered at most, and how long they may be.
inline constexpr size_t kKeysRemembered = 1024;
inline constexpr size_t kKeyLengthRemembered = 256;

struct JsonRowReader::Key {
  Key(const std::string& written, FieldPlan* target) : field(target), length(written.size()), text(written) {
    char first[16] = {};
    char mask[16] = {};
    std::memcpy(first, written.data(), std::min(length, sizeof(first)));
    std::memset(mask, 0xFF, std::min(length, sizeof(mask)));
    std::memcpy(first_, first, sizeof(first));
    std::memcpy(mask_, mask, sizeof(mask));
  }

  /// `at` begins with this key, quotes included. 16 bytes are compared at once, since nearly all keys are shorter.
  bool Matches(const char* at) const {
    uint64_t words[2];
    std::memcpy(words, at, sizeof(words));
    if ((((words[0] ^ first_[0]) & mask_[0]) | ((words[1] ^ first_[1]) & mask_[1])) != 0) return false;
    return length <= sizeof(words) ||
           std::memcmp(at + sizeof(words), text.data() + sizeof(words), length - sizeof(words)) == 0;
  }

  FieldPlan* field;  ///< null: nobody reads it
  size_t length;
  std::string text;

 private:
  uint64_t first_[2];
  uint64_t mask_[2];
};

struct JsonRowReader::FieldPlan {
  FieldPlan(std::string field_name, ColumnBuilder* builder);

  std::string name;
  ColumnBuilder* column;
  TypeKind kind;
  TimestampReader timestamp;           ///< TIMESTAMP, TIMESTAMP_LTZ
  std::unique_ptr<ObjectPlan> object;  ///< ROW
  std::unique_ptr<FieldPlan> element;  ///< ARRAY: the elements; MAP, MULTISET: the values
};

struct JsonRowReader::ObjectPlan {
  ObjectPlan() = default;
  explicit ObjectPlan(ColumnBuilder* row);
  void Add(const std::string& name, ColumnBuilder* column);

  std::vector<std::unique_ptr<FieldPlan>> fields;  ///< those that are read
  std::unordered_map<std::string_view, FieldPlan*> by_name;
  std::vector<Key> keys;  ///< in the order in which they first came
  std::unordered_map<std::string, size_t> key_positions;
};

}  // namespace tidemark::formats
