#include "page_fixture.hpp"

#include <stagepass/handoff/document.hpp>

#include <algorithm>
#include <fstream>
#include <support/content.hpp>

namespace stagepass::tests {
namespace {

constexpr const char* kPassphrase = "basil-orbit-cedar-flute-minor-tulip";
constexpr const char* kSshRecipient =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN666Ljrc5Lp7jxY7WIZBRYlgvcL46pdwZtz9lz3Jhos";
constexpr const char* kEnterKey = "\xEE\x80\x87";  // U+E007, as WebDriver writes it

/// `block` with one character of line `line` replaced by another that base64 has.
std::string edited(std::string block, int line) {
  std::size_t at = 0;
  for (; line > 0; --line) {
    at = block.find('\n', at) + 1;
  }
  at += 7;
  block[at] = block[at] == 'A' ? 'B' : 'A';
  return block;
}

int count_lines(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

std::string replaced(std::string text, char what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, 1, with);
  }
  return text;
}

TEST_CASE_METHOD(PageFixture, "page: a block as stagepass itself writes it is shown whole",
                 "[page]") {
  handoff::Document document{.grant = "g-386x1byrmx",
                             .case_ref = "MSP-48213",
                             .recipient = "ana",
                             .environment = "staging",
                             .ends_at = Timestamp(std::chrono::hours(24 * 365 * 100)),
                             .accounts = {},
                             .about = {{"since", "monday morning"}},
                             .rules = {"staging only"},
                             .done = "say so in MSP-48213"};
  document.accounts.push_back(
      {"files", "sp0123456789", Secret::copy_of(kPassword), {{"host", "staging.example.com"}}});
  const Secret written = handoff::write_document(document);
  CHECK(open(std::string(written.reveal_text())).empty());
  const std::string shown = browser_.text("#checklist");
  for (const char* text : {"g-386x1byrmx", "MSP-48213", "staging.example.com", "sp0123456789",
                           "monday morning", "staging only", "say so in MSP-48213"}) {
    INFO(text);
    CHECK(shown.find(text) != std::string::npos);
  }
  CHECK(shown.find(kPassword) == std::string::npos);
}

TEST_CASE_METHOD(PageFixture, "page: a pasted identity opens a block", "[page]") {
  CHECK(open(sample_handoff()).empty());
  const std::string shown = browser_.text("#checklist");
  CHECK(holds(shown, "g-386x1byrmx"));
  CHECK(holds(shown, "sp0123456789"));
  CHECK(browser_.run("return document.activeElement.id") == "opened-title");
  CHECK_FALSE(browser_.is_shown("#opening"));
  check_silence();
}

TEST_CASE_METHOD(PageFixture, "page: a whole key file is an identity too", "[page]") {
  paste_block(seal(sample_handoff(), key_.recipient));
  browser_.paste("#identity", "# created: 2026-11-28T08:00:00Z\n# public key: " + key_.recipient +
                                  "\n" + key_.line + "\n");
  CHECK(press_open().empty());
}

TEST_CASE_METHOD(PageFixture, "page: any identity of a key file opens the block", "[page]") {
  paste_block(seal(sample_handoff(), key_.recipient));
  browser_.paste("#identity", other_key_.line + "\n" + key_.line + "\n");
  CHECK(press_open().empty());
}

TEST_CASE_METHOD(PageFixture, "page: Enter in the identity opens the block", "[page]") {
  paste_block(seal(sample_handoff(), key_.recipient));
  browser_.paste("#identity", key_.line);
  browser_.type("#identity", kEnterKey);
  browser_.wait_until("!document.getElementById('opened').hidden");
  CHECK(browser_.run("return location.href") == address());  // nothing of it went there
}

TEST_CASE_METHOD(PageFixture, "page: a passphrase opens a block and a wrong one uses nothing up",
                 "[page]") {
  choose("passphrase");
  paste_block(seal_with_passphrase(sample_handoff(), kPassphrase));
  CHECK(press_open() == "There is no passphrase yet.");
  browser_.paste("#passphrase", "something else");
  CHECK(holds(press_open(), "This passphrase does not open the block"));
  CHECK(field("passphrase").empty());
  browser_.paste("#passphrase", kPassphrase);
  CHECK(press_open().empty());
  CHECK(holds(browser_.text("#checklist"), "sp0123456789"));
  check_silence();
}

TEST_CASE_METHOD(PageFixture, "page: a wrong key says so and uses nothing up", "[page]") {
  CHECK(holds(open_with(seal(sample_handoff(), key_.recipient), other_key_),
              "This key does not open the block"));
  CHECK(browser_.text("#checklist").empty());
  CHECK(field("identity").empty());
  browser_.paste("#identity", key_.line);  // the block still stands there
  CHECK(press_open().empty());
  check_silence();
}

TEST_CASE_METHOD(PageFixture, "page: a block that was edited anywhere does not open", "[page]") {
  const std::string block = seal(sample_handoff(), key_.recipient);
  for (int line = 1; line < count_lines(block) - 1; line += 2) {
    INFO("line " << line);
    const std::string problem = open_with(edited(block, line), key_);
    CHECK((holds(problem, "The block is damaged") || holds(problem, "or edited")));
    CHECK(browser_.text("#checklist").empty());
  }
  check_silence();
}

TEST_CASE_METHOD(PageFixture, "page: a block from a ticket or a mail opens whatever they did to it",
                 "[page]") {
  const std::string block = seal(sample_handoff(), key_.recipient);
  const std::string text =
      GENERATE_COPY("Hello Ana,\n\n  here it is:\n" + replaced(block, '\n', "\n    ") + "\nRegards",
                    "> " + replaced(block, '\n', "\n> > "), replaced(block, '\n', "\r\n"),
                    replaced(block, '\n', " "));
  CHECK(open_with(text, key_).empty());
}

TEST_CASE_METHOD(PageFixture, "page: a block comes from a file or is dropped as well", "[page]") {
  const std::string block = seal(sample_handoff(), key_.recipient);
  SECTION("chosen") {
    write_content(browser_.folder() / "block.txt", block);
    browser_.type("#file", (browser_.folder() / "block.txt").string());
  }
  SECTION("dropped as a file") {
    browser_.run(R"js(const data = new DataTransfer();
        data.items.add(new File([arguments[0]], "block.txt"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })))js",
                 {block});
  }
  SECTION("dropped as text") {
    browser_.run(R"js(const data = new DataTransfer();
        data.setData("text/plain", arguments[0]);
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })))js",
                 {block});
  }
  browser_.run(R"js(const field = document.getElementById("block");
      for (; field.value === "";) { await new Promise((resolve) => setTimeout(resolve, 5)); })js");
  browser_.paste("#identity", key_.line);
  CHECK(press_open().empty());
}

TEST_CASE_METHOD(PageFixture, "page: what cannot be a block is refused in one sentence", "[page]") {
  const std::string block = seal(sample_handoff(), key_.recipient);
  const auto [text, sentence] = GENERATE_COPY(table<std::string, std::string>({
      {"", "There is no block yet: paste it, or open its file."},
      {" \n ", "There is no block yet: paste it, or open its file."},
      {"user: sp0123456789",
       R"(This is no block: the line "-----BEGIN AGE ENCRYPTED FILE-----" is missing.)"},
      {block.substr(0, block.size() / 2),
       R"(The block is cut off: its last line, "-----END AGE ENCRYPTED FILE-----", is missing.)"},
      {block + block, "This is more than one block: paste only one."},
      {"-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----",
       "The block is damaged: it is not as it was when it was made. Ask for it again."},
      {"-----BEGIN AGE ENCRYPTED FILE-----\n<b>!</b>\n-----END AGE ENCRYPTED FILE-----",
       "The block is damaged: it is not as it was when it was made. Ask for it again."},
      // "age-encryption.org/v2\n"
      {"-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YyCg==\n-----END AGE "
       "ENCRYPTED FILE-----",
       "This block is of a newer kind of age file, which this page does not know."},
      {seal(sample_handoff(), kSshRecipient),
       "This block was made for an SSH key, which a browser cannot use: open it with stagepass "
       "open, or age --decrypt."},
      {seal_with_passphrase(sample_handoff(), kPassphrase),
       "This block opens with a passphrase, not with a key."},
  }));
  CHECK(open_with(text, key_) == sentence);
  CHECK(browser_.run("return document.querySelectorAll('.problem *').length") == 0);
  check_silence();
}

TEST_CASE_METHOD(PageFixture, "page: what cannot be a key is refused in one sentence", "[page]") {
  paste_block(seal(sample_handoff(), key_.recipient));
  CHECK(press_open() ==
        "There is no identity yet: paste the line that begins with AGE-SECRET-KEY-1.");
  for (const std::string& text :
       {std::string("open sesame"), key_.recipient, edited("\n" + key_.line, 3)}) {
    browser_.paste("#identity", text);
    CHECK(press_open() == "This is no identity of age, or one with a typing error.");
  }
  choose("passphrase");
  browser_.paste("#passphrase", kPassphrase);
  CHECK(press_open() == "This block opens with a key, not with a passphrase.");
}

TEST_CASE_METHOD(PageFixture, "page: more than 2 MB is refused before anything is done with it",
                 "[page]") {
  const std::string sentence = "This is more than 2 MB: no hand-off is that large.";
  SECTION("in the field") {
    browser_.run("document.getElementById('block').value = 'A'.repeat(2 * 1024 * 1024 + 1)");
    CHECK(press_open() == sentence);
  }
  SECTION("pasted by a person") {
    browser_.run(R"js(const data = new DataTransfer();
        data.setData("text/plain", "A".repeat(2 * 1024 * 1024 + 1));
        document.getElementById("block").dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })))js");
    browser_.wait_until("document.getElementById('problem').textContent");
    CHECK(browser_.text("#problem") == sentence);
  }
  SECTION("a file") {
    write_content(browser_.folder() / "huge.txt", std::string((2UL << 20U) + 1, 'A'));
    browser_.type("#file", (browser_.folder() / "huge.txt").string());
    browser_.wait_until("document.getElementById('problem').textContent");
    CHECK(browser_.text("#problem") == sentence);
    CHECK(field("block").empty());
  }
  SECTION("just below it is read and is no block") {
    browser_.run("document.getElementById('block').value = ' '.repeat(2 * 1024 * 1024 - 1) + 'x'");
    CHECK(holds(press_open(), "This is no block"));
  }
}

TEST_CASE_METHOD(PageFixture, "page: what is no hand-off of this version is refused", "[page]") {
  Json newer = sample_handoff();
  newer["stagepass"] = "hand-off 2";
  CHECK(
      open(newer) ==
      R"(This is a "hand-off 2", and this page knows only "hand-off 1": get the page of a newer stagepass.)");
  const std::string sentence = "The block opened, but what it holds is no hand-off of stagepass.";
  newer["stagepass"] = "hand-off <b>";
  CHECK(open(newer) == sentence);
  for (const char* content : {"", "null", "[]", "7", R"("hand-off 1")", R"({"stagepass":1})",
                              R"({"stagepass":"hand-off 1")", "\xff\xfe", "{}"}) {
    INFO(content);
    CHECK(open(std::string(content)) == sentence);
  }
  CHECK(browser_.text("#checklist").empty());
  check_silence();
}

}  // namespace
}  // namespace stagepass::tests
