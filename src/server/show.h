// SPDX-License-Identifier: Apache-2.0
// What the files of SHOW and DESCRIBE share. Internal to the session.
#pragma once

#include <arrow/result.h>
#include <re2/re2.h>

#include <optional>
#include <string>
#include <vector>

#include "server/session.h"

namespace tidemark::server {

using Prepared = arrow::Result<std::optional<PreparedStatement>>;
using Row = std::vector<std::optional<std::string>>;

/// A statement that answers with rows.
std::optional<PreparedStatement> RowsOf(Schema columns, std::vector<Row> rows);

/// Whether a name passes SHOW ... [NOT] LIKE | ILIKE 'pattern'. Without a pattern all do.
class NameFilter {
 public:
  NameFilter() = default;
  explicit NameFilter(const sql::ShowStatement& show);
  bool Passes(const std::string& name) const { return !regex_ || RE2::FullMatch(name, *regex_) != negated_; }

 private:
  std::optional<RE2> regex_;
  bool negated_ = false;
};

/// DESCRIBE and SHOW COLUMNS of a table or view.
Prepared DescribeObject(const sql::Name& name, const NameFilter& filter, const plan::PlanContext& context);

/// SHOW CREATE TABLE | VIEW | CATALOG: the statement that would make it again.
Prepared ShowCreate(const sql::ShowStatement& show, const plan::PlanContext& context);

}  // namespace tidemark::server
