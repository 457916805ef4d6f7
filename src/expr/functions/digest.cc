// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4).
#include "expr/functions/digest.h"

#include <array>
#include <bit>
#include <cstring>

namespace tidemark::expr {
namespace {

/// Fractions of the cube roots of the first primes.
constexpr std::array<uint32_t, 64> kSha256Rounds = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
constexpr std::array<uint64_t, 80> kSha512Rounds = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};
/// Fractions of the sines of 1 to 64.
constexpr std::array<uint32_t, 64> kMd5Rounds = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr std::array<uint8_t, 16> kMd5Shifts = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

template <typename Word>
Word LoadBig(const uint8_t* at) {
  Word word = 0;
  for (size_t i = 0; i < sizeof(Word); ++i) word = static_cast<Word>(word << 8 | at[i]);
  return word;
}

struct Md5 {
  using Word = uint32_t;
  static constexpr bool kBigEndian = false;
  static constexpr size_t kWords = 4;

  static void Block(const uint8_t* block, std::array<Word, 8>* state) {
    std::array<uint32_t, 16> words;
    std::memcpy(words.data(), block, 64);
    auto [a, b, c, d] = std::array<uint32_t, 4>{(*state)[0], (*state)[1], (*state)[2], (*state)[3]};
    for (int i = 0; i < 64; ++i) {
      const int round = i / 16;
      const uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                             : round == 1 ? (d & b) | (~d & c)
                             : round == 2 ? b ^ c ^ d
                                          : c ^ (b | ~d);
      constexpr int kSteps[] = {1, 5, 3, 7};
      constexpr int kStarts[] = {0, 1, 5, 0};
      const uint32_t word = words[static_cast<size_t>((kSteps[round] * i + kStarts[round]) % 16)];
      const uint32_t sum = a + mixed + kMd5Rounds[static_cast<size_t>(i)] + word;
      a = d;
      d = c;
      c = b;
      b += std::rotl(sum, kMd5Shifts[static_cast<size_t>(4 * round + i % 4)]);
    }
    (*state)[0] += a;
    (*state)[1] += b;
    (*state)[2] += c;
    (*state)[3] += d;
  }
};

struct Sha1 {
  using Word = uint32_t;
  static constexpr bool kBigEndian = true;
  static constexpr size_t kWords = 5;

  static void Block(const uint8_t* block, std::array<Word, 8>* state) {
    std::array<uint32_t, 80> words;
    for (size_t i = 0; i < 16; ++i) words[i] = LoadBig<uint32_t>(block + 4 * i);
    for (size_t i = 16; i < 80; ++i)
      words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    auto [a, b, c, d, e] = std::array<uint32_t, 5>{(*state)[0], (*state)[1], (*state)[2], (*state)[3], (*state)[4]};
    for (size_t i = 0; i < 80; ++i) {
      constexpr uint32_t kRounds[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
      const size_t round = i / 20;
      const uint32_t mixed = round == 0 ? (b & c) | (~b & d) : round == 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
      const uint32_t sum = std::rotl(a, 5) + mixed + e + kRounds[round] + words[i];
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = sum;
    }
    const uint32_t added[] = {a, b, c, d, e};
    for (size_t i = 0; i < 5; ++i) (*state)[i] += added[i];
  }
};

template <typename WordType, size_t kRounds>
struct Sha2 {
  using Word = WordType;
  static constexpr bool kBigEndian = true;
  static constexpr size_t kWords = 8;
  static constexpr bool kWide = sizeof(Word) == 8;

  /// Two rotations and a third one, or a shift.
  static Word Mix(Word x, int a32, int b32, int c32, int a64, int b64, int c64, bool shift) {
    const Word last = shift ? x >> (kWide ? c64 : c32) : std::rotr(x, kWide ? c64 : c32);
    return std::rotr(x, kWide ? a64 : a32) ^ std::rotr(x, kWide ? b64 : b32) ^ last;
  }
  static Word RoundConstant(size_t i) {
    if constexpr (kWide) {
      return kSha512Rounds[i];
    } else {
      return kSha256Rounds[i];
    }
  }

  static void Block(const uint8_t* block, std::array<Word, 8>* state) {
    std::array<Word, kRounds> words;
    for (size_t i = 0; i < 16; ++i) words[i] = LoadBig<Word>(block + sizeof(Word) * i);
    for (size_t i = 16; i < kRounds; ++i) {
      words[i] = words[i - 16] + Mix(words[i - 15], 7, 18, 3, 1, 8, 7, true) + words[i - 7] +
                 Mix(words[i - 2], 17, 19, 10, 19, 61, 6, true);
    }
    std::array<Word, 8> v = *state;
    for (size_t i = 0; i < kRounds; ++i) {
      const Word chosen = (v[4] & v[5]) ^ (~v[4] & v[6]);
      const Word majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
      const Word first = v[7] + Mix(v[4], 6, 11, 25, 14, 18, 41, false) + chosen + RoundConstant(i) + words[i];
      const Word second = Mix(v[0], 2, 13, 22, 28, 34, 39, false) + majority;
      v = {first + second, v[0], v[1], v[2], v[3] + first, v[4], v[5], v[6]};
    }
    for (size_t i = 0; i < 8; ++i) (*state)[i] += v[i];
  }
};

/// Runs the blocks of the message and of its padding (a one bit, zeros, the length in bits), and writes `size` bytes.
template <typename Algorithm>
void Digest(std::string_view bytes, std::array<typename Algorithm::Word, 8> state, uint8_t* digest, size_t size) {
  using Word = typename Algorithm::Word;
  constexpr size_t kBlock = 16 * sizeof(Word);
  constexpr size_t kLength = 2 * sizeof(Word);
  const auto* at = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t rest = bytes.size();
  for (; rest >= kBlock; rest -= kBlock, at += kBlock) Algorithm::Block(at, &state);
  std::array<uint8_t, 2 * kBlock> tail{};
  std::memcpy(tail.data(), at, rest);
  tail[rest] = 0x80;
  const size_t blocks = rest + 1 + kLength <= kBlock ? 1 : 2;
  const uint64_t bits = static_cast<uint64_t>(bytes.size()) * 8;
  for (size_t i = 0; i < 8; ++i) {
    const size_t place = Algorithm::kBigEndian ? blocks * kBlock - 1 - i : blocks * kBlock - kLength + i;
    tail[place] = static_cast<uint8_t>(bits >> (8 * i));
  }
  for (size_t i = 0; i < blocks; ++i) Algorithm::Block(tail.data() + i * kBlock, &state);
  for (size_t i = 0; i < size; ++i) {
    const size_t byte = i % sizeof(Word);
    const size_t shift = 8 * (Algorithm::kBigEndian ? sizeof(Word) - 1 - byte : byte);
    digest[i] = static_cast<uint8_t>(state[i / sizeof(Word)] >> shift);
  }
}

using Sha256 = Sha2<uint32_t, 64>;
using Sha512 = Sha2<uint64_t, 80>;

constexpr std::array<uint32_t, 8> kSha1Start = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0, 0, 0, 0};
constexpr std::array<uint32_t, 8> kSha224Start = {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939,
                                                  0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4};
constexpr std::array<uint32_t, 8> kSha256Start = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
constexpr std::array<uint64_t, 8> kSha384Start = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
                                                  0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
                                                  0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
constexpr std::array<uint64_t, 8> kSha512Start = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                                  0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                                  0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

}  // namespace

void ComputeDigest(DigestAlgorithm algorithm, std::string_view bytes, uint8_t* digest) {
  const size_t size = DigestSize(algorithm);
  switch (algorithm) {
    case DigestAlgorithm::kMd5:
      return Digest<Md5>(bytes, kSha1Start, digest, size);
    case DigestAlgorithm::kSha1:
      return Digest<Sha1>(bytes, kSha1Start, digest, size);
    case DigestAlgorithm::kSha224:
      return Digest<Sha256>(bytes, kSha224Start, digest, size);
    case DigestAlgorithm::kSha256:
      return Digest<Sha256>(bytes, kSha256Start, digest, size);
    case DigestAlgorithm::kSha384:
      return Digest<Sha512>(bytes, kSha384Start, digest, size);
    case DigestAlgorithm::kSha512:
      return Digest<Sha512>(bytes, kSha512Start, digest, size);
  }
}

}  // namespace tidemark::expr
