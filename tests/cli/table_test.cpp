#include "cli/table.hpp"

#include <support/catch.hpp>

namespace stagepass::cli {

TEST_CASE("Table: columns are as wide as their widest cell and the last has no blanks behind it") {
  Table table({"A", "LONG", "C"});
  table.add({"wide", "x", "end"});
  CHECK(table.take_page() ==
        "A     LONG  C\n"
        "wide  x     end\n");
}

TEST_CASE("Table: the header comes once and later pages keep the widths") {
  Table table({"A", "B"});
  table.add({"wide", "1"});
  static_cast<void>(table.take_page());
  table.add({"x", "2"});
  CHECK(table.take_page() == "x     2\n");
  CHECK(table.take_page().empty());
}

TEST_CASE("Table: characters are counted and not bytes") {
  Table table({"A", "B"});
  table.add({"ü…", "1"});
  table.add({"abc", "2"});
  CHECK(table.take_page() ==
        "A    B\n"
        "ü…   1\n"
        "abc  2\n");
}

}  // namespace stagepass::cli
