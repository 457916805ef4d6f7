// SPDX-License-Identifier: Apache-2.0
// RecordStream: bytes that arrive bit by bit, decoded record by record, in bounded memory.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "columnar/batch.h"
#include "formats/format.h"

namespace tidemark::connectors {

/// Holds what was not decoded yet: at most one record that is not complete and one read's worth more. A record longer
/// than the limit is a bad record and dropped while it passes by. One thread; keeps its memory from one stream of bytes
/// to the next.
///
///   stream.Start();
///   while (!stream.done()) {
///     if (stream.wants_bytes()) { read up to block_bytes into stream.Space(); stream.Added(count) or stream.End(); }
///     batch = stream.Next();
///   }
class RecordStream {
 public:
  /// `bad_records` is not owned; it is the one that `decoder` was made with.
  RecordStream(std::unique_ptr<formats::Decoder> decoder, formats::BadRecordHandler* bad_records,
               int64_t max_record_bytes, int64_t batch_rows, int64_t block_bytes)
      : decoder_(std::move(decoder)),
        bad_records_(bad_records),
        max_record_bytes_(max_record_bytes),
        batch_rows_(batch_rows),
        block_bytes_(block_bytes) {}

  /// New bytes begin. `has_header`: their first line is a header.
  void Start(bool has_header);

  /// Nothing more can be decoded from what is there.
  bool wants_bytes() const { return wants_bytes_; }
  int64_t block_bytes() const { return block_bytes_; }
  /// Room for block_bytes() more bytes; valid until the next call. REQUIRES: wants_bytes().
  char* Space();
  void Added(int64_t length);
  /// No more bytes follow.
  void End();

  /// Rows decoded from what is there; may be none.
  arrow::Result<Batch> Next();
  bool done() const { return ended_ && size() == 0; }

 private:
  static constexpr int64_t kPadding = formats::Decoder::kPadding;

  std::string_view view() const { return {buffer_.data() + kPadding + begin_, static_cast<size_t>(size())}; }
  int64_t size() const { return end_ - begin_; }
  arrow::Status TakeHeader();
  arrow::Status GiveUpRecord();
  void DropToLineEnd();

  const std::unique_ptr<formats::Decoder> decoder_;
  formats::BadRecordHandler* const bad_records_;
  const int64_t max_record_bytes_;
  const int64_t batch_rows_;
  const int64_t block_bytes_;
  std::string buffer_;  ///< padding, bytes from begin_ to end_, padding
  int64_t begin_ = 0;
  int64_t end_ = 0;
  bool ended_ = false;
  bool wants_bytes_ = true;
  /// Since the decoder could not go on, a line end has come: whatever the format, a record ends with one. Without it
  /// the beginning of a long record would be searched again with every block.
  bool line_end_came_ = false;
  bool header_pending_ = false;
  bool dropping_ = false;  ///< inside a record that was given up
};

}  // namespace tidemark::connectors
