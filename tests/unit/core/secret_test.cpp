#include <stagepass/core/secret.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <csignal>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <sys/wait.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace stagepass {
namespace {

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(!std::is_default_constructible_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!fmt::is_formattable<Secret>::value);

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept Stringable = requires(const T& value) {
  to_string(value);
};
template <class T>
concept RevealsTemporary = requires {
  std::declval<T>().reveal();
};
template <class T>
concept RevealsTemporaryText = requires {
  std::declval<T>().reveal_text();
};
static_assert(!Streamable<Secret>);
static_assert(!Stringable<Secret>);
static_assert(!RevealsTemporary<Secret>);
static_assert(!RevealsTemporaryText<Secret>);
static_assert(RevealsTemporary<const Secret&>);

TEST_CASE("Secret: it holds the bytes it was filled with") {
  const Secret secret = Secret::make(
      3, [](MutableBytes out) { std::fill(out.begin(), out.end(), std::uint8_t{0x61}); });
  CHECK(secret.size() == 3);
  CHECK_FALSE(secret.empty());
  CHECK(secret.reveal_text() == "aaa");
  CHECK(secret.reveal().size() == 3);
}

TEST_CASE("Secret: an empty one is a value like any other") {
  const Secret secret = Secret::copy_of("");
  CHECK(secret.empty());
  CHECK(secret.reveal_text().empty());
  CHECK(secret == secret.clone());
}

TEST_CASE("Secret: zero bytes do not end it") {
  const std::array<std::uint8_t, 3> bytes = {0x61, 0x00, 0x62};
  const Secret secret = Secret::copy_of(bytes);
  CHECK(secret.size() == 3);
  CHECK(std::equal(bytes.begin(), bytes.end(), secret.reveal().begin()));
}

TEST_CASE("Secret: two are equal only with the same bytes and size") {
  const Secret secret = Secret::copy_of("correct horse");
  CHECK(secret == Secret::copy_of("correct horse"));
  CHECK_FALSE(secret == Secret::copy_of("correct hors"));
  CHECK_FALSE(secret == Secret::copy_of("correct horsf"));
  CHECK_FALSE(secret == Secret::copy_of(""));
}

TEST_CASE("Secret: a clone lives on its own") {
  Secret original = Secret::copy_of("correct horse");
  const Secret clone = original.clone();
  CHECK(clone.reveal().data() != original.reveal().data());
  original = Secret::copy_of("other");
  CHECK(clone.reveal_text() == "correct horse");
}

TEST_CASE("Secret: moving hands over the bytes and leaves nothing") {
  Secret source = Secret::copy_of("correct horse");
  const std::uint8_t* bytes = source.reveal().data();
  Secret moved = std::move(source);
  CHECK(moved.reveal().data() == bytes);
  // NOLINTNEXTLINE(bugprone-use-after-move): what is left behind is what this test is about
  CHECK(source.empty());
  Secret assigned = Secret::copy_of("to be replaced");
  assigned = std::move(moved);
  CHECK(assigned.reveal().data() == bytes);
  CHECK(assigned.reveal_text() == "correct horse");
}

/// How a child process dies that does `deed`.
template <class Deed>
int signal_that_ends(Deed deed) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    // The test framework would report the death as its own.
    static_cast<void>(std::signal(SIGSEGV, SIG_DFL));
    deed();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_CASE("Secret: whoever writes into it or reads beyond it dies") {
  const Secret secret = Secret::copy_of("correct horse");
  const Bytes bytes = secret.reveal();
  CHECK(signal_that_ends([&] {
          // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the crime under test
          *const_cast<volatile std::uint8_t*>(bytes.data()) = 0;
        }) == SIGSEGV);
  CHECK(signal_that_ends([&] {
          const volatile std::uint8_t* behind = bytes.data() + bytes.size();
          static_cast<void>(*behind);
        }) == SIGSEGV);
  CHECK(signal_that_ends([&] { static_cast<void>(bytes.front()); }) == 0);
  CHECK(secret.reveal_text() == "correct horse");
}

TEST_CASE("Secret: wiping leaves only zeroes") {
  std::array<std::uint8_t, 4> bytes = {1, 2, 3, 4};
  wipe(bytes);
  CHECK(bytes == std::array<std::uint8_t, 4>{});
  wipe({});
}

}  // namespace
}  // namespace stagepass
