// SPDX-License-Identifier: Apache-2.0
// What a live result shows while it comes and when it ends.
#include "cli/live_view.h"

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "cli/display_width.h"

namespace tidemark::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A terminal of 12 lines by 30 columns that remembers all it was told.
class Terminal final : public TextOutput {
 public:
  arrow::Status Write(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    last_ = text;
    all_ += text;
    changed_.notify_all();
    return arrow::Status::OK();
  }
  /// Waits until `text` was written; returns what was written last then.
  std::string WaitFor(const std::string& text) {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return all_.find(text) != std::string::npos; });
    EXPECT_TRUE(came) << text << " did not come after " << all_;
    return last_;
  }
  std::string last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string last_;
  std::string all_;
};

/// The numbers `first` to `last`.
Batch Numbers(int64_t first, int64_t last, RowKind kind = RowKind::kInsert) {
  arrow::Int64Builder builder;
  for (int64_t i = first; i <= last; ++i) EXPECT_TRUE(builder.Append(i).ok());
  Batch batch{last - first + 1, {builder.Finish().ValueOrDie()}, nullptr, nullptr};
  batch.row_kinds = std::make_shared<std::vector<RowKind>>(batch.num_rows, kind);
  return batch;
}

Batch Text(const std::string& text) {
  arrow::StringBuilder builder;
  EXPECT_TRUE(builder.Append(text).ok());
  return Batch{1, {builder.Finish().ValueOrDie()}, nullptr, nullptr};
}

class LiveViewTest : public testing::Test {
 protected:
  LiveView Make(bool updating, bool whole_result = false, DataType type = DataType::BigInt()) {
    ResultWriterOptions result;
    result.schema = {{"n", std::move(type)}};
    result.updating = updating;
    result.functions = &functions_;
    result.output = &terminal_;
    return LiveView({std::move(result), [] { return TerminalSize{12, 30}; }, whole_result});
  }

  expr::FunctionContext functions_;
  Terminal terminal_;
};

TEST_F(LiveViewTest, AnInsertOnlyResultShowsItsNewestRows) {
  LiveView view = Make(false);
  ASSERT_TRUE(view.Add(Numbers(1, 100'000)).ok());
  const std::string shown = terminal_.WaitFor("the newest 5 of 100000 rows");
  EXPECT_THAT(shown, HasSubstr("|  99996 |\n|  99997 |\n|  99998 |\n|  99999 |\n| 100000 |\n"));
  EXPECT_THAT(shown, Not(HasSubstr("99995")));
  ASSERT_TRUE(view.Add(Numbers(7, 8)).ok());
  ASSERT_TRUE(view.Finish().ok());
  EXPECT_THAT(terminal_.last(), HasSubstr("| 100000 |\n|      7 |\n|      8 |\n+--------+\n100002 rows in all\n"));
  EXPECT_EQ(view.rows(), 100'002);
}

TEST_F(LiveViewTest, ThatWhichComesRightBeforeAPauseIsShown) {
  LiveView view = Make(false);
  ASSERT_TRUE(view.Add(Numbers(1, 1)).ok());
  terminal_.WaitFor("1 row\n");
  ASSERT_TRUE(view.Add(Numbers(2, 2)).ok());
  ASSERT_TRUE(view.Add(Numbers(3, 3)).ok());
  terminal_.WaitFor("3 rows\n");
}

TEST_F(LiveViewTest, AnUpdatingResultDrawsWhatFitsAndLeavesAllOfASmallOne) {
  LiveView view = Make(true);
  ASSERT_TRUE(view.Add(Numbers(10, 29)).ok());
  const std::string shown = terminal_.WaitFor("... and 15 more\n20 rows\n");
  EXPECT_THAT(shown, HasSubstr("| 14 |\n+----+\n"));
  ASSERT_TRUE(view.Add(Numbers(10, 19, RowKind::kDelete)).ok());
  ASSERT_TRUE(view.Finish().ok());
  EXPECT_THAT(terminal_.last(), HasSubstr("| 20 |\n| 21 |\n"));
  EXPECT_THAT(terminal_.last(), HasSubstr("| 29 |\n+----+\n10 rows\n"));
}

TEST_F(LiveViewTest, ALargeUpdatingResultLeavesAScreen) {
  LiveView view = Make(true);
  ASSERT_TRUE(view.Add(Numbers(10'000, 10'000 + LiveView::kFinalRowsMax)).ok());
  ASSERT_TRUE(view.Finish().ok());
  EXPECT_THAT(terminal_.last(), HasSubstr("| 10004 |\n+-------+\n... and 9996 more\n10001 rows\n"));
}

TEST_F(LiveViewTest, AScriptsResultIsWrittenWhole) {
  LiveView view = Make(false, true);
  ASSERT_TRUE(view.Add(Numbers(10'000, 10'000 + LiveView::kFinalRowsMax)).ok());
  ASSERT_TRUE(view.Finish().ok());
  EXPECT_THAT(terminal_.last(), HasSubstr("| 20000 |\n+-------+\n10001 rows\n"));
}

TEST_F(LiveViewTest, LinesAreCutWhileDrawnAndWholeInTheEnd) {
  LiveView view = Make(false, false, DataType::String());
  const std::string wide = "日本日本日本日本日本日本日本日本";
  ASSERT_TRUE(view.Add(Text(wide)).ok());
  const std::string shown = terminal_.WaitFor("1 row\n");
  for (size_t begin = 0; begin < shown.size();) {
    const size_t end = shown.find('\n', begin);
    EXPECT_LE(DisplayWidth(shown.substr(begin, end - begin)), 30u);
    begin = end + 1;
  }
  ASSERT_TRUE(view.Finish().ok());
  EXPECT_THAT(terminal_.last(), HasSubstr("\x1b[6A\r\x1b[J"));
  EXPECT_THAT(terminal_.last(), HasSubstr(wide));
}

}  // namespace
}  // namespace tidemark::cli
