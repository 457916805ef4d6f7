// SPDX-License-Identifier: Apache-2.0
// Runs a fuzzer's entry point without libFuzzer: every file of a corpus, then seeded mutations of them until the time
// is up. It lets the ordinary test command try the parsers with any compiler; the real fuzzer follows coverage.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::string;

constexpr uint64_t kSeed = 20260101;
constexpr size_t kMaxMutations = 8;
constexpr size_t kInputBytesMax = 64 * 1024;

void Run(const Input& input) { LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size()); }

Input ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void AddCorpus(const std::filesystem::path& path, std::vector<Input>* corpus) {
  if (std::filesystem::is_regular_file(path)) {
    corpus->push_back(ReadFile(path));
    return;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) corpus->push_back(ReadFile(entry.path()));
  }
}

/// Draws changes to inputs: bytes flipped, inserted, removed, runs repeated, and pieces of other inputs spliced in.
class Mutator {
 public:
  explicit Mutator(const std::vector<Input>& corpus) : corpus_(corpus) {}

  Input Next() {
    Input input = corpus_[Below(corpus_.size())];
    for (size_t left = 1 + Below(kMaxMutations); left > 0; --left) Change(&input);
    if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
    return input;
  }

 private:
  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  char Byte() { return static_cast<char>(random_()); }

  void Change(Input* input) {
    const size_t at = Below(input->size() + 1);
    const size_t length = 1 + Below(16);
    switch (Below(6)) {
      case 0:
        if (at < input->size()) (*input)[at] = Byte();
        break;
      case 1:
        if (at < input->size()) (*input)[at] ^= static_cast<char>(1 << Below(8));
        break;
      case 2:
        input->insert(at, 1, Byte());
        break;
      case 3:
        input->erase(at, length);
        break;
      case 4: {
        const Input run = input->substr(at, length);
        for (size_t times = Below(64); times > 0; --times) input->insert(at, run);
        break;
      }
      default: {
        const Input& other = corpus_[Below(corpus_.size())];
        input->insert(at, other.substr(Below(other.size() + 1), length * 4));
      }
    }
  }

  const std::vector<Input>& corpus_;
  std::mt19937_64 random_{kSeed};
};

}  // namespace

int main(int argc, char** argv) {
  double seconds = 3;
  std::vector<Input> corpus{Input()};
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--seconds" && i + 1 < argc) {
      seconds = std::atof(argv[++i]);
    } else if (std::filesystem::exists(argv[i])) {
      AddCorpus(argv[i], &corpus);
    } else {
      std::cerr << "No such file or folder: " << argv[i] << "\n";
      return 2;
    }
  }
  for (const auto& input : corpus) Run(input);

  using SteadyClock = std::chrono::steady_clock;
  const auto end = SteadyClock::now() + std::chrono::duration<double>(seconds);
  Mutator mutator(corpus);
  size_t runs = corpus.size();
  for (; SteadyClock::now() < end; ++runs) Run(mutator.Next());
  std::cout << runs << " inputs\n";
  return 0;
}
