// SPDX-License-Identifier: Apache-2.0
// Decoding the same bytes in several ways, and comparing.
#include "formats/decoder_testing.h"

#include <arrow/array.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "formats/formats_testing.h"

namespace tidemark::formats {
namespace {

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

/// What a reader would see of some bytes.
struct Outcome {
  std::string error;
  Batch batch;
  std::vector<std::string> rows;
  std::vector<std::string> bad;

  std::string ToString() const {
    std::string text = error.empty() ? "" : "error: " + error + "\n";
    for (const auto& row : rows) text += row + "\n";
    for (const auto& record : bad) text += "bad " + record + "\n";
    return text;
  }
};

Outcome Decode(const Format& format, const TableOptions& options, DecodeRequest request, std::string_view text,
               int64_t block_bytes, int64_t max_rows) {
  CollectedBadRecords bad;
  request.bad_records = &bad;
  Outcome outcome;
  auto batch = DecodeAll(format, options, request, text, block_bytes, max_rows);
  outcome.bad = bad.seen();
  if (!batch.ok()) {
    outcome.error = batch.status().message();
    return outcome;
  }
  for (const auto& column : batch->columns) {
    if (column->length() != batch->num_rows) Fail("a column has another length than its batch");
    if (auto status = column->ValidateFull(); !status.ok()) Fail("not a valid column: " + status.ToString());
  }
  outcome.rows = PrintRows(*batch, Projected(request));
  outcome.batch = std::move(*batch);
  return outcome;
}

void CheckSame(const char* what, const Outcome& expected, const Outcome& found) {
  if (expected.error.empty() != found.error.empty() || expected.rows != found.rows || expected.bad != found.bad)
    Fail(std::string(what) + "\n--- expected\n" + expected.ToString() + "--- found\n" + found.ToString());
}

/// One column alone must have the values that it has among the others.
void CheckProjection(const Format& format, const TableOptions& options, const DecodeRequest& whole,
                     std::string_view text, const Outcome& expected) {
  for (size_t column = 0; column < whole.physical_schema.size(); ++column) {
    DecodeRequest one = whole;
    one.projection = {static_cast<int>(column)};
    Outcome alone = expected;
    alone.batch.columns = {expected.batch.columns[column]};
    alone.rows = PrintRows(alone.batch, Projected(one));
    CheckSame("one column alone", alone, Decode(format, options, one, text, 1 << 20, 8192));
  }
}

void CheckWrittenAgain(const Format& format, const TableOptions& options, const DecodeRequest& whole,
                       const Outcome& expected) {
  // A changelog is written with other kinds of changes, and CSV has no form for an empty array.
  if (format.name != "json" || expected.batch.num_rows == 0) return;
  const auto written = EncodeAll(format, options, expected.batch, whole.physical_schema);
  if (!written.ok()) return;  // there are values without a written form
  CheckSame("written and read again", expected, Decode(format, options, whole, *written, 1 << 20, 8192));
}

}  // namespace

void CheckDecoder(const Format& format, const TableOptions& options, const Schema& schema, std::string_view input) {
  static constexpr int64_t kBlocks[] = {1, 2, 3, 7, 16, 61, 1000};
  static constexpr int64_t kRows[] = {1, 2, 5, 100};
  if (input.empty()) return;
  const auto drawn = static_cast<uint8_t>(input[0]);
  const std::string_view text = input.substr(1);
  const DecodeRequest whole = WholeTable(schema);
  const Outcome expected = Decode(format, options, whole, text, 1 << 20, 8192);
  CheckSame("in pieces", expected, Decode(format, options, whole, text, kBlocks[drawn % 7], kRows[drawn / 7 % 4]));
  if (!expected.error.empty() || !expected.bad.empty()) return;
  CheckProjection(format, options, whole, text, expected);
  CheckWrittenAgain(format, options, whole, expected);
}

}  // namespace tidemark::formats
