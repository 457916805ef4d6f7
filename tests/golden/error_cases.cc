// SPDX-License-Identifier: Apache-2.0
// Wrong SQL: what the user sees, to the letter.
#include <fstream>
#include <iterator>

#include "golden/cases.h"
#include "server/session.h"
#include "sql/diagnostic.h"
#include "sql/parser.h"

namespace tidemark::golden {
namespace {

std::string ReadText(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// The first error of the script, parsed and planned; OK when there is none.
arrow::Status FirstError(const std::string& script) {
  ARROW_ASSIGN_OR_RAISE(auto statements, sql::ParseScript(script));
  server::Session session(SystemClock());
  for (auto& statement : statements) ARROW_RETURN_NOT_OK(session.Prepare(std::move(statement), script));
  return arrow::Status::OK();
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

void CheckError(const std::string& sql_file, const CaseOptions& options, Report* report) {
  const std::string script = ReadText(sql_file);
  const std::string error_file = sql_file.substr(0, sql_file.size() - 4) + ".error";
  const std::string expected = ReadText(error_file);
  const std::string name = sql_file.substr(sql_file.rfind('/') + 1);
  const auto status = FirstError(script);
  if (status.ok()) return report->Fail(sql_file, "no error", "    no error; expected:\n" + expected);
  const std::string found = sql::RenderDiagnostic(status, name, script);
  if (options.rewrite) std::ofstream(error_file, std::ios::binary | std::ios::trunc) << found;
  if (options.rewrite || found == expected) return report->Pass(sql_file);
  report->Fail(sql_file, "another error", Difference(Lines(expected), Lines(found)));
}

}  // namespace tidemark::golden
