// SPDX-License-Identifier: Apache-2.0
// A kernel of (STRING, STRING [, BIGINT]) that gives ARRAY<STRING>.
#pragma once

#include <arrow/api.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/column_reader.h"
#include "expr/function.h"

namespace tidemark::expr {

/// The elements of one array; nullopt for a NULL element. Views into the arguments.
using TextList = std::vector<std::optional<std::string_view>>;

/// `function(text, second, number, TextList*)` gives arrow::Result<bool>, false for NULL. A row with a NULL argument
/// gives NULL without a call; `number` is `default_number` where there is no third argument.
template <typename F>
class TextListKernel final : public ScalarKernel {
 public:
  TextListKernel(F function, int64_t default_number)
      : function_(std::move(function)), default_number_(default_number) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto texts, ColumnReader<std::string_view>::Make(args[0]));
    ARROW_ASSIGN_OR_RAISE(auto seconds, ColumnReader<std::string_view>::Make(args[1]));
    std::optional<ColumnReader<int64_t>> numbers;
    if (args.size() > 2) {
      ARROW_ASSIGN_OR_RAISE(numbers, ColumnReader<int64_t>::Make(args[2]));
    }
    bool scalar = true;
    for (const auto& arg : args) scalar = scalar && arg.is_scalar();
    const int64_t count = scalar ? 1 : num_rows;
    auto elements = std::make_shared<arrow::StringBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), elements);
    for (int64_t row = 0; row < count; ++row) {
      list_.clear();
      bool valid = !texts.IsNull(row) && !seconds.IsNull(row) && !(numbers && numbers->IsNull(row));
      if (valid) {
        const int64_t number = numbers ? numbers->Value(row) : default_number_;
        ARROW_ASSIGN_OR_RAISE(valid, function_(texts.Value(row), seconds.Value(row), number, &list_));
      }
      if (!valid) {
        ARROW_RETURN_NOT_OK(lists.AppendNull());
        continue;
      }
      ARROW_RETURN_NOT_OK(lists.Append());
      for (const auto& element : list_)
        ARROW_RETURN_NOT_OK(element ? elements->Append(*element) : elements->AppendNull());
    }
    ARROW_ASSIGN_OR_RAISE(auto result, lists.Finish());
    if (!scalar) return arrow::Datum(std::move(result));
    ARROW_ASSIGN_OR_RAISE(auto value, result->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  F function_;
  const int64_t default_number_;
  TextList list_;
};

template <typename F>
std::unique_ptr<ScalarKernel> MakeTextListKernel(F function, int64_t default_number = 0) {
  return std::make_unique<TextListKernel<F>>(std::move(function), default_number);
}

}  // namespace tidemark::expr
