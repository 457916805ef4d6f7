// SPDX-License-Identifier: Apache-2.0
// The debezium-json format: database changes as Debezium captures them, in and out.
#pragma once

#include "formats/format.h"

namespace tidemark::formats {

const Format& DebeziumJsonFormat();

}  // namespace tidemark::formats
