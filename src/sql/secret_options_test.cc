// SPDX-License-Identifier: Apache-2.0
// What is hidden of a line of SQL, and that the rest stays where it was.
#include "sql/secret_options.h"

#include <gtest/gtest.h>

namespace tidemark::sql {
namespace {

TEST(SecretOptions, ByTheirNames) {
  for (const char* key :
       {"properties.sasl.jaas.config", "properties.ssl.keystore.password", "password", "x.Secret-Key"})
    EXPECT_TRUE(IsSecretOption(key)) << key;
  for (const char* key : {"topic", "key.format", "properties.ssl.truststore.location", "key.fields"})
    EXPECT_FALSE(IsSecretOption(key)) << key;
}

TEST(SecretOptions, ValuesBecomeStars) {
  EXPECT_EQ(HideSecrets("WITH ('topic' = 'a', 'password'='it''s', 'x' = 'y')"),
            "WITH ('topic' = 'a', 'password'='*****', 'x' = 'y')");
  EXPECT_EQ(HideSecrets("'sasl.jaas.config' = 'on and"), "'sasl.jaas.config' = '******");
  EXPECT_EQ(HideSecrets("'a.b.PlainLoginModule required password=\"abc\";'"),
            "'a.b.PlainLoginModule required password=\"***\";'");
  for (const char* line : {"", "'", "'password'", "'password' =", "'password' = '", "SELECT 'password' = 1"})
    EXPECT_EQ(HideSecrets(line), line);
}

}  // namespace
}  // namespace tidemark::sql
