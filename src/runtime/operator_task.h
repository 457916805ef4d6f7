// SPDX-License-Identifier: Apache-2.0
// OperatorTask: one operator instance in its place: inputs merged, results handed on, counters kept, errors labelled.
#pragma once

#include <memory>
#include <string>

#include "exec/operator.h"
#include "runtime/flow.h"
#include "runtime/head.h"
#include "runtime/input_merge.h"

namespace tidemark::runtime {

class OperatorTask final : public Consumer, public Checkpointed {
 public:
  /// `metrics` and `site` outlive the task; `context` is copied.
  OperatorTask(std::unique_ptr<exec::Operator> op, int inputs, std::unique_ptr<WatermarkMerge> merge,
               exec::OperatorContext context, FailureSite* site);

  arrow::Status Open();

  Outlet* outlet() { return &outlet_; }

  arrow::Status Push(int input, Batch batch) override;
  arrow::Status Advance(int input, EventTimeMs watermark) override;
  arrow::Status SetIdle(int input, bool idle) override;
  arrow::Status End(int input, bool complete) override;
  arrow::Status Tick() override;
  arrow::Status Flush() override;
  arrow::Status Save(state::StateSnapshot::Part* part) const override;
  arrow::Status BeginSave(bool changes_only, state::StateSnapshot::Part* part) override;
  arrow::Result<bool> SaveMore(int64_t rows) override;
  arrow::Status Restore(const state::StateReader& in) override;
  arrow::Status Resume(const state::StateReader& in) override { return outlet_.Resume(in); }
  void CollectSenders(std::vector<ExchangeSender*>* senders) override { outlet_.CollectSenders(senders); }

 private:
  arrow::Status SaveTask(state::StateSnapshot::Part* part, state::StateWriter* writer) const;
  arrow::Status PassOn(const arrow::Result<MergedEvents>& events);
  arrow::Status PassOnEvents(const MergedEvents& events);

  std::unique_ptr<exec::Operator> operator_;
  const int num_inputs_;
  InputMerge inputs_;
  bool finished_ = false;  ///< the operator has given its last results: it has nothing to keep any more
  std::unique_ptr<state::StateWriter> saving_;  ///< from BeginSave until SaveMore is through
  exec::OperatorContext context_;
  Outlet outlet_;
  FailureSite* site_;
};

}  // namespace tidemark::runtime
