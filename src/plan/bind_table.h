// SPDX-License-Identifier: Apache-2.0
// CREATE TABLE while it is bound: columns are gathered from LIKE, the declaration and AS, then checked together.
// Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>

#include "plan/bind_environment.h"
#include "sql/ast_ddl.h"

namespace tidemark::plan {

class TableBinder {
 public:
  /// `environment` outlives the binder; the table shares ownership of `statement`.
  TableBinder(std::shared_ptr<const sql::CreateTableStatement> statement, const BindEnvironment& environment);
  arrow::Result<TablePtr> Bind();

 private:
  arrow::Status AddColumn(const sql::ColumnDefinition& definition);
  arrow::Status AddQueryColumns(const sql::Query& query);
  arrow::Status AddKeys();
  arrow::Status AddWatermark();
  arrow::Status AddPartitions();

  // bind_table_like.cc
  arrow::Status CopyLike(const sql::TableLike& like);
  arrow::Status CheckReplacesColumn(const sql::ColumnDefinition& definition, const TableColumn& existing) const;
  arrow::Status AddOptions();
  arrow::Status CheckOptions() const;
  sql::LikeStrategy StrategyFor(sql::LikeFeature feature) const;

  std::shared_ptr<const sql::CreateTableStatement> statement_;
  const BindEnvironment& environment_;
  TableDefinition table_;
  size_t copied_columns_ = 0;  ///< the first columns come from LIKE
  sql::LikeStrategy watermark_strategy_ = sql::LikeStrategy::kIncluding;
};

}  // namespace tidemark::plan
