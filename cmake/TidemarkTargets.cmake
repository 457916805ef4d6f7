# SPDX-License-Identifier: Apache-2.0
# How a folder under src/ becomes a library, its tests and its fuzzers, and why it can only use what lies below it.

# Adds a folder beside this project's CMakeLists.txt if it has one.
function(tidemark_add_if_present folder)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/CMakeLists.txt)
    add_subdirectory(${folder})
  endif()
endfunction()

# Adds src/<folder> for each name, lowest first. The order is what tidemark_library() checks DEPS against.
function(tidemark_folders)
  set_property(GLOBAL PROPERTY TIDEMARK_FOLDER_ORDER ${ARGN})
  _tidemark_layers_target()
  add_custom_target(fuzzers)   # builds every fuzzer
  foreach(folder IN LISTS ARGN)
    tidemark_add_if_present(src/${folder})
  endforeach()
endfunction()

# The target `layers`: fails the build when a file includes a folder that its own does not name in DEPS. All folders
# share one include path, so the compiler alone would not notice.
function(_tidemark_layers_target)
  file(GLOB_RECURSE checked CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/src/*.h ${CMAKE_SOURCE_DIR}/src/*.cc ${CMAKE_SOURCE_DIR}/src/*CMakeLists.txt)
  set(stamp ${CMAKE_BINARY_DIR}/layers.stamp)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/check_style --layers
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${checked} ${CMAKE_SOURCE_DIR}/scripts/check_style
    COMMENT "Checking that folders include only downward" VERBATIM)
  add_custom_target(layers ALL DEPENDS ${stamp})
endfunction()

# Fails the configuration when a dependency of `folder` is not lower in the order.
function(_tidemark_check_direction folder)
  get_property(order GLOBAL PROPERTY TIDEMARK_FOLDER_ORDER)
  list(FIND order ${folder} own_place)
  if(own_place EQUAL -1)
    message(FATAL_ERROR "src/${folder} is not in the order of folders in CMakeLists.txt")
  endif()
  foreach(dependency IN LISTS ARGN)
    list(FIND order ${dependency} place)
    if(place EQUAL -1 OR NOT place LESS own_place)
      message(FATAL_ERROR "src/${folder} must not use src/${dependency}: the order is ${order}")
    endif()
  endforeach()
endfunction()

# tidemark_library(<folder> [DEPS <lower folders>] [LINK <targets>] [TEST_LINK <targets>] [EXCLUDE <files>] [TIMEOUT <s>])
#
# Makes tidemark_<folder> of all *.cc below the folder (an INTERFACE library as long as there are none), except
#   *_test.cc     one GoogleTest program <folder>_test, which is also the name of its CTest;
#   *_testing.cc  tidemark_<folder>_testing: what tests of this folder and of those above it share;
#   *_fuzz.cc     fuzzers, named by tidemark_fuzzer();
#   EXCLUDE       files that another target takes.
function(tidemark_library folder)
  cmake_parse_arguments(ARG "" "TIMEOUT" "DEPS;LINK;TEST_LINK;EXCLUDE" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tidemark_library(${folder}): unknown argument ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  _tidemark_check_direction(${folder} ${ARG_DEPS})

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.cc)
  set(tests ${sources})
  set(testing ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|testing|fuzz)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER testing INCLUDE REGEX "_testing\\.cc$")
  if(ARG_EXCLUDE)
    list(REMOVE_ITEM sources ${ARG_EXCLUDE})
  endif()

  set(library tidemark_${folder})
  set(links ${ARG_LINK})
  foreach(dependency IN LISTS ARG_DEPS)
    if(TARGET tidemark_${dependency})
      list(APPEND links tidemark_${dependency})
    endif()
  endforeach()
  if(sources)
    add_library(${library} STATIC ${sources})
    add_dependencies(${library} layers)
    target_include_directories(${library} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${library} PUBLIC ${links})
  else()
    add_library(${library} INTERFACE)
    target_include_directories(${library} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${library} INTERFACE ${links})
  endif()

  if(BUILD_TESTING)
    _tidemark_folder_tests(${folder} "${tests}" "${testing}" "${ARG_DEPS}" "${ARG_TEST_LINK}" "${ARG_TIMEOUT}")
  endif()
endfunction()

# The test program of one folder, and the library of what its tests share with those above.
function(_tidemark_folder_tests folder tests testing deps test_link timeout)
  set(shared "")
  foreach(dependency IN LISTS deps)
    if(TARGET tidemark_${dependency}_testing)
      list(APPEND shared tidemark_${dependency}_testing)
    endif()
  endforeach()
  if(testing)
    add_library(tidemark_${folder}_testing STATIC ${testing})
    target_link_libraries(tidemark_${folder}_testing PUBLIC ${shared} tidemark_${folder} GTest::gmock)
    set(shared tidemark_${folder}_testing ${shared})
  endif()
  if(tests)
    add_executable(${folder}_test ${tests})
    tidemark_sanitized(${folder}_test)
    target_link_libraries(${folder}_test PRIVATE ${shared} tidemark_${folder} ${test_link} GTest::gmock GTest::gtest_main)
    tidemark_test(${folder}_test TIMEOUT "${timeout}" COMMAND ${folder}_test --gtest_brief=1)
  endif()
endfunction()

# tidemark_sanitized(<program>): what a program needs so that the build's sanitizer understands the libraries it uses.
function(tidemark_sanitized program)
  if(TIDEMARK_SANITIZE STREQUAL "thread")
    target_sources(${program} PRIVATE ${CMAKE_SOURCE_DIR}/tests/c11_threads.cc)
  endif()
endfunction()

# tidemark_test(<name> COMMAND <command...> [TIMEOUT <s>]): a CTest that runs in the project's root folder.
function(tidemark_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "COMMAND" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(TIDEMARK_SANITIZE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5")   # a sanitizer makes a test about ten times as slow
  endif()
  add_test(NAME ${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set(environment "TIDEMARK_BINARY=${CMAKE_BINARY_DIR}/tidemark")
  if(TIDEMARK_SANITIZE)
    # Arrow's own allocator hands memory from thread to thread unseen by the sanitizers.
    list(APPEND environment "ARROW_DEFAULT_MEMORY_POOL=system"
      "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/leaks.supp:print_suppressions=0"
      "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/races.supp")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${environment}")
endfunction()

# tidemark_fuzzer(<name> SOURCES <files> DEPS <folders> [CORPUS <folder>] [SECONDS <s>])
#
# The sources define LLVMFuzzerTestOneInput. With TIDEMARK_FUZZ the program <name> is a libFuzzer; otherwise it replays
# the corpus and then seeded mutations of it for SECONDS (default 3), which is what the CTest <name> runs.
function(tidemark_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS;SECONDS" "SOURCES;DEPS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  if(NOT ARG_SECONDS)
    set(ARG_SECONDS 3)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(fuzzers ${name})
  foreach(dependency IN LISTS ARG_DEPS)
    target_link_libraries(${name} PRIVATE tidemark_${dependency})
  endforeach()
  if(TIDEMARK_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    tidemark_test(${name} TIMEOUT 900
      COMMAND ${CMAKE_SOURCE_DIR}/scripts/fuzz $<TARGET_FILE:${name}> ${ARG_CORPUS})
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    tidemark_test(${name} COMMAND ${name} --seconds ${ARG_SECONDS} ${ARG_CORPUS})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS fuzz)
endfunction()
