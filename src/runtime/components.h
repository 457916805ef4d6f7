// SPDX-License-Identifier: Apache-2.0
// Components: where a job gets the moving parts of its plan from. Tests and the simulator give doubles of their own.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "connectors/connector.h"
#include "exec/operator.h"
#include "plan/physical_plan.h"
#include "runtime/watermark_merge.h"

namespace tidemark::runtime {

class Components {
 public:
  virtual ~Components() = default;
  virtual arrow::Result<std::unique_ptr<exec::Operator>> MakeOperator(const plan::PhysicalNode& node) = 0;
  virtual arrow::Result<std::unique_ptr<connectors::Source>> MakeSource(
      const connectors::SourceRequest& request, const connectors::ConnectorContext& context) = 0;
  virtual arrow::Result<std::unique_ptr<connectors::Sink>> MakeSink(const plan::SinkNode& node,
                                                                    const connectors::ConnectorContext& context) = 0;
  virtual std::unique_ptr<WatermarkMerge> MakeWatermarkMerge(int inputs) {
    return std::make_unique<MinimumWatermarkMerge>(inputs);
  }
};

/// exec's operators and the registered connectors. Lives for the whole process.
Components* BuiltInComponents();

}  // namespace tidemark::runtime
