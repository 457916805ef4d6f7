// SPDX-License-Identifier: Apache-2.0
#include "cli/state_files.h"

#include <gtest/gtest.h>

namespace tidemark::cli {
namespace {

TEST(StateFolder, OfAStoreHasOneNameHoweverItIsSpelled) {
  for (const std::string scheme : {"s3", "s3a", "s3n", "s3p"}) {
    EXPECT_EQ(StateFolder(scheme + "://bucket/state/").ValueOr("?"), "s3://bucket/state");
    const auto refused = StateFolder(scheme + "://KEY:topsecret@bucket/state");
    EXPECT_TRUE(refused.status().IsInvalid()) << refused.status();
    EXPECT_EQ(refused.status().message().find("topsecret"), std::string::npos);
  }
}

TEST(StateFolder, OfThisMachineIsAPath) {
  EXPECT_EQ(StateFolder("state//").ValueOr("?"), "state");
  EXPECT_EQ(StateFolder("/").ValueOr("?"), "/");
  EXPECT_EQ(StateFolder("file:///var/state").ValueOr("?"), "/var/state");
  EXPECT_EQ(StateFolder("").ValueOr("?"), "");
}

TEST(StateFolder, OfAnotherStoreIsRefused) {
  for (const std::string other : {"gs://bucket/x", "hdfs://host/x", "s3x://bucket/x"}) {
    EXPECT_TRUE(StateFolder(other).status().IsNotImplemented()) << other;
  }
}

}  // namespace
}  // namespace tidemark::cli
