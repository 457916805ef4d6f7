// SPDX-License-Identifier: Apache-2.0
// Ends the program with a clear message, before anything else runs, on a CPU that lacks the instructions it was
// compiled for. Calls only functions that are safe before static initialization.
#include <unistd.h>

namespace {

constexpr char kMessage[] =
    "tidemark: this CPU lacks AVX2, FMA, BMI2 or PCLMUL, which this binary was built for.\n"
    "Build it with: cmake --preset release -DTIDEMARK_MARCH=x86-64 && cmake --build build\n";

// 101 is the earliest priority that programs may use: no other static initializer has run yet.
__attribute__((constructor(101))) void RequireCpuBaseline() {
  __builtin_cpu_init();
  const bool supported = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
  if (supported) return;
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  _exit(1);
}

}  // namespace
