// SPDX-License-Identifier: Apache-2.0
// How files are cut, and which reader a format gets.
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

arrow::Status CheckUnchanged(io::FileSystem* files, const io::FileInfo& listed) {
  ARROW_ASSIGN_OR_RAISE(const auto now, files->Stat(listed.path));
  if (now.identity == listed.identity && now.size_bytes >= listed.size_bytes) return arrow::Status::OK();
  return arrow::Status::IOError(listed.path, ": ", now.identity == listed.identity ? "became shorter" : "was replaced",
                                " while it was read");
}

arrow::Result<std::vector<FilePiece>> CutFile(const ReadPlan& plan, const io::FileInfo& file) {
  if (plan.options.format == "parquet") return CutParquetFile(plan, file);
  const formats::Format* format = formats::FindFormat(plan.options.format);
  std::vector<FilePiece> pieces;
  const int64_t step =
      MayBeCut(plan, *format, file.path) ? plan.context.read_sizes.piece_bytes : std::max<int64_t>(file.size_bytes, 1);
  for (int64_t begin = 0; begin < std::max<int64_t>(file.size_bytes, 1); begin += step) {
    FilePiece piece{file, static_cast<int64_t>(pieces.size()), begin, std::min(begin + step, file.size_bytes), false};
    pieces.push_back(std::move(piece));
  }
  pieces.back().is_last = true;
  return pieces;
}

arrow::Result<std::unique_ptr<FileReader>> MakeFileReader(const ReadPlan& plan) {
  if (plan.options.format == "parquet") return MakeParquetFileReader(plan);
  return MakeTextReader(plan, *formats::FindFormat(plan.options.format));
}

}  // namespace tidemark::connectors
