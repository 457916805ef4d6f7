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

TEST(SecretOptions, CredentialsInAddressesBecomeStars) {
  const auto shown = [](std::string_view value) { return ShownOptionValue("path", value); };
  EXPECT_EQ(shown("http://me:secret@host:80/x?a=b"), "http://*********@host:80/x?a=b");
  EXPECT_EQ(shown("https://token@host"), "https://*****@host");
  EXPECT_EQ(shown("https://host/x?user=u&password=p%20q&sig=abc#y"), "https://host/x?user=u&password=*****&sig=***#y");
  EXPECT_EQ(shown("s3a://KEY:a/b@bucket/x"), "s3a://*******@bucket/x");
  EXPECT_EQ(shown("http://a:b@c, ldap://d:e@f"), "http://***@c, ldap://***@f");
  EXPECT_EQ(HideSecrets("'url' = 'http://u:p@h/x?token=abc')"), "'url' = 'http://***@h/x?token=***')");
  for (const char* value :
       {"", "/data/a@b", "file:///data/x?y", "host:9092", "http://host/a@b?c", "://", "a://@b", "x?"})
    EXPECT_EQ(shown(value), value);
  EXPECT_EQ(ShownOptionValue("password", "http://host"), kHiddenValue);
}

}  // namespace
}  // namespace tidemark::sql
