#include "bundle_fixture.hpp"

#include <future>
#include <string>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

}  // namespace

TEST_CASE_METHOD(BundleFixture,
                 "One grant opens SFTP, back office and database, and one end closes all three") {
  for (const char* target : {"files", "shop", "db"}) {
    stagepass({"target", "rehearse", target});
  }
  CHECK(accounts_on_targets() == 0);

  const std::string grant = grant_all();
  CHECK(accounts_on_targets() == 3);
  auto credentials = retrieve(grant);
  CHECK(put_a_file(credentials["files"]) == 0);
  const auto browser = log_in_to_shop(credentials["shop"]);
  REQUIRE(browser);
  CHECK(run_sql(credentials["db"], "UPDATE orders SET id = 2;").exit_status == 0);

  // A session that is in the middle of its work when the grant ends.
  auto at_work = std::async(std::launch::async, [&] {
    return run_sql(credentials["db"], "SELECT SLEEP(50); UPDATE orders SET id = 3;");
  });
  const std::string is_at_work =
      "information_schema.processlist WHERE info LIKE 'SELECT SLEEP%' AND user LIKE 'sp%'";
  while (database().count(is_at_work) == 0 &&
         at_work.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
  }

  const auto finished = stagepass({"finish", grant});
  for (const auto& [target, credential] : credentials) {
    CHECK_THAT(finished.standard_error, ContainsSubstring(credential.user + " on " + target));
    CHECK_THAT(finished.standard_error, !ContainsSubstring(credential.password));
  }
  CHECK(at_work.get().exit_status != 0);
  CHECK(database().root("SELECT id FROM shop.orders") == "2\n");
  CHECK(browser->ended_within(std::chrono::seconds(1)));
  CHECK(put_a_file(credentials["files"]) != 0);
  CHECK(log_in_to_shop(credentials["shop"]) == nullptr);
  CHECK(run_sql(credentials["db"], "SELECT 1;").exit_status != 0);
  CHECK(accounts_on_targets() == 0);
}

TEST_CASE_METHOD(BundleFixture, "One receipt proves the end of every account of a bundle") {
  const std::string grant = grant_all();
  auto credentials = retrieve(grant);
  stagepass({"revoke", grant, "--yes"});

  const std::string receipt = stagepass({"receipt", grant}).standard_output;
  for (const auto& [target, credential] : credentials) {
    CHECK_THAT(receipt, ContainsSubstring(credential.user));
  }
  write_text(path("receipt"), receipt);
  const std::string key = stagepass({"keys", "show"}).standard_output;
  stagepass({"receipt", "verify", path("receipt").string(), "--key",
             key.substr(0, key.find_first_of(" \n"))});
  stagepass({"audit", "verify"});
  const auto purged = stagepass({"purge"});
  CHECK(purged.standard_output.empty());
  CHECK(purged.standard_error.empty());
}

TEST_CASE_METHOD(BundleFixture,
                 "Where one account of a bundle cannot be made the others are taken back") {
  database().root("REVOKE GRANT OPTION ON shop.* FROM stagepass@127.0.0.1;");

  constexpr int kRefused = 9;
  const auto refused = stagepass(
      {"grant", "shop", "files", "db", "--case", "MSP-48213", "--to", "ana", "--for", "8h"},
      kRefused);
  CHECK(refused.standard_output.empty());
  CHECK_THAT(refused.standard_error, ContainsSubstring("db") && ContainsSubstring("hint"));
  CHECK(accounts_on_targets() == 0);
  CHECK(stagepass({"list"}).standard_output.empty());
}

}  // namespace stagepass::tests
