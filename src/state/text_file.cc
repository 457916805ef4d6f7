// SPDX-License-Identifier: Apache-2.0
// Small files that are written and read whole.
#include "state/text_file.h"

namespace tidemark::state {

arrow::Status WriteText(io::FileSystem* files, const std::string& path, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForWrite(path));
  ARROW_RETURN_NOT_OK(file->Append(text));
  return file->Commit();
}

arrow::Result<std::string> ReadText(io::FileSystem* files, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const auto file, files->OpenForRead(path));
  ARROW_ASSIGN_OR_RAISE(const int64_t size, file->Size());
  std::string text(static_cast<size_t>(size), '\0');
  ARROW_ASSIGN_OR_RAISE(const int64_t read, file->ReadAt(0, size, text.data()));
  text.resize(static_cast<size_t>(read));
  return text;
}

arrow::Result<bool> IsThere(io::FileSystem* files, const std::string& path) {
  const auto info = files->Stat(path);
  if (info.ok()) return true;
  if (info.status().message().find("No such file or directory") != std::string::npos) return false;
  return info.status();
}

}  // namespace tidemark::state
