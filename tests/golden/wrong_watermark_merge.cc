// SPDX-License-Identifier: Apache-2.0
// The wrong merge and the components that use it.
#include "golden/wrong_watermark_merge.h"

#include <algorithm>

namespace tidemark::golden {
namespace {

class MaximumWatermarkMerge final : public runtime::WatermarkMerge {
 public:
  void Advance(int, EventTimeMs watermark) override { current_ = std::max(current_, watermark); }
  void SetIdle(int, bool) override {}
  EventTimeMs current() const override { return current_; }

 private:
  EventTimeMs current_ = kMinWatermark;
};

class WrongComponents final : public runtime::Components {
 public:
  arrow::Result<std::unique_ptr<exec::Operator>> MakeOperator(const plan::PhysicalNode& node) override {
    return runtime::BuiltInComponents()->MakeOperator(node);
  }
  arrow::Result<std::unique_ptr<connectors::Source>> MakeSource(const connectors::SourceRequest& request,
                                                                const connectors::ConnectorContext& context) override {
    return runtime::BuiltInComponents()->MakeSource(request, context);
  }
  arrow::Result<std::unique_ptr<connectors::Sink>> MakeSink(const plan::SinkNode& node,
                                                            const connectors::ConnectorContext& context) override {
    return runtime::BuiltInComponents()->MakeSink(node, context);
  }
  std::unique_ptr<runtime::WatermarkMerge> MakeWatermarkMerge(int) override {
    return std::make_unique<MaximumWatermarkMerge>();
  }
};

}  // namespace

runtime::Components* ComponentsWithWrongWatermarkMerge() {
  static WrongComponents components;
  return &components;
}

}  // namespace tidemark::golden
