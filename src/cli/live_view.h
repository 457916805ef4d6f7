// SPDX-License-Identifier: Apache-2.0
// LiveView: an updating result on a terminal, redrawn as it changes.
#pragma once

#include <memory>

#include "cli/result_writer.h"

namespace tidemark::cli {

/// Keeps the result's present rows and shows as many as the terminal has lines, sorted by their text, at most
/// kRedrawsPerSecond times a second. Finish shows the final result whole. One thread at a time.
class LiveView final : public ResultWriter {
 public:
  static constexpr int kRedrawsPerSecond = 4;

  explicit LiveView(ResultWriterOptions options);
  ~LiveView() override;
  arrow::Status Add(const Batch& batch) override;
  arrow::Status Finish() override;
  int64_t rows() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::cli
