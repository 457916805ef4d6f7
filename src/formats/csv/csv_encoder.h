// SPDX-License-Identifier: Apache-2.0
// Rows to CSV records.
#pragma once

#include <memory>

#include "formats/csv/csv_options.h"
#include "formats/format.h"

namespace tidemark::formats {

std::unique_ptr<Encoder> MakeCsvEncoder(const CsvOptions& options, const Schema& schema);

}  // namespace tidemark::formats
