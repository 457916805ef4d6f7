// SPDX-License-Identifier: Apache-2.0
// Most names are the same in both clients, so librdkafka itself decides about them; what differs stands in tables here.
#include "connectors/kafka/client_properties.h"

#include <arrow/status.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string_view>

#include "catalog/configuration.h"
#include "sql/diagnostic.h"
#include "sql/secret_options.h"

namespace tidemark::connectors::kafka {
namespace {

constexpr std::string_view kPrefix = "properties.";

struct Renamed {
  std::string_view java;
  std::string_view librdkafka;
};
constexpr Renamed kRenamed[] = {
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"max.request.size", "message.max.bytes"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"socket.connection.setup.timeout.max.ms", "socket.connection.setup.timeout.ms"},
    {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
    {"ssl.keystore.key", "ssl.key.pem"},
    {"ssl.truststore.certificates", "ssl.ca.pem"},
};

/// Settings of the Java client that have no counterpart: leaving them out changes no result. "x.*": all below x.
constexpr std::string_view kJavaOnly[] = {
    "auto.commit.interval.ms",
    "auto.include.jmx.reporter",
    "client.dns.lookup",
    "confluent.*",
    "enable.auto.commit",
    "enable.metrics.push",
    "exclude.internal.topics",
    "group.protocol",
    "group.remote.assignor",
    "interceptor.classes",
    "internal.*",
    "key.deserializer",
    "key.serializer",
    "max.block.ms",
    "max.poll.records",
    "metadata.max.idle.ms",
    "metadata.recovery.*",
    "metric.reporters",
    "metrics.*",
    "partition.assignment.strategy",
    "partition.discovery.interval.ms",
    "client.id.prefix",
    "commit.offsets.on.checkpoint",
    "register.consumer.metrics",
    "partitioner.adaptive.partitioning.enable",
    "partitioner.availability.timeout.ms",
    "partitioner.class",
    "partitioner.ignore.keys",
    "sasl.login.refresh.*",
    "ssl.enabled.protocols",
    "ssl.keymanager.algorithm",
    "ssl.protocol",
    "ssl.provider",
    "ssl.secure.random.implementation",
    "ssl.trustmanager.algorithm",
    "throw.on.fetch.stable.offset.unsupported",
    "value.deserializer",
    "value.serializer",
};

/// Needs code of the user's inside the Java client, so leaving it out would not do.
constexpr std::string_view kNotSupportedYet[] = {
    "sasl.client.callback.handler.class", "sasl.login.callback.handler.class", "sasl.login.class", "security.providers",
    "ssl.engine.factory.class",
};

/// What tidemark itself decides, because its positions and its order of rows hang on it.
constexpr std::string_view kOurs[] = {
    "enable.auto.offset.store",
    "enable.partition.eof",
    "go.delivery.reports",
    "transactional.id",
};

bool IsAmong(std::string_view key, const std::string_view* begin, const std::string_view* end) {
  return std::any_of(begin, end, [&](std::string_view name) {
    return name.ends_with(".*") ? key.starts_with(name.substr(0, name.size() - 1)) : key == name;
  });
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string OptionName(std::string_view key) { return "'" + std::string(kPrefix) + std::string(key) + "'"; }

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDeleter>;

std::vector<std::string> KnownNames() {
  std::vector<std::string> names = {"bootstrap.servers", "group.id", "auto.offset.reset", "default.api.timeout.ms",
                                    "sasl.jaas.config",  "acks",     "compression.type",  "isolation.level"};
  for (const auto& renamed : kRenamed) names.emplace_back(renamed.java);
  size_t count = 0;
  const Conf conf(rd_kafka_conf_new());
  const char** dump = rd_kafka_conf_dump(conf.get(), &count);
  for (size_t i = 0; i < count; i += 2) names.emplace_back(dump[i]);
  rd_kafka_conf_dump_free(dump, count);
  for (auto& name : names) name.insert(0, kPrefix);
  return names;
}

/// name="value" pairs behind the class of a login module, as Java reads them; quotes and backslashes as written.
arrow::Result<std::map<std::string, std::string>> ParseJaas(std::string_view text, std::string* module) {
  const auto fail = [] {
    return arrow::Status::Invalid("Option ", OptionName("sasl.jaas.config"),
                                  " must look like: org.apache.kafka.common.security.plain.PlainLoginModule required "
                                  "username=\"...\" password=\"...\";");
  };
  size_t at = 0;
  const auto skip_space = [&] {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) ++at;
  };
  const auto word = [&](std::string_view stops) {
    std::string found;
    while (at < text.size() && !std::isspace(static_cast<unsigned char>(text[at])) &&
           stops.find(text[at]) == std::string_view::npos)
      found += text[at++];
    return found;
  };
  skip_space();
  *module = word("=;");
  skip_space();
  const std::string control = Lower(word("=;"));
  if (module->empty() ||
      (control != "required" && control != "requisite" && control != "sufficient" && control != "optional"))
    return fail();
  std::map<std::string, std::string> values;
  while (true) {
    skip_space();
    if (at >= text.size() || text[at] == ';') return values;
    const std::string name = word("=;");
    skip_space();
    if (name.empty() || at >= text.size() || text[at] != '=') return fail();
    ++at;
    skip_space();
    if (at >= text.size()) return fail();
    const char quote = text[at];
    if (quote != '"' && quote != '\'') {
      values[name] = word(";");
      continue;
    }
    std::string value;
    for (++at; at < text.size() && text[at] != quote; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      value += text[at];
    }
    if (at++ >= text.size()) return fail();
    values[name] = std::move(value);
  }
}

class Translator {
 public:
  explicit Translator(ClientProperties* out) : out_(*out) {}

  arrow::Status Add(const std::string& key, const std::string& value) {
    if (IsAmong(key, std::begin(kNotSupportedYet), std::end(kNotSupportedYet)))
      return sql::NotSupportedYet({}, "Option " + OptionName(key));
    if (IsAmong(key, std::begin(kOurs), std::end(kOurs)))
      return arrow::Status::Invalid("Option ", OptionName(key), " cannot be set: tidemark decides it");
    if (key == "bootstrap.servers") {
      out_.brokers = value;
      return Set(key, key, value);
    }
    if (key == "group.id") {
      out_.group_id = value;
      return Set(key, key, value);
    }
    if (key == "auto.offset.reset") return AddOffsetReset(value);
    if (key == "default.api.timeout.ms") return AddTimeout(key, value);
    if (key == "enable.auto.commit" && Lower(value) == "false") return arrow::Status::OK();
    if (key == "sasl.jaas.config") return AddJaas(value);
    if (key == "sasl.mechanism" || key == "sasl.mechanisms") return AddMechanism(key, value);
    if (key == "buffer.memory") return AddBufferMemory(key, value);
    if (key == "ssl.endpoint.identification.algorithm") return Set(key, key, value.empty() ? "none" : Lower(value));
    if (key.starts_with("ssl.truststore.") && key != "ssl.truststore.certificates")
      return AddStore(key, value, &trust_);
    if (key.starts_with("ssl.keystore.") && !IsRenamed(key)) return AddStore(key, value, &keys_);
    if (IsAmong(key, std::begin(kJavaOnly), std::end(kJavaOnly))) {
      out_.ignored.push_back(std::string(kPrefix) + key);
      return arrow::Status::OK();
    }
    for (const auto& renamed : kRenamed) {
      if (renamed.java == key) return Set(key, std::string(renamed.librdkafka), value);
    }
    return Set(key, key, key == "security.protocol" || key == "acks" ? Lower(value) : value);
  }

  arrow::Status Finish() {
    ARROW_RETURN_NOT_OK(CheckStoreType(trust_, "truststore"));
    if (!trust_.location.empty())
      ARROW_RETURN_NOT_OK(Set("ssl.truststore.location", "ssl.ca.location", trust_.location));
    if (keys_.location.empty()) return arrow::Status::OK();
    if (keys_.is_pkcs12()) {
      ARROW_RETURN_NOT_OK(Set("ssl.keystore.location", "ssl.keystore.location", keys_.location));
      return Set("ssl.keystore.password", "ssl.keystore.password", keys_.password);
    }
    ARROW_RETURN_NOT_OK(CheckStoreType(keys_, "keystore"));
    // A PEM store holds the certificates and the key in one file.
    ARROW_RETURN_NOT_OK(Set("ssl.keystore.location", "ssl.certificate.location", keys_.location));
    return Set("ssl.keystore.location", "ssl.key.location", keys_.location);
  }

 private:
  struct Store {
    std::string location;
    std::string password;
    std::string type;
    bool ends_with(std::string_view end) const { return Lower(location).ends_with(end); }
    bool is_pkcs12() const {
      return type == "pkcs12" || (type.empty() && (ends_with(".p12") || ends_with(".pfx") || ends_with(".pkcs12")));
    }
    bool is_jks() const { return type == "jks" || (type.empty() && ends_with(".jks")); }
  };

  static bool IsRenamed(std::string_view key) {
    return std::any_of(std::begin(kRenamed), std::end(kRenamed), [&](const Renamed& r) { return r.java == key; });
  }

  arrow::Status Set(const std::string& key, const std::string& name, const std::string& value) {
    static const std::vector<std::string> known = KnownNames();
    char reason[512];
    const auto result = rd_kafka_conf_set(scratch_.get(), name.c_str(), value.c_str(), reason, sizeof(reason));
    if (result == RD_KAFKA_CONF_UNKNOWN) {
      const std::string near = sql::DidYouMean(std::string(kPrefix) + key, known);
      return sql::SqlError({}, "Unknown option " + OptionName(key),
                           near.empty() ? "It is neither a setting of the Java client nor one of librdkafka." : near);
    }
    if (result == RD_KAFKA_CONF_INVALID) {
      return arrow::Status::Invalid("Option ", OptionName(key), ": ",
                                    sql::IsSecretOption(key) ? "this value is refused" : std::string(reason));
    }
    out_.settings[name] = value;
    return arrow::Status::OK();
  }

  arrow::Status AddOffsetReset(const std::string& value) {
    const std::string reset = Lower(value);
    if (reset == "earliest") out_.offset_reset = OffsetReset::kEarliest;
    if (reset == "latest") out_.offset_reset = OffsetReset::kLatest;
    if (reset == "earliest" || reset == "latest" || reset == "none") return arrow::Status::OK();
    return arrow::Status::Invalid("Option ", OptionName("auto.offset.reset"),
                                  " must be earliest, latest or none, not '", value, "'");
  }

  arrow::Status AddTimeout(const std::string& key, const std::string& value) {
    const auto parsed = ParseInteger(value);
    if (!parsed.ok() || *parsed <= 0 || *parsed > 3'600'000)
      return arrow::Status::Invalid("Option ", OptionName(key),
                                    " must be a number of milliseconds up to 3600000, not '", value, "'");
    out_.timeout_ms = *parsed;
    return arrow::Status::OK();
  }

  arrow::Status AddBufferMemory(const std::string& key, const std::string& value) {
    const auto parsed = ParseInteger(value);
    if (!parsed.ok() || *parsed <= 0)
      return arrow::Status::Invalid("Option ", OptionName(key), " must be a number of bytes, not '", value, "'");
    return Set(key, "queue.buffering.max.kbytes", std::to_string(std::max<int64_t>(1, *parsed / 1024)));
  }

  arrow::Status AddMechanism(const std::string& key, const std::string& value) {
    for (const char* known : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
      if (value == known) return Set(key, "sasl.mechanism", value);
    }
    for (const char* known : {"GSSAPI", "OAUTHBEARER", "AWS_MSK_IAM"}) {
      if (value == known)
        return sql::NotSupportedYet({}, "Option " + OptionName(key) + " = '" + value + "'",
                                    "There is: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512.");
    }
    return arrow::Status::Invalid("Option ", OptionName(key), " must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, not '",
                                  value, "'");
  }

  arrow::Status AddJaas(const std::string& text) {
    std::string module;
    ARROW_ASSIGN_OR_RAISE(auto values, ParseJaas(text, &module));
    // Shaded clients have their own package in front of the class.
    if (!module.ends_with(".PlainLoginModule") && !module.ends_with(".ScramLoginModule")) {
      return sql::NotSupportedYet({}, "Option " + OptionName("sasl.jaas.config") + " with " + module,
                                  "There is: PlainLoginModule, ScramLoginModule.");
    }
    for (const char* name : {"username", "password"}) {
      if (!values.contains(name))
        return arrow::Status::Invalid("Option ", OptionName("sasl.jaas.config"), " has no ", name, "=\"...\"");
      ARROW_RETURN_NOT_OK(Set("sasl.jaas.config", std::string("sasl.") + name, values[name]));
    }
    return arrow::Status::OK();
  }

  arrow::Status AddStore(const std::string& key, const std::string& value, Store* store) {
    const std::string part = key.substr(key.rfind('.') + 1);
    if (part == "location") store->location = value;
    if (part == "password") store->password = value;
    if (part == "type") store->type = Lower(value);
    if (part == "location" || part == "password" || part == "type") return arrow::Status::OK();
    return Set(key, key, value);
  }

  static arrow::Status CheckStoreType(const Store& store, const std::string& name) {
    if (!store.is_jks() && !store.is_pkcs12()) return arrow::Status::OK();
    return arrow::Status::Invalid("Option ", OptionName("ssl." + name + ".location"), ": a ", name, " of type ",
                                  store.is_jks() ? "JKS" : "PKCS12", " cannot be read; give a PEM file",
                                  name == "truststore"
                                      ? " (keytool -exportcert -rfc -keystore ... -alias ... > ca.pem)"
                                      : " or a PKCS12 one (keytool -importkeystore -deststoretype pkcs12 ...)");
  }

  ClientProperties& out_;
  Conf scratch_{rd_kafka_conf_new()};
  Store trust_;
  Store keys_;
};

}  // namespace

arrow::Result<ClientProperties> ReadClientProperties(const TableOptions& options) {
  ClientProperties properties;
  Translator translator(&properties);
  for (const auto& [key, value] : options) {
    if (key.starts_with(kPrefix)) ARROW_RETURN_NOT_OK(translator.Add(key.substr(kPrefix.size()), value));
  }
  ARROW_RETURN_NOT_OK(translator.Finish());
  if (properties.brokers.empty()) return arrow::Status::Invalid("Option 'properties.bootstrap.servers' is empty");
  return properties;
}

}  // namespace tidemark::connectors::kafka
