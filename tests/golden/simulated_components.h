// SPDX-License-Identifier: Apache-2.0
// SimulatedComponents: the parts of a job that is killed and resumed: what a query gives, and tables of connector
// 'kafka', go to a simulated broker, by the rules that the real connector has; everything else is as it is.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "golden/broken_rules.h"
#include "golden/simulated_broker.h"
#include "runtime/components.h"

namespace tidemark::golden {

/// The topic of a query's rows.
constexpr char kResultTopic[] = "result";

class SimulatedComponents final : public runtime::Components {
 public:
  /// `render`: a row of a query's batch as text, with its kind. All outlive it. ConnectorContext::files is the machine.
  SimulatedComponents(runtime::Components* components, SimulatedBroker* broker, BrokenRule broken,
                      std::function<std::string(const Batch&, int64_t row)> render)
      : components_(components), broker_(broker), broken_(broken), render_(std::move(render)) {}

  arrow::Result<std::unique_ptr<exec::Operator>> MakeOperator(const plan::PhysicalNode& node) override {
    return components_->MakeOperator(node);
  }
  arrow::Result<std::unique_ptr<connectors::Source>> MakeSource(const connectors::SourceRequest& request,
                                                                const connectors::ConnectorContext& context) override;
  arrow::Result<std::unique_ptr<connectors::Sink>> MakeSink(const plan::SinkNode& node,
                                                            const connectors::ConnectorContext& context) override;
  std::unique_ptr<runtime::WatermarkMerge> MakeWatermarkMerge(int inputs) override {
    return components_->MakeWatermarkMerge(inputs);
  }

 private:
  arrow::Result<std::unique_ptr<connectors::Sink>> MakeBrokerSink(const plan::SinkNode& node,
                                                                  const connectors::ConnectorContext& context);

  runtime::Components* components_;
  SimulatedBroker* broker_;
  const BrokenRule broken_;
  std::function<std::string(const Batch&, int64_t row)> render_;
};

}  // namespace tidemark::golden
