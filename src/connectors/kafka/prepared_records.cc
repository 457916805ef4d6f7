// SPDX-License-Identifier: Apache-2.0
// The bytes: "TMKR", version, checkpoint, nonce, number of records, transactional id, group; then the records. Numbers
// are as the machine has them (as in all of a checkpoint), a text has its length in front, -1 for none.
#include "connectors/kafka/prepared_records.h"

#include <arrow/status.h>

#include <cstring>
#include <utility>

namespace tidemark::connectors::kafka {
namespace {

constexpr char kMagic[4] = {'T', 'M', 'K', 'R'};
constexpr uint32_t kVersion = 1;
constexpr int64_t kNoTimestamp = 0;
/// Memory that is so many times too large is not kept.
constexpr size_t kSpareFactorMax = 4;
/// Where what is known at the end only stands.
constexpr size_t kCheckpointAt = sizeof(kMagic) + sizeof(kVersion);
constexpr size_t kNonceAt = kCheckpointAt + sizeof(int64_t);
constexpr size_t kCountAt = kNonceAt + sizeof(uint64_t);

template <typename T>
void Put(std::string* bytes, T value) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
void PutAt(std::string* bytes, size_t at, T value) {
  std::memcpy(bytes->data() + at, &value, sizeof(value));
}

void PutText(std::string* bytes, const std::string& text) {
  Put(bytes, static_cast<int32_t>(text.size()));
  bytes->append(text);
}

void PutOptional(std::string* bytes, const std::optional<std::string>& text) {
  if (text) {
    PutText(bytes, *text);
  } else {
    Put(bytes, int32_t{-1});
  }
}

}  // namespace

PreparedWriter::PreparedWriter(const PreparingWriter& writer) : writer_(writer) { Begin(); }

void PreparedWriter::Begin() {
  records_ = 0;
  bytes_.assign(kMagic, sizeof(kMagic));
  Put(&bytes_, kVersion);
  bytes_.resize(kCountAt + sizeof(records_));
  PutText(&bytes_, writer_.transactional_id);
  PutText(&bytes_, writer_.marker_group);
}

void PreparedWriter::Add(const OutRecord& record) {
  PutText(&bytes_, record.topic);
  Put(&bytes_, record.partition);
  Put(&bytes_, record.timestamp_ms.value_or(kNoTimestamp));
  PutOptional(&bytes_, record.key);
  PutOptional(&bytes_, record.value);
  Put(&bytes_, static_cast<uint32_t>(record.headers.size()));
  for (const auto& [name, value] : record.headers) {
    PutText(&bytes_, name);
    PutOptional(&bytes_, value);
  }
  ++records_;
}

std::string PreparedWriter::Finish(int64_t checkpoint, uint64_t nonce) {
  PutAt(&bytes_, kCheckpointAt, checkpoint);
  PutAt(&bytes_, kNonceAt, nonce);
  PutAt(&bytes_, kCountAt, records_);
  std::string finished = std::exchange(bytes_, TakeSpare());
  // The next checkpoint will hold about as much. What was needed once only is given away.
  if (bytes_.capacity() > kSpareFactorMax * finished.size()) bytes_ = std::string();
  bytes_.reserve(finished.size() + finished.size() / 8);
  Begin();
  return finished;
}

void PreparedWriter::Recycle(std::string bytes) {
  const std::lock_guard<std::mutex> lock(spare_mutex_);
  if (bytes.capacity() > spare_.capacity()) spare_ = std::move(bytes);
}

std::string PreparedWriter::TakeSpare() {
  const std::lock_guard<std::mutex> lock(spare_mutex_);
  return std::exchange(spare_, std::string());
}

template <typename T>
bool PreparedReader::Take(T* value) {
  if (rest_.size() < sizeof(T)) return false;
  std::memcpy(value, rest_.data(), sizeof(T));
  rest_.remove_prefix(sizeof(T));
  return true;
}

bool PreparedReader::TakeText(std::string* text) {
  std::optional<std::string> taken;
  if (!TakeOptional(&taken) || !taken) return false;
  *text = std::move(*taken);
  return true;
}

bool PreparedReader::TakeOptional(std::optional<std::string>* text) {
  int32_t size = 0;
  if (!Take(&size) || size < -1) return false;
  text->reset();
  if (size == -1) return true;
  if (rest_.size() < static_cast<size_t>(size)) return false;
  text->emplace(rest_.substr(0, static_cast<size_t>(size)));
  rest_.remove_prefix(static_cast<size_t>(size));
  return true;
}

bool PreparedReader::TakeHeader() {
  char magic[sizeof(kMagic)];
  uint32_t version = 0;
  return Take(&magic) && std::memcmp(magic, kMagic, sizeof(kMagic)) == 0 && Take(&version) && version == kVersion &&
         Take(&checkpoint_) && checkpoint_ > 0 && Take(&nonce_) && Take(&left_) && left_ > 0 &&
         TakeText(&writer_.transactional_id) && TakeText(&writer_.marker_group);
}

bool PreparedReader::TakeRecord(OutRecord* record) {
  uint32_t headers = 0;
  int64_t timestamp_ms = 0;
  record->headers.clear();
  if (!TakeText(&record->topic) || !Take(&record->partition) || !Take(&timestamp_ms) || !TakeOptional(&record->key) ||
      !TakeOptional(&record->value) || !Take(&headers))
    return false;
  for (; headers > 0; --headers) {
    auto& [name, value] = record->headers.emplace_back();
    if (!TakeText(&name) || !TakeOptional(&value)) return false;
  }
  record->timestamp_ms = timestamp_ms == kNoTimestamp ? std::nullopt : std::optional(timestamp_ms);
  return record->partition >= kAnyPartition && timestamp_ms >= 0;
}

arrow::Result<PreparedReader> PreparedReader::Open(std::string_view bytes) {
  PreparedReader reader(bytes);
  if (!reader.TakeHeader())
    return arrow::Status::Invalid("what the checkpoint keeps of records for Kafka is damaged, or of another version");
  return reader;
}

arrow::Result<bool> PreparedReader::Next(OutRecord* record) {
  if (left_ == 0 && rest_.empty()) return false;
  if (left_ == 0 || !TakeRecord(record))
    return arrow::Status::Invalid("records for Kafka that checkpoint ", checkpoint_, " keeps are damaged");
  --left_;
  return true;
}

}  // namespace tidemark::connectors::kafka
