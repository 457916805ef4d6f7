// SPDX-License-Identifier: Apache-2.0
// A merge of watermarks that is wrong on purpose: the golden files under the simulator must find it out.
#pragma once

#include "runtime/components.h"

namespace tidemark::golden {

/// The built-in components, but watermarks of several inputs are merged by their maximum.
runtime::Components* ComponentsWithWrongWatermarkMerge();

}  // namespace tidemark::golden
