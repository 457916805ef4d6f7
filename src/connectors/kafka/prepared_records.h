// SPDX-License-Identifier: Apache-2.0
// What a checkpoint keeps of records that are to be written once it is complete: the records themselves, and who
// prepared them.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "connectors/kafka/out_record.h"

namespace tidemark::connectors::kafka {

/// Who prepares records: one sink on one worker. Stays with the records, whoever writes them.
struct PreparingWriter {
  std::string transactional_id;
  std::string marker_group;  ///< consumer group whose offset says what was committed
};

/// Records as bytes, gathered between two checkpoints. One thread, but for Recycle.
class PreparedWriter {
 public:
  explicit PreparedWriter(const PreparingWriter& writer);
  void Add(const OutRecord& record);
  bool empty() const { return records_ == 0; }
  int64_t size() const { return static_cast<int64_t>(bytes_.size()); }
  /// The bytes, with the number of the checkpoint and a number that no other preparing has; then it is empty again.
  std::string Finish(int64_t checkpoint, uint64_t nonce);
  /// Gives back bytes that nobody needs any more: new memory costs more than what is written into it. Any thread.
  void Recycle(std::string bytes);

 private:
  void Begin();
  std::string TakeSpare();

  const PreparingWriter writer_;
  std::mutex spare_mutex_;
  std::string spare_;  ///< guarded by spare_mutex_: memory for the next bytes
  std::string bytes_;
  uint32_t records_ = 0;
};

/// Reads them back, checking all bounds: Invalid when they are not what PreparedWriter makes.
class PreparedReader {
 public:
  /// `bytes` outlives the reader.
  static arrow::Result<PreparedReader> Open(std::string_view bytes);

  int64_t checkpoint() const { return checkpoint_; }
  uint64_t nonce() const { return nonce_; }
  const PreparingWriter& writer() const { return writer_; }

  /// The next record; false: there is none.
  arrow::Result<bool> Next(OutRecord* record);

 private:
  explicit PreparedReader(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  bool Take(T* value);
  bool TakeText(std::string* text);
  bool TakeOptional(std::optional<std::string>* text);
  bool TakeHeader();
  bool TakeRecord(OutRecord* record);

  std::string_view rest_;
  int64_t checkpoint_ = 0;
  uint64_t nonce_ = 0;
  uint32_t left_ = 0;  ///< records
  PreparingWriter writer_;
};

}  // namespace tidemark::connectors::kafka
