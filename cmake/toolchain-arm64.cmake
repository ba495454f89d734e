# Debian's cross compiler for arm64; on arm64 itself, the native one has this name too.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
find_program(HALLMARK_QEMU NAMES qemu-aarch64-static qemu-aarch64)
if(NOT CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL CMAKE_SYSTEM_PROCESSOR AND HALLMARK_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${HALLMARK_QEMU})
endif()
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
