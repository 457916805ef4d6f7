// SPDX-License-Identifier: Apache-2.0
// Formats: bytes to batches and back. A connector moves bytes; a format knows what they mean.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/configuration.h"
#include "catalog/data_type.h"
#include "catalog/table.h"
#include "columnar/batch.h"

namespace tidemark::formats {

/// A record that could not be decoded.
struct BadRecord {
  int64_t line = 0;         ///< 1-based line or record number within what was given so far; -1 unknown
  std::string reason;       ///< e.g. "field 'price': 'abc' is not a BIGINT"
  std::string_view record;  ///< the bytes (valid during the call)
};

/// Told of every bad record. Returns OK to skip it, an error to fail the job.
class BadRecordHandler {
 public:
  virtual ~BadRecordHandler() = default;
  virtual arrow::Status Handle(const BadRecord& bad) = 0;
};

/// Decodes a stream of records: one split, or one piece of it, after the other. One thread.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// A new stream of bytes begins: line numbers start again at 1. `header` is the first record of the file when the
  /// format reads one (Format::has_header), else empty.
  virtual arrow::Status Start(std::string_view header) {
    (void)header;
    return arrow::Status::OK();
  }
  /// Decodes every complete record of `bytes` that fits in one batch of about `max_rows` rows (more where one message
  /// holds several). Sets `consumed` to the bytes used; the caller gives the rest again with more appended. `at_end`:
  /// nothing follows, so the last record need not be terminated. Memory before and after `bytes` is readable for
  /// kPadding bytes.
  virtual arrow::Result<Batch> Decode(std::string_view bytes, bool at_end, int64_t max_rows, int64_t* consumed) = 0;

  /// Decodes whole messages (a message queue's values), one after the other, into one batch. Null data: a tombstone.
  /// Bad records are reported with the number of their message, from 1, as line. `rows_after`, where not null, becomes
  /// the number of rows so far after each message: none, one or several rows may come of one.
  virtual arrow::Result<Batch> DecodeMessages(const std::vector<std::string_view>& messages,
                                              std::vector<int64_t>* rows_after) = 0;
  arrow::Result<Batch> DecodeMessages(const std::vector<std::string_view>& messages) {
    return DecodeMessages(messages, nullptr);
  }

  static constexpr int64_t kPadding = 64;
};

/// Encodes batches as bytes to append to a file or to send. One thread.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Bytes that open a file (a CSV header); usually none.
  virtual arrow::Result<std::string> Begin() { return std::string(); }
  /// Appends every row of the batch, each record terminated, to `out`.
  virtual arrow::Status Encode(const Batch& batch, std::string* out) = 0;
  /// Encodes each row as one message; a row the format expresses by no value (tombstone) gives nullopt-like empty with
  /// `is_null` set.
  virtual arrow::Status EncodeMessages(const Batch& batch, std::vector<std::string>* out) = 0;
};

/// Which part of a table a decoder gives.
struct DecodeRequest {
  Schema physical_schema;       ///< all physical columns of the table (partition columns not among them)
  std::vector<int> projection;  ///< which of them to decode, ascending; the batch has just these
  /// ROW columns of which only some fields are used: physical column to paths of field indexes. The batch has the whole
  /// ROW; fields that are not used are NULL. A hint.
  std::map<int, std::vector<std::vector<int>>> used_fields;
  std::string local_time_zone = "UTC";
  BadRecordHandler* bad_records = nullptr;
  int64_t max_record_bytes = 64 << 20;
};

/// A line- or message-oriented format. (Parquet is a file format of its own: formats/parquet.h.)
struct Format {
  std::string name;                 ///< 'json'
  std::vector<OptionSpec> options;  ///< without the "json." prefix
  /// Carries row kinds (debezium-json): such files are read in order by one worker.
  bool changelog = false;
  /// Records are lines, so that a large plain file may be cut at any line end and its pieces decoded by several
  /// workers.
  bool splittable = true;
  /// Given the table's options (prefix removed): overrides `splittable`, e.g. CSV without quotes. Null: `splittable`.
  bool (*is_splittable)(const TableOptions& options) = nullptr;
  /// The first record of each file is a header, which the reader hands to Decoder::Start. Null: never.
  bool (*has_header)(const TableOptions& options) = nullptr;
  /// Refuses column types the format has no form for, and options that exclude each other. Null: takes all.
  arrow::Status (*check)(const TableOptions& options, const Schema& physical_schema) = nullptr;
  /// `options`: the table's, prefix removed, checked against `options`.
  /// Null for a format of whole files (parquet), which only connectors of files can read and write.
  arrow::Result<std::unique_ptr<Decoder>> (*make_decoder)(const TableOptions& options,
                                                          const DecodeRequest& request) = nullptr;
  arrow::Result<std::unique_ptr<Encoder>> (*make_encoder)(const TableOptions& options, const Schema& schema,
                                                          const std::string& local_time_zone) = nullptr;
};

/// Null when unknown.
const Format* FindFormat(const std::string& name);
std::vector<std::string> FormatNames();

}  // namespace tidemark::formats
