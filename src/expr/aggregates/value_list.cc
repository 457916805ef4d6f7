// SPDX-License-Identifier: Apache-2.0
// A list of values in one buffer.
#include "expr/aggregates/value_list.h"

#include <cstring>

#include "expr/aggregates/plain_state.h"

namespace tidemark::expr {

void ValueList::Add(std::string_view value) {
  if (owed_ != nullptr && owed_->Remove(value)) {
    if (owed_->size() == 0) owed_.reset();
    return;
  }
  const auto length = static_cast<uint32_t>(value.size());
  PutFixed(length, &bytes_);
  bytes_.append(value);
  PutFixed(length, &bytes_);
  ++size_;
}

void ValueList::Retract(std::string_view value) {
  if (Remove(value)) return;
  if (owed_ == nullptr) owed_ = std::make_unique<ValueList>();
  owed_->Add(value);
}

void ValueList::Merge(const ValueList& other) {
  other.ForEach([this](std::string_view value) { Add(value); });
  if (other.owed_ != nullptr) other.owed_->ForEach([this](std::string_view value) { Retract(value); });
}

std::string_view ValueList::ValueAt(size_t at) const {
  uint32_t length = 0;
  std::memcpy(&length, bytes_.data() + at, kLength);
  return std::string_view(bytes_).substr(at + kLength, length);
}

std::string_view ValueList::first() const { return ValueAt(start_); }

std::string_view ValueList::last() const {
  uint32_t length = 0;
  std::memcpy(&length, bytes_.data() + bytes_.size() - kLength, kLength);
  return ValueAt(bytes_.size() - kFrame - length);
}

bool ValueList::Remove(std::string_view value) {
  for (size_t at = start_; at < bytes_.size();) {
    const std::string_view each = ValueAt(at);
    const size_t framed = each.size() + kFrame;
    if (each != value) {
      at += framed;
      continue;
    }
    if (at == start_) {
      start_ += framed;
      // Moving the rest down only when half is free makes taking values from the front cost the same however many
      // follow.
      if (start_ > bytes_.size() / 2) {
        bytes_.erase(0, start_);
        start_ = 0;
      }
    } else {
      bytes_.erase(at, framed);
    }
    --size_;
    return true;
  }
  return false;
}

int64_t ValueList::memory_bytes() const {
  return static_cast<int64_t>(sizeof(ValueList) + bytes_.capacity()) + (owed_ ? owed_->memory_bytes() : 0);
}

void ValueList::Save(std::string* out) const {
  auto save = [out](const ValueList& list) {
    PutFixed(static_cast<uint32_t>(list.size_), out);
    list.ForEach([out](std::string_view value) { PutBytes(value, out); });
  };
  save(*this);
  const ValueList none;
  save(owed_ != nullptr ? *owed_ : none);
}

bool ValueList::LoadInto(std::string_view* saved, ValueList* list) {
  uint32_t count = 0;
  if (!TakeFixed(saved, &count)) return false;
  std::string_view value;
  for (uint32_t i = 0; i < count; ++i) {
    if (!TakeBytes(saved, &value)) return false;
    list->Add(value);
  }
  return true;
}

arrow::Result<std::unique_ptr<ValueList>> ValueList::Load(std::string_view* saved) {
  auto list = std::make_unique<ValueList>();
  auto owed = std::make_unique<ValueList>();
  if (!LoadInto(saved, list.get()) || !LoadInto(saved, owed.get())) return DamagedAccumulator("a list of values");
  if (owed->size() > 0) list->owed_ = std::move(owed);
  return list;
}

namespace {
constexpr uint8_t kVersion = 1;
}

arrow::Status SaveValueList(const ValueList* list, std::string* out) {
  const ValueList none;
  PutFixed(kVersion, out);
  (list != nullptr ? *list : none).Save(out);
  return arrow::Status::OK();
}

arrow::Result<LoadedValueList> LoadValueList(std::string_view saved) {
  const size_t length = saved.size();
  ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "a list of values"));
  LoadedValueList loaded;
  ARROW_ASSIGN_OR_RAISE(loaded.list, ValueList::Load(&saved));
  if (loaded.list->empty()) loaded.list.reset();
  loaded.consumed = static_cast<int64_t>(length - saved.size());
  return loaded;
}

}  // namespace tidemark::expr
