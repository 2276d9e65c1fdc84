#include "cli/program_run.hpp"

#include <stagepass/age/decrypt.hpp>
#include <stagepass/age/encrypt.hpp>
#include <stagepass/system/sodium_random.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>

namespace stagepass::tests {
namespace {

using age::Identity;
using age::Recipient;

constexpr std::array<std::size_t, 6> kSizes = {0, 1, 65535, 65536, 65537, 200'000};
constexpr const char* kPassphrase = "correct horse battery staple";

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string some_content(std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    content[i] = static_cast<char>(i * 31 + i / 256);
  }
  return content;
}

/// A folder with keys of the age program and of ssh-keygen, and what the programs make there.
class Workshop final {
 public:
  Workshop() {
    run_or_fail({"/usr/bin/age-keygen", "-o", "key"});
    run_or_fail({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "eva", "-f", "ssh"});
  }

  ProgramOutcome run_here(std::vector<std::string> argv, std::vector<std::string> typed = {}) {
    const bool has_terminal = !typed.empty();
    return run(
        {.argv = std::move(argv),
         .environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", folder_.path().string()}},
         .folder = folder_.path(),
         .input = "",
         .terminal = has_terminal ? ProgramRun::Terminal::prompts : ProgramRun::Terminal::none,
         .typed = std::move(typed)});
  }

  std::string run_or_fail(std::vector<std::string> argv, std::vector<std::string> typed = {}) {
    const ProgramOutcome outcome = run_here(std::move(argv), std::move(typed));
    INFO(outcome.standard_error << outcome.terminal);
    REQUIRE(outcome.exit_status == 0);
    return outcome.standard_output;
  }

  [[nodiscard]] std::string read(const char* name) const {
    return content_of(folder_.path() / name);
  }

  void write(const char* name, const std::string& text) const {
    std::ofstream stream(folder_.path() / name, std::ios::binary | std::ios::trunc);
    stream << text;
    REQUIRE(stream.flush());
  }

  [[nodiscard]] std::vector<Identity> keys(const char* file) const {
    return must(age::read_identities(Secret::copy_of(read(file))));
  }

  /// What the program makes of a file of ours.
  std::string opened_by_age(const std::string& file, const char* key) {
    write("sealed", file);
    run_or_fail({"/usr/bin/age", "-d", "-i", key, "-o", "opened", "sealed"});
    return read("opened");
  }

  std::string sealed_by_age(const std::string& content, std::vector<std::string> options) {
    write("content", content);
    options.insert(options.begin(), "/usr/bin/age");
    options.insert(options.end(), {"-o", "sealed", "content"});
    run_or_fail(std::move(options));
    return read("sealed");
  }

 private:
  TempDir folder_;
};

std::string sealed(const std::string& content, const std::vector<Recipient>& to) {
  system::SodiumRandom random;
  return text_of(must(age::encrypt(Secret::copy_of(content), to, random)));
}

std::string opened(const std::string& file, const std::vector<Identity>& keys) {
  const Secret content = must(age::decrypt(bytes_of(file), keys));
  return std::string(content.reveal_text());
}

Recipient recipient_of(const std::string& text) {
  return must(Recipient::parse(text));
}

}  // namespace

TEST_CASE("age program: it opens what we encrypt to its key and to an SSH key") {
  Workshop workshop;
  const std::string public_key = workshop.run_or_fail({"/usr/bin/age-keygen", "-y", "key"});
  const std::vector<Recipient> both{recipient_of(public_key),
                                    recipient_of(workshop.read("ssh.pub"))};
  for (const std::size_t size : kSizes) {
    INFO(size);
    const std::string content = some_content(size);
    const std::string file = sealed(content, both);
    for (const char* key : {"key", "ssh"}) {
      CHECK(workshop.opened_by_age(file, key) == content);
      CHECK(workshop.opened_by_age(age::to_armor(bytes_of(file)), key) == content);
    }
  }
}

TEST_CASE("age program: we open what it encrypts to its key and to an SSH key") {
  Workshop workshop;
  const std::string public_key = workshop.run_or_fail({"/usr/bin/age-keygen", "-y", "key"});
  const std::string word = public_key.substr(0, public_key.find('\n'));
  const std::vector<std::string> both{"-r", word, "-R", "ssh.pub"};
  const std::vector<std::string> both_in_armor{"-a", "-r", word, "-R", "ssh.pub"};
  for (const std::size_t size : kSizes) {
    INFO(size);
    const std::string content = some_content(size);
    for (const auto& options : {both, both_in_armor}) {
      const std::string file = workshop.sealed_by_age(content, options);
      CHECK(opened(file, workshop.keys("key")) == content);
      CHECK(opened(file, workshop.keys("ssh")) == content);
    }
  }
}

TEST_CASE("age program: its armor is ours byte for byte") {
  Workshop workshop;
  for (const std::size_t size : {0, 1, 2, 3, 100, 65537}) {
    const std::string file = workshop.sealed_by_age(some_content(size), {"-a", "-R", "ssh.pub"});
    workshop.write("sealed", file);
    const auto keys = workshop.keys("ssh");
    CHECK(opened(file, keys) == some_content(size));
    std::string base64 = file.substr(file.find('\n'));
    base64.resize(base64.find("-----END"));
    base64.erase(std::remove(base64.begin(), base64.end(), '\n'), base64.end());
    workshop.write("base64", base64);
    workshop.write("binary", workshop.run_or_fail({"/usr/bin/base64", "-d", "base64"}));
    CHECK(age::to_armor(bytes_of(workshop.read("binary"))) == file);
  }
}

TEST_CASE("age program: both know the same keys by the same names") {
  Workshop workshop;
  const std::string public_key = workshop.run_or_fail({"/usr/bin/age-keygen", "-y", "key"});
  CHECK(workshop.keys("key").at(0).recipient().value().str() + "\n" == public_key);
  CHECK(workshop.keys("ssh").at(0).recipient() == recipient_of(workshop.read("ssh.pub")));
}

TEST_CASE("age program: it reads a key that we made") {
  Workshop workshop;
  system::SodiumRandom random;
  for (int i = 0; i < 10; ++i) {
    const Secret key = age::generate_identity(random);
    workshop.write("ours", std::string(key.reveal_text()));
    const Recipient recipient = workshop.keys("ours").at(0).recipient().value();
    CHECK(workshop.run_or_fail({"/usr/bin/age-keygen", "-y", "ours"}) == recipient.str() + "\n");
    CHECK(workshop.opened_by_age(sealed("content", {recipient}), "ours") == "content");
  }
}

TEST_CASE("age program: it opens what we encrypt with a passphrase") {
  Workshop workshop;
  system::SodiumRandom random;
  const auto file = must(age::encrypt_with_passphrase(
      Secret::copy_of("content"), Secret::copy_of(kPassphrase), {.log2_n = 15}, random));
  workshop.write("sealed", text_of(file));
  workshop.run_or_fail({"/usr/bin/age", "-d", "-o", "opened", "sealed"}, {kPassphrase});
  CHECK(workshop.read("opened") == "content");
  CHECK(workshop.run_here({"/usr/bin/age", "-d", "-o", "other", "sealed"}, {"wrong"}).exit_status !=
        0);
}

TEST_CASE("age program: we open what it encrypts with a passphrase") {
  Workshop workshop;
  workshop.write("content", "content");
  workshop.run_or_fail({"/usr/bin/age", "-p", "-a", "-o", "sealed", "content"},
                       {kPassphrase, kPassphrase});
  const std::string file = workshop.read("sealed");
  std::vector<Identity> keys;
  keys.push_back(must(Identity::of_passphrase(Secret::copy_of(kPassphrase))));
  CHECK(opened(file, keys) == "content");
  keys.clear();
  keys.push_back(must(Identity::of_passphrase(Secret::copy_of("wrong"))));
  CHECK(error_of(age::decrypt(bytes_of(file), keys)) == Errc::locked);
}

TEST_CASE("age program: neither opens a file that was edited or is for somebody else") {
  Workshop workshop;
  workshop.run_or_fail({"/usr/bin/age-keygen", "-o", "stranger"});
  const auto key = workshop.keys("key").at(0).recipient().value();
  std::string file = sealed("content", {key});
  workshop.write("sealed", file);
  CHECK(workshop.run_here({"/usr/bin/age", "-d", "-i", "stranger", "sealed"}).exit_status != 0);
  CHECK(error_of(age::decrypt(bytes_of(file), workshop.keys("stranger"))) == Errc::locked);
  file.back() = static_cast<char>(file.back() ^ 1);
  workshop.write("sealed", file);
  const auto refused = workshop.run_here({"/usr/bin/age", "-d", "-i", "key", "sealed"});
  CHECK(refused.exit_status != 0);
  CHECK(refused.standard_output.find("content") == std::string::npos);
  CHECK(error_of(age::decrypt(bytes_of(file), workshop.keys("key"))) == Errc::undecryptable);
}

}  // namespace stagepass::tests
