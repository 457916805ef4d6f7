// SPDX-License-Identifier: Apache-2.0
// Finding the sources that read standard input.
#include "cli/standard_input.h"

#include "sql/diagnostic.h"

namespace tidemark::cli {
namespace {

/// The source below that reads standard input, if there is one.
const plan::SourceNode* StandardInputSource(const plan::PhysicalNode& node) {
  if (node.kind() == plan::PhysicalNode::Kind::kSource) {
    const auto& source = static_cast<const plan::SourceNode&>(node);
    const auto connector = source.table->options.find("connector");
    return connector != source.table->options.end() && connector->second == "stdin" ? &source : nullptr;
  }
  for (const auto& input : node.inputs()) {
    if (const auto* found = StandardInputSource(*input)) return found;
  }
  return nullptr;
}

}  // namespace

arrow::Status StandardInputUse::Take(const sql::Statement& statement, const server::PreparedStatement& prepared) {
  const plan::SourceNode* source = nullptr;
  for (const auto& sink : prepared.plan.sinks) {
    if (source == nullptr) source = StandardInputSource(*sink);
  }
  if (source == nullptr) return arrow::Status::OK();
  if (!taken_by_.empty()) {
    return sql::SqlError(
        statement.range,
        "Standard input " + taken_by_ + ", so table '" + source->table->name() + "' has nothing to read",
        "Put the script into a file, or what it reads into another.");
  }
  taken_by_ = "was read by an earlier statement";
  return arrow::Status::OK();
}

}  // namespace tidemark::cli
