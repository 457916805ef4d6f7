// SPDX-License-Identifier: Apache-2.0
// Names and sums of faults.
#include "runtime/fault_counts.h"

namespace tidemark::runtime {

const char* NameOf(Fault fault) {
  switch (fault) {
    case Fault::kKill:
      return "kill";
    case Fault::kPowerFailure:
      return "power failure";
    case Fault::kCrashBeforeCommit:
      return "crash before commit";
    case Fault::kRestart:
      return "restart";
    case Fault::kOtherWorkers:
      return "rebalance";
    case Fault::kTornWrite:
      return "torn write";
    case Fault::kLostSync:
      return "lost fsync";
    case Fault::kSlowDisk:
      return "slow disk";
    case Fault::kFullDisk:
      return "full disk";
    case Fault::kZombieWriter:
      return "zombie writer";
    case Fault::kLateCheckpoint:
      return "late checkpoint";
    case Fault::kBrokerError:
      return "broker error";
    case Fault::kUnknownOutcome:
      return "unknown outcome";
    case Fault::kDuplicateDelivery:
      return "duplicate delivery";
    case Fault::kSilentBroker:
      return "silent broker";
    case Fault::kNewPartition:
      return "new partition";
  }
  return "";
}

void FaultCounts::Add(const FaultCounts& other) {
  for (size_t i = 0; i < kFaults; ++i) {
    drawn[i] += other.drawn[i];
    fired[i] += other.fired[i];
  }
}

}  // namespace tidemark::runtime
