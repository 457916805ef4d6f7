// SPDX-License-Identifier: Apache-2.0
// CSV records to columns.
#pragma once

#include <memory>

#include "formats/csv/csv_options.h"
#include "formats/format.h"

namespace tidemark::formats {

std::unique_ptr<Decoder> MakeCsvDecoder(const CsvOptions& options, const DecodeRequest& request);

}  // namespace tidemark::formats
