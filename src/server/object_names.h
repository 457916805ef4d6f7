// SPDX-License-Identifier: Apache-2.0
// From names in statements to objects of the catalog, with errors at the name. Internal to the session.
#pragma once

#include <arrow/result.h>

#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "sql/ast.h"

namespace tidemark::server {

/// Catalog, database and name of a table or view.
arrow::Result<std::vector<std::string>> Qualify(const sql::Name& name, const Catalog& catalog);

/// The table (kTable) or view (kView) of that name. Where there is none: null if `may_be_absent`, else an error with
/// the nearest names; an error also when it is of the other kind.
arrow::Result<const CatalogObject*> FindObject(const sql::Name& name, sql::ObjectType type, bool may_be_absent,
                                               const Catalog& catalog);

/// The table or view of that name, or an error.
arrow::Result<const CatalogObject*> FindTableOrView(const sql::Name& name, const Catalog& catalog);

/// Catalog and database of `db` or `catalog.db`; they need not exist.
std::pair<std::string, std::string> DatabaseOf(const sql::Name& name, const Catalog& catalog);

/// Errors with the nearest names when there is no such database or catalog.
arrow::Status CheckDatabase(const sql::Name& name, const Catalog& catalog);
arrow::Status CheckCatalog(const sql::Name& name, const Catalog& catalog);

}  // namespace tidemark::server
