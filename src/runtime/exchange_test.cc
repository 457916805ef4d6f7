// SPDX-License-Identifier: Apache-2.0
// The two halves of an exchange by hand: order, gathering, what waits when channels are full.
#include "runtime/exchange.h"

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/runtime_testing.h"

namespace tidemark::runtime {
namespace {

using ::testing::ElementsAre;

Batch Numbers(int64_t first, int64_t count) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < count; ++i) (void)builder.Append(first + i);  // memory only
  return Batch{count, {builder.Finish().ValueOrDie()}, nullptr, nullptr};
}

class ExchangeTest : public ::testing::Test {
 protected:
  static constexpr int64_t kBatchRows = 100;

  void Make(int workers, int targets, int capacity) {
    channels_ = std::make_unique<ExchangeChannels>(workers, targets, capacity);
    for (int i = 0; i < workers; ++i) parkers_.push_back(&parker_storage_[i]);
    const std::vector<int> hash = targets == 1 ? std::vector<int>{} : std::vector<int>{0};
    for (int i = 0; i < workers; ++i) {
      senders_.push_back(std::make_unique<ExchangeSender>(
          hash, channels_.get(), i, std::vector<Parker*>(parkers_.begin(), parkers_.begin() + targets), kBatchRows,
          "Exchange", &site_, nullptr));
    }
    for (int i = 0; i < targets; ++i) {
      receivers_.push_back(std::make_unique<ExchangeReceiver>(
          channels_.get(), i, parkers_, std::make_unique<MinimumWatermarkMerge>(workers), "Exchange", &site_, nullptr));
      receivers_.back()->outlet()->Connect(&out_[i], 0);
    }
  }
  /// Steps receiver `to` until nothing is at hand.
  void Receive(int to) {
    while (receivers_[to]->Step(0)->progress) {
    }
  }

  FailureSite site_;
  Parker parker_storage_[4];
  std::vector<Parker*> parkers_;
  std::unique_ptr<ExchangeChannels> channels_;
  std::vector<std::unique_ptr<ExchangeSender>> senders_;
  std::vector<std::unique_ptr<ExchangeReceiver>> receivers_;
  WordConsumer out_[4];
};

TEST_F(ExchangeTest, SmallBatchesAreGatheredAndWatermarksNeverOvertakeRows) {
  Make(1, 1, 100);
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(senders_[0]->Push(0, Numbers(i, 10)).ok());
    ASSERT_TRUE(senders_[0]->Advance(0, i).ok());
  }
  Receive(0);
  EXPECT_THAT(out_[0].words, ElementsAre("rows 50"));  // half a batch goes out by itself, the rest waits
  ASSERT_TRUE(senders_[0]->Tick().ok());
  ASSERT_TRUE(senders_[0]->Tick().ok());
  Receive(0);
  EXPECT_THAT(out_[0].words, ElementsAre("rows 50", "rows 20", "watermark 6"));
}

TEST_F(ExchangeTest, LargeBatchesGoAsTheyAre) {
  Make(1, 1, 100);
  const Batch batch = Numbers(0, 25);
  ASSERT_TRUE(senders_[0]->Push(0, batch).ok());
  const auto message = channels_->channel(0, 0)->TryPop();
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<Batch>(*message).columns[0].get(), batch.columns[0].get());
}

TEST_F(ExchangeTest, EqualKeysMeetOnOneWorker) {
  Make(3, 3, 100);
  for (int from = 0; from < 3; ++from) {
    ASSERT_TRUE(senders_[from]->Push(0, Numbers(0, 1000)).ok());
    ASSERT_TRUE(senders_[from]->End(0, true).ok());
  }
  int64_t rows = 0;
  for (int to = 0; to < 3; ++to) {
    Receive(to);
    EXPECT_EQ(out_[to].rows % 3, 0);
    EXPECT_GT(out_[to].rows, 600);
    EXPECT_EQ(out_[to].words.back(), "end");
    EXPECT_TRUE(receivers_[to]->done());
    rows += out_[to].rows;
  }
  EXPECT_EQ(rows, 3000);
}

TEST_F(ExchangeTest, WhatAFullChannelDoesNotTakeWaitsInOrder) {
  Make(1, 1, 2);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(senders_[0]->Push(0, Numbers(0, 30 + i)).ok());
    EXPECT_EQ(senders_[0]->HasRoom(), i == 0);
  }
  ASSERT_TRUE(senders_[0]->Advance(0, 9).ok());
  ASSERT_TRUE(senders_[0]->End(0, false).ok());
  EXPECT_FALSE(senders_[0]->drained());
  EXPECT_FALSE(senders_[0]->Drain());
  while (!senders_[0]->drained()) {
    Receive(0);
    EXPECT_TRUE(senders_[0]->Drain());
  }
  Receive(0);
  EXPECT_THAT(out_[0].words,
              ElementsAre("rows 30", "rows 31", "rows 32", "rows 33", "rows 34", "watermark 9", "stopped"));
}

TEST_F(ExchangeTest, WhatIsSentWhenThereIsRoomAgainDoesNotOvertakeWhatWaits) {
  Make(1, 1, 1);
  ASSERT_TRUE(senders_[0]->Push(0, Numbers(0, 30)).ok());
  ASSERT_TRUE(senders_[0]->Push(0, Numbers(0, 31)).ok());
  // The receiver's thread takes one while the sender's is in the middle of its step.
  Receive(0);
  ASSERT_TRUE(senders_[0]->Push(0, Numbers(0, 32)).ok());
  while (!senders_[0]->drained()) {
    senders_[0]->Drain();
    Receive(0);
  }
  EXPECT_THAT(out_[0].words, ElementsAre("rows 30", "rows 31", "rows 32"));
}

TEST_F(ExchangeTest, ReceiversMergeWatermarksIdlenessAndEnds) {
  Make(2, 1, 100);
  const auto advance = [&](int from, EventTimeMs watermark) {
    ASSERT_TRUE(senders_[from]->Advance(0, watermark).ok());
    ASSERT_TRUE(senders_[from]->Tick().ok());
    Receive(0);
  };
  advance(0, 10);
  EXPECT_TRUE(out_[0].words.empty());
  advance(1, 5);
  ASSERT_TRUE(senders_[1]->SetIdle(0, true).ok());
  Receive(0);
  advance(0, 20);
  ASSERT_TRUE(senders_[0]->SetIdle(0, true).ok());
  Receive(0);
  ASSERT_TRUE(senders_[1]->SetIdle(0, false).ok());
  Receive(0);
  ASSERT_TRUE(senders_[1]->End(0, true).ok());
  Receive(0);
  ASSERT_TRUE(senders_[0]->End(0, true).ok());
  Receive(0);
  EXPECT_THAT(out_[0].words,
              ElementsAre("watermark 5", "watermark 10", "watermark 20", "idle", "active", "idle", "end"));
}

TEST_F(ExchangeTest, SendingWakesTheReceiverAndTakingWakesTheSender) {
  Make(2, 2, 1);
  ASSERT_TRUE(senders_[0]->Push(0, Numbers(0, 1000)).ok());
  EXPECT_TRUE(parkers_[1]->Consume());
  (void)parkers_[0]->Consume();
  Receive(1);
  EXPECT_TRUE(parkers_[0]->Consume());
}

}  // namespace
}  // namespace tidemark::runtime
