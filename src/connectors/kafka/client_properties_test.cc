// SPDX-License-Identifier: Apache-2.0
// Properties by the names of the Java client: what becomes of them, and what is refused.
#include "connectors/kafka/client_properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::connectors::kafka {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

arrow::Result<ClientProperties> Read(const TableOptions& options) {
  TableOptions prefixed = {{"properties.bootstrap.servers", "a:1,b:2"}, {"topic", "t"}};
  for (const auto& [key, value] : options) prefixed["properties." + key] = value;
  return ReadClientProperties(prefixed);
}

std::string Error(const TableOptions& options) { return Read(options).status().ToString(); }

TEST(ClientProperties, TakesOverWhatBothClientsKnow) {
  const auto properties =
      Read({{"group.id", "g"}, {"isolation.level", "read_committed"}, {"linger.ms", "7"}, {"compression.type", "zstd"}})
          .ValueOrDie();
  EXPECT_EQ(properties.brokers, "a:1,b:2");
  EXPECT_EQ(properties.group_id, "g");
  EXPECT_EQ(properties.settings.at("linger.ms"), "7");
  EXPECT_EQ(properties.settings.count("topic"), 0);
}

TEST(ClientProperties, TranslatesWhatHasAnotherName) {
  const auto properties = Read({{"fetch.max.wait.ms", "50"},
                                {"buffer.memory", "33554432"},
                                {"max.request.size", "2000000"},
                                {"ssl.endpoint.identification.algorithm", ""},
                                {"default.api.timeout.ms", "3000"},
                                {"auto.offset.reset", "earliest"}})
                              .ValueOrDie();
  EXPECT_THAT(properties.settings, Contains(Pair("fetch.wait.max.ms", "50")));
  EXPECT_THAT(properties.settings, Contains(Pair("queue.buffering.max.kbytes", "32768")));
  EXPECT_THAT(properties.settings, Contains(Pair("message.max.bytes", "2000000")));
  EXPECT_THAT(properties.settings, Contains(Pair("ssl.endpoint.identification.algorithm", "none")));
  EXPECT_EQ(properties.timeout_ms, 3000);
  EXPECT_EQ(properties.offset_reset, OffsetReset::kEarliest);
}

TEST(ClientProperties, ReadsTheLoginConfigurationOfJava) {
  const auto properties =
      Read({{"security.protocol", "SASL_SSL"},
            {"sasl.mechanism", "SCRAM-SHA-256"},
            {"sasl.jaas.config",
             "org.apache.flink.kafka.shaded.org.apache.kafka.common.security.scram.ScramLoginModule required\n"
             "  username=\"al\\\"ice\" password='p;w = 1' ;"}})
          .ValueOrDie();
  EXPECT_THAT(properties.settings, Contains(Pair("sasl.username", "al\"ice")));
  EXPECT_THAT(properties.settings, Contains(Pair("sasl.password", "p;w = 1")));
  EXPECT_THAT(properties.settings, Contains(Pair("sasl.mechanism", "SCRAM-SHA-256")));
}

TEST(ClientProperties, TellsWhatIsWrongWithALoginWithoutShowingIt) {
  for (const char* text : {"", "x", "a.PlainLoginModule required username=\"u\" password=\"hidden",
                           "a.PlainLoginModule required password=\"hidden\";",
                           "a.PlainLoginModule needed username=\"u\" password=\"hidden\";"}) {
    EXPECT_THAT(Error({{"sasl.jaas.config", text}}),
                AllOf(HasSubstr("'properties.sasl.jaas.config'"), Not(HasSubstr("hidden"))))
        << text;
  }
  EXPECT_THAT(Error({{"sasl.jaas.config", "com.sun.security.auth.module.Krb5LoginModule required;"}}),
              HasSubstr("not supported yet"));
  EXPECT_THAT(Error({{"sasl.mechanism", "GSSAPI"}}), HasSubstr("not supported yet"));
}

TEST(ClientProperties, StoresOfCertificates) {
  const auto pem = Read({{"ssl.truststore.location", "/ca.pem"},
                         {"ssl.truststore.type", "PEM"},
                         {"ssl.keystore.location", "/me.pem"},
                         {"ssl.key.password", "pw"}})
                       .ValueOrDie();
  EXPECT_THAT(pem.settings, Contains(Pair("ssl.ca.location", "/ca.pem")));
  EXPECT_THAT(pem.settings, Contains(Pair("ssl.certificate.location", "/me.pem")));
  EXPECT_THAT(pem.settings, Contains(Pair("ssl.key.location", "/me.pem")));
  const auto pkcs12 = Read({{"ssl.keystore.location", "/me.p12"}, {"ssl.keystore.password", "pw"}}).ValueOrDie();
  EXPECT_THAT(pkcs12.settings, Contains(Pair("ssl.keystore.password", "pw")));
  EXPECT_THAT(Error({{"ssl.truststore.location", "/ca.jks"}, {"ssl.truststore.password", "pw"}}),
              AllOf(HasSubstr("JKS cannot be read"), HasSubstr("keytool")));
}

TEST(ClientProperties, WhatOnlyJavaKnowsIsNotedAndTheRestRefused) {
  EXPECT_THAT(
      Read({{"max.poll.records", "500"}, {"key.deserializer", "x.Y"}, {"metrics.num.samples", "2"}})
          .ValueOrDie()
          .ignored,
      ElementsAre("properties.key.deserializer", "properties.max.poll.records", "properties.metrics.num.samples"));
  EXPECT_THAT(Error({{"security.protocl", "SSL"}}), HasSubstr("Unknown option 'properties.security.protocl'"));
  EXPECT_THAT(Error({{"linger.ms", "soon"}}), HasSubstr("'properties.linger.ms'"));
  EXPECT_THAT(Error({{"auto.offset.reset", "begin"}}), HasSubstr("earliest, latest or none"));
  EXPECT_THAT(Error({{"transactional.id", "t"}}), HasSubstr("tidemark decides"));
  EXPECT_THAT(Error({{"sasl.login.callback.handler.class", "x.Y"}}), HasSubstr("not supported yet"));
}

}  // namespace
}  // namespace tidemark::connectors::kafka
