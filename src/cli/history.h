// SPDX-License-Identifier: Apache-2.0
// The prompt's history: statements of this and earlier sessions.
#pragma once

#include <memory>
#include <string>

struct history;  // of libedit; a function has the same name

namespace tidemark::cli {

/// `statement` for the history, where a line end is hard to edit: over one line and without `--` comments, which would
/// swallow what follows. Only strings keep their line ends. Parses to the same as before.
std::string HistoryLine(const std::string& statement);

/// libedit's list of statements, and the file it is kept in. One thread.
class History {
 public:
  /// Reads the file, in the format of libedit. "": none, nothing outlives the session.
  explicit History(std::string file);

  /// Adds to the list, and at once to the end of the file: a closed terminal ends the program without notice, and
  /// several sessions may share the file. A file that cannot be written is no error.
  void Add(const std::string& statement);

  using List = struct ::history;
  List* list() const { return list_.get(); }

 private:
  struct End {
    void operator()(List* list) const;
  };

  std::string file_;
  std::unique_ptr<List, End> list_;
};

}  // namespace tidemark::cli
