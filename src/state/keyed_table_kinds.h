// SPDX-License-Identifier: Apache-2.0
// The two kinds of KeyedTable that KeyedTable::Make chooses from.
#pragma once

#include <memory>
#include <vector>

#include "state/keyed_table.h"

namespace tidemark::state {

/// Keys of fixed width, compared as 64-bit words that lie in the row before the payload. REQUIRES: every type has fixed
/// width.
std::unique_ptr<KeyedTable> MakeFixedKeyTable(std::vector<DataType> key_types, int32_t payload_bytes,
                                              KeyCodec::Floats floats);

/// Any keys, as byte strings: short ones in the row, long ones beside it.
std::unique_ptr<KeyedTable> MakeBytesKeyTable(std::vector<DataType> key_types, int32_t payload_bytes,
                                              KeyCodec::Floats floats);

}  // namespace tidemark::state
