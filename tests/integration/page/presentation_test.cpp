#include "page_fixture.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace stagepass::tests {
namespace {

constexpr double kLeastContrast = 4.5;  // WCAG 2.2, level AA, for text of this size

/// The contrast of each element that shows text of its own with what lies below it; the least comes first.
constexpr const char* kContrasts = R"js(
    const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = (colour) => parts(colour).slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (one) => {
      for (; one; one = one.parentElement) {
        const colour = getComputedStyle(one).backgroundColor;
        if (parts(colour)[3] !== 0) { return colour; }
      }
      return getComputedStyle(document.body).backgroundColor;
    };
    const contrast = (one) => {
      const [low, high] = [luminance(getComputedStyle(one).color), luminance(ground(one))].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    };
    return [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
        && [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== ""))
        .map((one) => [contrast(one), one.localName, one.textContent]).sort((a, b) => a[0] - b[0]);)js";

class PresentationFixture : public PageFixture {
 protected:
  void look(const std::string& medium, const std::string& scheme) {
    browser_.devtools(
        "Emulation.setEmulatedMedia",
        {{"media", medium}, {"features", {{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
  }
  void set_width(int pixels) {
    browser_.devtools(
        "Emulation.setDeviceMetricsOverride",
        {{"width", pixels}, {"height", 1100}, {"deviceScaleFactor", 1}, {"mobile", false}});
  }
  void check_contrast() {
    const Json contrasts = browser_.run(kContrasts);
    REQUIRE(contrasts.size() > 5);
    INFO(contrasts.front().dump());
    CHECK(contrasts.front().front().get<double>() >= kLeastContrast);
  }
  std::string focus() {
    return browser_.run(
        "const one = document.activeElement; return one.id || one.getAttribute('aria-label') || "
        "one.localName");
  }
  std::vector<std::string> tab_through(int count) {
    std::vector<std::string> reached;
    for (int i = 0; i < count; ++i) {
      for (const char* kind : {"rawKeyDown", "keyUp"}) {
        browser_.devtools(
            "Input.dispatchKeyEvent",
            {{"type", kind}, {"key", "Tab"}, {"code", "Tab"}, {"windowsVirtualKeyCode", 9}});
      }
      reached.push_back(focus());
    }
    return reached;
  }
};

TEST_CASE_METHOD(PresentationFixture, "page: it can be read in the light and in the dark",
                 "[page]") {
  const std::string scheme = GENERATE("light", "dark");
  look("screen", scheme);
  CHECK_FALSE(press_open().empty());
  check_contrast();
  Json handoff = sample_handoff();
  handoff["accounts"][1]["note"] = "the second one";
  REQUIRE(open(handoff).empty());
  browser_.click(R"(button[aria-label="Show the password of shop"])");
  check_contrast();
  const auto picture =
      std::filesystem::path(STAGEPASS_PICTURES) / fmt::format("page-{}.png", scheme);
  browser_.take_picture(picture);
  CHECK(std::filesystem::file_size(picture) > 20'000);
  browser_.click("#close");
  browser_.take_picture(std::filesystem::path(STAGEPASS_PICTURES) /
                        fmt::format("page-{}-closed.png", scheme));
}

TEST_CASE_METHOD(PresentationFixture, "page: it fits a screen of 320 pixels", "[page]") {
  set_width(320);
  const char* overflow =
      "const page = document.documentElement; return page.scrollWidth - page.clientWidth";
  CHECK(browser_.run(overflow) == 0);
  choose("browser");
  browser_.click("#make-key");
  browser_.wait_until("!document.getElementById('has-key').hidden");
  CHECK(browser_.run(overflow) == 0);
  browser_.run("return deleteKey()");
  choose("identity");
  Json handoff = sample_handoff();
  handoff["accounts"][0]["a label that is rather long"] = std::string(300, 'x');
  REQUIRE(open(handoff).empty());
  CHECK(browser_.run(overflow) == 0);
  browser_.take_picture(std::filesystem::path(STAGEPASS_PICTURES) / "page-narrow.png");
}

TEST_CASE_METHOD(PresentationFixture, "page: no secret goes to paper", "[page]") {
  REQUIRE(open(sample_handoff()).empty());
  browser_.click(R"(button[aria-label="Show the password of files"])");
  look("print", "");
  CHECK_FALSE(holds(browser_.text("body"), kPassword));
  CHECK(holds(browser_.text("body"), "sp0123456789"));
  CHECK_FALSE(browser_.is_shown("#close"));
  look("screen", "");
  CHECK(holds(browser_.text("body"), kPassword));
}

TEST_CASE_METHOD(PresentationFixture, "page: a keyboard reaches everything in the order of reading",
                 "[page]") {
  CHECK(tab_through(5) ==
        std::vector<std::string>{"block", "file", "by-identity", "identity", "open"});
  REQUIRE(open(sample_handoff()).empty());
  CHECK(tab_through(5) ==
        std::vector<std::string>{"Copy the grant", "Copy the case", "Copy the user of files",
                                 "Copy the host of files", "Copy the port of files"});
  CHECK(browser_.run(
            "return document.querySelectorAll('[tabindex]:not([tabindex=\"-1\"])').length") == 0);
}

TEST_CASE_METHOD(PresentationFixture,
                 "page: every field has a label and none is remembered by the browser", "[page]") {
  const Json fields =
      browser_.run(R"js(return [...document.querySelectorAll("input, textarea")].map((field) =>
      [field.id, field.labels.length, field.autocomplete, field.name, field.type]))js");
  REQUIRE(fields.size() == 8);
  for (const Json& field : fields) {
    INFO(field.dump());
    CHECK(field.at(1) == 1);
    const bool is_choice = field.at(4) == "radio";
    CHECK(field.at(2) == (is_choice ? "" : "off"));
    CHECK(field.at(3) == (is_choice ? "way" : ""));  // no name: nothing that a form could send
  }
  CHECK(browser_.run("return document.querySelector('form').getAttribute('autocomplete')") ==
        "off");
  CHECK(browser_.run("return document.documentElement.lang") == "en");
}

}  // namespace
}  // namespace stagepass::tests
