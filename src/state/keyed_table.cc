// SPDX-License-Identifier: Apache-2.0
// Choice of the kind of table for a key.
#include "state/keyed_table.h"

#include "state/keyed_table_kinds.h"

namespace tidemark::state {

std::unique_ptr<KeyedTable> KeyedTable::Make(std::vector<DataType> key_types, int32_t payload_bytes,
                                             KeyCodec::Floats floats) {
  const bool fixed = KeyCodec(key_types, floats).fixed();
  return fixed ? MakeFixedKeyTable(std::move(key_types), payload_bytes, floats)
               : MakeBytesKeyTable(std::move(key_types), payload_bytes, floats);
}

std::vector<uint8_t*> KeyedTable::Payloads() const {
  std::vector<uint8_t*> payloads;
  payloads.reserve(static_cast<size_t>(size()));
  ForEach([&](uint8_t* payload) { payloads.push_back(payload); });
  return payloads;
}

}  // namespace tidemark::state
