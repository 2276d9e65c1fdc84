# Compiler settings of our own code. Third-party headers come in as system headers and stay out of it.
add_library(stagepass_settings INTERFACE)
target_compile_features(stagepass_settings INTERFACE cxx_std_20)
target_include_directories(stagepass_settings INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_compile_options(stagepass_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough
  -Wno-missing-field-initializers  # designated initializers leave the rest at its default on purpose
  -fstack-protector-strong "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=."
  $<$<BOOL:${STAGEPASS_WERROR}>:-Werror>
  $<$<BOOL:${STAGEPASS_WERROR}>:-D_GLIBCXX_ASSERTIONS>)
target_link_options(stagepass_settings INTERFACE -Wl,-z,relro,-z,now)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(STAGEPASS_SANITIZE)
  target_compile_options(stagepass_settings INTERFACE
    "-fsanitize=${STAGEPASS_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(stagepass_settings INTERFACE "-fsanitize=${STAGEPASS_SANITIZE}")
else()
  # The sanitizers do not see into the functions that this puts in the place of memcpy and others.
  target_compile_options(stagepass_settings INTERFACE
    $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
endif()

if(STAGEPASS_FUZZ)
  target_compile_options(stagepass_settings INTERFACE
    "-fsanitize-coverage-ignorelist=${PROJECT_SOURCE_DIR}/tests/fuzz/not_on_trial.txt")
endif()
