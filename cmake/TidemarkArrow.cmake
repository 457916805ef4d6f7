# SPDX-License-Identifier: Apache-2.0
# Arrow and Parquet as tidemark::arrow and tidemark::parquet: an installed Arrow if it is new enough, else the
# pinned pyarrow wheel (headers and shared libraries; Python itself is not needed to run).
#
# -DPYARROW_DIR=<site-packages>/pyarrow names a wheel and skips the search for an installed Arrow.
set(TIDEMARK_ARROW_MIN 26.0.0 CACHE STRING "oldest Arrow accepted")
set(PYARROW_DIR "" CACHE PATH "the folder 'pyarrow' of an unpacked or installed wheel")
set(TIDEMARK_ARROW_LIBRARIES "")   # the wheel's libraries that 'make install' copies
set(TIDEMARK_ARROW_LICENSES "")    # and the licence and notice that go with them

if(NOT PYARROW_DIR)
  find_package(Arrow ${TIDEMARK_ARROW_MIN} CONFIG QUIET)
endif()
if(Arrow_FOUND)
  message(STATUS "Arrow ${Arrow_VERSION} from ${Arrow_DIR}")
  find_package(Parquet CONFIG REQUIRED)
  find_package(ArrowCompute CONFIG QUIET)
  add_library(tidemark::arrow INTERFACE IMPORTED GLOBAL)
  target_link_libraries(tidemark::arrow INTERFACE
    $<TARGET_NAME_IF_EXISTS:ArrowCompute::arrow_compute_shared> Arrow::arrow_shared)
  add_library(tidemark::parquet INTERFACE IMPORTED GLOBAL)
  target_link_libraries(tidemark::parquet INTERFACE Parquet::parquet_shared tidemark::arrow)
  return()
endif()

set(_pyarrow "${PYARROW_DIR}")
if(NOT _pyarrow)
  file(GLOB _pyarrow ${TIDEMARK_DEPS}/venv/lib/python3*/site-packages/pyarrow)
endif()
if(NOT EXISTS "${_pyarrow}/include/arrow/util/config.h")
  message(FATAL_ERROR "No Arrow >= ${TIDEMARK_ARROW_MIN} is installed, and there is no pyarrow wheel in ${TIDEMARK_DEPS}/venv. "
    "Run scripts/setup, or pass -DPYARROW_DIR=<site-packages>/pyarrow.")
endif()

file(STRINGS ${_pyarrow}/include/arrow/util/config.h _config REGEX "define ARROW_(SO_VERSION|VERSION_STRING)")
string(REGEX MATCH "ARROW_SO_VERSION \"([0-9]+)\"" _ "${_config}")
set(_so_version ${CMAKE_MATCH_1})
string(REGEX MATCH "ARROW_VERSION_STRING \"([0-9.]+)\"" _ "${_config}")
set(_arrow_version ${CMAKE_MATCH_1})
message(STATUS "Arrow ${_arrow_version} from the wheel in ${_pyarrow}")
if(_arrow_version VERSION_LESS TIDEMARK_ARROW_MIN)
  message(FATAL_ERROR "pyarrow ${_arrow_version} in ${_pyarrow} is older than ${TIDEMARK_ARROW_MIN}")
endif()

# One shared library of the wheel: target name, library name, then what it needs.
function(_tidemark_wheel_library target library)
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION ${_pyarrow}/lib${library}.so.${_so_version}
    IMPORTED_SONAME lib${library}.so.${_so_version}
    INTERFACE_INCLUDE_DIRECTORIES ${_pyarrow}/include)
  target_link_libraries(${target} INTERFACE ${ARGN})
endfunction()
_tidemark_wheel_library(tidemark::arrow_core arrow)
_tidemark_wheel_library(tidemark::arrow_compute arrow_compute tidemark::arrow_core)
_tidemark_wheel_library(tidemark::parquet parquet tidemark::arrow_core)
add_library(tidemark::arrow INTERFACE IMPORTED GLOBAL)
target_link_libraries(tidemark::arrow INTERFACE tidemark::arrow_compute tidemark::arrow_core)
# arrow_s3 is linked to nothing: Arrow loads it, from beside itself, when a path of s3:// is first used.
foreach(_library arrow arrow_compute parquet arrow_s3)
  list(APPEND TIDEMARK_ARROW_LIBRARIES ${_pyarrow}/lib${_library}.so.${_so_version})
endforeach()
file(GLOB TIDEMARK_ARROW_LICENSES ${_pyarrow}-${_arrow_version}.dist-info/licenses/*.txt)
