#include "notices/state.hpp"

#include <filesystem>
#include <fstream>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <sys/stat.h>

namespace stagepass::notices {
namespace {

using tests::error_of;
using tests::must;

Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

State sample() {
  Cursor first{.key = "aa", .told = {57, {}}};
  first.told.hash.fill(7);
  first.failing_since = at(1'900'000'000);
  first.tried_at = at(1'900'000'060);
  first.announced = {{"g-7f3k9q2m5x", at(1'900'003'600)}, {"g-aaaaaaaaaa", at(1'900'003'600)}};
  return {first, {.key = "bb", .told = {}}};
}

policy::NoticeRule webhook(const std::string& url) {
  return {.way = policy::WebhookNotice{must(http::parse_http_endpoint(url))}};
}

TEST_CASE("Notice state: what is written is read again") {
  const tests::TempDir folder;
  const auto file = folder.path() / "notices.json";
  CHECK(error_of(read_state(file)) == Errc::not_found);
  must(write_state(file, sample()));
  CHECK(must(read_state(file)) == sample());
  must(write_state(file, {}));
  CHECK(must(read_state(file)).empty());
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0600);
}

TEST_CASE("Notice state: what is no state is none") {
  const std::string good = format_state(sample());
  REQUIRE(parse_state(good));
  CHECK_FALSE(parse_state(""));
  CHECK_FALSE(parse_state("{}"));
  CHECK_FALSE(parse_state("[1]"));
  CHECK_FALSE(parse_state(R"({"stagepass":"notices 2","receivers":[]})"));
  CHECK_FALSE(parse_state(R"({"stagepass":"notices 1","receivers":[{}]})"));
  for (std::size_t size = 0; size + 1 < good.size(); ++size) {
    CHECK_FALSE(parse_state(std::string_view(good).substr(0, size)));
  }
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"position\":57", "\"position\":-1"},
                                                        {"\"position\":57", R"("position":"57")"},
                                                        {R"("hash":"Bw)", R"("hash":"w)"},
                                                        {"2030-03-17T17:46:40Z", "yesterday"}}) {
    std::string damaged = good;
    REQUIRE(damaged.find(from) != std::string::npos);
    damaged.replace(damaged.find(from), from.size(), to);
    CHECK_FALSE(parse_state(damaged));
  }
}

TEST_CASE("Notice state: one that others can read is not believed") {
  const tests::TempDir folder;
  const auto file = folder.path() / "notices.json";
  must(write_state(file, sample()));
  ::chmod(file.c_str(), 0644);
  CHECK(error_of(read_state(file)) == Errc::permission_denied);
}

TEST_CASE("Notice state: receivers have keys of their own that show no token") {
  const std::string key = key_of(webhook("https://chat.example/hook?token=SESAME"));
  CHECK(key == key_of(webhook("https://chat.example/hook?token=SESAME")));
  CHECK(key != key_of(webhook("https://chat.example/hook?token=SESAMF")));
  CHECK(key.size() == 32);
  CHECK(key_of({.way = policy::MailNotice{"a@example.com"}}) !=
        key_of({.way = policy::CommandNotice{"a@example.com"}}));
}

}  // namespace
}  // namespace stagepass::notices
