// SPDX-License-Identifier: Apache-2.0
// CommittedRows: where the rows of a query go when its job may be killed: a place outside of the job that takes rows as
// a transactional sink does, so that what it has in the end is what a user would see.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/components.h"
#include "runtime/result_collector.h"

namespace tidemark::golden {

/// Makes sinks for queries; everything else comes from `components`. One thread. Both outlive it.
class CommittedRows final : public runtime::Components {
 public:
  CommittedRows(runtime::Components* components, runtime::ResultCollector* rows)
      : components_(components), rows_(rows) {}

  arrow::Result<std::unique_ptr<exec::Operator>> MakeOperator(const plan::PhysicalNode& node) override {
    return components_->MakeOperator(node);
  }
  arrow::Result<std::unique_ptr<connectors::Source>> MakeSource(const connectors::SourceRequest& request,
                                                                const connectors::ConnectorContext& context) override {
    return components_->MakeSource(request, context);
  }
  std::unique_ptr<runtime::WatermarkMerge> MakeWatermarkMerge(int inputs) override {
    return components_->MakeWatermarkMerge(inputs);
  }
  arrow::Result<std::unique_ptr<connectors::Sink>> MakeSink(const plan::SinkNode& node,
                                                            const connectors::ConnectorContext& context) override;

 private:
  friend class CommittedRowsSink;
  runtime::Components* components_;
  runtime::ResultCollector* rows_;
  std::map<std::string, std::vector<Batch>> prepared_;  ///< by what Prepare returned
  int64_t next_ = 0;
};

}  // namespace tidemark::golden
