// SPDX-License-Identifier: Apache-2.0
// Decoder and encoder of the csv format, made from a table's options.
#include "formats/csv/csv_format.h"

#include "formats/csv/csv_decoder.h"
#include "formats/csv/csv_encoder.h"
#include "formats/csv/csv_options.h"

namespace tidemark::formats {
namespace {

arrow::Result<std::unique_ptr<Decoder>> MakeDecoder(const TableOptions& options, const DecodeRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const CsvOptions parsed, CsvOptions::Parse(options));
  ARROW_RETURN_NOT_OK(CheckCsvTypes(request.physical_schema));
  return MakeCsvDecoder(parsed, request);
}

arrow::Result<std::unique_ptr<Encoder>> MakeEncoder(const TableOptions& options, const Schema& schema,
                                                    const std::string& /*local_time_zone*/) {
  ARROW_ASSIGN_OR_RAISE(const CsvOptions parsed, CsvOptions::Parse(options));
  ARROW_RETURN_NOT_OK(CheckCsvTypes(schema));
  return MakeCsvEncoder(parsed, schema);
}

arrow::Status Check(const TableOptions& options, const Schema& schema) {
  ARROW_RETURN_NOT_OK(CsvOptions::Parse(options).status());
  return CheckCsvTypes(schema);
}

/// A quoted field may hold line breaks, and a reader that starts in the middle cannot know whether it is inside of one.
bool IsSplittable(const TableOptions& options) {
  const auto parsed = CsvOptions::Parse(options);
  return parsed.ok() && !parsed->quote;
}

bool HasHeader(const TableOptions& options) {
  const auto parsed = CsvOptions::Parse(options);
  return parsed.ok() && parsed->header;
}

}  // namespace

const Format& CsvFormat() {
  static const Format format = {
      .name = "csv",
      .options = CsvOptions::Specs(),
      .is_splittable = IsSplittable,
      .has_header = HasHeader,
      .check = Check,
      .make_decoder = MakeDecoder,
      .make_encoder = MakeEncoder,
  };
  return format;
}

}  // namespace tidemark::formats
