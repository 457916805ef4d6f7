// SPDX-License-Identifier: Apache-2.0
// What TAB offers.
#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/session.h"
#include "sql/parser.h"

namespace tidemark::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() : session_(SystemClock()) {
    const std::string script =
        "CREATE TABLE clicks (user_id INT, url STRING, used BOOLEAN) WITH ('connector' = 'datagen');"
        "CREATE TABLE users (id INT, `näme` STRING) WITH ('connector' = 'datagen');";
    auto parsed = sql::ParseScript(script).ValueOrDie();
    for (auto& statement : parsed) EXPECT_TRUE(session_.Prepare(std::move(statement), script).ok());
  }

  /// `script` has the cursor at '|'.
  Completion At(const std::string& script) const {
    const auto cursor = script.find('|');
    return CompletionAt(script.substr(0, cursor), script.substr(cursor + 1), session_);
  }
  std::vector<std::string> Words(const std::string& script) const { return At(script).words; }

  server::Session session_;
};

TEST_F(CompletionTest, KeysInTheStringOfSetAndReset) {
  const Completion offer = At("SET 'execution.r|");
  EXPECT_EQ(offer.typed, "execution.r");
  EXPECT_THAT(offer.words, ElementsAre("execution.runtime-mode"));
  EXPECT_EQ(offer.close, '\'');
  EXPECT_EQ(At("SET 'execution.r|'").close, '\0');
  EXPECT_THAT(Words("SELECT 1;\nreset 'execution.|"),
              ElementsAre("execution.checkpointing.dir", "execution.checkpointing.interval",
                          "execution.checkpointing.num-retained", "execution.checkpointing.savepoint-dir",
                          "execution.checkpointing.timeout", "execution.checkpointing.tolerable-failed-checkpoints",
                          "execution.runtime-mode"));
  EXPECT_THAT(Words("SET '|"), Contains("tidemark.memory"));
  EXPECT_THAT(Words("SET 'table.exec.mini-batch.a|"), ElementsAre("table.exec.mini-batch.allow-latency"));
}

TEST_F(CompletionTest, KeysWithoutQuotes) {
  EXPECT_THAT(Words("SET execution.runtime-|"), ElementsAre("execution.runtime-mode"));
  EXPECT_THAT(Words("SET tidemark.mem|"), ElementsAre("tidemark.memory"));
  EXPECT_THAT(Words("SE|"), Contains("SET"));
  EXPECT_THAT(Words("SET|"), Contains("SETS"));
}

TEST_F(CompletionTest, NothingInOtherStrings) {
  EXPECT_THAT(Words("SET 'execution.runtime-mode' = 's|"), IsEmpty());
  EXPECT_THAT(Words("SELECT 'u|"), IsEmpty());
  EXPECT_THAT(Words("SELECT 'it''s u|"), IsEmpty());
  EXPECT_THAT(Words("SELECT 'a\nu|"), IsEmpty());
  EXPECT_THAT(Words("SELECT 'a' || u|"), Contains("user_id"));
  EXPECT_THAT(Words("SELECT 'a' -- it's\n, u|"), Contains("user_id"));
}

TEST_F(CompletionTest, ColumnsOfATable) {
  const Completion offer = At("SELECT 1+clicks.us|");
  EXPECT_EQ(offer.typed, "clicks.us");
  EXPECT_THAT(offer.words, ElementsAre("clicks.used", "clicks.user_id"));
  EXPECT_THAT(Words("SELECT clicks.|"), ElementsAre("clicks.url", "clicks.used", "clicks.user_id"));
  EXPECT_THAT(Words("SELECT users.n|"), ElementsAre("users.näme"));
  EXPECT_THAT(Words("SELECT none.|"), IsEmpty());
}

TEST_F(CompletionTest, ColumnsOfAnAlias) {
  EXPECT_THAT(Words("SELECT c.us| FROM clicks AS c"), ElementsAre("c.used", "c.user_id"));
  EXPECT_THAT(Words("SELECT *\nFROM clicks c JOIN users u ON c.user_id = u.|"), ElementsAre("u.id", "u.näme"));
  EXPECT_THAT(Words("SELECT * FROM clicks c; SELECT c.|"), IsEmpty());
}

TEST_F(CompletionTest, TheLanguageInTheCaseOfWhatIsTyped) {
  EXPECT_THAT(Words("sel|"), ElementsAre("select"));
  EXPECT_THAT(Words("SEL|"), ElementsAre("SELECT"));
  EXPECT_THAT(Words("SELECT * FROM cl|"), Contains("clicks"));
  EXPECT_THAT(Words("SELECT a|"), Not(Contains("tidemark.memory")));
}

}  // namespace
}  // namespace tidemark::cli
