// SPDX-License-Identifier: Apache-2.0
// Waiting and waking: no signal is lost, whenever it comes.
#include "runtime/parker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace tidemark::runtime {
namespace {

constexpr int64_t kLongMicros = 60'000'000;  // a lost signal would be noticed

TEST(Parker, KeepsASignalThatComesBeforeTheWait) {
  Parker parker;
  parker.Notify();
  parker.Notify();
  parker.Park(kLongMicros);
  EXPECT_FALSE(parker.Consume());  // two signals before a wait are one
}

TEST(Parker, ComesBackWhenTheTimeIsUp) {
  Parker parker;
  parker.Park(1);
  parker.Park(1'999'999 % 1000);
  EXPECT_FALSE(parker.Consume());
}

TEST(Parker, TakesASignalWithoutWaiting) {
  Parker parker;
  EXPECT_FALSE(parker.Consume());
  parker.Notify();
  EXPECT_TRUE(parker.Consume());
  EXPECT_FALSE(parker.Consume());
}

TEST(Parker, TwoThreadsHandATurnBackAndForth) {
  Parker parkers[2];
  std::atomic<int> turn{0};
  constexpr int kTurns = 4'000;
  const auto play = [&](int self) {
    while (true) {
      const int now = turn.load();
      if (now >= kTurns) break;
      if (now % 2 == self) {
        turn.store(now + 1);
        parkers[1 - self].Notify();
      } else {
        parkers[self].Park(kLongMicros);
      }
    }
    parkers[1 - self].Notify();
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  EXPECT_EQ(turn.load(), kTurns);
}

TEST(Parker, SignalsThatRaceWithTheTimeoutDoNoHarm) {
  Parker parker;
  std::atomic<bool> done{false};
  std::atomic<int64_t> work{0};
  std::thread notifier([&] {
    for (int i = 0; i < 3'000; ++i) {
      work.fetch_add(1);
      parker.Notify();
    }
    done.store(true);
    parker.Notify();
  });
  int64_t seen = 0;
  while (!done.load()) {
    parker.Park(1);
    seen = work.load();
  }
  notifier.join();
  EXPECT_EQ(work.load(), 3'000);
  EXPECT_LE(seen, 3'000);
}

}  // namespace
}  // namespace tidemark::runtime
