#include "page_fixture.hpp"

#include <fmt/core.h>

namespace stagepass::tests {
namespace {

constexpr const char* kHidden = "\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022";

class ChecklistFixture : public PageFixture {
 protected:
  void allow_clipboard(bool may_read) {
    for (const char* name : {"clipboard-write", "clipboard-read"}) {
      const bool granted = may_read || std::string_view(name) == "clipboard-write";
      browser_.devtools("Browser.setPermission", {{"permission", {{"name", name}}},
                                                  {"setting", granted ? "granted" : "denied"}});
    }
  }
  std::string clipboard() { return browser_.run("return navigator.clipboard.readText()"); }
  /// Presses the button whose label says what it does.
  void press(const std::string& label) {
    browser_.click(fmt::format(R"(button[aria-label="{}"])", label));
  }
  void wait_for_clipboard_line(const std::string& part) {
    browser_.wait_until(fmt::format(
        "document.getElementById('clipboard-says').textContent.includes({})", Json(part).dump()));
  }
  /// For the page the clock now shows so much more.
  void let_pass(int seconds) {
    browser_.run(
        "const now = Date.now; const more = 1000 * arguments[0]; Date.now = () => now() + more",
        {seconds});
  }
};

TEST_CASE_METHOD(ChecklistFixture, "page: everything that a hand-off says is in the list",
                 "[page]") {
  Json handoff = sample_handoff();
  handoff["contact"] = "+43 1 234";
  handoff["limits"] = {{"orders", 3}, {"live", false}};
  REQUIRE(open(handoff).empty());
  const auto shown = lines();
  const auto has = [&](const std::string& line) {
    INFO(line);
    CHECK(std::find(shown.begin(), shown.end(), line) != shown.end());
  };
  for (const char* line :
       {"grant: g-386x1byrmx", "case: MSP-48213", "for: ana", "environment: staging",
        "end, in UTC: 2099-12-02T16:00:00Z", "user: sp0123456789", "host: staging.example.com",
        "port: 22", "host key: SHA256:2pZ0", "url: https://staging.example.com/wp-login.php",
        "user: sp5555555555", "contact: +43 1 234", R"(limits: {"orders":3,"live":false})",
        "done: tell the merchant, or: stagepass done g-386x1byrmx"}) {
    has(line);
  }
  has(std::string("password: ") + kHidden);
  CHECK(holds(browser_.text("#checklist"), "staging only"));
  CHECK(holds(browser_.text("#checklist"), "nothing of customers leaves the shop"));
  CHECK(browser_.run("return document.querySelectorAll('#checklist .over').length") == 0);
}

TEST_CASE_METHOD(ChecklistFixture,
                 "page: an account's values keep their order and a login by key has no password",
                 "[page]") {
  REQUIRE(open(std::string(R"({"stagepass":"hand-off 1","accounts":[
      {"target":"files","zone":"z","user":"u","password":"p-of-u","a":"first","host":"h"},
      {"target":"keys","user":"k"}]})"))
              .empty());
  CHECK(lines() == std::vector<std::string>{"zone: z", "user: u",
                                            std::string("password: ") + kHidden, "a: first",
                                            "host: h", "user: k"});
  CHECK(browser_.run("return [...document.querySelectorAll('#checklist h3')].map((title) => "
                     "title.textContent)") == Json{"Grant", "files", "keys"});
}

TEST_CASE_METHOD(ChecklistFixture, "page: a password is in the document only while it is shown",
                 "[page]") {
  REQUIRE(open(sample_handoff()).empty());
  CHECK_FALSE(holds(document(), kPassword));
  CHECK_FALSE(holds(document(), kOtherPassword));
  press("Show the password of files");
  CHECK(holds(browser_.text("#checklist"), kPassword));
  CHECK_FALSE(holds(document(), kOtherPassword));
  press("Hide the password of files");
  CHECK_FALSE(holds(document(), kPassword));
  check_silence();
}

TEST_CASE_METHOD(ChecklistFixture, "page: other secrets are hidden as passwords are", "[page]") {
  REQUIRE(open(std::string(R"({"stagepass":"hand-off 1","API token":"hush11","accounts":[
      {"target":"x","Password":"hush22","key passphrase":"hush33","client secret":"hush44","password":55}]})"))
              .empty());
  CHECK_FALSE(holds(document(), "hush"));
  CHECK_FALSE(holds(browser_.text("#checklist"), "55"));
  press("Show the password of x");
  CHECK(holds(browser_.text("#checklist"), "55"));
}

TEST_CASE_METHOD(ChecklistFixture, "page: what is copied leaves the clipboard after 45 seconds",
                 "[page]") {
  allow_clipboard(true);
  REQUIRE(open(sample_handoff()).empty());
  press("Copy the password of shop");
  wait_for_clipboard_line("The password of shop is in the clipboard, for 4");
  CHECK(clipboard() == kOtherPassword);
  CHECK_FALSE(holds(document(), kOtherPassword));
  let_pass(40);
  wait_for_clipboard_line("for 4 s more");
  CHECK(clipboard() == kOtherPassword);
  SECTION("and is gone") {
    let_pass(5);
    wait_for_clipboard_line("The clipboard was cleared.");
    CHECK(clipboard().empty());
  }
  SECTION("unless something else was copied since") {
    browser_.run("return navigator.clipboard.writeText('mine')");
    let_pass(5);
    wait_for_clipboard_line("holds something else by now");
    CHECK(clipboard() == "mine");
  }
  SECTION("or at once by a button") {
    browser_.click("#clear-clipboard");
    wait_for_clipboard_line("The clipboard was cleared.");
    CHECK(clipboard().empty());
  }
  check_silence();
}

TEST_CASE_METHOD(ChecklistFixture,
                 "page: where it may not look into the clipboard it says so and offers to clear it",
                 "[page]") {
  allow_clipboard(false);
  REQUIRE(open(sample_handoff()).empty());
  press("Copy the user of files");
  wait_for_clipboard_line("The user of files is in the clipboard");
  let_pass(45);
  wait_for_clipboard_line("may still be in the clipboard: this browser does not let the page look");
  CHECK(browser_.is_shown("#clear-clipboard"));
  browser_.click("#clear-clipboard");
  wait_for_clipboard_line("The clipboard was cleared.");
  allow_clipboard(true);
  CHECK(clipboard().empty());
}

TEST_CASE_METHOD(ChecklistFixture, "page: the end is shown here and in UTC and runs down",
                 "[page]") {
  browser_.devtools("Emulation.setTimezoneOverride", {{"timezoneId", "Asia/Kolkata"}});
  browser_.reload();
  Json handoff = sample_handoff();
  handoff["end"] = "2099-12-02T17:00:00+01:00";
  REQUIRE(open(handoff).empty());
  const std::string shown = browser_.text("#checklist");
  CHECK(holds(shown, "9:30:00"));
  CHECK(holds(shown, "GMT+5:30"));
  CHECK(holds(shown, "2099-12-02T16:00:00Z"));
  CHECK(holds(shown, "days"));
  CHECK(holds(shown, " left"));
  browser_.run("Date.now = () => Date.UTC(2099, 11, 2, 15, 58, 30)");
  browser_.wait_until(
      "document.querySelector('#checklist').textContent.includes('1 min 30 s left')");
  browser_.run("Date.now = () => Date.UTC(2099, 11, 2, 16, 0, 0)");
  browser_.wait_until("document.querySelector('#checklist .over')");
  CHECK(holds(browser_.text(".over"), "expired 0 s ago"));
  browser_.devtools("Emulation.setTimezoneOverride", {{"timezoneId", ""}});
}

TEST_CASE_METHOD(ChecklistFixture,
                 "page: what has expired is shown in red and its passwords can be read", "[page]") {
  Json handoff = sample_handoff();
  handoff["end"] = "2020-01-01T00:00:00Z";
  REQUIRE(open(handoff).empty());
  CHECK(holds(browser_.text(".over"), "expired"));
  CHECK(browser_.run("return getComputedStyle(document.querySelector('.over')).color") ==
        "rgb(179, 38, 30)");
  press("Show the password of files");
  CHECK(holds(browser_.text("#checklist"), kPassword));
}

TEST_CASE_METHOD(ChecklistFixture, "page: access to a live shop is an alarm", "[page]") {
  Json handoff = sample_handoff();
  handoff["env"] = "live";
  REQUIRE(open(handoff).empty());
  CHECK(browser_.text(".over") == "live");
}

TEST_CASE_METHOD(ChecklistFixture, "page: an end that is no time is shown as it stands", "[page]") {
  Json handoff = sample_handoff();
  handoff["end"] = GENERATE(Json("tomorrow"), Json(7), Json("2026-13-45T99:00:00Z"));
  REQUIRE(open(handoff).empty());
  const std::string text = handoff["end"].is_string() ? handoff["end"].get<std::string>() : "7";
  CHECK(lines().at(4) == "end: " + text);
}

TEST_CASE_METHOD(ChecklistFixture, "page: what was copied is cleared after the page was closed too",
                 "[page]") {
  allow_clipboard(true);
  REQUIRE(open(sample_handoff()).empty());
  press("Copy the password of shop");
  wait_for_clipboard_line("is in the clipboard");
  browser_.run("document.getElementById('close').focus()");  // and so it is not below that line
  browser_.click("#close");
  CHECK(browser_.is_shown("#clear-clipboard"));
  let_pass(45);
  wait_for_clipboard_line("The clipboard was cleared.");
  CHECK(clipboard().empty());
}

TEST_CASE_METHOD(ChecklistFixture, "page: closing forgets everything, and so does leaving",
                 "[page]") {
  REQUIRE(open(sample_handoff()).empty());
  press("Show the password of files");
  SECTION("closing") {
    browser_.click("#close");
  }
  SECTION("leaving") {
    browser_.run("window.dispatchEvent(new PageTransitionEvent('pagehide'))");
  }
  for (const std::string& text : {std::string(kPassword), std::string("sp0123456789"),
                                  std::string("g-386x1byrmx"), key_.line}) {
    CHECK_FALSE(holds(document(), text));
  }
  CHECK(browser_.is_shown("#block"));
}

TEST_CASE_METHOD(ChecklistFixture,
                 "page: nothing is left in storage, address, history, title or fields", "[page]") {
  const Json before = browser_.run("return [history.length, document.title, location.href]");
  REQUIRE(open(sample_handoff()).empty());
  press("Show the password of files");
  CHECK(browser_.run("return [history.length, document.title, location.href]") == before);
  CHECK(browser_.run(
            "return localStorage.length + sessionStorage.length + document.cookie.length") == 0);
  CHECK(browser_.run("return history.state") == nullptr);
  for (const char* id : {"block", "file", "identity", "recipient", "passphrase"}) {
    CHECK(field(id).empty());
  }
}

}  // namespace
}  // namespace stagepass::tests
