// SPDX-License-Identifier: Apache-2.0
// JSON_STRING, JSON_OBJECT, JSON_ARRAY, JSON: SQL values as JSON text.
#include <arrow/api.h>

#include "expr/functions/json.h"
#include "expr/functions/json_document.h"
#include "expr/functions/json_writer.h"
#include "expr/functions/list_column.h"

namespace tidemark::expr {
namespace {

using Kernel = std::unique_ptr<ScalarKernel>;

/// An argument that becomes JSON: by a writer of its type, or as it is where it is JSON already.
struct JsonArgument {
  ValueColumn column;
  JsonWriter* writer = nullptr;

  arrow::Status Write(int64_t row, std::string* out) const {
    const int64_t place = column.Place(row);
    if (writer != nullptr) return writer->Write(column.array(), place, out);
    out->append(column.IsNull(row) ? std::string_view("null")
                                   : static_cast<const arrow::StringArray&>(column.array()).GetView(place));
    return arrow::Status::OK();
  }
};

/// The value arguments of a call by position; those with the letter 'J' are JSON already.
class JsonArguments {
 public:
  static arrow::Result<JsonArguments> Make(const CallSite& site, size_t first, size_t step,
                                           const std::string& letters) {
    JsonArguments arguments;
    for (size_t i = 0; i < letters.size(); ++i) {
      const size_t at = first + i * step;
      auto& writer = arguments.writers_.emplace_back();
      if (letters[i] == 'J') continue;
      ARROW_ASSIGN_OR_RAISE(writer, JsonWriter::Make(site.arguments[at].type));
    }
    arguments.first_ = first;
    arguments.step_ = step;
    return arguments;
  }

  arrow::Result<std::vector<JsonArgument>> Open(std::span<const arrow::Datum> args) const {
    std::vector<JsonArgument> opened;
    for (size_t i = 0; i < writers_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto column, ValueColumn::Make(args[first_ + i * step_]));
      opened.push_back({std::move(column), writers_[i].get()});
    }
    return opened;
  }

 private:
  std::vector<std::unique_ptr<JsonWriter>> writers_;
  size_t first_ = 0;
  size_t step_ = 1;
};

/// Runs `write(row, out)`, which gives whether the row is not NULL, for each row.
template <typename F>
arrow::Result<arrow::Datum> WriteRows(std::span<const arrow::Datum> args, int64_t num_rows, F write) {
  bool scalar = true;
  for (const auto& arg : args) scalar = scalar && arg.is_scalar();
  const int64_t count = scalar ? 1 : num_rows;
  arrow::StringBuilder builder;
  std::string text;
  for (int64_t row = 0; row < count; ++row) {
    text.clear();
    ARROW_ASSIGN_OR_RAISE(const bool valid, write(row, &text));
    ARROW_RETURN_NOT_OK(valid ? builder.Append(text) : builder.AppendNull());
  }
  ARROW_ASSIGN_OR_RAISE(auto result, builder.Finish());
  if (!scalar) return arrow::Datum(std::move(result));
  ARROW_ASSIGN_OR_RAISE(auto value, result->GetScalar(0));
  return arrow::Datum(std::move(value));
}

class JsonString final : public ScalarKernel {
 public:
  explicit JsonString(JsonArguments arguments) : arguments_(std::move(arguments)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(const auto values, arguments_.Open(args));
    return WriteRows(args, num_rows, [&](int64_t row, std::string* out) -> arrow::Result<bool> {
      if (values[0].column.IsNull(row)) return false;
      ARROW_RETURN_NOT_OK(values[0].Write(row, out));
      return true;
    });
  }

 private:
  JsonArguments arguments_;
};

class JsonArray final : public ScalarKernel {
 public:
  JsonArray(JsonArguments arguments, bool keeps_nulls) : arguments_(std::move(arguments)), keeps_nulls_(keeps_nulls) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(const auto values, arguments_.Open(args));
    return WriteRows(args, num_rows, [&](int64_t row, std::string* out) -> arrow::Result<bool> {
      *out += '[';
      for (const auto& value : values) {
        if (value.column.IsNull(row) && !keeps_nulls_) continue;
        if (out->size() > 1) *out += ',';
        ARROW_RETURN_NOT_OK(value.Write(row, out));
      }
      *out += ']';
      return true;
    });
  }

 private:
  JsonArguments arguments_;
  const bool keeps_nulls_;
};

class JsonObject final : public ScalarKernel {
 public:
  JsonObject(JsonArguments arguments, bool keeps_nulls) : arguments_(std::move(arguments)), keeps_nulls_(keeps_nulls) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(const auto values, arguments_.Open(args));
    std::vector<ColumnReader<std::string_view>> keys;
    for (size_t at = kFirstKey; at < args.size(); at += 2) {
      ARROW_ASSIGN_OR_RAISE(keys.emplace_back(), ColumnReader<std::string_view>::Make(args[at]));
    }
    return WriteRows(args, num_rows, [&](int64_t row, std::string* out) -> arrow::Result<bool> {
      members_.Clear();
      for (size_t i = 0; i < keys.size(); ++i) {
        if (values[i].column.IsNull(row) && !keeps_nulls_) continue;
        std::string value;
        ARROW_RETURN_NOT_OK(values[i].Write(row, &value));
        members_.Put(keys[i].Value(row), std::move(value));
      }
      members_.Write(out);
      return true;
    });
  }
  static constexpr size_t kFirstKey = 2;

 private:
  JsonArguments arguments_;
  const bool keeps_nulls_;
  JsonMembers members_;
};

arrow::Result<Kernel> MakeJsonString(const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto arguments, JsonArguments::Make(site, 0, 1, LiteralText(site.arguments[1]).value_or("")));
  return std::make_unique<JsonString>(std::move(arguments));
}

arrow::Result<Kernel> MakeJsonArray(const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto arguments, JsonArguments::Make(site, 2, 1, LiteralText(site.arguments[1]).value_or("")));
  return std::make_unique<JsonArray>(std::move(arguments), LiteralText(site.arguments[0]) == "NULL");
}

arrow::Result<Kernel> MakeJsonObject(const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto arguments, JsonArguments::Make(site, JsonObject::kFirstKey + 1, 2,
                                                            LiteralText(site.arguments[1]).value_or("")));
  return std::make_unique<JsonObject>(std::move(arguments), LiteralText(site.arguments[0]) == "NULL");
}

arrow::Status CheckValue(const char* function, const DataType& type) {
  if (type.kind() == TypeKind::kNull)
    return arrow::Status::TypeError("A value of ", function, " has no type; write CAST(NULL AS ...)");
  return CheckJsonType(type);
}

ResolvedSignature AsGiven(std::span<const ArgumentInfo> arguments, const DataType& type) {
  ResolvedSignature resolved;
  for (const auto& argument : arguments) resolved.argument_types.push_back(argument.type);
  resolved.return_type = type;
  return resolved;
}

arrow::Result<ResolvedSignature> ResolveString(std::span<const ArgumentInfo> arguments) {
  // Behind the value stands how it is written.
  if (arguments.size() != 2) return arrow::Status::TypeError("JSON_STRING takes one value, not ", arguments.size() - 1);
  ARROW_RETURN_NOT_OK(CheckJsonType(arguments[0].type));
  return AsGiven(arguments, DataType::String().WithNullable(arguments[0].type.nullable()));
}

arrow::Result<ResolvedSignature> ResolveArray(std::span<const ArgumentInfo> arguments) {
  for (const auto& argument : arguments.subspan(2)) ARROW_RETURN_NOT_OK(CheckValue("JSON_ARRAY", argument.type));
  return AsGiven(arguments, DataType::String().NotNull());
}

arrow::Result<ResolvedSignature> ResolveObject(std::span<const ArgumentInfo> arguments) {
  for (size_t i = JsonObject::kFirstKey; i < arguments.size(); i += 2) {
    const DataType& key = arguments[i].type;
    if (!key.is_character()) return arrow::Status::TypeError("A key of JSON_OBJECT is of type ", key.ToString());
    if (key.nullable()) return arrow::Status::TypeError("A key of JSON_OBJECT may be NULL");
    ARROW_RETURN_NOT_OK(CheckValue("JSON_OBJECT", arguments[i + 1].type));
  }
  return AsGiven(arguments, DataType::String().NotNull());
}

/// JSON(text): checks the text and writes it without blanks, so that JSON_OBJECT and JSON_ARRAY can take it as it is.
arrow::Result<Kernel> MakeJson(const CallSite& site) {
  auto document = std::make_shared<JsonDocument>();
  return MakeRowKernel(
      site.return_type,
      [document, written = std::string()](std::string_view text, StringSink& out) mutable -> arrow::Result<bool> {
        while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
        if (text.empty()) return false;
        if (!document->Parse(text)) return arrow::Status::Invalid("JSON: '", text, "' is no JSON: ", document->error());
        written.clear();
        document->Write(document->root(), &written);
        out.Append(written);
        return true;
      });
}

}  // namespace

void RegisterJsonBuilds(FunctionRegistry* registry) {
  ScalarFunction string =
      DefineFallible("JSON_STRING", {}, MakeJsonString, {"JSON_STRING(value)", "The value as JSON"});
  string.resolve = ResolveString;
  registry->Add(std::move(string));
  ScalarFunction array =
      DefineFallible("JSON_ARRAY", {}, MakeJsonArray,
                     {"JSON_ARRAY(value, ... [NULL | ABSENT ON NULL])", "A JSON array of the values"});
  array.resolve = ResolveArray;
  registry->Add(std::move(array));
  ScalarFunction object =
      DefineFallible("JSON_OBJECT", {}, MakeJsonObject,
                     {"JSON_OBJECT(KEY key VALUE value, ... [NULL | ABSENT ON NULL])", "A JSON object of the members"});
  object.resolve = ResolveObject;
  registry->Add(std::move(object));
  registry->Add(
      DefineFallible("JSON", {Signature{{TextArg()}, ReturnsNullable(DataType::String())}}, MakeJson,
                     {"JSON(text)", "JSON text as a value of JSON_OBJECT or JSON_ARRAY that is not to be quoted"}));
}

}  // namespace tidemark::expr
