// SPDX-License-Identifier: Apache-2.0
// Writes the rows of a top-level SELECT to standard output, as a table, CSV, JSON lines or changelog lines.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "expr/function.h"

namespace tidemark::cli {

enum class ResultFormat { kTable, kCsv, kJson, kChangelog };

/// "table", "csv", "json", "changelog"; Invalid names the four.
arrow::Result<ResultFormat> ParseResultFormat(const std::string& name);

/// Where formatted text goes. Returns IOError when the reader has gone (a closed pipe).
class TextOutput {
 public:
  virtual ~TextOutput() = default;
  virtual arrow::Status Write(std::string_view text) = 0;
};

/// Standard output, flushed after each Write.
TextOutput* StandardOutput();

/// Takes a result batch by batch. One thread at a time.
class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  virtual arrow::Status Add(const Batch& batch) = 0;
  /// The result is complete: writes what was held back.
  virtual arrow::Status Finish() = 0;
  /// Rows written, or held back so far.
  virtual int64_t rows() const = 0;
};

struct ResultWriterOptions {
  ResultFormat format = ResultFormat::kTable;
  Schema schema;
  /// The stream may take rows back. All formats but changelog then hold everything until Finish and write final rows.
  bool updating = false;
  const expr::FunctionContext* functions = nullptr;
  TextOutput* output = nullptr;
};

arrow::Result<std::unique_ptr<ResultWriter>> MakeResultWriter(ResultWriterOptions options);

}  // namespace tidemark::cli
