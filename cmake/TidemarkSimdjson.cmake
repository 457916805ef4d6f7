# SPDX-License-Identifier: Apache-2.0
# simdjson as tidemark::simdjson: the one-file release compiled in with hidden symbols.
#
# An installed shared libsimdjson is used only when asked for (TIDEMARK_SYSTEM_SIMDJSON): libparquet of the pyarrow
# wheel exports the symbols of another simdjson, and the process crashes when both are visible.
option(TIDEMARK_SYSTEM_SIMDJSON "Use find_package(simdjson); only with an Arrow that does not export simdjson" OFF)
set(SIMDJSON_DIR "" CACHE PATH "folder with simdjson.h and simdjson.cpp")

if(TIDEMARK_SYSTEM_SIMDJSON)
  find_package(simdjson CONFIG REQUIRED)
  add_library(tidemark::simdjson ALIAS simdjson::simdjson)
  return()
endif()

set(_simdjson "${SIMDJSON_DIR}")
if(NOT _simdjson)
  set(_simdjson ${TIDEMARK_DEPS}/npm/node_modules/@nozbe/simdjson/src)
endif()
if(NOT EXISTS ${_simdjson}/simdjson.cpp)
  message(FATAL_ERROR "There is no simdjson.cpp in ${_simdjson}. Run scripts/setup, or pass -DSIMDJSON_DIR=<folder>.")
endif()
add_library(tidemark_simdjson STATIC ${_simdjson}/simdjson.cpp)
target_include_directories(tidemark_simdjson SYSTEM PUBLIC ${_simdjson})
target_compile_options(tidemark_simdjson PRIVATE -w)
add_library(tidemark::simdjson ALIAS tidemark_simdjson)
