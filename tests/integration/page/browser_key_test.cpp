#include "page_fixture.hpp"

namespace stagepass::tests {
namespace {

class BrowserKeyFixture : public PageFixture {
 protected:
  BrowserKeyFixture() { choose("browser"); }

  std::string make_key() {
    browser_.click("#make-key");
    browser_.wait_until("!document.getElementById('has-key').hidden");
    return recipient();
  }

  std::string recipient() {
    return browser_.run("return document.getElementById('recipient').value");
  }

  void delete_key() {
    browser_.click("#delete-key");
    browser_.answer_question(true);
    browser_.wait_until("!document.getElementById('no-key').hidden");
  }
};

TEST_CASE_METHOD(BrowserKeyFixture,
                 "page: a key of this browser opens what is sealed to it, also after a reload",
                 "[page]") {
  paste_block(seal(sample_handoff(), key_.recipient));
  CHECK(press_open() ==
        "This browser holds no key yet: make one, and send its public key to the merchant.");
  const std::string recipient = make_key();
  CHECK(recipient.starts_with("age1"));
  const std::string block = seal(sample_handoff(), recipient);
  paste_block(block);
  CHECK(press_open().empty());
  CHECK(holds(browser_.text("#checklist"), "sp0123456789"));

  browser_.reload();
  choose("browser");
  CHECK(this->recipient() == recipient);
  paste_block(block);
  CHECK(press_open().empty());
  check_silence();

  browser_.reload();
  choose("browser");
  paste_block(seal(sample_handoff(), key_.recipient));
  CHECK(holds(press_open(), "This key does not open the block"));
  delete_key();
}

TEST_CASE_METHOD(BrowserKeyFixture, "page: no script can read the key of this browser", "[page]") {
  make_key();
  const Json answers = browser_.run(R"js(return (async () => {
      const key = await heldKey();
      const answers = [key.extractable, key.type];
      for (const format of ["jwk", "pkcs8", "raw"]) {
        answers.push(await crypto.subtle.exportKey(format, key).then(() => "exported", (error) => error.name));
      }
      return answers;
    })())js");
  CHECK(answers.at(0) == false);
  CHECK(answers.at(1) == "private");
  for (std::size_t i = 2; i < 5; ++i) {
    CHECK(answers.at(i) == "InvalidAccessError");
  }
  delete_key();
}

TEST_CASE_METHOD(BrowserKeyFixture, "page: a key is made once and deleted only after a question",
                 "[page]") {
  const std::string recipient = make_key();
  CHECK(browser_.run("return (async () => age.identityToRecipient(await makeKey()))()") ==
        recipient);
  browser_.click("#delete-key");
  browser_.answer_question(false);
  CHECK(browser_.run("return (async () => age.identityToRecipient(await heldKey()))()") ==
        recipient);
  delete_key();
  CHECK(browser_.run("return (async () => (await heldKey()) === undefined)()") == true);
  CHECK(make_key() != recipient);
  delete_key();
}

}  // namespace
}  // namespace stagepass::tests
