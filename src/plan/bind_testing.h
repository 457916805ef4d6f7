// SPDX-License-Identifier: Apache-2.0
// What tests of planning share: connectors that hold no data, and a run of a script through the binder and the planner.
#pragma once

#include <string>

#include "plan/planner.h"

namespace tidemark::plan {

/// Connectors by the table's 'connector' option: 'fake' reads and writes, 'fake-source' and 'fake-sink' do one of both.
/// They take the options 'rows' (a number) and 'format' ('json' or 'csv'), and have the metadata columns `offset`
/// BIGINT and `timestamp` TIMESTAMP_LTZ(3).
class FakeTables final : public TableCapabilities {
 public:
  arrow::Status Validate(const TableDefinition& table) const override;
  bool IsBounded(const TableDefinition& table) const override;
  bool CanRead(const TableDefinition& table) const override;
  bool CanWrite(const TableDefinition& table) const override;
  ChangelogMode SourceChangelog(const TableDefinition& table) const override;
  ChangelogMode SinkChangelog(const TableDefinition& table) const override;
  std::vector<Field> MetadataColumns(const TableDefinition& table) const override;
  bool PushesFilters(const TableDefinition& table) const override;
};

/// Runs the CREATE statements of `setup` and all of `script` in one session. The last statement of `script` gives the
/// text: a query's or INSERT's columns and plan, a table's declaration, or the first error, rendered with its place.
std::string BindForTest(const std::string& setup, const std::string& script);

/// The same, but the queries and INSERTs of `script` give the physical plan of one job that runs them all, as EXPLAIN
/// prints it.
std::string PlanForTest(const std::string& setup, const std::string& script);

}  // namespace tidemark::plan
