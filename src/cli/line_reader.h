// SPDX-License-Identifier: Apache-2.0
// Lines in, from a terminal with editing, completion and history, or from a pipe.
#pragma once

#include <memory>
#include <string>

namespace tidemark::server {
class Session;
}

namespace tidemark::cli {

/// What the user did: a line, Ctrl-C (give up what was typed), or the end of the input.
struct Entry {
  enum class Kind { kLine, kCancel, kEnd };
  Kind kind = Kind::kLine;
  std::string line;
};

/// At most one at a time, on the main thread.
class LineReader {
 public:
  /// `session`: whose tables and columns TAB offers. Must outlive the reader.
  explicit LineReader(const server::Session& session);
  ~LineReader();

  /// `statement`: the lines before this one, if it continues a statement.
  Entry Next(const std::string& statement);
  /// For the history.
  void Remember(const std::string& statement);
  bool is_terminal() const { return editor_ != nullptr; }

 private:
  class Editor;
  std::unique_ptr<Editor> editor_;  ///< null: standard input is no terminal
};

}  // namespace tidemark::cli
