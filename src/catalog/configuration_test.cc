// SPDX-License-Identifier: Apache-2.0
// What SET accepts, and what it comes to.
#include "catalog/configuration.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Configuration, ChoicesAreReadInAnyCase) {
  Configuration configuration;
  ASSERT_TRUE(configuration.Set(config::kRuntimeMode, "BATCH").ok());
  EXPECT_EQ(configuration.GetString(config::kRuntimeMode), "batch");
  ASSERT_TRUE(configuration.Set("table.exec.sink.not-null-enforcer", "drop").ok());
  EXPECT_EQ(configuration.GetString("table.exec.sink.not-null-enforcer"), "DROP");
}

TEST(Configuration, ASlipInAKeyIsFound) {
  Configuration configuration;
  EXPECT_FALSE(configuration.Set("execution.runtime-moed", "batch").ok());
  EXPECT_FALSE(configuration.Set("tidemark.nothing", "1").ok());
  EXPECT_TRUE(configuration.Set("table.exec.some-key-of-flink", "1").ok());
}

TEST(Configuration, AWrongValueNamesTheChoices) {
  Configuration configuration;
  EXPECT_NE(configuration.Set(config::kRuntimeMode, "bach").message().find("streaming, batch"), std::string::npos);
  EXPECT_NE(configuration.Set(config::kParallelism, "two").message().find("'two' is not an integer"),
            std::string::npos);
}

TEST(Configuration, CredentialsInAnAddressAreNotKept) {
  Configuration configuration;
  for (const char* key :
       {config::kCheckpointFolder, "execution.checkpointing.savepoint-dir", "state.checkpoints.dir"}) {
    EXPECT_FALSE(configuration.Set(key, "s3://KEY:topsecret@bucket/x").ok());
    EXPECT_TRUE(configuration.GetString(key).empty());
    EXPECT_TRUE(configuration.Set(key, "s3://bucket/x").ok());
  }
}

}  // namespace
}  // namespace tidemark
