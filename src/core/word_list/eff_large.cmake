# Turns eff_large.txt into eff_large.cpp in the build folder.
set(word_list "${CMAKE_CURRENT_LIST_DIR}/eff_large.txt")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${word_list}")

file(STRINGS "${word_list}" words REGEX "^[a-z]")
list(LENGTH words word_count)
if(NOT word_count EQUAL 7776)
  message(FATAL_ERROR "${word_list} holds ${word_count} words, not 7776")
endif()
list(JOIN words "\",\n    \"" words)
configure_file("${CMAKE_CURRENT_LIST_DIR}/eff_large.cpp.in" eff_large.cpp @ONLY)
