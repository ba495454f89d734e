# What the guest's programs link of the distribution: static libraries, of this machine's architecture, or of another one
# in HALLMARK_GUEST_SYSROOT (tools/guest-sysroot).

# static_package(TARGET MODULE): TARGET links the static library of pkg-config's MODULE, and what that needs.
function(static_package target module)
  if(HALLMARK_GUEST_SYSROOT)
    set(ENV{PKG_CONFIG_LIBDIR} ${HALLMARK_GUEST_SYSROOT}/usr/lib/${HALLMARK_GUEST_TRIPLET}/pkgconfig)
  endif()
  execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} --static --libs-only-l ${module}
    OUTPUT_VARIABLE libraries OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(libraries)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(${target} INTERFACE ${libraries})
  if(HALLMARK_GUEST_SYSROOT)
    target_include_directories(${target} SYSTEM INTERFACE
      ${HALLMARK_GUEST_SYSROOT}/usr/include/${HALLMARK_GUEST_TRIPLET} ${HALLMARK_GUEST_SYSROOT}/usr/include)
    target_link_directories(${target} INTERFACE ${HALLMARK_GUEST_SYSROOT}/usr/lib/${HALLMARK_GUEST_TRIPLET})
  endif()
endfunction()

find_package(PkgConfig REQUIRED)
static_package(static::crypto libcrypto)
static_package(static::zstd libzstd)
