// SPDX-License-Identifier: Apache-2.0
// Decoder and encoder of the json format, made from a table's options.
#include "formats/json/json_format.h"

#include <arrow/array.h>

#include "formats/json/json_encoder.h"
#include "formats/json/json_lines.h"
#include "formats/json/json_options.h"
#include "formats/json/json_row_reader.h"

namespace tidemark::formats {
namespace {

class JsonRecords {
 public:
  JsonRecords(const DecodeRequest& request, const JsonOptions& options) {
    std::vector<Field> fields;
    std::map<int, std::vector<std::vector<int>>> used;
    for (const int column : request.projection) {
      const auto paths = request.used_fields.find(column);
      if (paths != request.used_fields.end()) used.emplace(static_cast<int>(fields.size()), paths->second);
      fields.push_back(request.physical_schema[static_cast<size_t>(column)]);
    }
    reader_ = std::make_unique<JsonRowReader>(fields, used, options);
  }

  const char* Read(const char* text) { return reader_->ReadRow(text); }
  std::string DescribeProblem(const char* begin) const { return reader_->DescribeProblem(begin); }
  void SetProblem(const char* at, const char* reason) { reader_->SetProblem(at, reason); }
  void Reserve(int64_t rows) { reader_->Reserve(rows); }
  int64_t rows() const { return reader_->rows(); }
  void Truncate(int64_t rows) { reader_->Truncate(rows); }
  arrow::Result<Batch> Finish() {
    Batch batch;
    batch.num_rows = reader_->rows();
    ARROW_ASSIGN_OR_RAISE(batch.columns, reader_->Finish());
    return batch;
  }

 private:
  std::unique_ptr<JsonRowReader> reader_;
};

arrow::Result<std::unique_ptr<Decoder>> MakeDecoder(const TableOptions& options, const DecodeRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const JsonOptions parsed, JsonOptions::Parse(options));
  ARROW_RETURN_NOT_OK(CheckJsonTypes(request.physical_schema));
  return std::make_unique<JsonLines<JsonRecords>>(JsonRecords(request, parsed), request.bad_records,
                                                  request.max_record_bytes);
}

arrow::Result<std::unique_ptr<Encoder>> MakeEncoder(const TableOptions& options, const Schema& schema,
                                                    const std::string& /*local_time_zone*/) {
  ARROW_ASSIGN_OR_RAISE(const JsonOptions parsed, JsonOptions::Parse(options));
  ARROW_RETURN_NOT_OK(CheckJsonTypes(schema));
  return MakeJsonEncoder(schema, parsed);
}

arrow::Status Check(const TableOptions& options, const Schema& schema) {
  ARROW_RETURN_NOT_OK(JsonOptions::Parse(options).status());
  return CheckJsonTypes(schema);
}

}  // namespace

const Format& JsonFormat() {
  static const Format format = {
      .name = "json",
      .options = JsonOptions::Specs(),
      .check = Check,
      .make_decoder = MakeDecoder,
      .make_encoder = MakeEncoder,
  };
  return format;
}

}  // namespace tidemark::formats
