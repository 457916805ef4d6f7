// SPDX-License-Identifier: Apache-2.0
// Checking and resolving the columns of side tables.
#include "runtime/side_table.h"

#include <algorithm>
#include <utility>

namespace tidemark::runtime {
namespace {

int FindColumn(const Schema& known, const std::string& name) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const Field& field) { return field.name == name; });
  return found == known.end() ? -1 : static_cast<int>(found - known.begin());
}

std::string ColumnList(const Schema& known) {
  std::string text;
  for (const Field& field : known) text += (text.empty() ? "" : ", ") + field.name + " " + field.type.ToString();
  return text;
}

}  // namespace

arrow::Result<std::unique_ptr<plan::SinkNode>> MakeSideSinkNode(TablePtr table, const Schema& known,
                                                                const std::string& purpose) {
  const std::string label = purpose + "(" + table->name() + ")";
  Schema schema;
  for (const TableColumn& column : table->columns) {
    if (column.kind != TableColumn::Kind::kPhysical) continue;
    const int position = FindColumn(known, column.name);
    if (position < 0 || !known[position].type.EqualsIgnoringNullability(column.type)) {
      return arrow::Status::Invalid(label, ": column '", column.name, "' ", column.type.ToString(),
                                    " is not one that can be filled. There are: ", ColumnList(known));
    }
    schema.push_back({column.name, column.type});
  }
  auto rows =
      std::make_shared<plan::ValuesNode>(std::move(schema), std::vector<std::vector<expr::ExpressionPtr>>(), label);
  return std::make_unique<plan::SinkNode>(std::move(rows), std::move(table), label);
}

std::vector<int> KnownColumns(const plan::SinkNode& node, const Schema& known) {
  std::vector<int> columns;
  for (const Field& field : node.schema()) columns.push_back(FindColumn(known, field.name));
  return columns;
}

}  // namespace tidemark::runtime
