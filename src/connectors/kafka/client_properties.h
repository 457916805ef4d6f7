// SPDX-License-Identifier: Apache-2.0
// The options 'properties.*' of a table, which users write by the names of the Java client, as settings of librdkafka.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog/table.h"

namespace tidemark::connectors::kafka {

/// Where to read on when there is no position, or one whose records are gone.
enum class OffsetReset { kNone, kEarliest, kLatest };

struct ClientProperties {
  std::string brokers;   ///< as written
  std::string group_id;  ///< empty: none
  OffsetReset offset_reset = OffsetReset::kNone;
  /// How long one answer of the cluster is waited for, before the job fails ('properties.default.api.timeout.ms').
  int64_t timeout_ms = 15'000;
  std::map<std::string, std::string> settings;  ///< librdkafka's names
  std::vector<std::string> ignored;             ///< options that mean something to a Java client only
};

/// Translates and checks all properties, without contacting anybody. An error names the option and never shows the
/// value of one that is secret.
arrow::Result<ClientProperties> ReadClientProperties(const TableOptions& options);

}  // namespace tidemark::connectors::kafka
