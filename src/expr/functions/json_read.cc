// SPDX-License-Identifier: Apache-2.0
// JSON_EXISTS, JSON_VALUE, JSON_QUERY: what a path finds in a JSON text. How their clauses become arguments is in
// json_arguments.h.
#include <arrow/api.h>

#include <charconv>

#include "expr/functions/json.h"
#include "expr/functions/json_document.h"
#include "expr/functions/json_path.h"
#include "expr/number_text.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

using Kernel = std::unique_ptr<ScalarKernel>;

/// Reads texts by paths. The path of the last row is kept, since most calls have a constant one.
class JsonReader {
 public:
  struct Answer {
    int32_t node = -1;
    bool lax = false;
    std::string error;
  };

  /// What the path finds; error where text or path are wrong or do not fit. Fails for paths that are not supported yet.
  arrow::Result<Answer> Read(std::string_view text, std::string_view path_text) {
    if (!path_ || path_text != path_text_) ARROW_RETURN_NOT_OK(SetPath(path_text));
    Answer answer;
    answer.lax = lax_;
    if (!document_.Parse(text)) {
      // In lax mode what is no JSON is as good as empty.
      if (!lax_) answer.error = document_.error();
    } else if (document_.node(document_.root()).kind == JsonKind::kNull) {
      answer.error = "The whole text is null";
    } else if (!path_->ok()) {
      answer.error = path_->status().message();
    } else {
      JsonFound found = ReadJsonPath(**path_, lax_, document_.root(), &document_);
      answer.node = found.node;
      answer.error = std::move(found.error);
      if (answer.node < 0 && !lax_ && answer.error.empty()) answer.error = "The value is null";
    }
    return answer;
  }

  JsonDocument& document() { return document_; }

 private:
  arrow::Status SetPath(std::string_view text) {
    path_text_ = text;
    std::string_view rest = text;
    lax_ = false;
    const size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
    for (const std::string_view mode : {"lax", "strict"}) {
      if (!IsWord(text.substr(begin, mode.size()), mode)) continue;
      const size_t end = begin + mode.size();
      const size_t path = text.find_first_not_of(kBlanks, end);
      if (path == std::string_view::npos || path == end) continue;
      lax_ = mode == "lax";
      rest = text.substr(path);
    }
    path_ = JsonPath::Compile(rest);
    return path_->ok() || path_->status().IsInvalid() ? arrow::Status::OK() : path_->status();
  }

  static bool IsWord(std::string_view text, std::string_view lower_case) {
    return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                      [](char a, char b) { return a == b || a == b - 'a' + 'A'; });
  }

  static constexpr std::string_view kBlanks = " \t\n\v\f\r";

  std::string path_text_;
  std::optional<arrow::Result<JsonPath>> path_;
  bool lax_ = false;
  JsonDocument document_;
};

/// Paths that are not supported yet are refused before the job starts, where they are constants.
arrow::Status CheckPath(const ArgumentInfo& argument) {
  const auto path = LiteralText(argument);
  return path ? JsonReader().Read("{}", *path).status() : arrow::Status::OK();
}

arrow::Status Refused(const char* function, const std::string& why) {
  return arrow::Status::Invalid(function, ": ", why);
}

Kernel MakeExists(const CallSite& site) {
  auto reader = std::make_shared<JsonReader>();
  return MakeRowKernel(site.return_type,
                       [reader](std::string_view text, std::string_view path,
                                std::string_view on_error) -> arrow::Result<std::optional<bool>> {
                         ARROW_ASSIGN_OR_RAISE(const auto answer, reader->Read(text, path));
                         if (answer.error.empty()) return answer.node >= 0;
                         if (on_error == "ERROR") return Refused("JSON_EXISTS", answer.error);
                         if (on_error == "UNKNOWN") return std::nullopt;
                         return on_error == "TRUE";
                       });
}

/// JSON_VALUE finds a scalar, gives a constant (or NULL), or fails.
struct ValueChoice {
  int32_t node = -1;
  bool by_default_on_empty = false;
  bool by_default_on_error = false;
};

arrow::Result<ValueChoice> ChooseValue(JsonReader* reader, std::string_view text, std::string_view path,
                                       std::string_view on_empty, std::string_view on_error) {
  ARROW_ASSIGN_OR_RAISE(auto answer, reader->Read(text, path));
  const bool scalar = answer.node >= 0 && reader->document().node(answer.node).is_scalar();
  if (answer.error.empty() && scalar) return ValueChoice{answer.node};
  if (answer.error.empty() && (answer.node < 0 || answer.lax)) {
    if (on_empty == "ERROR") return Refused("JSON_VALUE", "nothing at the path");
    return ValueChoice{-1, on_empty == "DEFAULT"};
  }
  if (answer.error.empty()) answer.error = "the value is an object or array";
  if (on_error == "ERROR") return Refused("JSON_VALUE", answer.error);
  return ValueChoice{-1, false, on_error == "DEFAULT"};
}

/// The value as RETURNING asks; it must be of the JSON type that fits, '5' is no INT.
template <typename T>
arrow::Result<T> ConvertValue(const JsonNode& node) {
  if constexpr (std::is_same_v<T, bool>) {
    if (node.kind == JsonKind::kTrue || node.kind == JsonKind::kFalse) return node.kind == JsonKind::kTrue;
  } else if constexpr (std::is_same_v<T, int32_t>) {
    int32_t value = 0;
    const char* end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, value);
    if (node.kind == JsonKind::kInteger && error == std::errc() && stop == end) return value;
  } else {
    if (node.kind == JsonKind::kDecimal) return ParseDouble(node.text).value_or(0);
  }
  const char* wanted = std::is_same_v<T, bool> ? "BOOLEAN" : std::is_same_v<T, int32_t> ? "INT" : "DOUBLE";
  return Refused("JSON_VALUE", std::string("the value is no JSON ") + wanted + ": '" + std::string(node.text) + "'");
}

template <typename T>
Kernel MakeTypedValue(const CallSite& site) {
  auto reader = std::make_shared<JsonReader>();
  using Default = std::optional<T>;
  return MakeRowKernel(site.return_type,
                       [reader](std::string_view text, std::string_view path, Default, std::string_view on_empty,
                                Default empty, std::string_view on_error, Default error) -> arrow::Result<Default> {
                         ARROW_ASSIGN_OR_RAISE(const auto choice,
                                               ChooseValue(reader.get(), text, path, on_empty, on_error));
                         if (choice.node < 0) {
                           return choice.by_default_on_empty ? empty : choice.by_default_on_error ? error : Default();
                         }
                         ARROW_ASSIGN_OR_RAISE(const T value, ConvertValue<T>(reader->document().node(choice.node)));
                         return value;
                       });
}

Kernel MakeTextValue(const CallSite& site) {
  auto reader = std::make_shared<JsonReader>();
  using Default = std::optional<std::string_view>;
  const int32_t length = site.return_type.length();
  return MakeRowKernel(
      site.return_type,
      [reader, length, value = std::string()](std::string_view text, std::string_view path, Default,
                                              std::string_view on_empty, Default empty, std::string_view on_error,
                                              Default error, StringSink& out) mutable -> arrow::Result<bool> {
        ARROW_ASSIGN_OR_RAISE(const auto choice, ChooseValue(reader.get(), text, path, on_empty, on_error));
        if (choice.node >= 0) {
          value.clear();
          reader->document().WriteScalarText(choice.node, &value);
          out.Append(Utf8Prefix(value, length));
          return true;
        }
        const Default chosen = choice.by_default_on_empty ? empty : choice.by_default_on_error ? error : Default();
        if (chosen) out.Append(*chosen);
        return chosen.has_value();
      });
}

arrow::Result<Kernel> MakeValue(const CallSite& site) {
  switch (site.return_type.kind()) {
    case TypeKind::kBoolean:
      return MakeTypedValue<bool>(site);
    case TypeKind::kInt:
      return MakeTypedValue<int32_t>(site);
    case TypeKind::kDouble:
      return MakeTypedValue<double>(site);
    default:
      return MakeTextValue(site);
  }
}

arrow::Status CheckTexts(const char* name, std::span<const ArgumentInfo> arguments) {
  for (size_t i = 0; i < 2; ++i) {
    if (!arguments[i].type.is_character())
      return arrow::Status::TypeError(name, " takes (STRING, STRING), not ", TypeListText(arguments.first(2)));
  }
  return CheckPath(arguments[1]);
}

arrow::Result<ResolvedSignature> ResolveExists(std::span<const ArgumentInfo> arguments) {
  ARROW_RETURN_NOT_OK(CheckTexts("JSON_EXISTS", arguments));
  if (arguments[1].type.kind() != TypeKind::kChar)
    return arrow::Status::TypeError("The path of JSON_EXISTS must be a text in quotes");
  return ResolvedSignature{{arguments[0].type, arguments[1].type, arguments[2].type}, DataType::Boolean()};
}

arrow::Result<ResolvedSignature> ResolveValue(std::span<const ArgumentInfo> arguments) {
  ARROW_RETURN_NOT_OK(CheckTexts("JSON_VALUE", arguments));
  const DataType type = arguments[2].type.WithNullable(true);
  const bool known = type.kind() == TypeKind::kVarChar || type.kind() == TypeKind::kBoolean ||
                     type.kind() == TypeKind::kInt || type.kind() == TypeKind::kDouble;
  if (!known)
    return arrow::Status::TypeError("JSON_VALUE gives STRING, BOOLEAN, INT or DOUBLE, not ", type.ToString(),
                                    "; CAST what it gives");
  ResolvedSignature resolved;
  for (const auto& argument : arguments) resolved.argument_types.push_back(argument.type);
  for (const size_t at : {4, 6}) {
    const DataType& given = arguments[at].type;
    if (type.is_character() && !given.is_character() && !given.is_integer())
      return arrow::Status::NotImplemented("A DEFAULT of type ", given.ToString(),
                                           " for a STRING is not supported yet");
    if (!type.is_character() && !IsImplicitlyCastable(given, type))
      return arrow::Status::TypeError("A DEFAULT of type ", given.ToString(), " where JSON_VALUE returns ",
                                      type.ToString());
    resolved.argument_types[at] = type.WithNullable(given.nullable());
  }
  resolved.return_type = type;
  return resolved;
}

/// JSON_QUERY gives an object or array; a scalar only in an array of its own.
class Query final : public ScalarKernel {
 public:
  explicit Query(const DataType& type) : type_(type.ToArrow()), texts_(type.kind() != TypeKind::kArray) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    using Texts = ColumnReader<std::string_view>;
    ARROW_ASSIGN_OR_RAISE(const auto json, Texts::Make(args[0]));
    ARROW_ASSIGN_OR_RAISE(const auto path, Texts::Make(args[1]));
    std::string_view clauses[3];
    for (size_t i = 0; i < 3; ++i)
      clauses[i] = std::string_view(*static_cast<const arrow::StringScalar&>(*args[3 + i].scalar()).value);
    const bool scalar = args[0].is_scalar() && args[1].is_scalar();
    const int64_t count = scalar ? 1 : num_rows;
    std::unique_ptr<arrow::ArrayBuilder> builder;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), type_, &builder));
    for (int64_t row = 0; row < count; ++row) {
      if (json.IsNull(row) || path.IsNull(row)) {
        ARROW_RETURN_NOT_OK(builder->AppendNull());
        continue;
      }
      ARROW_RETURN_NOT_OK(Append(json.Value(row), path.Value(row), clauses, builder.get()));
    }
    ARROW_ASSIGN_OR_RAISE(auto result, builder->Finish());
    if (!scalar) return arrow::Datum(std::move(result));
    ARROW_ASSIGN_OR_RAISE(auto value, result->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  /// `clauses`: wrapper, on empty, on error.
  arrow::Status Append(std::string_view json, std::string_view path, const std::string_view* clauses,
                       arrow::ArrayBuilder* out) {
    ARROW_ASSIGN_OR_RAISE(auto answer, reader_.Read(json, path));
    JsonDocument& document = reader_.document();
    int32_t node = answer.node;
    if (!answer.error.empty()) return Instead(clauses[2], answer.error, out);
    const bool array = node >= 0 && document.node(node).kind == JsonKind::kArray;
    if (node >= 0 && (clauses[0] == "UNCONDITIONAL" || (clauses[0] == "CONDITIONAL" && !array))) {
      const int32_t wrapper = document.Add(JsonKind::kArray);
      document.AppendCopy(wrapper, node);
      node = wrapper;
    }
    const bool scalar = node >= 0 && document.node(node).is_scalar();
    if (node < 0 || (scalar && answer.lax)) return Instead(clauses[1], "nothing at the path", out);
    if (scalar) return Instead(clauses[2], "the value is a scalar", out);
    if (texts_) {
      text_.clear();
      document.Write(node, &text_);
      return static_cast<arrow::StringBuilder*>(out)->Append(text_);
    }
    if (document.node(node).kind != JsonKind::kArray) return Instead(clauses[2], "the value is no array", out);
    return AppendElements(node, static_cast<arrow::ListBuilder*>(out));
  }

  arrow::Status AppendElements(int32_t node, arrow::ListBuilder* out) {
    const JsonDocument& document = reader_.document();
    auto* elements = static_cast<arrow::StringBuilder*>(out->value_builder());
    ARROW_RETURN_NOT_OK(out->Append());
    for (int32_t id = document.node(node).first; id >= 0; id = document.node(id).next) {
      if (document.node(id).kind == JsonKind::kNull) {
        ARROW_RETURN_NOT_OK(elements->AppendNull());
        continue;
      }
      text_.clear();
      document.node(id).is_scalar() ? document.WriteScalarText(id, &text_) : document.Write(id, &text_);
      ARROW_RETURN_NOT_OK(elements->Append(text_));
    }
    return arrow::Status::OK();
  }

  arrow::Status Instead(std::string_view behavior, const std::string& why, arrow::ArrayBuilder* out) {
    if (behavior == "ERROR") return Refused("JSON_QUERY", why);
    if (behavior == "NULL") return out->AppendNull();
    if (!texts_) return static_cast<arrow::ListBuilder*>(out)->Append();
    return static_cast<arrow::StringBuilder*>(out)->Append(behavior == "EMPTY ARRAY" ? "[]" : "{}");
  }

  const std::shared_ptr<arrow::DataType> type_;
  const bool texts_;
  JsonReader reader_;
  std::string text_;
};

arrow::Result<ResolvedSignature> ResolveQuery(std::span<const ArgumentInfo> arguments) {
  ARROW_RETURN_NOT_OK(CheckTexts("JSON_QUERY", arguments));
  const DataType type = arguments[2].type.WithNullable(true);
  const bool texts = type.kind() == TypeKind::kArray && type.element().kind() == TypeKind::kVarChar;
  if (!texts && type.kind() != TypeKind::kVarChar)
    return arrow::Status::TypeError("JSON_QUERY gives STRING or ARRAY<STRING>, not ", type.ToString());
  for (const size_t at : {4, 5}) {
    if (texts && LiteralText(arguments[at]) == "EMPTY OBJECT")
      return arrow::Status::TypeError("JSON_QUERY cannot give EMPTY OBJECT as ", type.ToString());
  }
  ResolvedSignature resolved;
  for (const auto& argument : arguments) resolved.argument_types.push_back(argument.type);
  resolved.return_type = type;
  return resolved;
}

}  // namespace

void RegisterJsonReads(FunctionRegistry* registry) {
  ScalarFunction exists = DefineFallible(
      "JSON_EXISTS", {}, [](const CallSite& site) -> arrow::Result<Kernel> { return MakeExists(site); },
      {"JSON_EXISTS(text, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])", "Whether the path finds something"});
  exists.resolve = ResolveExists;
  registry->Add(std::move(exists));
  ScalarFunction value =
      DefineFallible("JSON_VALUE", {}, MakeValue,
                     {"JSON_VALUE(text, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY] [... ON ERROR])",
                      "The scalar at the path"});
  value.resolve = ResolveValue;
  registry->Add(std::move(value));
  ScalarFunction query = DefineFallible(
      "JSON_QUERY", {},
      [](const CallSite& site) -> arrow::Result<Kernel> { return std::make_unique<Query>(site.return_type); },
      {"JSON_QUERY(text, path [RETURNING type] [WITH WRAPPER] [NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR ON EMPTY] "
       "[... ON ERROR])",
       "The object or array at the path, as JSON"});
  query.resolve = ResolveQuery;
  registry->Add(std::move(query));
}

}  // namespace tidemark::expr
