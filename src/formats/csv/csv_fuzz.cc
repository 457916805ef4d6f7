// SPDX-License-Identifier: Apache-2.0
// Fuzzes the CSV decoder. The first byte draws how it is read, the second one of several sets of options.
#include <cstdint>
#include <string>

#include "formats/decoder_testing.h"

namespace {

using tidemark::DataType;
using tidemark::TableOptions;

tidemark::Schema Table() {
  return {{"a", DataType::BigInt()},
          {"s", DataType::String()},
          {"d", DataType::Double()},
          {"p", DataType::Decimal(10, 2)},
          {"t", DataType::Timestamp(3)},
          {"b", DataType::Boolean()},
          {"l", DataType::Array(DataType::Int())}};
}

const TableOptions kOptions[] = {
    {},
    {{"field-delimiter", ";"}, {"allow-comments", "true"}},
    {{"disable-quote-character", "true"}, {"null-literal", "NULL"}},
    {{"escape-character", "\\"}, {"ignore-parse-errors", "true"}},
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tidemark::formats::Format* format = tidemark::formats::FindFormat("csv");
  static const tidemark::Schema table = Table();
  if (size < 2) return 0;
  const TableOptions& options = kOptions[data[1] % std::size(kOptions)];
  std::string input(reinterpret_cast<const char*>(data), size);
  input.erase(1, 1);
  tidemark::formats::CheckDecoder(*format, options, table, input);
  return 0;
}
