// SPDX-License-Identifier: Apache-2.0
// The rule by which the watermarks of several inputs become one. Exchanges and operators with several inputs use it
// through this interface, so that a test can put a wrong rule in its place and see that it is found out.
#pragma once

#include <memory>

#include "time/watermark.h"

namespace tidemark::runtime {

/// Inputs are numbered 0..n-1. See time::WatermarkMerger for what each call means.
class WatermarkMerge {
 public:
  virtual ~WatermarkMerge() = default;
  virtual void Advance(int input, EventTimeMs watermark) = 0;
  virtual void SetIdle(int input, bool idle) = 0;
  /// Never falls.
  virtual EventTimeMs current() const = 0;
};

/// The minimum over the inputs that are not idle.
class MinimumWatermarkMerge final : public WatermarkMerge {
 public:
  explicit MinimumWatermarkMerge(int inputs) : merger_(inputs) {}
  void Advance(int input, EventTimeMs watermark) override { merger_.Advance(input, watermark); }
  void SetIdle(int input, bool idle) override { merger_.SetIdle(input, idle); }
  EventTimeMs current() const override { return merger_.current(); }

 private:
  time::WatermarkMerger merger_;
};

}  // namespace tidemark::runtime
