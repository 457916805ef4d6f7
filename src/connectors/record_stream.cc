// SPDX-License-Identifier: Apache-2.0
// Buffering, and giving up records that do not end.
#include "connectors/record_stream.h"

#include <arrow/status.h>

#include <algorithm>
#include <cstring>

namespace tidemark::connectors {
namespace {

/// Of a record that is too long, so much is shown.
constexpr size_t kShownBytes = 1024;

}  // namespace

void RecordStream::Start(bool has_header) {
  begin_ = 0;
  end_ = 0;
  ended_ = false;
  wants_bytes_ = true;
  line_end_came_ = false;
  header_pending_ = true;
  dropping_ = false;
  if (!has_header) {
    header_pending_ = false;
    // Cannot fail without a header to read.
    (void)decoder_->Start({});
  }
}

char* RecordStream::Space() {
  if (begin_ > 0) {
    std::memmove(buffer_.data() + kPadding, buffer_.data() + kPadding + begin_, static_cast<size_t>(size()));
    end_ -= begin_;
    begin_ = 0;
  }
  const auto needed = static_cast<size_t>(end_ + block_bytes_ + 2 * kPadding);
  if (buffer_.size() < needed) buffer_.resize(std::max(needed, buffer_.size() * 2));
  return buffer_.data() + kPadding + end_;
}

void RecordStream::Added(int64_t length) {
  const std::string_view added(buffer_.data() + kPadding + end_, static_cast<size_t>(length));
  line_end_came_ = line_end_came_ || added.find('\n') != std::string_view::npos;
  end_ += length;
  wants_bytes_ = false;
  if (dropping_) DropToLineEnd();
}

void RecordStream::End() {
  ended_ = true;
  wants_bytes_ = false;
}

void RecordStream::DropToLineEnd() {
  const size_t newline = view().find('\n');
  dropping_ = newline == std::string_view::npos;
  begin_ = dropping_ ? end_ : begin_ + static_cast<int64_t>(newline) + 1;
}

arrow::Status RecordStream::TakeHeader() {
  const size_t newline = view().find('\n');
  if (newline == std::string_view::npos && !ended_ && size() <= max_record_bytes_) {
    wants_bytes_ = true;
    return arrow::Status::OK();
  }
  header_pending_ = false;
  const std::string_view header = view().substr(0, newline == std::string_view::npos ? newline : newline + 1);
  ARROW_RETURN_NOT_OK(decoder_->Start(header));
  begin_ += static_cast<int64_t>(header.size());
  return arrow::Status::OK();
}

arrow::Status RecordStream::GiveUpRecord() {
  formats::BadRecord bad;
  bad.line = -1;
  bad.reason = "a record is longer than " + std::to_string(max_record_bytes_) + " bytes (tidemark.max-record-size)";
  bad.record = view().substr(0, kShownBytes);
  ARROW_RETURN_NOT_OK(bad_records_->Handle(bad));
  DropToLineEnd();
  return arrow::Status::OK();
}

arrow::Result<Batch> RecordStream::Next() {
  if (header_pending_) ARROW_RETURN_NOT_OK(TakeHeader());
  if (wants_bytes_ || size() == 0) {
    wants_bytes_ = !ended_;
    return Batch();
  }
  if (!line_end_came_ && !ended_ && size() <= max_record_bytes_) {
    wants_bytes_ = true;
    return Batch();
  }
  int64_t consumed = 0;
  ARROW_ASSIGN_OR_RAISE(Batch batch, decoder_->Decode(view(), ended_, batch_rows_, &consumed));
  begin_ += consumed;
  if (consumed == 0 && size() > max_record_bytes_) {
    ARROW_RETURN_NOT_OK(GiveUpRecord());
  } else if (consumed == 0 && ended_) {
    return arrow::Status::Invalid("the last record is not complete");
  } else if (consumed == 0) {
    line_end_came_ = false;
  }
  wants_bytes_ = !ended_ && (consumed == 0 || size() == 0);
  return batch;
}

}  // namespace tidemark::connectors
