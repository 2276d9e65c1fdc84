#include "sample_keys.hpp"

#include <stagepass/age/decrypt.hpp>
#include <stagepass/age/encrypt.hpp>

#include <age/ssh_private_key.hpp>
#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <unistd.h>

namespace stagepass::age {
namespace {

using tests::must;

/// Bytes to be sought, each changed by one bit, so that they do not find themselves.
using Masked = std::vector<std::uint8_t>;

Masked masked(Bytes bytes) {
  Masked hidden(bytes.begin(), bytes.end());
  for (std::uint8_t& byte : hidden) {
    byte ^= 1U;
  }
  return hidden;
}

std::size_t times_in(const std::vector<std::uint8_t>& block, const Masked& sought) {
  std::size_t found = 0;
  auto at = block.begin();
  const auto is_same = [](std::uint8_t seen, std::uint8_t hidden) { return (hidden ^ 1U) == seen; };
  while ((at = std::search(at, block.end(), sought.begin(), sought.end(), is_same)) !=
         block.end()) {
    ++found;
    ++at;
  }
  return found;
}

/// How often the bytes stand in memory that this process may write to, its stack included. Secrets
/// that live are not seen: their pages are read-only.
std::size_t times_in_memory(const Masked& sought) {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  std::vector<std::uint8_t> block;
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" rw") == std::string::npos) {
      continue;
    }
    const unsigned long begin = std::stoul(line, nullptr, 16);
    const unsigned long end = std::stoul(line.substr(line.find('-') + 1), nullptr, 16);
    block.resize(end - begin);
    const ssize_t got = ::pread(memory, block.data(), block.size(), static_cast<off_t>(begin));
    block.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    found += times_in(block, sought);
    std::fill(block.begin(), block.end(), std::uint8_t{0});
  }
  ::close(memory);
  return found;
}

/// 32 characters that stand nowhere yet.
Secret new_text(std::uint64_t seed) {
  tests::SeededRandom random(seed);
  return Secret::make(32, [&](MutableBytes out) {
    random.fill(out);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](std::uint8_t byte) { return static_cast<std::uint8_t>('a' + byte % 16); });
  });
}

}  // namespace

TEST_CASE("age memory: the search finds what lies in memory") {
  const Secret text = new_text(1);
  const Masked sought = masked(text.reveal());
  CHECK(times_in_memory(sought) == 0);
  const std::string copy(text.reveal_text());
  CHECK(times_in_memory(sought) > 0);
  CHECK(copy.size() == 32);
}

TEST_CASE("age memory: neither content nor keys stay behind what was sealed and opened") {
  tests::SeededRandom random;
  Masked content_bits;
  Masked scalar_bits;
  Masked key_text_bits;
  {
    const Secret content = new_text(2);
    content_bits = masked(content.reveal());
    const Secret key_text = generate_identity(random);
    key_text_bits = masked(key_text.reveal().subspan(16, 40));
    const auto keys = must(read_identities(key_text));
    scalar_bits = masked(keys.at(0).secret().reveal());
    const std::vector<Recipient> to{keys.at(0).recipient().value()};
    const auto file = must(encrypt(content, to, random));
    CHECK(must(decrypt(file, keys)) == content);
  }
  CHECK(times_in_memory(content_bits) == 0);
  CHECK(times_in_memory(scalar_bits) == 0);
  CHECK(times_in_memory(key_text_bits) == 0);
}

TEST_CASE("age memory: no passphrase stays behind what was sealed and opened") {
  tests::SeededRandom random;
  Masked bits;
  {
    const Secret phrase = new_text(3);
    bits = masked(phrase.reveal());
    const auto file = must(
        encrypt_with_passphrase(Secret::copy_of("content"), phrase, {kLeastScryptLog2}, random));
    std::vector<Identity> keys;
    keys.push_back(must(Identity::of_passphrase(phrase.clone())));
    CHECK(must(decrypt(file, keys)).size() == 7);
  }
  CHECK(times_in_memory(bits) == 0);
}

TEST_CASE("age memory: no part of a content that proves bad stays behind") {
  tests::SeededRandom random;
  Masked bits;
  {
    const Secret text = new_text(4);
    bits = masked(text.reveal());
    const Secret content = Secret::make(std::size_t{200} * 1024, [&](MutableBytes out) {
      for (std::size_t at = 0; at < out.size(); at += text.size()) {
        std::copy(text.reveal().begin(), text.reveal().end(),
                  out.begin() + static_cast<std::ptrdiff_t>(at));
      }
    });
    const auto keys = must(read_identities(generate_identity(random)));
    const std::vector<Recipient> to{keys.at(0).recipient().value()};
    auto file = must(encrypt(content, to, random));
    file.back() ^= 1U;
    CHECK(tests::error_of(decrypt(file, keys)) == Errc::undecryptable);
  }
  CHECK(times_in_memory(bits) == 0);
}

// The base64 of the sample stands in this program, so what is sought is what comes out of it.
TEST_CASE("age memory: nothing of an SSH key stays behind what it opened") {
  Masked seed_bits;
  Masked scalar_bits;
  {
    const Secret file = Secret::copy_of(std::string_view(tests::kOtherSshPrivateKey));
    const SshPrivateKey key = must(parse_ssh_private_key(file.reveal_text()));
    seed_bits = masked(key.seed.reveal());
    const auto keys = must(read_identities(file));
    scalar_bits = masked(keys.at(0).secret().reveal());
    tests::SeededRandom random;
    const std::vector<Recipient> to{keys.at(0).recipient().value()};
    CHECK(must(decrypt(must(encrypt(Secret::copy_of("content"), to, random)), keys)).size() == 7);
  }
  CHECK(times_in_memory(seed_bits) == 0);
  CHECK(times_in_memory(scalar_bits) == 0);
}

}  // namespace stagepass::age
