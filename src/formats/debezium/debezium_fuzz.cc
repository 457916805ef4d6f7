// SPDX-License-Identifier: Apache-2.0
// Fuzzes the decoder of change events. The first byte draws how it is read.
#include <cstdint>

#include "formats/decoder_testing.h"

namespace {

using tidemark::DataType;

tidemark::Schema Table() {
  return {{"id", DataType::BigInt()},
          {"name", DataType::String()},
          {"price", DataType::Decimal(10, 2)},
          {"r", DataType::Row({{"x", DataType::Int()}, {"l", DataType::Array(DataType::String())}})}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tidemark::formats::Format* format = tidemark::formats::FindFormat("debezium-json");
  static const tidemark::Schema table = Table();
  tidemark::formats::CheckDecoder(*format, {}, table, {reinterpret_cast<const char*>(data), size});
  return 0;
}
