// SPDX-License-Identifier: Apache-2.0
// A change event {"before": …, "after": …, "op": "c|u|d|r"} becomes one or two rows with their kinds, and back.
#include "formats/debezium/debezium_format.h"

#include <arrow/array.h>
#include <arrow/status.h>

#include <memory>

#include "formats/json/json_encoder.h"
#include "formats/json/json_lines.h"
#include "formats/json/json_options.h"
#include "formats/json/json_row_reader.h"

namespace tidemark::formats {
namespace {

using json::SkipSpace;

/// One event per record. What lies around before, after and op is passed over.
class ChangeRecords {
 public:
  ChangeRecords(const DecodeRequest& request, const JsonOptions& options, bool schema_include)
      : schema_include_(schema_include) {
    std::vector<Field> fields;
    std::map<int, std::vector<std::vector<int>>> used;
    for (const int column : request.projection) {
      const auto paths = request.used_fields.find(column);
      if (paths != request.used_fields.end()) used.emplace(static_cast<int>(fields.size()), paths->second);
      fields.push_back(request.physical_schema[static_cast<size_t>(column)]);
    }
    reader_ = std::make_unique<JsonRowReader>(fields, used, options);
  }

  const char* Read(const char* text) {
    problem_.clear();
    Envelope envelope;
    const char* end = ReadObject(text, &envelope);
    if (end == nullptr) return nullptr;
    if (schema_include_) {
      if (envelope.payload == nullptr)
        return Fail("there is no \"payload\", though 'debezium-json.schema-include' is 'true'");
      // A tombstone of a compacted topic with schema: it says nothing that the delete before it did not say.
      if (*envelope.payload == 'n') return end;
      const char* payload = envelope.payload;
      envelope = Envelope();
      if (ReadObject(payload, &envelope) == nullptr) return nullptr;
    }
    const int64_t rows_before = rows();
    if (AppendChange(envelope)) return end;
    Truncate(rows_before);
    return nullptr;
  }

  std::string DescribeProblem(const char* begin) const {
    return problem_.empty() ? reader_->DescribeProblem(begin) : problem_;
  }
  void SetProblem(const char* at, const char* reason) {
    problem_.clear();
    reader_->SetProblem(at, reason);
  }
  void Reserve(int64_t rows) { reader_->Reserve(rows); }
  int64_t rows() const { return reader_->rows(); }
  void Truncate(int64_t rows) {
    reader_->Truncate(rows);
    kinds_.resize(static_cast<size_t>(rows));
  }
  arrow::Result<Batch> Finish() {
    Batch batch;
    batch.num_rows = reader_->rows();
    ARROW_ASSIGN_OR_RAISE(batch.columns, reader_->Finish());
    batch.row_kinds = std::make_shared<const std::vector<RowKind>>(std::move(kinds_));
    kinds_.clear();
    return batch;
  }

 private:
  /// Where the parts of an event begin; null: absent.
  struct Envelope {
    const char* before = nullptr;
    const char* after = nullptr;
    const char* op = nullptr;
    const char* payload = nullptr;
    bool has_schema = false;
  };

  const char* Fail(std::string problem) {
    problem_ = std::move(problem);
    return nullptr;
  }

  const char* ReadObject(const char* text, Envelope* envelope) {
    const char* error_at = text;
    const char* reason = "an object was expected here";
    if (*text == '{') {
      text = SkipSpace(text + 1);
      bool more = *text != '}';
      if (!more) return text + 1;
      while (more) {
        error_at = text;
        reason = "a field name in quotes was expected here";
        std::string name;
        if (*text != '"' || (text = json::ReadString(text, &name, &error_at, &reason)) == nullptr) break;
        text = SkipSpace(text);
        if (*text != ':') {
          error_at = text;
          reason = "':' was expected here";
          break;
        }
        text = SkipSpace(text + 1);
        if (name == "before") envelope->before = text;
        if (name == "after") envelope->after = text;
        if (name == "op") envelope->op = text;
        if (name == "payload") envelope->payload = text;
        if (name == "schema") envelope->has_schema = true;
        text = json::SkipValue(text, &error_at, &reason);
        if (text == nullptr) break;
        text = SkipSpace(text);
        if (*text == '}') return text + 1;
        error_at = text;
        reason = "',' or '}' was expected here";
        more = *text == ',';
        text = SkipSpace(text + 1);
      }
    }
    SetProblem(error_at, reason);
    return nullptr;
  }

  /// The row at `text`, if there is one.
  bool AppendRow(const char* text, RowKind kind, const char* name, const char* op) {
    if (text == nullptr || *text == 'n') {
      const bool replica =
          kind == RowKind::kUpdateBefore || (kind == RowKind::kDelete && std::string_view(name) == "before");
      Fail("the \"" + std::string(name) + "\" of an event with \"op\" \"" + op + "\" is missing" +
           (replica ? "; if the source is PostgreSQL, set REPLICA IDENTITY FULL on the table" : ""));
      return false;
    }
    if (reader_->ReadRow(text) == nullptr) return false;
    kinds_.push_back(kind);
    return true;
  }

  bool AppendChange(const Envelope& event) {
    const std::string_view op = event.op != nullptr && *event.op == '"' && event.op[1] != '"' && event.op[2] == '"'
                                    ? std::string_view(event.op + 1, 1)
                                    : "";
    if (op == "c" || op == "r") return AppendRow(event.after, RowKind::kInsert, "after", op == "c" ? "c" : "r");
    if (op == "u") {
      return AppendRow(event.before, RowKind::kUpdateBefore, "before", "u") &&
             AppendRow(event.after, RowKind::kUpdateAfter, "after", "u");
    }
    if (op == "d") return AppendRow(event.before, RowKind::kDelete, "before", "d");
    if (event.op == nullptr) {
      const bool hidden = event.payload != nullptr && event.has_schema;
      Fail(std::string("there is no \"op\"") +
           (hidden ? "; set option 'debezium-json.schema-include' to 'true'" : ": this is no Debezium event"));
    } else {
      Fail("\"op\" is none of \"c\", \"u\", \"d\" and \"r\"");
    }
    return false;
  }

  std::unique_ptr<JsonRowReader> reader_;
  const bool schema_include_;
  std::vector<RowKind> kinds_;
  std::string problem_;
};

/// Inserts and new versions as "c", deletes and old versions as "d", as Flink writes them.
class ChangeEncoder final : public Encoder {
 public:
  ChangeEncoder(const Schema& schema, const JsonOptions& options) : schema_(schema), options_(options) {}

  arrow::Status Encode(const Batch& batch, std::string* out) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_RETURN_NOT_OK(AppendEvent(batch, row, out));
      *out += '\n';
    }
    return arrow::Status::OK();
  }

  arrow::Status EncodeMessages(const Batch& batch, std::vector<std::string>* out) override {
    for (int64_t row = 0; row < batch.num_rows; ++row)
      ARROW_RETURN_NOT_OK(AppendEvent(batch, row, &out->emplace_back()));
    return arrow::Status::OK();
  }

 private:
  arrow::Status AppendEvent(const Batch& batch, int64_t row, std::string* out) {
    const bool addition = IsAddition(batch.kind(row));
    *out += addition ? R"({"before":null,"after":)" : R"({"before":)";
    ARROW_RETURN_NOT_OK(AppendJsonRow(batch.columns, row, schema_, options_, out));
    *out += addition ? R"(,"op":"c"})" : R"(,"after":null,"op":"d"})";
    return arrow::Status::OK();
  }

  const Schema schema_;
  const JsonOptions options_;
};

arrow::Result<bool> SchemaInclude(const TableOptions& options) {
  const auto found = options.find("schema-include");
  return found == options.end() ? arrow::Result<bool>(false) : ParseBoolean(found->second);
}

arrow::Status Check(const TableOptions& options, const Schema& schema) {
  ARROW_RETURN_NOT_OK(JsonOptions::Parse(options).status());
  return CheckJsonTypes(schema);
}

arrow::Result<std::unique_ptr<Decoder>> MakeDecoder(const TableOptions& options, const DecodeRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const JsonOptions parsed, JsonOptions::Parse(options));
  ARROW_ASSIGN_OR_RAISE(const bool schema_include, SchemaInclude(options));
  ARROW_RETURN_NOT_OK(CheckJsonTypes(request.physical_schema));
  return std::make_unique<JsonLines<ChangeRecords>>(ChangeRecords(request, parsed, schema_include), request.bad_records,
                                                    request.max_record_bytes);
}

arrow::Result<std::unique_ptr<Encoder>> MakeEncoder(const TableOptions& options, const Schema& schema,
                                                    const std::string& /*zone*/) {
  ARROW_ASSIGN_OR_RAISE(const JsonOptions parsed, JsonOptions::Parse(options));
  ARROW_ASSIGN_OR_RAISE(const bool schema_include, SchemaInclude(options));
  if (schema_include) {
    return arrow::Status::Invalid(
        "'debezium-json.schema-include' = 'true' is for reading; leave it out of a table that is written to");
  }
  ARROW_RETURN_NOT_OK(CheckJsonTypes(schema));
  return std::make_unique<ChangeEncoder>(schema, parsed);
}

std::vector<OptionSpec> Options() {
  // As for json, except what is about its own way of missing fields and parsing.
  std::vector<OptionSpec> specs;
  for (const auto& spec : JsonOptions::Specs()) {
    if (spec.key != "fail-on-missing-field" && spec.key != "decode.json-parser.enabled") specs.push_back(spec);
  }
  specs.push_back({.key = "schema-include",
                   .type = OptionType::kBoolean,
                   .default_value = "false",
                   .description = "Events carry their schema beside the payload (value.converter.schemas.enable)."});
  return specs;
}

}  // namespace

const Format& DebeziumJsonFormat() {
  static const Format format = {
      .name = "debezium-json",
      .options = Options(),
      .changelog = true,
      .splittable = false,
      .check = Check,
      .make_decoder = MakeDecoder,
      .make_encoder = MakeEncoder,
  };
  return format;
}

}  // namespace tidemark::formats
