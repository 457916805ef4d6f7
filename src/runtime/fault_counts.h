// SPDX-License-Identifier: Apache-2.0
// FaultCounts: what went wrong in simulated runs, by kind: how often the seeds asked for it, and how often it happened.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tidemark::runtime {

enum class Fault {
  kKill,               ///< the process is gone, between two steps or within one
  kPowerFailure,       ///< and with it what was not durable
  kCrashBeforeCommit,  ///< gone when a checkpoint was complete and not every worker had committed
  kRestart,            ///< stopped cleanly, and started again
  kOtherWorkers,       ///< goes on with another number of workers, so that splits move
  kTornWrite,          ///< a file of which the power failure left a part
  kLostSync,           ///< a file or name that the disk lost after it had said that it was durable
  kSlowDisk,           ///< operations, or whole checkpoints, that took long
  kFullDisk,           ///< a job that failed since there was no space, and went on when there was
  kZombieWriter,       ///< a process that went on writing when its successor had begun
  kLateCheckpoint,     ///< a checkpoint that took longer than it may, and was given up
  kBrokerError,        ///< a request that had no effect
  kUnknownOutcome,     ///< a request that had an effect and no answer
  kDuplicateDelivery,  ///< records that were given again
  kSilentBroker,       ///< records that were there and not given for a while
  kNewPartition,       ///< a partition that was found while the job ran
};

constexpr size_t kFaults = static_cast<size_t>(Fault::kNewPartition) + 1;

/// "power failure".
const char* NameOf(Fault fault);

struct FaultCounts {
  std::array<int64_t, kFaults> drawn{};
  std::array<int64_t, kFaults> fired{};

  void Draw(Fault fault, int64_t times = 1) { drawn[static_cast<size_t>(fault)] += times; }
  void Fire(Fault fault, int64_t times = 1) { fired[static_cast<size_t>(fault)] += times; }
  void Add(const FaultCounts& other);
};

}  // namespace tidemark::runtime
