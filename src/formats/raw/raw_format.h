// SPDX-License-Identifier: Apache-2.0
// The raw format: a table of one column, whose value is the whole record.
#pragma once

#include "formats/format.h"

namespace tidemark::formats {

const Format& RawFormat();

}  // namespace tidemark::formats
