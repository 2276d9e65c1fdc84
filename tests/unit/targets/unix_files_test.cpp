#include "targets/unix/account_files.hpp"
#include "targets/unix/authorized_keys.hpp"
#include "targets/unix/password_hash.hpp"
#include "targets/unix/sysv_ipc.hpp"
#include "targets/unix/uid_ledger.hpp"

#include <crypt.h>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

constexpr const char* kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIat0J6qfSVH/ymFc558wkS7em+FaLI+g0zA0dMQdg1T";
const Timestamp ten_o_clock = must(parse_rfc3339("2026-12-01T10:00:05Z"));

UserName name_of(const std::string& text) {
  return must(UserName::parse(text));
}

const UserName ana_name = name_of("sp7f3k9q2m5x");
const UserName bob_name = name_of("sp0123456789");

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

Result<bool> nobody_has(uid_t /*uid*/) {
  return false;
}

struct Ledger {
  TempDir folder;
  std::filesystem::path file = folder.path() / "uids" / "ledger";
  targets::UidRange range = must(targets::UidRange::parse("70000-70001"));
  targets::UidLedger ledger{file, range};
};

TEST_CASE("Uid ledger: a name keeps its uid and no other name gets it") {
  const Ledger test;
  CHECK_FALSE(must(test.ledger.find(ana_name)));
  const auto ana = must(test.ledger.assign(ana_name, nobody_has));
  CHECK(must(test.ledger.assign(bob_name, nobody_has)).value() != ana.value());
  CHECK(must(test.ledger.assign(ana_name, nobody_has)) == ana);
  CHECK(must(test.ledger.find(ana_name)) == ana);
  CHECK(content_of(test.file) == "70000 sp7f3k9q2m5x\n70001 sp0123456789\n");
}

TEST_CASE("Uid ledger: a number that the host uses is passed over") {
  const Ledger test;
  CHECK(must(test.ledger.assign(ana_name, [](uid_t uid) {
          return Result<bool>(uid == 70000);
        })).value() == 70001);
}

TEST_CASE("Uid ledger: when the range is used up that is said and nothing is given twice") {
  const Ledger test;
  must(test.ledger.assign(ana_name, nobody_has));
  must(test.ledger.assign(bob_name, nobody_has));
  const auto refused = test.ledger.assign(name_of("spaaaaaaaaaa"), nobody_has);
  CHECK(error_of(refused) == Errc::unavailable);
  CHECK_THAT(refused.error().hint, ContainsSubstring("uid_range"));
}

TEST_CASE("Uid ledger: a line that a crash cut short is written again") {
  const Ledger test;
  must(test.ledger.assign(ana_name, nobody_has));
  write_file(test.file, "70000 sp7f3k9q2m5x\n70001 sp01");
  CHECK_FALSE(must(test.ledger.find(bob_name)));
  must(test.ledger.assign(bob_name, nobody_has));
  CHECK(content_of(test.file) == "70000 sp7f3k9q2m5x\n70001 sp0123456789\n");
}

TEST_CASE("Uid ledger: a line that is not ours stops everything") {
  const Ledger test;
  must(test.ledger.assign(ana_name, nobody_has));
  write_file(test.file, "70000 root\n");
  CHECK(error_of(test.ledger.assign(bob_name, nobody_has)) == Errc::corrupt);
  CHECK(error_of(test.ledger.find(ana_name)) == Errc::corrupt);
  CHECK(content_of(test.file) == "70000 root\n");
}

TEST_CASE("Uid ledger: a line of blanks stops everything, too") {
  const Ledger test;
  must(test.ledger.assign(ana_name, nobody_has));
  write_file(test.file, "70000 sp7f3k9q2m5x\n \n");
  CHECK(error_of(test.ledger.assign(bob_name, nobody_has)) == Errc::corrupt);
  CHECK(error_of(test.ledger.find(ana_name)) == Errc::corrupt);
}

TEST_CASE("Account files: users and groups are found by name and number") {
  const TempDir etc;
  write_file(etc.path() / "passwd",
             "root:x:0:0:root:/root:/bin/bash\n"
             "sp7f3k9q2m5x:x:70000:70000:stagepass=a/1:/:/usr/sbin/nologin\n"
             "+nis::::::\n");
  write_file(etc.path() / "group", "shop:x:2000:sp7f3k9q2m5x,ana\nsp7f3k9q2m5x:x:70000:\n");
  write_file(etc.path() / "shadow", "sp7f3k9q2m5xx:!:1:::::1:\n");
  const targets::AccountFiles files(etc.path());
  CHECK(must(files.find_user("sp7f3k9q2m5x"))->gecos == "stagepass=a/1");
  CHECK(must(files.find_user(uid_t{0}))->name == "root");
  CHECK_FALSE(must(files.find_user("sp7f3k9q2m5")));
  CHECK(must(files.find_group("shop"))->gid == 2000);
  CHECK(must(files.numbers_in_use()) == std::set<uid_t>{0, 2000, 70000});
  CHECK(
      must(files.files_naming(ana_name)) ==
      std::vector<std::string>{(etc.path() / "passwd").string(), (etc.path() / "group").string()});
}

TEST_CASE("Authorized keys: a line restricts everything and says its end in UTC") {
  const SshPublicKey key = must(SshPublicKey::parse(kKey));
  CHECK(targets::authorized_key_line(key, ten_o_clock, targets::Terminal::no) ==
        std::string("restrict,expiry-time=\"20261201100005Z\" ") + kKey + "\n");
  CHECK_THAT(targets::authorized_key_line(key, ten_o_clock, targets::Terminal::yes),
             StartsWith("restrict,pty,expiry-time="));
}

TEST_CASE("Authorized keys: the end moves and nothing else") {
  const TempDir folder;
  const targets::AuthorizedKeys keys(folder.path());
  const SshPublicKey key = must(SshPublicKey::parse(kKey));
  must(keys.set_end(ana_name, ten_o_clock));
  CHECK_FALSE(std::filesystem::exists(keys.file_of(ana_name)));

  must(
      keys.write(ana_name, targets::authorized_key_line(key, ten_o_clock, targets::Terminal::yes)));
  must(keys.set_end(ana_name, ten_o_clock + std::chrono::hours(14)));
  CHECK(content_of(keys.file_of(ana_name)) ==
        std::string("restrict,pty,expiry-time=\"20261202000005Z\" ") + kKey + "\n");
  must(keys.remove(ana_name));
  must(keys.remove(ana_name));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("Authorized keys: a line of somebody else is not changed") {
  CHECK(error_of(targets::with_end(kKey, ten_o_clock)) == Errc::corrupt);
  CHECK(error_of(targets::with_end("command=\"x\",expiry-time=\"1\" k", ten_o_clock)) ==
        Errc::corrupt);
}

TEST_CASE("A password is hashed as the host itself does it and differently each time") {
  SeededRandom random;
  const Secret password = Secret::copy_of("correct:horse");
  const Secret first = must(targets::hash_password(password, random));
  const std::string hash(first.reveal_text());
  CHECK_THAT(hash, StartsWith("$y$"));
  crypt_data work{};
  CHECK(hash == ::crypt_r("correct:horse", hash.c_str(), &work));
  CHECK_FALSE(first == must(targets::hash_password(password, random)));
  CHECK(error_of(targets::hash_password(Secret::copy_of(""), random)) == Errc::invalid_argument);
  CHECK(error_of(targets::hash_password(Secret::copy_of(std::string(512, 'x')), random)) ==
        Errc::invalid_argument);
}

TEST_CASE("System V tables are read by their headings") {
  const auto uid =
      must(targets::TemporaryUid::make(70000, must(targets::UidRange::parse("70000-70001"))));
  const std::string shm =
      "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  "
      "cgid\n"
      "         0          3   600                    64     1     1      0 70000 70000 70000 "
      "70000\n"
      "         0          4   600                 70000     1     1      0     0     0     0     "
      "0\n"
      "         0          5   600                    64     1     1      0     0     0 70000     "
      "0\n";
  CHECK(must(targets::ipc_ids_of(shm, uid)) == std::vector<int>{3, 5});
  CHECK(must(targets::ipc_ids_of("", uid)).empty());
}

TEST_CASE("System V tables that cannot be understood name no object") {
  const auto uid =
      must(targets::TemporaryUid::make(70000, must(targets::UidRange::parse("70000-70001"))));
  const std::string headings = "key shmid uid cuid\n";
  for (const std::string& table :
       {std::string("\n70000\n"), std::string("key shmid owner\n0 3 70000\n"),
        headings + "0 x 70000 0\n", headings + "0 99999999999 70000 0\n",
        headings + "0 3x 0 70000\n", headings + "0 -3 70000 0\n", headings + "0 03 70000 0\n"}) {
    CAPTURE(table);
    CHECK(error_of(targets::ipc_ids_of(table, uid)) == Errc::unavailable);
  }
}

}  // namespace
}  // namespace stagepass::tests
