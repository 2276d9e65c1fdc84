#include "targets/command/json_request.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>

namespace stagepass::tests {
namespace {

using targets::is_utf8;
using targets::JsonWriter;

TEST_CASE("JsonWriter: every text comes back as it was written", "[targets]") {
  std::string all;
  for (int character = 0; character < 128; ++character) {
    all.push_back(static_cast<char>(character));
  }
  all += "ü€😀";
  const Secret line = targets::write_json_line([&](JsonWriter& json) {
    json.begin_object();
    json.member("number", 1);
    json.member("list", {"a", all, ""});
    json.member("none", {});
    json.begin_object("empty");
    json.end_object();
    json.begin_object("inner");
    json.member(all, all);
    json.member("second", "");
    json.end_object();
    json.flag("yes", true);
    json.begin_list("objects");
    json.begin_object();
    json.flag("no", false);
    json.end_object();
    json.begin_object();
    json.end_object();
    json.end_list();
    json.begin_list("nothing");
    json.end_list();
    json.member("last", "x");
    json.end_object();
  });
  CHECK(line.reveal_text().find('\n') == line.size() - 1);
  const nlohmann::json expected = {{"number", 1},
                                   {"list", nlohmann::json::array({"a", all, ""})},
                                   {"none", nlohmann::json::array()},
                                   {"empty", nlohmann::json::object()},
                                   {"inner", {{all, all}, {"second", ""}}},
                                   {"yes", true},
                                   {"objects", {{{"no", false}}, nlohmann::json::object()}},
                                   {"nothing", nlohmann::json::array()},
                                   {"last", "x"}};
  CHECK(nlohmann::json::parse(line.reveal_text()) == expected);
}

TEST_CASE("JsonWriter: only well-formed UTF-8 can be written", "[targets]") {
  for (const std::string good : {"", "a", "ü", "€", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) {
    CHECK(is_utf8(good));
  }
  for (const std::string bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                                "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "a\xe2\x82"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace stagepass::tests
