// SPDX-License-Identifier: Apache-2.0
// Channel: the bounded queue between two workers, and what travels through it.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/event_time.h"
#include "columnar/batch.h"

namespace tidemark::runtime {

/// No row at or below `watermark` follows in this channel, late rows aside.
struct WatermarkMessage {
  EventTimeMs watermark = kMinWatermark;
};

/// The sender has nothing to say for now and must not hold the others' watermark; or it is back.
struct IdleMessage {
  bool idle = true;
};

/// Nothing follows. Once per channel.
struct EndMessage {
  /// The input was read to its end. False: the job was stopped, so what is unfinished stays unfinished.
  bool complete = true;
};

/// What came before belongs to the checkpoint, what follows does not. Also once per channel and checkpoint, but for
/// channels that have ended.
struct BarrierMessage {
  int64_t checkpoint = 0;
};

using Message = std::variant<Batch, WatermarkMessage, IdleMessage, EndMessage, BarrierMessage>;

/// A ring of at most `capacity` messages, for one producer thread and one consumer thread. Order is kept.
class Channel {
 public:
  /// REQUIRES: capacity >= 1.
  explicit Channel(int capacity) : slots_(capacity) {}

  /// Producer. False, and `message` untouched, when full.
  bool TryPush(Message& message) {
    const uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == slots_.size()) return false;
    slots_[tail % slots_.size()] = std::move(message);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// Consumer.
  std::optional<Message> TryPop() {
    const uint64_t head = head_.load(std::memory_order_relaxed);
    if (tail_.load(std::memory_order_acquire) == head) return std::nullopt;
    Message& slot = slots_[head % slots_.size()];
    std::optional<Message> message(std::move(slot));
    slot = EndMessage{};  // gives the batch's memory back now, not when the slot is used again
    head_.store(head + 1, std::memory_order_release);
    return message;
  }

  /// Messages inside. Exact for neither side, but full as the producer sees it and empty as the consumer sees it are
  /// never wrong the unsafe way: the other side only makes room, or only adds.
  int64_t size() const {
    const uint64_t head = head_.load(std::memory_order_acquire);
    return static_cast<int64_t>(tail_.load(std::memory_order_acquire) - head);
  }
  bool full() const { return size() >= capacity(); }
  bool empty() const { return size() == 0; }
  int64_t capacity() const { return static_cast<int64_t>(slots_.size()); }

 private:
  std::vector<Message> slots_;
  alignas(64) std::atomic<uint64_t> head_{0};  // next to pop
  alignas(64) std::atomic<uint64_t> tail_{0};  // next to push
};

}  // namespace tidemark::runtime
