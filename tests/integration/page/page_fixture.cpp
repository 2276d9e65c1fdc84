#include "page_fixture.hpp"

#include <stagepass/system/sodium_random.hpp>

#include <filesystem>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::tests {
namespace {

constexpr unsigned kCheapScrypt = age::kLeastScryptLog2;

std::filesystem::path page_file(const std::filesystem::path& folder) {
  std::filesystem::path file = folder / "open.html";
  if (!std::filesystem::exists(file)) {
    Command program;
    program.argv = {STAGEPASS_PROGRAM, "page", "--out", file.string()};
    REQUIRE(must(system::PosixProcess().run(program)).exit_status == 0);
  }
  return file;
}

std::string one_line(const Secret& text) {
  std::string line(text.reveal_text());
  line.erase(line.find('\n'));
  return line;
}

}  // namespace

SampleKey::SampleKey(std::uint64_t seed) {
  SeededRandom random(seed);
  const Secret identity = age::generate_identity(random);
  line = one_line(identity);
  recipient = must(age::read_identities(identity)).front().recipient()->str();
}

Json sample_handoff() {
  return Json::parse(
      R"({"stagepass":"hand-off 1","grant":"g-386x1byrmx","case":"MSP-48213","to":"ana","env":"staging",
    "end":"2099-12-02T16:00:00Z",
    "accounts":[
      {"target":"files","user":"sp0123456789","host":"staging.example.com","port":"22","host key":"SHA256:2pZ0","password":")" +
      std::string(kPassword) + R"("},
      {"target":"shop","user":"sp9876543210","password":")" +
      std::string(kOtherPassword) +
      R"(","url":"https://staging.example.com/wp-login.php"},
      {"target":"database","user":"sp5555555555"}],
    "rules":["staging only","nothing of customers leaves the shop"],
    "done":"tell the merchant, or: stagepass done g-386x1byrmx"})");
}

std::string seal(const std::string& content, const std::string& recipient) {
  system::SodiumRandom random;
  const std::vector<age::Recipient> recipients = {must(age::Recipient::parse(recipient))};
  return age::to_armor(must(age::encrypt(Secret::copy_of(content), recipients, random)));
}

std::string seal(const Json& handoff, const std::string& recipient) {
  return seal(handoff.dump(), recipient);
}

std::string seal_with_passphrase(const Json& handoff, const std::string& passphrase) {
  system::SodiumRandom random;
  return age::to_armor(must(age::encrypt_with_passphrase(Secret::copy_of(handoff.dump()),
                                                         Secret::copy_of(passphrase),
                                                         age::ScryptCost{kCheapScrypt}, random)));
}

PageFixture::PageFixture() {
  // Whatever the test before has left behind.
  browser_.devtools("Emulation.setEmulatedMedia", {{"media", ""}, {"features", Json::array()}});
  browser_.devtools("Emulation.clearDeviceMetricsOverride");
  browser_.open(address());
  browser_.console();
  browser_.addresses();
}

std::string PageFixture::address() const {
  return "file://" + page_file(browser_.folder()).string();
}

void PageFixture::choose(const std::string& way) {
  browser_.click("#by-" + way);
  if (way == "browser") {  // which looks for its key first
    browser_.wait_until(
        "document.getElementById('no-key').checkVisibility()"
        " || document.getElementById('has-key').checkVisibility()");
  }
}

std::string PageFixture::press_open() {
  browser_.click("#open");
  browser_.wait_until("!document.getElementById('open').disabled");
  return browser_.run(
      "return document.getElementById('opened').hidden"
      " ? document.getElementById('problem').textContent || 'neither' : ''");
}

std::string PageFixture::open_with(const std::string& block, const SampleKey& key) {
  paste_block(block);
  browser_.paste("#identity", key.line);
  return press_open();
}

std::string PageFixture::open(const Json& handoff) {
  return open_with(seal(handoff, key_.recipient), key_);
}

std::string PageFixture::open(const std::string& content) {
  return open_with(seal(content, key_.recipient), key_);
}

std::string PageFixture::field(const std::string& id) {
  return browser_.run("return document.getElementById(arguments[0]).value", {id});
}

std::string PageFixture::document() {
  return browser_.run(
      R"js(return document.documentElement.outerHTML + document.title + location.href
      + [...document.querySelectorAll("input, textarea")].map((field) => field.value).join("\n"))js");
}

std::vector<std::string> PageFixture::lines() {
  return browser_.run(R"js(return [...document.querySelectorAll("#checklist .item")].map((line) =>
      `${line.querySelector("dt").textContent}: ${line.querySelector("dd").textContent}`))js");
}

void PageFixture::check_silence() {
  const auto arrived = browser_.arrived();
  for (std::size_t i = arrived_before_; i < arrived.size(); ++i) {
    INFO(arrived[i]);
    CHECK(false);
  }
  for (const std::string& asked : browser_.addresses()) {
    CHECK(asked == address());  // a reload
  }
  CHECK(Json(browser_.console()) == Json::array());
}

}  // namespace stagepass::tests
