// SPDX-License-Identifier: Apache-2.0
// LiveView: a result that changes or has no end, on a terminal, redrawn as it comes.
#pragma once

#include <functional>
#include <memory>

#include "cli/result_writer.h"
#include "cli/screen.h"

namespace tidemark::cli {

struct LiveViewOptions {
  ResultWriterOptions result;
  std::function<TerminalSize()> size;  ///< of the terminal behind `result.output`
  /// Finish writes every row, however many there are; so every row is kept.
  bool whole_result = false;
};

/// Shows as many rows as the terminal has lines: of an updating result the current ones, sorted by their text; else the
/// newest in the order in which they came, and keeps no others. A thread of its own draws at most kRedrawsPerSecond
/// times a second, so that the last rows before a pause are seen as well. Finish leaves the final rows of an updating
/// result on the terminal if they are at most kFinalRowsMax, else a last screen, and says how many rows there are in
/// all.
class LiveView final : public ResultWriter {
 public:
  static constexpr int kRedrawsPerSecond = 4;
  static constexpr int64_t kFinalRowsMax = 10'000;

  explicit LiveView(LiveViewOptions options);
  ~LiveView() override;
  arrow::Status Add(const Batch& batch) override;
  arrow::Status Finish() override;
  int64_t rows() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::cli
