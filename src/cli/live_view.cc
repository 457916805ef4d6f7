// SPDX-License-Identifier: Apache-2.0
// The drawing thread of live results.
#include "cli/live_view.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <stop_token>
#include <thread>

#include "cli/shown_rows.h"
#include "cli/text_table.h"

namespace tidemark::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kLinesAroundRows = 7;  // the table's frame and foot, the cursor, one above
constexpr auto kInterval = std::chrono::milliseconds(1000 / LiveView::kRedrawsPerSecond);
constexpr int kPausesPerDrawing = 4;  // a large table takes at most a fifth of the time to draw

/// Collects what a TextTable writes.
class Captured final : public TextOutput {
 public:
  arrow::Status Write(std::string_view text) override {
    text_ += text;
    return arrow::Status::OK();
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

arrow::Result<std::string> Layout(const Schema& schema, ShownTable table) {
  Captured captured;
  TextTable text_table(schema, &captured);
  for (auto& row : table.rows) ARROW_RETURN_NOT_OK(text_table.AddRow(std::move(row)));
  ARROW_RETURN_NOT_OK(text_table.Finish(table.last_lines));
  return captured.text();
}

size_t RowsThatFit(const TerminalSize& size) { return std::max(size.lines, kLinesAroundRows + 1) - kLinesAroundRows; }

}  // namespace

struct LiveView::State {
  explicit State(LiveViewOptions all)
      : options(std::move(all)),
        screen(options.result.output, options.size),
        keeps_all(options.result.updating || options.whole_result),
        rows(keeps_all ? ShowCurrentRows(options.result) : ShowNewestRows(options.result)),
        thread([this](const std::stop_token& stop) { DrawUntil(stop); }) {}

  void DrawUntil(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (changed.wait(lock, stop, [this] { return dirty; }) && !stop.stop_requested()) {
      dirty = false;
      const auto begin = SteadyClock::now();
      status &= Draw();
      const auto pause = std::max<SteadyClock::duration>(kInterval, kPausesPerDrawing * (SteadyClock::now() - begin));
      changed.wait_for(lock, stop, pause, [] { return false; });
    }
  }

  arrow::Status Draw() {
    ARROW_ASSIGN_OR_RAISE(auto table, rows->Table(RowsThatFit(screen.size()), false));
    ARROW_ASSIGN_OR_RAISE(const auto text, Layout(options.result.schema, std::move(table)));
    return screen.Draw(text);
  }

  arrow::Status Leave() {
    const bool small = rows->count() <= kFinalRowsMax;
    const size_t rows_max =
        options.whole_result || (keeps_all && small) ? std::numeric_limits<int32_t>::max() : RowsThatFit(screen.size());
    ARROW_ASSIGN_OR_RAISE(auto table, rows->Table(rows_max, true));
    ARROW_ASSIGN_OR_RAISE(const auto text, Layout(options.result.schema, std::move(table)));
    return screen.Leave(text);
  }

  LiveViewOptions options;
  Screen screen;
  bool keeps_all;
  std::mutex mutex;  // of what follows, and of the screen
  std::unique_ptr<ShownRows> rows;
  bool dirty = false;
  arrow::Status status;  // of the drawings
  std::condition_variable_any changed;
  std::jthread thread;  // last: it uses all of the above
};

LiveView::LiveView(LiveViewOptions options) : state_(std::make_unique<State>(std::move(options))) {}

LiveView::~LiveView() = default;

arrow::Status LiveView::Add(const Batch& batch) {
  {
    const std::lock_guard lock(state_->mutex);
    ARROW_RETURN_NOT_OK(state_->status);
    ARROW_RETURN_NOT_OK(state_->rows->Add(batch, RowsThatFit(state_->screen.size())));
    state_->dirty = true;
  }
  state_->changed.notify_one();
  return arrow::Status::OK();
}

arrow::Status LiveView::Finish() {
  state_->thread.request_stop();
  state_->thread.join();
  ARROW_RETURN_NOT_OK(state_->status);
  return state_->Leave();
}

int64_t LiveView::rows() const {
  const std::lock_guard lock(state_->mutex);
  return state_->rows->count();
}

}  // namespace tidemark::cli
