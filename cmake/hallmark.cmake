# What every target of this project shares, here and in guestd/, which is a project of its own too.

get_filename_component(HALLMARK_SOURCE_DIR ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)

option(HALLMARK_TESTS "Build the tests" ON)
option(HALLMARK_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(HALLMARK_WERROR "Treat warnings as errors: for those who develop, not for those who build with a newer compiler" OFF)
option(HALLMARK_FUZZ "Build the fuzzers with libFuzzer (clang); without it they only replay their corpora" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# As distributions build: -O3 takes longer to compile, and nothing of ours runs faster.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Paths of the build machine stay out of binaries.
add_compile_options(-ffile-prefix-map=${HALLMARK_SOURCE_DIR}=.)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers)
if(HALLMARK_WERROR)
  add_compile_options(-Werror)
endif()
# g++ 12 sees uninitialised reads inside std::variant, overlaps and overflows of std::string and of std::vector that are
# not there.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
add_compile_definitions(_FILE_OFFSET_BITS=64)
# A static program takes of a library what it uses.
add_compile_options(-ffunction-sections -fdata-sections)
if(HALLMARK_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(HALLMARK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# hallmark_library(NAME SOURCES ... [LINK ...] [PRIVATE_LINK ...]): the static library hallmark_NAME, alias
# hallmark::NAME. Headers are included from the top of the tree: "lib/base/result.h".
function(hallmark_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(hallmark_${name} STATIC ${ARG_SOURCES})
  add_library(hallmark::${name} ALIAS hallmark_${name})
  target_include_directories(hallmark_${name} PUBLIC ${HALLMARK_SOURCE_DIR})
  target_link_libraries(hallmark_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  # The standard library's heaviest headers, compiled once.
  if(name STREQUAL base)
    target_precompile_headers(hallmark_base PRIVATE
      <algorithm> <chrono> <filesystem> <functional> <map> <memory> <optional> <string> <vector>)
  else()
    target_precompile_headers(hallmark_${name} REUSE_FROM hallmark_base)
  endif()
endfunction()

# guest_program(NAME LIBRARY): the static program NAME of main.cc and LIBRARY, into HALLMARK_GUEST_OUTPUT.
function(guest_program name library)
  if(NOT HALLMARK_GUEST_OUTPUT)
    return()
  endif()
  add_executable(${name} main.cc)
  target_link_libraries(${name} PRIVATE ${library})
  target_link_options(${name} PRIVATE -static -Wl,--gc-sections)
  set_target_properties(${name} PROPERTIES
    HALLMARK_STATIC ON RUNTIME_OUTPUT_DIRECTORY ${HALLMARK_GUEST_OUTPUT} LINK_FLAGS_RELEASE -s)
  set_property(GLOBAL APPEND PROPERTY HALLMARK_GUEST_PROGRAMS ${name})
endfunction()

# either(LIBRARY SHARED STATIC): what a library links: SHARED, or STATIC in a program with the property HALLMARK_STATIC.
# So one build of the library serves the tools and the guest of this machine's architecture.
function(either library shared static)
  target_link_libraries(${library} PRIVATE $<IF:$<BOOL:$<TARGET_PROPERTY:HALLMARK_STATIC>>,${static},${shared}>)
endfunction()
