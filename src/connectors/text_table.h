// SPDX-License-Identifier: Apache-2.0
// TextTable: what connectors of record streams (standard input and output, later message queues) need to know of a
// table whose records have a text format.
#pragma once

#include <arrow/result.h>

#include "connectors/connector.h"
#include "formats/format.h"

namespace tidemark::connectors {

struct TextTable {
  const formats::Format* format = nullptr;
  TableOptions options;  ///< the format's, without prefix
  Schema schema;         ///< the physical columns

  static OptionSpec FormatOption();
  /// Fails with what to write when the table has no format, or one that does not fit.
  static arrow::Result<TextTable> Of(const TableDefinition& table);
  static arrow::Status Check(const TableDefinition& table);
  /// Row kinds that the format carries.
  static plan::ChangelogMode Changelog(const TableDefinition& table);

  /// For the columns that `node` reads; without bad_records.
  formats::DecodeRequest RequestFor(const plan::SourceNode& node, const ConnectorContext& context) const;
};

}  // namespace tidemark::connectors
