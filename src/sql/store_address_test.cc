// SPDX-License-Identifier: Apache-2.0
// Credentials in addresses of object stores.
#include "sql/store_address.h"

#include <gtest/gtest.h>

namespace tidemark::sql {
namespace {

TEST(StoreAddress, CredentialsAreRefusedAndNotRepeated) {
  for (const char* address : {"s3://KEY:topsecret@bucket/x", "s3://KEY:top/secret@bucket", "s3a://topsecret@bucket/x",
                              "S3://KEY:topsecret@bucket", "s3://topsecret:9000/bucket"}) {
    const auto status = CheckStoreAddress(address);
    EXPECT_TRUE(status.IsInvalid()) << address;
    EXPECT_NE(status.message().find("s3.access-key"), std::string::npos);
    EXPECT_EQ(status.message().find("secret@"), std::string::npos);
    EXPECT_EQ(status.message().find("topsecret"), std::string::npos);
  }
}

TEST(StoreAddress, OtherValuesAreFine) {
  for (const char* value : {"", "s3://bucket", "s3://bucket/user@host/10:30", "/folder/a@b:c", "http://a:b@c", "s3",
                            "hdfs://user@host/x"}) {
    EXPECT_TRUE(CheckStoreAddress(value).ok()) << value;
  }
}

TEST(StoreAddress, CredentialsBecomeStars) {
  EXPECT_EQ(HideStoreCredentials("SET 'a'='s3://K:s/x@b/x@y'; SET b = s3a://K@c; --@"),
            "SET 'a'='s3://*********@y'; SET b = s3a://*@c; --@");
  EXPECT_EQ(HideStoreCredentials("'s3://bucket/a@b', 'x@y'"), "'s3://bucket/a@b', 'x@y'");
}

}  // namespace
}  // namespace tidemark::sql
