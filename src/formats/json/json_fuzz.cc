// SPDX-License-Identifier: Apache-2.0
// Fuzzes the JSON decoder with a table of every kind of column. The first byte draws how it is read.
#include <cstdint>

#include "formats/decoder_testing.h"

namespace {

using tidemark::DataType;

tidemark::Schema Table() {
  const DataType row = DataType::Row({{"x", DataType::Int()}, {"y", DataType::Row({{"z", DataType::String()}})}});
  return {{"a", DataType::BigInt()},
          {"s", DataType::String()},
          {"d", DataType::Double()},
          {"p", DataType::Decimal(10, 2)},
          {"t", DataType::Timestamp(3)},
          {"b", DataType::Boolean()},
          {"r", row},
          {"l", DataType::Array(DataType::Int())},
          {"m", DataType::Map(DataType::String(), row)}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tidemark::formats::Format* format = tidemark::formats::FindFormat("json");
  static const tidemark::Schema table = Table();
  tidemark::formats::CheckDecoder(*format, {}, table, {reinterpret_cast<const char*>(data), size});
  return 0;
}
