# What the tests of the tools and those of the guest share. Nothing that is installed needs them: the target `tests`
# builds them all.
include(GoogleTest)

add_custom_target(tests)
# Those that need no guest, no root, no network and no emulation: `make unit`.
add_custom_target(unit_tests)
if(CMAKE_CROSSCOMPILING)
  set(HALLMARK_UNIT_LABEL emulated)
else()
  set(HALLMARK_UNIT_LABEL unit)
endif()

# googletest's main. Tests compile without optimisation, and their common headers once: that is most of their build.
add_library(hallmark_test_support STATIC EXCLUDE_FROM_ALL
  ${HALLMARK_SOURCE_DIR}/tests/support/data_directory.cc ${HALLMARK_SOURCE_DIR}/tests/support/main.cc)
set_source_files_properties(${HALLMARK_SOURCE_DIR}/tests/support/data_directory.cc PROPERTIES
  COMPILE_DEFINITIONS HALLMARK_TEST_DATA="${HALLMARK_SOURCE_DIR}/tests/data")
target_include_directories(hallmark_test_support PUBLIC ${HALLMARK_SOURCE_DIR})
target_compile_options(hallmark_test_support PUBLIC -O0)
target_link_libraries(hallmark_test_support PUBLIC ${HALLMARK_GOOGLETEST} hallmark::base)
target_precompile_headers(hallmark_test_support PRIVATE
  <gmock/gmock.h> <gtest/gtest.h> <filesystem> <functional> <map> <optional> <span> <string> <vector>)

# unit_test(ROOM LINK ... [SOURCES ...]): one executable of all tests/unit/ROOM/*_test.cc, or of SOURCES; each of its tests
# is a test of ctest.
function(unit_test room)
  cmake_parse_arguments(ARG "" "" "LINK;SOURCES" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS ${room}/*_test.cc)
  endif()
  string(REPLACE / _ target ${room}_test)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE hallmark_test_support ${ARG_LINK})
  target_precompile_headers(${target} REUSE_FROM hallmark_test_support)
  gtest_discover_tests(${target} TEST_PREFIX ${HALLMARK_TEST_PREFIX}${room}. DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${HALLMARK_UNIT_LABEL})
  add_dependencies(tests ${target})
  add_dependencies(unit_tests ${target})
endfunction()
