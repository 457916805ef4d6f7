// SPDX-License-Identifier: Apache-2.0
// CONCAT, CONCAT_WS, ELT: functions of any number of texts.
#include <string_view>
#include <vector>

#include "expr/functions/define.h"
#include "expr/functions/string.h"

namespace tidemark::expr {
namespace {

using TextReader = ColumnReader<std::string_view>;

/// Reads all arguments as text and calls `emit(readers, row, sink)` per row, which returns false for NULL.
template <typename Emit>
class TextsKernel final : public ScalarKernel {
 public:
  TextsKernel(std::shared_ptr<arrow::DataType> type, size_t skip, Emit emit)
      : type_(std::move(type)), skip_(skip), emit_(std::move(emit)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    std::vector<TextReader> texts;
    bool scalar = true;
    for (size_t i = 0; i < args.size(); ++i) {
      scalar = scalar && args[i].is_scalar();
      if (i < skip_) continue;
      ARROW_ASSIGN_OR_RAISE(texts.emplace_back(), TextReader::Make(args[i]));
    }
    ColumnReader<int64_t> index;
    if (skip_ > 0) {
      ARROW_ASSIGN_OR_RAISE(index, ColumnReader<int64_t>::Make(args[0]));
    }
    const int64_t count = scalar ? 1 : num_rows;
    StringSink sink;
    ValidityWriter nulls;
    ARROW_RETURN_NOT_OK(sink.Reset(count));
    nulls.Reset(count, nullptr);
    for (int64_t row = 0; row < count; ++row) {
      if (emit_(index, texts, row, sink)) {
        sink.EndRow();
      } else {
        sink.EndRowEmpty();
        ARROW_RETURN_NOT_OK(nulls.SetNull(row));
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto data, sink.Finish(type_, count, nulls.buffer()));
    if (!scalar) return arrow::Datum(std::move(data));
    ARROW_ASSIGN_OR_RAISE(auto value, arrow::MakeArray(data)->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
  const size_t skip_;  // leading arguments that are not text: an index
  Emit emit_;
};

template <typename Emit>
KernelFactory MapTexts(size_t skip, Emit emit) {
  return [skip, emit](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    return std::make_unique<TextsKernel<Emit>>(site.return_type.ToArrow(), skip, emit);
  };
}

using Texts = std::vector<TextReader>;

bool Concat(const ColumnReader<int64_t>&, const Texts& texts, int64_t row, StringSink& out) {
  for (const TextReader& text : texts) {
    if (text.IsNull(row)) return false;
    out.Append(text.Value(row));
  }
  return true;
}

bool ConcatWithSeparator(const ColumnReader<int64_t>&, const Texts& texts, int64_t row, StringSink& out) {
  if (texts[0].IsNull(row)) return false;
  bool first = true;
  for (size_t i = 1; i < texts.size(); ++i) {
    if (texts[i].IsNull(row)) continue;
    if (!first) out.Append(texts[0].Value(row));
    first = false;
    out.Append(texts[i].Value(row));
  }
  return true;
}

bool Elt(const ColumnReader<int64_t>& index, const Texts& texts, int64_t row, StringSink& out) {
  if (index.IsNull(row)) return false;
  const int64_t at = index.Value(row);
  if (at < 1 || at > static_cast<int64_t>(texts.size()) || texts[at - 1].IsNull(row)) return false;
  out.Append(texts[at - 1].Value(row));
  return true;
}

arrow::Result<DataType> EltType(std::span<const ArgumentInfo> arguments) {
  if (const arrow::Scalar* index = arguments[0].literal; index != nullptr && index->is_valid) {
    ARROW_ASSIGN_OR_RAISE(auto wide, index->CastTo(arrow::int64()));
    if (static_cast<const arrow::Int64Scalar&>(*wide).value < 0)
      return arrow::Status::TypeError("The index of ELT counts from 1");
  }
  std::vector<DataType> types;
  for (const ArgumentInfo& argument : arguments.subspan(1)) types.push_back(argument.type);
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonType(types));
  return type.WithNullable(true);
}

}  // namespace

void RegisterTextJoin(FunctionRegistry* registry) {
  registry->Add(Define("CONCAT", {Signature{{Repeated(TextArg())}, Returns(DataType::String())}},
                       MapTexts(0, Inline<Concat>()),
                       {"CONCAT(text, ...)", "The texts one after the other; NULL if any is NULL"}));
  registry->Add(
      Define("CONCAT_WS", {Signature{{TextArg(), Optional(Repeated(TextArg()))}, Returns(DataType::String())}},
             MapTexts(0, Inline<ConcatWithSeparator>()),
             {"CONCAT_WS(separator, text, ...)", "The texts that are not NULL, with a separator between them"}));
  Parameter bytes = ArgWhere("BYTES", [](const DataType& type) { return type.is_binary(); });
  registry->Add(Define("ELT",
                       {Signature{{CountArg(), Repeated(OrNull(TextArg()))}, EltType},
                        Signature{{CountArg(), Repeated(bytes)}, EltType}},
                       MapTexts(1, Inline<Elt>()),
                       {"ELT(index, text, ...)", "The text at an index, from 1; NULL if there is none"}));
}

}  // namespace tidemark::expr
