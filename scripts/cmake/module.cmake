# stagepass_module(NAME SOURCES ... LINKS ...): folder = static library = namespace.
# LINKS are the only modules and libraries a folder may use: the arrows of the architecture.
function(stagepass_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(stagepass_${name} STATIC ${ARG_SOURCES})
  target_include_directories(stagepass_${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(stagepass_${name} PRIVATE stagepass_settings PUBLIC ${ARG_LINKS})
endfunction()

# stagepass_tests(NAME LABEL SOURCES ... LINKS ... [LOCK ...]): one test program; every TEST_CASE becomes a ctest
# test. Tests with the same LOCK never run at the same time. Most of a build is compiling tests, and they run for
# seconds: they are not optimized, and undefined behaviour is looked for in what they call.
function(stagepass_tests name label)
  cmake_parse_arguments(ARG "" "LOCK" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE stagepass_settings ${ARG_LINKS} Catch2::Catch2WithMain)
  target_compile_options(${name} PRIVATE -O0 -U_FORTIFY_SOURCE)
  if(STAGEPASS_SANITIZE)
    target_compile_options(${name} PRIVATE -fno-sanitize=undefined)
  endif()
  set(properties LABELS ${label})
  if(ARG_LOCK)
    list(APPEND properties RESOURCE_LOCK ${ARG_LOCK})
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES ${properties})
endfunction()
