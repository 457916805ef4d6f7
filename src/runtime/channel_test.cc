// SPDX-License-Identifier: Apache-2.0
// The queue between two workers, in one thread and in two.
#include "runtime/channel.h"

#include <gtest/gtest.h>

#include <thread>

namespace tidemark::runtime {
namespace {

Message Mark(EventTimeMs watermark) { return WatermarkMessage{watermark}; }

EventTimeMs MarkOf(const Message& message) { return std::get<WatermarkMessage>(message).watermark; }

TEST(Channel, GivesMessagesInOrderAndNoMoreThanItsCapacity) {
  Channel channel(2);
  for (int round = 0; round < 5; ++round) {
    Message first = Mark(round);
    Message second = Mark(round + 100);
    Message third = Mark(round + 200);
    EXPECT_TRUE(channel.TryPush(first));
    EXPECT_TRUE(channel.TryPush(second));
    EXPECT_TRUE(channel.full());
    EXPECT_FALSE(channel.TryPush(third));
    EXPECT_EQ(MarkOf(third), round + 200);  // untouched
    EXPECT_EQ(MarkOf(*channel.TryPop()), round);
    EXPECT_EQ(MarkOf(*channel.TryPop()), round + 100);
    EXPECT_FALSE(channel.TryPop());
    EXPECT_TRUE(channel.empty());
  }
}

TEST(Channel, LetsGoOfABatchWhenItIsTaken) {
  Channel channel(4);
  auto kinds = std::make_shared<const std::vector<RowKind>>(1, RowKind::kInsert);
  Message message = Batch{1, {}, kinds, nullptr};
  channel.TryPush(message);
  channel.TryPop();
  EXPECT_EQ(kinds.use_count(), 1);
}

TEST(Channel, CarriesEverythingBetweenTwoThreads) {
  Channel channel(3);
  constexpr int kMessages = 20'000;
  std::thread producer([&] {
    for (int i = 0; i < kMessages; ++i) {
      Message message = Mark(i);
      while (!channel.TryPush(message)) std::this_thread::yield();
    }
  });
  for (int i = 0; i < kMessages;) {
    const auto message = channel.TryPop();
    if (!message) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(MarkOf(*message), i);
    ++i;
  }
  producer.join();
}

}  // namespace
}  // namespace tidemark::runtime
