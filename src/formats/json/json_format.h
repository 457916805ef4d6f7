// SPDX-License-Identifier: Apache-2.0
// The json format: one object a line, or one a message.
#pragma once

#include "formats/format.h"

namespace tidemark::formats {

const Format& JsonFormat();

}  // namespace tidemark::formats
