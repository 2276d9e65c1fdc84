#include "page_fixture.hpp"

#include <fmt/core.h>

#include <array>

namespace stagepass::tests {
namespace {

/// Text that would do harm if it were ever taken for markup.
constexpr auto kMarkup = std::to_array<const char*>({
    "<script>window.harmed = 1</script>",
    "<img src=http://leak.example/img onerror='window.harmed = 1'>",
    "\"><svg onload=window.harmed=1><iframe src=http://leak.example/frame></iframe>",
    "</span></dd></dl></style></script><link rel=stylesheet href=http://leak.example/css>",
    "javascript:window.harmed=1",
    "{{constructor.constructor('window.harmed=1')()}}",
    "\x1b]8;;http://leak.example\x07click\x1b]8;;\x07\x1b[2J",
    "&lt;b&gt;&#60;b&#62;",
});

/// `text` wherever a hand-off can say something.
Json everywhere(const std::string& text) {
  return {{"stagepass", "hand-off 1"},
          {"grant", text},
          {"case", text},
          {"to", text},
          {"env", text},
          {"end", text},
          {"done", text},
          {"rules", {text, {{text, text}}}},
          {text, text},
          {"accounts",
           {{{"target", text}, {"user", text}, {"password", text}, {text, text}, {"url", text}},
            text,
            Json::array({text})}}};
}

TEST_CASE_METHOD(PageFixture, "page: a hostile hand-off is text wherever it stands", "[page]") {
  browser_.run(
      "const made = new Set([...document.querySelectorAll('*')].map((one) => one.localName));"
      "window.before = made");
  for (const char* text : kMarkup) {
    INFO(text);
    REQUIRE(open(everywhere(text)).empty());
    browser_.run(
        "document.querySelectorAll('#checklist button').forEach((one) => {"
        " if (one.textContent === 'Show') { one.click(); } })");
    CHECK(
        browser_
            .run(
                R"js(const known = ["section", "h3", "dl", "div", "dt", "dd", "ul", "li", "button"];
        return [...document.querySelectorAll("#checklist *")].map((one) => one.localName)
            .filter((name) => !known.includes(name)))js")
            .empty());
    CHECK(browser_
              .run(R"js(const known = ["class", "type", "aria-label"];
        return [...document.querySelectorAll("#checklist *")].flatMap((one) => one.getAttributeNames())
            .filter((name) => !known.includes(name)))js")
              .empty());
    browser_.click("#close");
  }
  CHECK(browser_.run("return 'harmed' in window") == false);
  check_silence();
}

TEST_CASE_METHOD(PageFixture, "page: markup is shown as it was written", "[page]") {
  REQUIRE(open(everywhere(kMarkup.front())).empty());
  CHECK(lines().front() == std::string("grant: ") + kMarkup.front());
}

TEST_CASE_METHOD(PageFixture, "page: what cannot be seen is shown as an escape and not copied",
                 "[page]") {
  Json handoff = sample_handoff();
  handoff["accounts"] = Json::parse(
      R"([{"target":"a\u202eb","host":"evil\u202egnigats","user":"root\nrm -rf ~","port":"\u001b[2J","note":"zero\u200bwidth"}])");
  REQUIRE(open(handoff).empty());
  const std::string shown = browser_.text("#checklist");
  for (const char* text : {R"(a\u{202e}b)", R"(evil\u{202e}gnigats)", R"(root\u{a}rm -rf ~)",
                           R"(\u{1b}[2J)", R"(zero\u{200b}width)"}) {
    INFO(text);
    CHECK(holds(shown, text));
  }
  CHECK(browser_.run("return document.querySelectorAll('#checklist "
                     ".card')[1].querySelectorAll('button').length") == 0);
}

TEST_CASE_METHOD(PageFixture, "page: long texts are cut for the eye and whole for the clipboard",
                 "[page]") {
  Json handoff = sample_handoff();
  handoff["accounts"] = {{{"target", "long"}, {"user", std::string(100'000, 'u')}}};
  REQUIRE(open(handoff).empty());
  CHECK(browser_.text("#checklist").size() < 10'000);
  CHECK(holds(browser_.text("#checklist"), "(100000 characters)"));
  browser_.devtools("Browser.setPermission",
                    {{"permission", {{"name", "clipboard-read"}}}, {"setting", "granted"}});
  browser_.click(R"(button[aria-label="Copy the user of long"])");
  browser_.wait_until("document.getElementById('clipboard-says').textContent");
  CHECK(browser_.run("return (async () => (await navigator.clipboard.readText()).length)()") ==
        100'000);
}

TEST_CASE_METHOD(PageFixture, "page: a hand-off that nobody could read is refused", "[page]") {
  const std::string sentence =
      "This hand-off says more than anybody could read: stagepass makes none like that.";
  Json many = sample_handoff();
  SECTION("many accounts") {
    many["accounts"] = Json(std::vector<Json>(20'000, Json::object()));
  }
  SECTION("many rules") {
    many["rules"] = Json(std::vector<int>(2'000, 1));
  }
  SECTION("deep") {
    CHECK(open(R"({"stagepass":"hand-off 1","x":)" + std::string(50'000, '[') +
               std::string(50'000, ']') + "}") == sentence);
  }
  if (many != sample_handoff()) {
    CHECK(open(many) == sentence);
  }
  CHECK(browser_.text("#checklist").empty());
}

TEST_CASE_METHOD(PageFixture, "page: members of the wrong kind are shown as what they are",
                 "[page]") {
  REQUIRE(open(std::string(
                   R"({"stagepass":"hand-off 1","grant":null,"to":["a","b"],"end":{},"rules":"one",
      "accounts":{"target":["t"],"user":null,"password":false,"__proto__":{"user":"x"},"constructor":1},
      "__proto__":{"env":"live"},"toString":"y","done":0})"))
              .empty());
  CHECK(lines() == std::vector<std::string>{
                       "grant: null", R"(for: ["a","b"])", "end: {}", "user: null",
                       "password: \u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022",
                       R"(__proto__: {"user":"x"})", "constructor: 1",
                       R"(__proto__: {"env":"live"})", "toString: y", "done: 0"});
}

}  // namespace
}  // namespace stagepass::tests
