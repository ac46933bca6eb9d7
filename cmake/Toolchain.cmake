# Warnings, sanitizers, hardening, ccache and mold: the same for every target.
find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers defeat ccache unless it is told what to ignore.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wformat=2 -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside its own library and inside coroutine frames, where nothing is wrong.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
                      -Wno-free-nonheap-object -Wno-missing-field-initializers -Wno-dangling-pointer
                      -Wno-mismatched-new-delete -Wno-stringop-overread -fpch-preprocess)
else()
  add_compile_options(-Wno-missing-field-initializers -Wno-unused-private-field)
endif()

if(PILOTHOUSE_SANITIZE)
  add_compile_options(-fsanitize=${PILOTHOUSE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PILOTHOUSE_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong
                      -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero)
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
  # Debian's compilers make position-independent executables by themselves. Said here, CMake would compile libraries
  # with -fPIC and programs with -fPIE, which cannot share the precompiled header.
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
