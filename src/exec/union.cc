// SPDX-License-Identifier: Apache-2.0
// UNION ALL.
#include "exec/union.h"

namespace tidemark::exec {
namespace {

class Union final : public StatelessOperator {
 public:
  arrow::Status Push(int, Batch batch, Emitter& out) override { return out.Emit(std::move(batch)); }
};

}  // namespace

std::unique_ptr<Operator> MakeUnionOperator() { return std::make_unique<Union>(); }

}  // namespace tidemark::exec
