// SPDX-License-Identifier: Apache-2.0
// Statements as history lines, and the history file.
#include "cli/history.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "sql/lexer.h"

namespace tidemark::cli {
namespace {

constexpr int kStatementsMax = 2000;

/// What stands between two tokens: white space and comments.
std::string GapLine(std::string_view gap) {
  std::string line;
  for (size_t i = 0; i < gap.size();) {
    const std::string_view rest = gap.substr(i);
    if (rest.starts_with("--") || rest.starts_with("//")) {
      i = std::min(gap.find('\n', i), gap.size());
    } else if (rest.starts_with("/*")) {
      const size_t end = std::min(gap.find("*/", i + 2), gap.size() - 2) + 2;
      std::string comment(gap.substr(i, end - i));
      std::replace(comment.begin(), comment.end(), '\n', ' ');
      line += comment;
      i = end;
    } else {
      line += gap[i] == '\n' ? ' ' : gap[i];
      ++i;
    }
  }
  return line;
}

/// libedit's history file begins with this line. Each further one is a statement in the encoding of vis(3).
constexpr std::string_view kFileHead = "_HiStOrY_V2_\n";

std::string Encoded(const std::string& line) {
  std::string encoded;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte < 0x80 && byte != '\\' && std::isgraph(byte) != 0;
    encoded += is_plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
  }
  return encoded;
}

}  // namespace

std::string HistoryLine(const std::string& statement) {
  if (statement.find('\n') == std::string::npos) return statement;
  std::string line;
  size_t end = 0;
  for (const sql::Token& token : sql::Tokenize(statement)) {
    if (token.kind == sql::TokenKind::kEnd) break;
    // Where a token is broken nobody knows what belongs to it; the parser will refuse the statement either way.
    if (token.kind == sql::TokenKind::kError) return line + statement.substr(end);
    line += GapLine(std::string_view(statement).substr(end, token.range.begin - end));
    line += statement.substr(token.range.begin, token.range.end - token.range.begin);
    end = token.range.end;
  }
  line += GapLine(std::string_view(statement).substr(end));
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

void History::End::operator()(List* list) const { history_end(list); }

History::History(std::string file) : file_(std::move(file)), list_(history_init()) {
  HistEvent event;
  ::history(list(), &event, H_SETSIZE, kStatementsMax);
  if (file_.empty()) return;
  const int read = ::history(list(), &event, H_LOAD, file_.c_str());
  if (read > kStatementsMax) ::history(list(), &event, H_SAVE, file_.c_str());
}

void History::Add(const std::string& statement) {
  const std::string line = HistoryLine(statement);
  HistEvent event;
  ::history(list(), &event, H_ENTER, line.c_str());
  if (file_.empty()) return;
  // libedit can only write the whole list, over what other sessions have added.
  const int descriptor = open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return;
  struct stat status{};
  const bool is_new = fstat(descriptor, &status) == 0 && status.st_size == 0;
  const std::string text = (is_new ? std::string(kFileHead) : "") + Encoded(line) + "\n";
  [[maybe_unused]] const auto written = write(descriptor, text.data(), text.size());
  close(descriptor);
}

}  // namespace tidemark::cli
