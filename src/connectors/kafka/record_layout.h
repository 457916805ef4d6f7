// SPDX-License-Identifier: Apache-2.0
// RecordLayout: which columns of a table lie in a record's key, in its value and around them.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <vector>

#include "catalog/table.h"
#include "connectors/connector.h"
#include "formats/format.h"

namespace tidemark::connectors::kafka {

/// The key or the value.
struct RecordPart {
  const formats::Format* format = nullptr;
  TableOptions options;      ///< the format's, without prefix
  Schema schema;             ///< by the names that the record has
  std::vector<int> columns;  ///< indexes of the same in the table
};

struct RecordLayout {
  std::optional<RecordPart> key;
  RecordPart value;

  /// Checks formats, key columns and types on the way; an error says what to write.
  static arrow::Result<RecordLayout> Of(const TableDefinition& table, bool upsert);

  /// Which part gives a column of the table when both have it: of upserts the key, for a tombstone has no other.
  bool IsReadFromKey(int column, bool upsert) const;
};

/// Metadata columns of a record, and what can be said of them when writing.
std::vector<Field> RecordMetadata();

}  // namespace tidemark::connectors::kafka
