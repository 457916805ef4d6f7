// SPDX-License-Identifier: Apache-2.0
// Values that would be too long are refused before memory is taken for them.
#include "expr/value_limit.h"

#include <gtest/gtest.h>

#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

TEST(ValueLimit, NamesTheFunction) {
  CheckCalls(
      {{"REPEAT", "STRING ab | INT 2000000000", "STRING", "ERROR REPEAT would give a value of more than 256 MiB"},
       {"REPEAT", "STRING a | BIGINT 9223372036854775807", "STRING", "ERROR REPEAT would give"},
       {"REPEAT", "STRING  | INT 2000000000", "STRING", ""},
       {"LPAD", "STRING a | INT 2147483647 | STRING x", "STRING", "ERROR LPAD would give"},
       {"RPAD", "STRING a | INT 268435457 | STRING xy", "STRING", "ERROR RPAD would give"},
       {"RPAD", "STRING abc | INT 2 | STRING xy", "STRING", "ab"}});
}

TEST(ValueLimit, CountsReplacements) {
  const std::string many(20'000, 'a');
  const std::string each = "STRING " + many + " | STRING a | STRING " + many;
  const std::string everywhere = "STRING " + many + " | STRING  | STRING " + many;
  const std::string none = "STRING " + many + " | STRING b | STRING " + many;
  CheckCalls({{"REPLACE", each.c_str(), "STRING", "ERROR REPLACE would give"},
              {"REPLACE", everywhere.c_str(), "STRING", "ERROR REPLACE would give"},
              {"REPLACE", none.c_str(), "STRING", many.c_str()},
              {"REGEXP_REPLACE", each.c_str(), "STRING", "ERROR REGEXP_REPLACE would give"},
              {"REGEXP_REPLACE", none.c_str(), "STRING", many.c_str()}});
}

TEST(ValueLimit, IsInclusive) {
  EXPECT_TRUE(CheckValueBytes("F", kValueBytesMax).ok());
  EXPECT_TRUE(CheckValueBytes("F", kValueBytesMax + 1).IsCapacityError());
}

}  // namespace
}  // namespace tidemark::expr
