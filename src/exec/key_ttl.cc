// SPDX-License-Identifier: Apache-2.0
// Keys that are as new, and keys that are gone.
#include "exec/key_ttl.h"

#include <algorithm>
#include <cstring>

namespace tidemark::exec {

void KeyTtl::Open(const OperatorContext& context, state::KeyedTable* table, SpilledValues* values, KeySpill* spill) {
  ttl_.Open(context);
  table_ = table;
  values_ = values;
  spill_ = spill;
}

void KeyTtl::RenewExpired(const std::vector<uint8_t*>& payloads, std::vector<int32_t>* created) {
  if (!is_on()) return;
  const size_t made = created->size();
  for (size_t i = 0; i < payloads.size(); ++i) {
    if (!IsExpired(payloads[i])) continue;
    values_->ReleaseValue(payloads[i]);
    std::memset(payloads[i], 0, static_cast<size_t>(own_bytes()));
    ttl_.CountExpired(1);
    created->push_back(static_cast<int32_t>(i));
  }
  if (created->size() > made) std::sort(created->begin(), created->end());
}

arrow::Status KeyTtl::DropExpired(StateReport* metrics) {
  if (!is_on()) return arrow::Status::OK();
  ttl_.ReadClock();
  std::vector<uint8_t*> expired;
  std::vector<uint8_t*> stored;  // ended ones among them, which the store is to forget
  const bool at_end = sweep_.Step(ttl_, *table_, [&](uint8_t* payload) {
    const bool is_stored = spill_ != nullptr && spill_->IsStored(payload);
    const bool is_expired = IsExpired(payload);
    if (is_expired) {
      values_->ReleaseValue(payload);
      ttl_.CountExpired(1);
    }
    if (is_expired && !is_stored) expired.push_back(payload);
    if (is_stored && (is_expired || spill_->IsErased(payload))) stored.push_back(payload);
  });
  table_->Erase(expired);
  if (!stored.empty()) ARROW_RETURN_NOT_OK(spill_->Forget(stored));
  if (at_end) table_->Shrink();
  return spill_ != nullptr ? spill_->SweepStore(metrics) : arrow::Status::OK();
}

}  // namespace tidemark::exec
