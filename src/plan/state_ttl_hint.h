// SPDX-License-Identifier: Apache-2.0
// The hint STATE_TTL('alias' = '1 d', ...) of a SELECT: how long joins and aggregations keep what they know of a table
// in its FROM, in place of table.exec.state.ttl. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "plan/scope.h"
#include "sql/ast_query.h"

namespace tidemark::plan {

class StateTtlHint {
 public:
  /// Fails where an argument is no 'alias' = 'duration'.
  static arrow::Result<StateTtlHint> Of(const std::vector<sql::Hint>& hints);

  /// For an input that is one table which the hint names. As in Flink, the result of a join has no name.
  std::optional<int64_t> TtlMs(const Scope& input) const;
  /// Fails for a name that no table of FROM, whose scope is `from`, has.
  arrow::Status CheckNames(const Scope& from) const;

 private:
  struct Entry {
    sql::StringValue alias;
    int64_t ttl_ms = 0;
  };
  std::vector<Entry> entries_;
};

}  // namespace tidemark::plan
