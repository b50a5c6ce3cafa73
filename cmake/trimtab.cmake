# How every target of this project is compiled, and the two functions that declare one.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

find_program(CCACHE ccache)
if(CCACHE)
  # What ccache's manual asks for where headers are precompiled; without it none of those are cached.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

option(TRIMTAB_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(TRIMTAB_FUZZ "instrument for libFuzzer (clang only), and build tests/fuzz as fuzzers" OFF)

add_library(trimtab_options INTERFACE)
target_include_directories(trimtab_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
# Designated initialisers leave the other fields at their defaults on purpose; gcc 12 warns about that.
target_compile_options(trimtab_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-missing-field-initializers -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_compile_definitions(trimtab_options INTERFACE TRIMTAB_VERSION="${PROJECT_VERSION}")
if(TRIMTAB_SANITIZE)
  target_compile_options(trimtab_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(trimtab_options INTERFACE -fsanitize=address,undefined)
endif()
if(TRIMTAB_FUZZ)
  target_compile_options(trimtab_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)

# The presets asan and release compile a target's files as one (CMAKE_UNITY_BUILD), in a half and a quarter of the time.
# So two files of a target cannot both have, say, a `Case` in their unnamed namespaces; ALONE file... keeps those apart,
# and what a fuzzer replaces or takes without the rest. A missing include shows in the presets dev and fuzz.

# trimtab_library(NAME [BUSY] LINKS library... SOURCES file... ALONE file...)
# One library per folder of src/. LINKS is the folder's row in CONTRIBUTING.md and nothing else. BUSY: tests compute with
# it for minutes; so it is optimised under the sanitizers too, five times as fast, and without the common headers, which
# are not.
function(trimtab_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "BUSY" "" "LINKS;SOURCES;ALONE")
  add_library(trimtab_${name} STATIC ${arg_SOURCES} ${arg_ALONE})
  set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_link_libraries(trimtab_${name} PUBLIC trimtab_options ${arg_LINKS})
  if(arg_BUSY AND TRIMTAB_SANITIZE)
    target_compile_options(trimtab_${name} PRIVATE -O1)
  else()
    trimtab_common_headers(trimtab_${name})
  endif()
endfunction()

# Headers are a third of the sanitized build's time, so there they are parsed once for all.
function(trimtab_common_headers target)
  if(NOT TRIMTAB_SANITIZE)
    return()
  endif()
  if(NOT TARGET common_headers)
    file(CONFIGURE OUTPUT common_headers.cc CONTENT "// Empty: it owns the precompiled headers.\n")
    add_library(common_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/common_headers.cc)
    target_link_libraries(common_headers PRIVATE trimtab_options fmt::fmt)
    target_precompile_headers(common_headers PRIVATE <fmt/format.h> <fmt/ranges.h> <algorithm> <array> <charconv> <chrono>
      <cmath> <deque> <functional> <map> <memory> <optional> <set> <span> <string> <string_view> <utility> <variant> <vector>)
  endif()
  target_precompile_headers(${target} REUSE_FROM common_headers)
endfunction()

# trimtab_test(FOLDER LINKS library... SOURCES file... ALONE file...): the unit tests of one folder of src/.
function(trimtab_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINKS;SOURCES;ALONE")
  add_executable(test_${name} ${arg_SOURCES} ${arg_ALONE})
  set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE trimtab_options ${arg_LINKS} GTest::gmock GTest::gtest_main)
  target_precompile_headers(test_${name} REUSE_FROM test_headers)
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND test_${name})
endfunction()
