// SPDX-License-Identifier: Apache-2.0
// Connector 'print': one line a row on standard output or error, with its kind, as Flink prints it: +I[1, abc, null].
#include "connectors/registry.h"
#include "formats/text/format_text.h"

namespace tidemark::connectors {
namespace {

std::string OptionOr(const TableDefinition& table, const std::string& key, const std::string& otherwise) {
  const auto found = table.options.find(key);
  return found == table.options.end() ? otherwise : found->second;
}

class PrintSink final : public Sink {
 public:
  PrintSink(const plan::SinkNode& node, const ConnectorContext& context, std::string prefix, bool to_error)
      : schema_(node.schema()), context_(context), prefix_(std::move(prefix)), to_error_(to_error) {}

  arrow::Status Write(const Batch& batch) override {
    std::string lines;
    for (int64_t row = 0; row < batch.num_rows; ++row) AppendLine(batch, row, &lines);
    io::StandardStreams* streams = context_.streams != nullptr ? context_.streams : io::ProcessStreams();
    return to_error_ ? streams->WriteError(lines) : streams->WriteOutput(lines);
  }
  arrow::Status Close(bool /*complete*/) override { return arrow::Status::OK(); }
  void Abort() override {}

 private:
  void AppendLine(const Batch& batch, int64_t row, std::string* lines) const {
    *lines += prefix_;
    *lines += RowKindName(batch.kind(row));
    *lines += '[';
    for (size_t i = 0; i < batch.columns.size(); ++i) {
      if (i > 0) *lines += ", ";
      formats::FormatPrinted(*batch.columns[i], row, schema_[i].type, lines);
    }
    *lines += "]\n";
  }

  const Schema schema_;
  const ConnectorContext context_;
  const std::string prefix_;
  const bool to_error_;
};

class Print final : public Connector {
 public:
  std::string name() const override { return "print"; }
  std::vector<OptionSpec> options() const override {
    return {{"print-identifier", OptionType::kString, "", "Put before every line, with '> '", {}, false},
            {"standard-error", OptionType::kBoolean, "false", "Print to standard error", {}, false}};
  }
  arrow::Status Validate(const TableDefinition&) const override { return arrow::Status::OK(); }
  bool can_read() const override { return false; }
  bool IsBounded(const TableDefinition&) const override { return true; }
  plan::ChangelogMode SinkChangelog(const TableDefinition&) const override { return {true, true, true}; }

  arrow::Result<std::unique_ptr<Sink>> MakeSink(const plan::SinkNode& node,
                                                const ConnectorContext& context) const override {
    // Flink also names the subtask when several print; which worker prints a row means nothing here.
    std::string prefix = OptionOr(*node.table, "print-identifier", "");
    if (!prefix.empty()) prefix += "> ";
    ARROW_ASSIGN_OR_RAISE(const bool to_error, ParseBoolean(OptionOr(*node.table, "standard-error", "false")));
    return std::make_unique<PrintSink>(node, context, std::move(prefix), to_error);
  }
};

}  // namespace

const Connector* PrintConnector() {
  static const Print connector;
  return &connector;
}

}  // namespace tidemark::connectors
