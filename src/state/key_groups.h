// SPDX-License-Identifier: Apache-2.0
// Key groups: which worker owns a key.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tidemark::state {

/// Key groups, as in Flink: a key's group is a stable hash of it modulo kKeyGroups; worker = group * workers /
/// kKeyGroups.
inline constexpr int kKeyGroups = 128;

/// The key group of every row. Stable across processes, worker counts and versions of the binary: stored state is
/// found by it again.
///
/// The hash of one value: NULL is a constant; BOOLEAN, integers, dates, times, timestamps and intervals count as their
/// 64-bit value (so INT 5 and BIGINT 5 agree, and TIMESTAMP(3) and TIMESTAMP(6) do not), FLOAT and DOUBLE as the bits
/// of the DOUBLE (-0.0 as 0.0, every NaN as one), each mixed by a 64 x 64 -> 128 bit multiplication folded by XOR;
/// DECIMAL as its low and high 64 bits combined; text and binary by XXH3-64 (seed 0); nested values by XXH3-64 of
/// KeyCodec's encoding. A key's columns are combined in order. The group is the hash's top 7 bits. Exact constants:
/// key_groups.cc; a test pins values.
arrow::Result<std::vector<uint8_t>> KeyGroups(std::span<const std::shared_ptr<arrow::Array>> keys, int64_t num_rows);

constexpr int WorkerOfKeyGroup(int key_group, int workers) { return key_group * workers / kKeyGroups; }

}  // namespace tidemark::state
