// SPDX-License-Identifier: Apache-2.0
// Golden expressions: value and type of each, over one row of constants or over every row of a table.
#include <fmt/format.h>

#include <string_view>

#include "golden/cases.h"
#include "golden/program.h"

namespace tidemark::golden {
namespace {

constexpr std::string_view kArrow = " ==> ";
constexpr std::string_view kTypeMark = " :: ";
constexpr size_t kGroup = 50;
constexpr int64_t kBatchRows[] = {1000, 1, 7};

struct Expression {
  std::string text;
  std::string expected;  ///< "values :: type", "PLAN ERROR", "RUN ERROR"
  size_t line;           ///< in the section's body
};

bool ExpectsError(const Expression& expression) {
  return expression.expected == "PLAN ERROR" || expression.expected == "RUN ERROR";
}

/// A group of expressions planned as one SELECT.
class ExpressionRunner {
 public:
  ExpressionRunner(const GoldenFile& file, Section* section, const CaseOptions& options, Report* report)
      : file_(file), section_(section), options_(options), report_(report) {}

  arrow::Status Run() {
    ARROW_ASSIGN_OR_RAISE(inputs_, file_.InputFiles());
    std::vector<Expression> group;
    for (size_t i = 0; i < section_->body.size(); ++i) {
      const std::string& line = section_->body[i];
      if (line.empty() || line[0] == '#') continue;
      const size_t arrow_at = line.find(kArrow);
      Expression expression{line.substr(0, arrow_at), "", i};
      if (arrow_at != std::string::npos) expression.expected = line.substr(arrow_at + kArrow.size());
      // What fails is asked alone, so that the others need not be asked again.
      if (ExpectsError(expression)) {
        Check({expression});
        continue;
      }
      group.push_back(std::move(expression));
      if (group.size() == kGroup) Check(std::exchange(group, {}));
    }
    if (!group.empty()) Check(group);
    return arrow::Status::OK();
  }

 private:
  std::string Query(const std::vector<Expression>& group) const {
    std::string sql = "SELECT ";
    for (size_t i = 0; i < group.size(); ++i) sql += fmt::format("{}{} AS c{}", i == 0 ? "" : ",\n", group[i].text, i);
    // Titles read "from t".
    return file_.Setup() + sql + (section_->title.empty() ? "" : " FROM " + section_->title.substr(5)) + ";\n";
  }

  void Check(const std::vector<Expression>& group) {
    const std::string sql = Query(group);
    auto program = Program::Plan(sql, /*batch=*/true);
    if (!program.ok()) return Failed(group, program.status());
    for (int64_t batch_rows : kBatchRows) {
      RunSettings settings;
      settings.batch_rows = batch_rows;
      auto result = (*program)->Run(inputs_, settings);
      if (!result.ok()) return Failed(group, result.status());
      const auto found = Columns(*result, group.size());
      for (size_t i = 0; i < group.size(); ++i) {
        if (!Matches(group[i], found[i], settings)) failed_lines_.push_back(group[i].line);
      }
    }
    for (const auto& expression : group) {
      if (std::find(failed_lines_.begin(), failed_lines_.end(), expression.line) == failed_lines_.end())
        report_->Pass(Name(expression));
    }
  }

  /// "values :: type" of each column of the result.
  std::vector<std::string> Columns(const ProgramResult& result, size_t count) const {
    std::vector<std::string> found(count);
    for (size_t row = 0; row < result.rows.size(); ++row) {
      std::string_view rest = result.rows[row];
      for (size_t i = 0; i < count; ++i) {
        const size_t end = i + 1 == count ? std::string_view::npos : rest.find(" | ");
        found[i] += (row == 0 ? "" : " | ") + std::string(rest.substr(0, end));
        if (end != std::string_view::npos) rest.remove_prefix(end + 3);
      }
    }
    std::string_view types = result.columns;
    for (size_t i = 0; i < count; ++i) {
      const size_t start = types.find(fmt::format("c{} ", i)) + fmt::format("c{} ", i).size();
      const size_t end = types.find(fmt::format(", c{} ", i + 1), start);
      found[i] +=
          std::string(kTypeMark) + std::string(types.substr(start, end == std::string_view::npos ? end : end - start));
    }
    return found;
  }

  bool Matches(const Expression& expression, const std::string& found, const RunSettings& settings) {
    if (options_.rewrite) {
      section_->body[expression.line] = expression.text + std::string(kArrow) + found;
      return true;
    }
    if (found == expression.expected) return true;
    if (std::find(failed_lines_.begin(), failed_lines_.end(), expression.line) != failed_lines_.end()) return false;
    const auto type_of = [](const std::string& text) {
      return text.substr(std::min(text.rfind(kTypeMark), text.size()));
    };
    const bool wrong_type = type_of(found) != type_of(expression.expected);
    report_->Fail(Name(expression), wrong_type ? "wrong type" : "wrong value",
                  fmt::format("    - {}\n    + {}  ({})", expression.expected, found, settings.ToString()));
    return false;
  }

  /// Halves the group until the failing ones stand alone.
  void Failed(const std::vector<Expression>& group, const arrow::Status& status) {
    if (group.size() > 1) {
      const auto middle = group.begin() + static_cast<ptrdiff_t>(group.size() / 2);
      Check({group.begin(), middle});
      Check({middle, group.end()});
      return;
    }
    const Expression& expression = group.front();
    if (ExpectsError(expression)) return report_->Pass(Name(expression));
    std::string message = status.message();
    const size_t error = message.find("error: ");
    if (error != std::string::npos) message = message.substr(error + 7);
    report_->Fail(Name(expression), message.substr(0, message.find('\n')),
                  "    - " + expression.expected + "\n    + " + message);
  }

  std::string Name(const Expression& expression) const { return file_.path + ": " + expression.text; }

  const GoldenFile& file_;
  Section* section_;
  const CaseOptions& options_;
  Report* report_;
  std::map<std::string, std::string> inputs_;
  std::vector<size_t> failed_lines_;
};

}  // namespace

void CheckExpressions(const GoldenFile& file, Section* section, const CaseOptions& options, Report* report) {
  const auto status = ExpressionRunner(file, section, options, report).Run();
  if (!status.ok()) report->Fail(CaseName(file, *section), "bad golden file", status.message());
}

}  // namespace tidemark::golden
