# SPDX-License-Identifier: Apache-2.0
# Options, compiler flags and tools that hold for every target.
include(CheckLinkerFlag)
include(CheckCXXCompilerFlag)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(_tidemark_default_march x86-64-v3)
endif()
set(TIDEMARK_MARCH "${_tidemark_default_march}" CACHE STRING
  "Oldest CPU the binary runs on, as the compiler's -march. The default on x86-64 wants AVX2 (2013 and later); \
empty or x86-64 runs anywhere. The binary says so at start when its CPU is too old.")
option(TIDEMARK_FUZZ "Link the fuzzers with libFuzzer (needs clang)" OFF)
set(TIDEMARK_SANITIZE "" CACHE STRING "Sanitizers for the whole build: 'address,undefined' or 'thread'")

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

add_compile_options(-Wall -Wextra -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
  -Werror=return-type -Werror=unused-result -Werror=non-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 inside the standard library under optimization.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()

set(TIDEMARK_CPU_BASELINE OFF)
if(TIDEMARK_MARCH)
  add_compile_options(-march=${TIDEMARK_MARCH})
  if(TIDEMARK_MARCH STREQUAL "x86-64-v3")
    # Every CPU of this level has carry-less multiplication, yet the level does not name it; simdjson's fast code needs it.
    add_compile_options(-mpclmul)
    set(TIDEMARK_CPU_BASELINE ON)
  endif()
endif()

if(TIDEMARK_SANITIZE)
  add_compile_options(-fsanitize=${TIDEMARK_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TIDEMARK_SANITIZE})
  if(TIDEMARK_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(TIDEMARK_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "TIDEMARK_FUZZ needs clang: configure with the preset 'fuzz'")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

find_program(TIDEMARK_CCACHE ccache)
if(TIDEMARK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TIDEMARK_CCACHE})
endif()
find_program(TIDEMARK_MOLD mold)
if(TIDEMARK_MOLD)
  check_linker_flag(CXX -fuse-ld=mold TIDEMARK_HAVE_MOLD)
  if(TIDEMARK_HAVE_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()
