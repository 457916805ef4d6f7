// SPDX-License-Identifier: Apache-2.0
// MD5, SHA1, SHA224, SHA256, SHA384, SHA512, SHA2: digests as lower-case hexadecimal digits; HASH_CODE.
#include <string_view>

#include "expr/functions/define.h"
#include "expr/functions/digest.h"
#include "expr/functions/register.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

void AppendDigest(std::string_view bytes, DigestAlgorithm algorithm, StringSink& out) {
  uint8_t digest[kDigestSizeMax];
  ComputeDigest(algorithm, bytes, digest);
  const size_t size = DigestSize(algorithm);
  char* target = out.Extend(2 * static_cast<int64_t>(size));
  if (target == nullptr) return;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < size; ++i) {
    target[2 * i] = kDigits[digest[i] >> 4];
    target[2 * i + 1] = kDigits[digest[i] & 15];
  }
}

arrow::Status Sha2(std::string_view bytes, int64_t bits, StringSink& out) {
  for (DigestAlgorithm algorithm :
       {DigestAlgorithm::kSha224, DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
    if (static_cast<int64_t>(8 * DigestSize(algorithm)) != bits) continue;
    AppendDigest(bytes, algorithm, out);
    return arrow::Status::OK();
  }
  return arrow::Status::Invalid("SHA2 has digests of 224, 256, 384 and 512 bits, not of ", bits);
}

/// The code of the character that starts at `at`.
uint32_t CodePointAt(std::string_view text, size_t at) {
  const size_t width = Utf8Width(text[at]);
  const auto lead = static_cast<unsigned char>(text[at]);
  uint32_t code = width == 1 ? lead : lead & (0xFFu >> (width + 1));
  for (size_t i = 1; i < width && at + i < text.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3F);
  return code;
}

/// Java's String.hashCode without its sign: over UTF-16 units.
int32_t HashCode(std::string_view text) {
  uint32_t hash = 0;
  for (size_t at = 0; at < text.size(); at += Utf8Width(text[at])) {
    const uint32_t code = CodePointAt(text, at);
    if (code < 0x10000) {
      hash = 31 * hash + code;
    } else {
      hash = 31 * hash + (0xD800 + ((code - 0x10000) >> 10));
      hash = 31 * hash + (0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }
  // The least INT has no positive counterpart.
  const auto sign = static_cast<int32_t>(hash);
  return sign < 0 ? static_cast<int32_t>(0 - hash) : sign;
}

void AddDigest(FunctionRegistry* registry, const std::string& name, DigestAlgorithm algorithm) {
  const auto hex_digits = static_cast<int32_t>(2 * DigestSize(algorithm));
  KernelFactory kernel =
      MapRows([algorithm](std::string_view bytes, StringSink& out) { AppendDigest(bytes, algorithm, out); });
  registry->Add(Define(name, {Signature{{StringOrBytesArg()}, Returns(DataType::Char(hex_digits))}}, std::move(kernel),
                       {name + "(text)", "The " + name + " digest in hexadecimal digits"}));
}

}  // namespace

void RegisterHash(FunctionRegistry* registry) {
  AddDigest(registry, "MD5", DigestAlgorithm::kMd5);
  AddDigest(registry, "SHA1", DigestAlgorithm::kSha1);
  AddDigest(registry, "SHA224", DigestAlgorithm::kSha224);
  AddDigest(registry, "SHA256", DigestAlgorithm::kSha256);
  AddDigest(registry, "SHA384", DigestAlgorithm::kSha384);
  AddDigest(registry, "SHA512", DigestAlgorithm::kSha512);
  registry->Add(Define("HASH_CODE", {Signature{{TextArg()}, Returns(DataType::Int())}}, MapRows(Inline<HashCode>()),
                       {"HASH_CODE(text)", "A number of 31 bits made of the text"}));
  registry->Add(DefineFallible(
      "SHA2", {Signature{{StringOrBytesArg(), CountArg()}, Returns(DataType::VarChar(128))}}, MapRows(Inline<Sha2>()),
      {"SHA2(text, bits)", "The SHA-2 digest of 224, 256, 384 or 512 bits in hexadecimal digits"}));
}

}  // namespace tidemark::expr
