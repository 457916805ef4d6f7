# SPDX-License-Identifier: Apache-2.0
# Finds every library from outside and gives each one name: tidemark::<library>. Folders link only these names.
#
# TIDEMARK_DEPS (cache or environment variable) is the folder that scripts/setup fills; several work trees may share one.
#
# Two symbol traps, both crashes when ignored:
# - libparquet of the wheel exports its own OpenSSL. Whatever uses OpenSSL (librdkafka does) brings it as a link option,
#   which stands before all libraries, so that every library gets the system's.
# - libparquet also exports another version of simdjson, and libarrow_compute another version of RE2. Ours are
#   compiled in (simdjson) or linked statically (RE2) with hidden symbols, so the two never meet.
if(NOT TIDEMARK_DEPS)
  if(DEFINED ENV{TIDEMARK_DEPS})
    set(_tidemark_deps "$ENV{TIDEMARK_DEPS}")
  else()
    set(_tidemark_deps "${CMAKE_SOURCE_DIR}/.deps")
  endif()
  set(TIDEMARK_DEPS "${_tidemark_deps}" CACHE PATH "folder that scripts/setup fills")
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)   # runs the checks of scripts/; not part of the program
include(TidemarkArrow)
include(TidemarkSimdjson)

find_package(CLI11 CONFIG REQUIRED)
add_library(tidemark::cli11 ALIAS CLI11::CLI11)
find_package(fmt CONFIG REQUIRED)
add_library(tidemark::fmt ALIAS fmt::fmt)
find_package(date CONFIG REQUIRED)
add_library(tidemark::date ALIAS date::date-tz)   # calendar arithmetic and IANA time zones
find_package(nlohmann_json CONFIG REQUIRED)
add_library(tidemark::json ALIAS nlohmann_json::nlohmann_json)   # small documents; records go through simdjson
pkg_check_modules(LIBEDIT REQUIRED IMPORTED_TARGET GLOBAL libedit)
add_library(tidemark::edit ALIAS PkgConfig::LIBEDIT)

pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET GLOBAL rdkafka>=2.0)
find_package(OpenSSL 3 REQUIRED)
add_library(tidemark_rdkafka INTERFACE)
add_library(tidemark::rdkafka ALIAS tidemark_rdkafka)
target_link_libraries(tidemark_rdkafka INTERFACE PkgConfig::RDKAFKA)
target_link_options(tidemark_rdkafka INTERFACE
  "SHELL:-Wl,--push-state,--no-as-needed ${OPENSSL_SSL_LIBRARY} ${OPENSSL_CRYPTO_LIBRARY} -Wl,--pop-state")

find_package(RocksDB 7 CONFIG REQUIRED)
add_library(tidemark::rocksdb ALIAS RocksDB::rocksdb-shared)   # keyed state that does not fit into memory

find_library(TIDEMARK_RE2_ARCHIVE libre2.a REQUIRED)
find_path(TIDEMARK_RE2_INCLUDE re2/re2.h REQUIRED)
add_library(tidemark::re2_archive STATIC IMPORTED)
set_target_properties(tidemark::re2_archive PROPERTIES
  IMPORTED_LOCATION ${TIDEMARK_RE2_ARCHIVE} INTERFACE_INCLUDE_DIRECTORIES ${TIDEMARK_RE2_INCLUDE})
target_link_libraries(tidemark::re2_archive INTERFACE Threads::Threads)
target_link_options(tidemark::re2_archive INTERFACE -Wl,--exclude-libs,libre2.a)
# Linked whole: Arrow's libraries show an RE2 of another version, from which a part would be taken otherwise.
add_library(tidemark_re2 INTERFACE)
add_library(tidemark::re2 ALIAS tidemark_re2)
target_link_libraries(tidemark_re2 INTERFACE "$<LINK_LIBRARY:WHOLE_ARCHIVE,tidemark::re2_archive>")

if(BUILD_TESTING)
  find_package(GTest CONFIG REQUIRED)
  find_package(rapidcheck CONFIG QUIET)
endif()
