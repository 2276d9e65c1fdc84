#include "postgres_fixture.hpp"
#include "targets/postgresql/scram.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace stagepass::tests {
namespace {

/// How often the bytes stand in memory that this process may write to, and thus anybody's library
/// has put there. `masked` is what is sought, each byte changed by one bit, so that it does not
/// find itself.
std::size_t times_in_memory(const std::string& masked) {
  const system::FileDescriptor memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  std::vector<char> block;
  for (std::string line; std::getline(maps, line);) {
    const unsigned long begin = std::stoul(line, nullptr, 16);
    const unsigned long end = std::stoul(line.substr(line.find('-') + 1), nullptr, 16);
    const bool is_writable = line.find(" rw") != std::string::npos;
    if (!is_writable || line.find("[stack]") != std::string::npos) {
      continue;
    }
    block.resize(end - begin);
    const ssize_t got =
        ::pread(memory.get(), block.data(), block.size(), static_cast<off_t>(begin));
    for (ssize_t i = 0; i + static_cast<ssize_t>(masked.size()) <= got; ++i) {
      const bool is_here = std::equal(masked.begin(), masked.end(), block.begin() + i,
                                      [](char hidden, char seen) { return (hidden ^ 1) == seen; });
      found += is_here ? 1 : 0;
    }
    std::fill(block.begin(), block.end(), '\0');
  }
  return found;
}

TEST_CASE("PostgreSQL: when a driver is gone so is the admin's password from all memory") {
  PostgresFixture shop;
  system::SodiumRandom random;
  const Secret password = Secret::make(32, [&](MutableBytes out) {
    random.fill(out);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](std::uint8_t byte) { return static_cast<std::uint8_t>('a' + byte % 16); });
  });
  std::string masked(password.reveal_text());
  for (char& c : masked) {
    c = static_cast<char>(c ^ 1);
  }
  shop.tell(fmt::format("ALTER ROLE stagepass PASSWORD '{}'",
                        must(targets::scram_verifier(password, random))));
  {
    Target target{.name = must(TargetName::parse("shop")), .driver = "postgresql"};
    target.settings = {{"host", "127.0.0.1"},
                       {"port", std::to_string(the_server().port())},
                       {"database", "shop"},
                       {"sslmode", "disable"}};
    SecretSettings secrets;
    secrets.emplace("password", password.clone());
    system::PosixProcess process;
    system::SystemClock clock;
    const auto driver = must(
        targets::make_postgresql_driver(target, std::move(secrets), {process, clock, random, ""}));
    CHECK(must(driver->list_marked(kTimeout)).empty());
    CHECK(times_in_memory(masked) > 0);  // the search finds what libpq holds while connected
  }
  CHECK(times_in_memory(masked) == 0);
}

}  // namespace
}  // namespace stagepass::tests
