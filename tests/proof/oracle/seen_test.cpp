#include "oracle/seen.hpp"

#include <fcntl.h>
#include <fstream>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/fake_driver.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <sys/file.h>
#include <unistd.h>

namespace stagepass::proof {
namespace {

using tests::error_of;
using tests::must;

class StateFolder {
 public:
  StateFolder() {
    std::filesystem::create_directory(folder.path() / "accounts");
    std::filesystem::create_directory(folder.path() / "sessions");
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder.path() / name) << content;
  }
  [[nodiscard]] Seen see() const { return must(see_state_folder("files", folder.path())); }

  tests::TempDir folder;
};

}  // namespace

TEST_CASE_METHOD(StateFolder, "an empty or missing state folder shows nothing") {
  CHECK(see().empty());
  CHECK(must(see_state_folder("files", folder.path() / "missing")).empty());
}

TEST_CASE_METHOD(StateFolder,
                 "accounts are seen with their marker and whether they let anybody in") {
  write("accounts/open", R"({"marker":"m","password":"p","public_key":"","disabled":false})");
  write("accounts/shut", R"({"marker":"m","password":"p","public_key":"","disabled":true})");
  write("accounts/bare", R"({"marker":"somebody else"})");
  for (const SeenAccount& seen : see()) {
    CHECK(seen.target == "files");
    CHECK(seen.exists);
    CHECK(seen.login_possible == (seen.user_name == "open"));
    CHECK(seen.marker == (seen.user_name == "bare" ? "somebody else" : "m"));
    CHECK(seen.password.has_value() == (seen.user_name != "bare"));
  }
  CHECK(see().size() == 3);
}

TEST_CASE_METHOD(StateFolder, "a session is seen while it lives even without its account") {
  write("sessions/sp7f3k9q2m5x.4711", "4711");
  CHECK(see().empty());
  const int fd =
      ::open((folder.path() / "sessions/sp7f3k9q2m5x.4711").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(fd, LOCK_EX) == 0);
  const Seen seen = see();
  REQUIRE(seen.size() == 1);
  CHECK_FALSE(seen.front().exists);
  CHECK(seen.front().user_name == "sp7f3k9q2m5x");
  CHECK(seen.front().live_sessions == 1);
  ::close(fd);
  CHECK(see().empty());
}

TEST_CASE_METHOD(StateFolder, "a damaged account file is an error and no empty target") {
  write("accounts/open", "{");
  CHECK(error_of(see_state_folder("files", folder.path())) == Errc::corrupt);
}

TEST_CASE("accounts and left sessions of fake drivers are seen") {
  tests::FakeDriverFactory fakes;
  tests::FakeDriver driver(fakes.world("shop"));
  const AccountId id = AccountId::from_seed({1, 2, 3, 4, 5, 6, 7});
  const AccountRef ref{id, user_name_for(id), "marker"};
  const Secret password = Secret::copy_of("a password");
  constexpr Timeout kPatience = std::chrono::seconds(1);
  must(driver.create({ref, Timestamp(), &password, std::nullopt}, kPatience));
  const auto session = must(driver.open_session(ref, password, kPatience));

  Seen seen = see_fakes(fakes);
  REQUIRE(seen.size() == 1);
  CHECK(seen.front().target == "shop");
  CHECK(seen.front().marker == "marker");
  CHECK(seen.front().login_possible);
  CHECK(seen.front().password == password);
  CHECK(seen.front().live_sessions == 1);

  fakes.world("shop").remove(ref.user_name.str());
  seen = see_fakes(fakes);
  REQUIRE(seen.size() == 1);
  CHECK_FALSE(seen.front().exists);
}

}  // namespace stagepass::proof
