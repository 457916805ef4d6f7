// SPDX-License-Identifier: Apache-2.0
// SPLIT, SPLIT_INDEX, STR_TO_MAP.
#include <arrow/api.h>

#include <algorithm>
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/string.h"
#include "expr/functions/text_list_kernel.h"
#include "expr/regex/java_regex.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

/// An empty delimiter splits every character off. The empty text has no parts.
arrow::Result<bool> Split(std::string_view text, std::string_view delimiter, int64_t, TextList* list) {
  if (text.empty()) return true;
  if (delimiter.empty()) {
    for (size_t at = 0; at < text.size(); at += Utf8Width(text[at]))
      list->push_back(text.substr(at, Utf8Width(text[at])));
    return true;
  }
  size_t at = 0;
  for (size_t found; (found = text.find(delimiter, at)) != std::string_view::npos; at = found + delimiter.size()) {
    list->push_back(text.substr(at, found - at));
  }
  list->push_back(text.substr(at));
  return true;
}

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Without a delimiter the text is split at blanks.
std::optional<std::string_view> SplitIndex(std::string_view text, std::string_view delimiter, int64_t index) {
  if (index < 0 || text.empty()) return std::nullopt;
  size_t at = 0;
  for (;; --index) {
    size_t found = std::string_view::npos;
    if (delimiter.empty()) {
      const auto* blank = std::find_if(text.begin() + at, text.end(), IsBlank);
      if (blank != text.end()) found = static_cast<size_t>(blank - text.begin());
    } else {
      found = text.find(delimiter, at);
    }
    if (index == 0) return text.substr(at, found == std::string_view::npos ? found : found - at);
    if (found == std::string_view::npos) return std::nullopt;
    at = found + std::max<size_t>(delimiter.size(), 1);
  }
}

/// The delimiter as the code of a character.
std::optional<std::string_view> SplitIndexByCode(std::string_view text, int64_t code, int64_t index) {
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (code < 0 || code > 0xFFFF || surrogate) return std::nullopt;
  std::string delimiter;
  AppendUtf8(static_cast<uint32_t>(code), &delimiter);
  return SplitIndex(text, delimiter, index);
}

arrow::Result<std::unique_ptr<ScalarKernel>> MakeSplit(const CallSite&) { return MakeTextListKernel(Split); }

arrow::Result<std::unique_ptr<ScalarKernel>> MakeSplitIndex(const CallSite& site) {
  if (site.arguments[1].type.is_integer()) return MakeRowKernel(site, Inline<SplitIndexByCode>());
  return MakeRowKernel(site, Inline<SplitIndex>());
}

using Pairs = std::vector<std::pair<std::string_view, std::optional<std::string_view>>>;

/// STR_TO_MAP(text [, pair delimiter, key-value delimiter]); the delimiters are regular expressions.
class StrToMapKernel final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    std::vector<ColumnReader<std::string_view>> readers;
    bool scalar = true;
    for (const auto& arg : args) {
      scalar = scalar && arg.is_scalar();
      ARROW_ASSIGN_OR_RAISE(readers.emplace_back(), ColumnReader<std::string_view>::Make(arg));
    }
    const int64_t count = scalar ? 1 : num_rows;
    auto keys = std::make_shared<arrow::StringBuilder>();
    auto values = std::make_shared<arrow::StringBuilder>();
    arrow::MapBuilder maps(arrow::default_memory_pool(), keys, values);
    for (int64_t row = 0; row < count; ++row) {
      const bool valid =
          std::none_of(readers.begin(), readers.end(), [row](const auto& reader) { return reader.IsNull(row); });
      if (!valid) {
        ARROW_RETURN_NOT_OK(maps.AppendNull());
        continue;
      }
      ARROW_RETURN_NOT_OK(maps.Append());
      ARROW_RETURN_NOT_OK(ReadPairs(readers[0].Value(row), readers.size() > 1 ? readers[1].Value(row) : ",",
                                    readers.size() > 2 ? readers[2].Value(row) : "="));
      for (const auto& [key, value] : pairs_) {
        ARROW_RETURN_NOT_OK(keys->Append(key));
        ARROW_RETURN_NOT_OK(value ? values->Append(*value) : values->AppendNull());
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto result, maps.Finish());
    if (!scalar) return arrow::Datum(std::move(result));
    ARROW_ASSIGN_OR_RAISE(auto value, result->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  /// The last value of a key counts.
  arrow::Status ReadPairs(std::string_view text, std::string_view pair_delimiter, std::string_view key_delimiter) {
    pairs_.clear();
    if (text.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const JavaRegex* between_pairs, pair_patterns_.Get(pair_delimiter));
    ARROW_ASSIGN_OR_RAISE(const JavaRegex* after_key, key_patterns_.Get(key_delimiter));
    if (between_pairs == nullptr || after_key == nullptr) {
      return arrow::Status::Invalid("STR_TO_MAP: a delimiter is no regular expression: '", pair_delimiter, "', '",
                                    key_delimiter, "'");
    }
    for (std::string_view pair : between_pairs->Split(text, 0)) {
      const auto parts = after_key->Split(pair, 2);
      const std::optional<std::string_view> value = parts.size() == 2 ? std::optional(parts[1]) : std::nullopt;
      auto known = std::find_if(pairs_.begin(), pairs_.end(), [&](const auto& each) { return each.first == parts[0]; });
      if (known != pairs_.end()) {
        known->second = value;
      } else {
        pairs_.emplace_back(parts[0], value);
      }
    }
    return arrow::Status::OK();
  }

  RegexCache pair_patterns_;
  RegexCache key_patterns_;
  Pairs pairs_;
};

}  // namespace

void RegisterTextSplit(FunctionRegistry* registry) {
  registry->Add(Define("SPLIT",
                       OrNulls({Signature{{TextArg(), TextArg()}, Returns(DataType::Array(DataType::String()))}}),
                       MakeSplit, {"SPLIT(text, delimiter)", "The parts of the text between delimiters"}));
  const std::vector<Signature> index = {
      Signature{{TextArg(), TextArg(), CountArg()}, ReturnsNullable(DataType::String())},
      Signature{{TextArg(), CountArg(), CountArg()}, ReturnsNullable(DataType::String())}};
  registry->Add(
      Define("SPLIT_INDEX", index, MakeSplitIndex,
             {"SPLIT_INDEX(text, delimiter, index)", "One part of the text between delimiters, counted from 0"}));
  const DataType map = DataType::Map(DataType::String(), DataType::String());
  registry->Add(DefineFallible(
      "STR_TO_MAP",
      {Signature{{TextArg()}, ReturnsNullable(map)},
       Signature{{TextArg(), TextArg(), TextArg()}, ReturnsNullable(map)}},
      [](const CallSite&) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<StrToMapKernel>();
      },
      {"STR_TO_MAP(text [, pair_delimiter, key_value_delimiter])", "The map that text such as 'a=1,b=2' stands for"}));
}

}  // namespace tidemark::expr
