// SPDX-License-Identifier: Apache-2.0
// Keys that are as new, and keys that are gone.
#include "exec/key_ttl.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "exec/entry_log.h"

namespace tidemark::exec {

void KeyTtl::Open(const OperatorContext& context, state::KeyedTable* table, SpilledValues* values, KeySpill* spill,
                  EntryLog* log) {
  ttl_.Open(context);
  table_ = table;
  values_ = values;
  spill_ = spill;
  log_ = log;
}

arrow::Status KeyTtl::RenewExpired(const std::vector<uint8_t*>& payloads, std::vector<int32_t>* created) {
  if (!is_on()) return arrow::Status::OK();
  if (log_ != nullptr) {
    std::vector<uint8_t*> expired;  // those of more than one row more than once
    std::copy_if(payloads.begin(), payloads.end(), std::back_inserter(expired),
                 [this](const uint8_t* payload) { return IsExpired(payload); });
    ARROW_RETURN_NOT_OK(log_->BeforeChange(expired));
  }
  const size_t made = created->size();
  for (size_t i = 0; i < payloads.size(); ++i) {
    if (!IsExpired(payloads[i])) continue;
    values_->ReleaseValue(payloads[i]);
    std::memset(payloads[i], 0, static_cast<size_t>(own_bytes()));
    ttl_.CountExpired(1);
    created->push_back(static_cast<int32_t>(i));
  }
  if (created->size() > made) std::sort(created->begin(), created->end());
  return arrow::Status::OK();
}

arrow::Status KeyTtl::DropExpired(StateReport* metrics) {
  if (!is_on()) return arrow::Status::OK();
  ttl_.ReadClock();
  std::vector<uint8_t*> expired;
  std::vector<uint8_t*> gone;  // with those that had ended
  const bool at_end = sweep_.Step(ttl_, *table_, [&](uint8_t* payload) {
    const bool is_expired = IsExpired(payload);
    if (is_expired) expired.push_back(payload);
    if (is_expired || (spill_ != nullptr && spill_->IsErased(payload))) gone.push_back(payload);
  });
  if (log_ != nullptr) ARROW_RETURN_NOT_OK(log_->BeforeErase(gone));
  for (uint8_t* payload : expired) values_->ReleaseValue(payload);
  ttl_.CountExpired(static_cast<int64_t>(expired.size()));
  const auto stored = std::stable_partition(gone.begin(), gone.end(), [this](const uint8_t* payload) {
    return spill_ == nullptr || !spill_->IsStored(payload);
  });
  table_->Erase({gone.begin(), stored});
  if (stored != gone.end()) ARROW_RETURN_NOT_OK(spill_->Forget({stored, gone.end()}));
  if (at_end) table_->Shrink();
  return spill_ != nullptr ? spill_->SweepStore(metrics) : arrow::Status::OK();
}

}  // namespace tidemark::exec
