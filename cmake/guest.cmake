# The programs of the guest, static, once per architecture: build/<preset>/guest/<architecture>/, installed to
# libexec/hallmark/guest/<architecture>/, where the `hallmark` of the build and the installed one look for them. Those of
# this machine's architecture are part of this build; guestd/ is a project of its own for another one. Nothing builds them
# unasked: the target guest_<architecture> does, `guests` builds all, and so do the tests.

include(ExternalProject)

add_custom_target(guests)

# native_guest(ARCHITECTURE): the target guest_ARCHITECTURE, of guestd/ as it is added to this build.
function(native_guest architecture)
  get_property(programs GLOBAL PROPERTY HALLMARK_GUEST_PROGRAMS)
  add_custom_target(guest_${architecture} DEPENDS ${programs})
  if(HALLMARK_TESTS)
    add_dependencies(tests guest_${architecture})
  endif()
endfunction()

# other_guest(ARCHITECTURE): the target guest_ARCHITECTURE, and the guest's unit tests as that machine's code, through
# qemu-user.
function(other_guest architecture)
  set(sysroot ${CMAKE_BINARY_DIR}/guest-sysroot/${architecture})
  ExternalProject_Add(guest_${architecture}
    EXCLUDE_FROM_ALL ON
    DOWNLOAD_COMMAND ${CMAKE_SOURCE_DIR}/tools/guest-sysroot ${architecture} ${sysroot}
    SOURCE_DIR ${CMAKE_SOURCE_DIR}/guestd
    BINARY_DIR ${CMAKE_BINARY_DIR}/guest-build/${architecture}
    PREFIX ${CMAKE_BINARY_DIR}/guest-build/prefix-${architecture}
    CMAKE_ARGS
      -DCMAKE_TOOLCHAIN_FILE=${CMAKE_SOURCE_DIR}/cmake/toolchain-${architecture}.cmake
      -DCMAKE_BUILD_TYPE=Release
      -DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}
      -DHALLMARK_GUEST_OUTPUT=${CMAKE_BINARY_DIR}/guest/${architecture}
      -DHALLMARK_GUEST_SYSROOT=${sysroot}
      -DHALLMARK_TESTS=${HALLMARK_TESTS}
      -DHALLMARK_TEST_PREFIX=${architecture}.
      -DHALLMARK_WERROR=${HALLMARK_WERROR}
    BUILD_ALWAYS ON
    INSTALL_COMMAND ""
    USES_TERMINAL_CONFIGURE ON)
  if(HALLMARK_TESTS)
    ExternalProject_Add_Step(guest_${architecture} tests DEPENDEES build ALWAYS ON EXCLUDE_FROM_MAIN ON
      COMMAND ${CMAKE_COMMAND} --build <BINARY_DIR> --target tests)
    ExternalProject_Add_StepTargets(guest_${architecture} tests)
    add_dependencies(tests guest_${architecture}-tests)
    set(included ${CMAKE_BINARY_DIR}/guest-tests-${architecture}.cmake)
    file(WRITE ${included} "subdirs(\"${CMAKE_BINARY_DIR}/guest-build/${architecture}\")\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${included})
  endif()
endfunction()

foreach(architecture IN LISTS HALLMARK_GUEST_ARCHITECTURES)
  if(architecture STREQUAL native_architecture)
    native_guest(${architecture})
  else()
    other_guest(${architecture})
  endif()
  add_dependencies(guests guest_${architecture})
  install(DIRECTORY ${CMAKE_BINARY_DIR}/guest/${architecture}/
    DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/hallmark/guest/${architecture} USE_SOURCE_PERMISSIONS)
endforeach()
if(HALLMARK_TESTS)
  foreach(name boot guest)
    add_subdirectory(${CMAKE_SOURCE_DIR}/tests/${name} EXCLUDE_FROM_ALL)
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR}/tests/${name} PROPERTY LABELS ${name})
  endforeach()
endif()
