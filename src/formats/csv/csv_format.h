// SPDX-License-Identifier: Apache-2.0
// The csv format: one record a row.
#pragma once

#include "formats/format.h"

namespace tidemark::formats {

const Format& CsvFormat();

}  // namespace tidemark::formats
