// SPDX-License-Identifier: Apache-2.0
// The three kinds of golden tests.
#pragma once

#include <arrow/result.h>

#include <string>

#include "golden/golden_file.h"
#include "golden/report.h"

namespace tidemark::golden {

struct CaseOptions {
  bool rewrite = false;  ///< put what came out in the place of what was expected
  bool quick = false;    ///< one setting only
  bool spills = false;   ///< state is kept on disk
};

/// "file: title", as in the list of known failures.
std::string CaseName(const GoldenFile& file, const Section& section);

/// One "=== case": plans it in each mode, runs it with every setting, compares columns, rows and written lines.
void CheckProgram(const GoldenFile& file, Section* section, const CaseOptions& options, Report* report);

/// One "=== expressions": every expression is a test of its own.
void CheckExpressions(const GoldenFile& file, Section* section, const CaseOptions& options, Report* report);

/// One wrong script, NAME.sql, whose error must read as NAME.error does.
void CheckError(const std::string& sql_file, const CaseOptions& options, Report* report);

}  // namespace tidemark::golden
