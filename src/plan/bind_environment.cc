// SPDX-License-Identifier: Apache-2.0
// Name look-up outside the query: common tables and the catalog's current names.
#include "plan/bind_environment.h"

namespace tidemark::plan {

BindEnvironment BindEnvironment::Top(BindSession* session) {
  BindEnvironment environment;
  environment.session = session;
  environment.catalog = session->context.catalog->current_catalog();
  environment.database = session->context.catalog->current_database();
  return environment;
}

std::vector<std::string> BindEnvironment::Qualify(const sql::Name& name) const {
  std::vector<std::string> path;
  if (name.parts.size() < 3) path.push_back(catalog);
  if (name.parts.size() < 2) path.push_back(database);
  for (const sql::Identifier& part : name.parts) path.push_back(part.value);
  return path;
}

const CommonTableBinding* BindEnvironment::FindCommonTable(const std::string& name) const {
  for (const CommonTableFrame* frame = common_tables; frame != nullptr; frame = frame->parent) {
    for (auto table = frame->tables.rbegin(); table != frame->tables.rend(); ++table) {
      if (table->name == name) return &*table;
    }
  }
  return nullptr;
}

}  // namespace tidemark::plan
