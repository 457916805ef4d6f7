// SPDX-License-Identifier: Apache-2.0
// ARRAY_JOIN: the texts of an array as one.
#include "expr/functions/collection.h"
#include "expr/functions/list_column.h"

namespace tidemark::expr {
namespace {

/// (array, delimiter [, text for NULL]): without the third argument NULLs are left out.
class Join final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto list, ListColumn::Make(args[0]));
    std::vector<ColumnReader<std::string_view>> texts;
    bool scalar = list.is_scalar();
    for (const auto& arg : args.subspan(1)) {
      ARROW_ASSIGN_OR_RAISE(texts.emplace_back(), ColumnReader<std::string_view>::Make(arg));
      scalar = scalar && arg.is_scalar();
    }
    const int64_t count = scalar ? 1 : num_rows;
    StringSink sink;
    ValidityWriter nulls;
    ARROW_RETURN_NOT_OK(sink.Reset(count));
    nulls.Reset(count, nullptr);
    for (int64_t row = 0; row < count; ++row) {
      bool null = list.IsNull(row);
      for (const auto& text : texts) null = null || text.IsNull(row);
      if (null) {
        ARROW_RETURN_NOT_OK(nulls.SetNull(row));
      } else {
        JoinRow(static_cast<const arrow::StringArray&>(*list.elements()), list.Row(row), texts, row, sink);
      }
      sink.EndRow();
    }
    ARROW_ASSIGN_OR_RAISE(auto data, sink.Finish(arrow::utf8(), count, nulls.buffer()));
    if (!scalar) return arrow::Datum(std::move(data));
    ARROW_ASSIGN_OR_RAISE(auto value, arrow::MakeArray(data)->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  static void JoinRow(const arrow::StringArray& elements, const ElementRange& range,
                      const std::vector<ColumnReader<std::string_view>>& texts, int64_t row, StringSink& out) {
    bool first = true;
    for (int64_t at = range.begin; at < range.end; ++at) {
      const bool null = elements.IsNull(at);
      if (null && texts.size() < 2) continue;
      if (!first) out.Append(texts[0].Value(row));
      first = false;
      out.Append(null ? texts[1].Value(row) : elements.GetView(at));
    }
  }
};

}  // namespace

void RegisterArrayJoin(FunctionRegistry* registry) {
  const auto texts = ArgWhere("ARRAY<STRING>", [](const DataType& type) {
    return type.kind() == TypeKind::kArray && type.element().is_character();
  });
  registry->Add(Define(
      "ARRAY_JOIN", {Signature{{texts, OrNull(TextArg()), OrNull(Optional(TextArg()))}, Returns(DataType::String())}},
      [](const CallSite&) -> arrow::Result<std::unique_ptr<ScalarKernel>> { return std::make_unique<Join>(); },
      {"ARRAY_JOIN(array, delimiter [, null_text])",
       "The texts of the array with a delimiter between them; NULLs are left out or replaced"}));
}

}  // namespace tidemark::expr
