// SPDX-License-Identifier: Apache-2.0
// How files are cut, and which reader a piece gets.
#include "connectors/files/file_reader.h"

#include <algorithm>

#include "connectors/files/parquet_files.h"
#include "connectors/files/text_reader.h"
#include "io/compression.h"

namespace tidemark::connectors {
namespace {

bool MayBeCut(const ReadPlan& plan, const formats::Format& format, const std::string& path) {
  if (io::CompressionOf(path) != io::Compression::kNone || format.changelog) return false;
  return format.is_splittable != nullptr ? format.is_splittable(plan.options.format_options) : format.splittable;
}

}  // namespace

arrow::Result<std::vector<FilePiece>> CutFile(const ReadPlan& plan, const io::FileInfo& file) {
  if (plan.options.format == "parquet") return CutParquetFile(plan, file);
  const formats::Format* format = formats::FindFormat(plan.options.format);
  std::vector<FilePiece> pieces;
  const int64_t step = MayBeCut(plan, *format, file.path) ? kPieceBytes : std::max<int64_t>(file.size_bytes, 1);
  for (int64_t begin = 0; begin < std::max<int64_t>(file.size_bytes, 1); begin += step) {
    FilePiece piece{file, static_cast<int64_t>(pieces.size()), begin, std::min(begin + step, file.size_bytes), false};
    pieces.push_back(std::move(piece));
  }
  pieces.back().is_last = true;
  return pieces;
}

arrow::Result<std::unique_ptr<FileReader>> OpenPiece(const ReadPlan& plan, const FilePiece& piece) {
  if (plan.options.format == "parquet") return OpenParquetPiece(plan, piece);
  const formats::Format* format = formats::FindFormat(plan.options.format);
  if (MayBeCut(plan, *format, piece.file.path)) return OpenLines(plan, piece, *format);
  return OpenStream(plan, piece.file, *format);
}

}  // namespace tidemark::connectors
