// SPDX-License-Identifier: Apache-2.0
// Connector 'filesystem': a file, a folder or a pattern as a table; a folder as a sink.
#include "connectors/files/file_listing.h"
#include "connectors/files/files_options.h"
#include "connectors/files/files_sink.h"
#include "connectors/files/files_source.h"
#include "connectors/registry.h"
#include "formats/format.h"

namespace tidemark::connectors {
namespace {

const formats::Format* FormatOf(const TableDefinition& table) {
  const auto format = table.options.find("format");
  return format == table.options.end() ? nullptr : formats::FindFormat(format->second);
}

class Filesystem final : public Connector {
 public:
  std::string name() const override { return "filesystem"; }
  std::vector<OptionSpec> options() const override { return FilesOptionSpecs(); }

  arrow::Status Validate(const TableDefinition& table) const override {
    ARROW_ASSIGN_OR_RAISE(const auto options, ReadFilesOptions(table));
    const formats::Format* format = FormatOf(table);
    return format->check == nullptr ? arrow::Status::OK() : format->check(options.format_options, StoredSchema(table));
  }

  bool IsBounded(const TableDefinition& table) const override {
    return table.options.count("source.monitor-interval") == 0;
  }

  plan::ChangelogMode SourceChangelog(const TableDefinition& table) const override {
    const auto* format = FormatOf(table);
    return format != nullptr && format->changelog ? plan::ChangelogMode{true, true, true} : plan::ChangelogMode{};
  }
  plan::ChangelogMode SinkChangelog(const TableDefinition& table) const override { return SourceChangelog(table); }

  std::vector<Field> MetadataColumns(const TableDefinition&) const override {
    return {{"file.path", DataType::String().NotNull()},
            {"file.name", DataType::String().NotNull()},
            {"file.size", DataType::BigInt().NotNull()},
            {"file.modification-time", DataType::TimestampLtz(3).NotNull()}};
  }

  bool PushesFilters(const TableDefinition& table) const override {
    const auto format = table.options.find("format");
    return !table.partition_keys.empty() || (format != table.options.end() && format->second == "parquet");
  }

  arrow::Result<std::unique_ptr<Source>> MakeSource(const SourceRequest& request,
                                                    const ConnectorContext& context) const override {
    return MakeFilesSource(request, context);
  }
  arrow::Result<std::unique_ptr<Sink>> MakeSink(const plan::SinkNode& node,
                                                const ConnectorContext& context) const override {
    return MakeFilesSink(node, context);
  }
};

}  // namespace

const Connector* FilesystemConnector() {
  static const Filesystem connector;
  return &connector;
}

}  // namespace tidemark::connectors
