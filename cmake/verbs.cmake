# Programs with verbs. Their CMakeLists.txt lists each verb once, in the order of --help:
#
#   hallmark_verb(kernel-config "check a kernel for what the guest requires" [SOURCES ...])
#   hallmark_program(hallmark LINK ...)
#
# A verb is the function RunKernelConfig in kernel_config.cc, and in more sources where it has them.

macro(hallmark_verb name summary)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  string(REPLACE - _ verb_file ${name})
  string(REPLACE - ";" verb_words ${name})
  set(verb_function Run)
  foreach(verb_word IN LISTS verb_words)
    string(SUBSTRING ${verb_word} 0 1 verb_initial)
    string(TOUPPER ${verb_initial} verb_initial)
    string(SUBSTRING ${verb_word} 1 -1 verb_word)
    string(APPEND verb_function ${verb_initial}${verb_word})
  endforeach()
  string(APPEND verb_declarations
    "Result<int> ${verb_function}(const cli::Arguments& arguments, cli::Output& output);\n")
  string(APPEND verb_table "      {\"${name}\", \"${summary}\", ${verb_function}},\n")
  list(APPEND verb_sources ${verb_file}.cc ${ARG_SOURCES})
endmacro()

# The library hallmark::NAME_verbs, which tests link too, and the program NAME of main.cc.
macro(hallmark_program name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  set(verbs_list tools/${name}/CMakeLists.txt)
  configure_file(${HALLMARK_SOURCE_DIR}/tools/cli/verbs.cc.in verbs.cc @ONLY)
  hallmark_library(${name}_verbs
    SOURCES ${CMAKE_CURRENT_BINARY_DIR}/verbs.cc ${verb_sources}
    LINK ${ARG_LINK} hallmark::cli)
  add_executable(${name} main.cc)
  target_link_libraries(${name} PRIVATE hallmark::${name}_verbs)
  target_compile_definitions(${name} PRIVATE HALLMARK_VERSION="${PROJECT_VERSION}")
  # A tenth of the start of a program goes into finding the symbols of a shared libstdc++.
  target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endmacro()
