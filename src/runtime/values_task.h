// SPDX-License-Identifier: Apache-2.0
// ValuesTask: constant rows, then the end.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>

#include "plan/physical_plan.h"
#include "runtime/head.h"

namespace tidemark::runtime {

class ValuesTask final : public Head {
 public:
  /// Evaluates the rows. `node`, `metrics` and `site` outlive the task.
  static arrow::Result<std::unique_ptr<ValuesTask>> Make(const plan::ValuesNode& node, int64_t batch_rows,
                                                         const expr::FunctionContext& functions,
                                                         exec::OperatorMetrics* metrics, FailureSite* site);

  /// One batch a step.
  arrow::Result<HeadStep> Step(int64_t now_micros) override;
  bool done() const override { return done_; }
  Outlet* outlet() override { return &outlet_; }
  arrow::Status Save(state::StateSnapshot::Part* part) const override;
  arrow::Status Restore(const state::StateReader& in) override;
  std::string Describe() const override { return node_.label() + (done_ ? " ended" : " emits"); }

 private:
  ValuesTask(const plan::ValuesNode& node, Batch rows, int64_t batch_rows, exec::OperatorMetrics* metrics,
             FailureSite* site)
      : node_(node), rows_(std::move(rows)), batch_rows_(batch_rows), outlet_(metrics), site_(site) {}

  const plan::ValuesNode& node_;
  Batch rows_;
  const int64_t batch_rows_;
  int64_t emitted_ = 0;
  Outlet outlet_;
  FailureSite* site_;
  bool done_ = false;
};

}  // namespace tidemark::runtime
