# Turns generated/open.html, which scripts/rebuild-page makes, into offline_page.cpp in the build folder.
set(page "${CMAKE_CURRENT_SOURCE_DIR}/generated/open.html")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${page}")

file(SHA256 "${page}" page_sha256)
file(READ "${page}" page_bytes HEX)
# 32 bytes a line; escapes and nothing else, so that no byte runs into the one before.
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" page_bytes "${page_bytes}")
string(REPEAT "[^\n]" 128 one_line)
string(REGEX REPLACE "(${one_line})" "\\1\"\n    \"" page_bytes "${page_bytes}")
configure_file(offline_page.cpp.in offline_page.cpp @ONLY)
