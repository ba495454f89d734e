# The programs of the guest, static, once per architecture, from guestd/ as a project of its own. They are put into
# build/<preset>/guest/<architecture>/ and installed to libexec/hallmark/guest/<architecture>/, where the `hallmark` of
# the build and the installed one look for them.

include(ExternalProject)

set(HALLMARK_GUEST_ARCHITECTURES arm64 amd64 CACHE STRING "Architectures to build the guest's programs for; may be empty")

execute_process(COMMAND dpkg --print-architecture OUTPUT_VARIABLE native_architecture OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)

foreach(architecture IN LISTS HALLMARK_GUEST_ARCHITECTURES)
  set(guest_sysroot "")
  if(NOT architecture STREQUAL native_architecture)
    set(guest_sysroot ${CMAKE_BINARY_DIR}/guest-sysroot/${architecture})
    execute_process(COMMAND ${CMAKE_SOURCE_DIR}/tools/guest-sysroot ${architecture} ${guest_sysroot}
      COMMAND_ERROR_IS_FATAL ANY)
  endif()
  set(guest_output ${CMAKE_BINARY_DIR}/guest/${architecture})
  ExternalProject_Add(guest_${architecture}
    SOURCE_DIR ${CMAKE_SOURCE_DIR}/guestd
    BINARY_DIR ${CMAKE_BINARY_DIR}/guest-build/${architecture}
    PREFIX ${CMAKE_BINARY_DIR}/guest-build/prefix-${architecture}
    CMAKE_ARGS
      -DCMAKE_TOOLCHAIN_FILE=${CMAKE_SOURCE_DIR}/cmake/toolchain-${architecture}.cmake
      -DCMAKE_BUILD_TYPE=Release
      -DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}
      -DHALLMARK_GUEST_OUTPUT=${guest_output}
      -DHALLMARK_GUEST_SYSROOT=${guest_sysroot}
      -DHALLMARK_TESTS=${HALLMARK_TESTS}
      -DHALLMARK_TEST_PREFIX=${architecture}.
      -DHALLMARK_WERROR=${HALLMARK_WERROR}
    BUILD_ALWAYS ON
    INSTALL_COMMAND ""
    USES_TERMINAL_CONFIGURE ON)
  install(DIRECTORY ${guest_output}/ DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/hallmark/guest/${architecture}
    USE_SOURCE_PERMISSIONS)
  if(HALLMARK_TESTS)
    # The guest's unit tests, as the guest's machine code: through qemu-user where that is another architecture.
    ExternalProject_Add_Step(guest_${architecture} tests DEPENDEES build ALWAYS ON EXCLUDE_FROM_MAIN ON
      COMMAND ${CMAKE_COMMAND} --build <BINARY_DIR> --target tests)
    ExternalProject_Add_StepTargets(guest_${architecture} tests)
    add_dependencies(tests guest_${architecture}-tests)
    set(guest_tests ${CMAKE_BINARY_DIR}/guest-tests-${architecture}.cmake)
    file(WRITE ${guest_tests} "subdirs(\"${CMAKE_BINARY_DIR}/guest-build/${architecture}\")\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${guest_tests})
  endif()
endforeach()
if(HALLMARK_TESTS)
  add_subdirectory(${CMAKE_SOURCE_DIR}/tests/boot EXCLUDE_FROM_ALL)
  add_subdirectory(${CMAKE_SOURCE_DIR}/tests/guest EXCLUDE_FROM_ALL)
endif()
