#include "refusal.hpp"

#include <stagepass/policy/policy_file.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace stagepass::policy {
namespace {

using namespace std::chrono_literals;
using tests::error_of;
using tests::must;

constexpr const char* kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

Vocabulary vocabulary() {
  return {{{"wordpress",
            "",
            {{"role", SettingInfo::Kind::optional, "shop_manager", ""},
             {"password", SettingInfo::Kind::secret, "", ""}}},
           {"unix", "", {{"access", SettingInfo::Kind::required, "", ""}}},
           {"command", "", {{"*", SettingInfo::Kind::optional, "", ""}}}},
          {{"standard", 139.8}, {"all-classes", 139.9}, {"hex", 128}}};
}

Result<Policy> read(std::string_view text) {
  SP_ASSIGN(PolicyFile file, parse_policy_file(text, "p.toml", vocabulary()));
  return std::move(file.policy);
}

/// Without the names of file and lines, which no grant is judged by.
bool is_same(const Policy& a, const Policy& b) {
  return a.limits == b.limits && a.retrieve_within == b.retrieve_within && a.drivers == b.drivers &&
         a.password_policies == b.password_policies &&
         a.least_password_bits == b.least_password_bits && a.required_basics == b.required_basics &&
         a.quiet_hours == b.quiet_hours && a.approvers == b.approvers &&
         a.approval_within == b.approval_within && a.backup_within == b.backup_within;
}

void check_refused(std::string_view text, const std::string& message, const std::string& hint) {
  INFO(text);
  tests::check_refusal(read(text), message, hint);
}

/// The example with its further rules, which have a "#" right before them.
std::string example_with_everything() {
  std::string text = "\n" + std::string(example());
  for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at) {
    if (text[at + 2] != ' ') {
      text.erase(at + 1, 1);
    }
  }
  return text;
}

TEST_CASE("Policy file: an empty one is the built-in policy") {
  CHECK(is_same(must(read("")), Policy{}));
  CHECK(is_same(must(read("# nothing\n")), Policy{}));
}

TEST_CASE("Policy file: the example is the built-in policy") {
  const Policy policy = must(read(example()));
  CHECK(is_same(policy, Policy{}));
  CHECK(policy.lines.contains("ttl.live.longest"));
}

TEST_CASE("Policy file: the example shows every rule there is in a form that can be used") {
  const Policy policy = must(read(example_with_everything()));
  CHECK(policy.password_policies.size() == 2);
  CHECK(policy.drivers.at("wordpress").at("role").size() == 2);
  CHECK(policy.retrieve_within == 4h);
  CHECK(policy.quiet_hours == QuietHours{20h, 6h, QuietHours::Zone::local});
  REQUIRE(policy.approvers.size() == 1);
  CHECK(policy.approvers[0].name == "eva@psp.example");
  CHECK(must(parse_policy_file(example_with_everything(), "p.toml", vocabulary())).notices.size() ==
        3);
}

TEST_CASE("Policy file: every rule reaches the policy with its line") {
  const Policy policy =
      must(read("[ttl.test]\nshortest='5m'\nlongest='2d'\nstandard='1h'\n"
                "[passwords]\nleast_bits=139\npolicies=['standard']\n"
                "[drivers.unix]\naccess=['sftp']\npassword_policy=['hex']\n"
                "[drivers.command]\nanything=['', 'x']\n"
                "[cases]\nrequire_basics=['since','examples']\n"
                "[grants]\nretrieve_within='90m'\n"
                "[quiet_hours]\nfrom='22:30'\nto='05:00'\nzone='UTC'\n"
                "[live]\napproval_within='1d'\nbackup_within='2h'\n"
                "[[approvers]]\nname='eva'\nkey='" +
                std::string(kKey) + "'\n"));
  CHECK(policy.of(Environment::test) == Limits{5min, std::chrono::days(2), 1h});
  CHECK(policy.of(Environment::staging) == Limits{});
  CHECK(policy.least_password_bits == 139);
  CHECK(policy.password_policies == std::vector<std::string>{"standard"});
  CHECK(policy.drivers.at("unix").at("access") == std::vector<std::string>{"sftp"});
  CHECK(policy.drivers.at("unix").at("password_policy") == std::vector<std::string>{"hex"});
  CHECK(policy.drivers.at("command").at("anything") == std::vector<std::string>{"", "x"});
  CHECK(policy.required_basics == std::vector<Basic>{Basic::since, Basic::examples});
  CHECK(policy.retrieve_within == 90min);
  CHECK(policy.quiet_hours == QuietHours{22h + 30min, 5h, QuietHours::Zone::utc});
  CHECK(policy.approval_within == std::chrono::days(1));
  CHECK(policy.backup_within == 2h);
  CHECK(policy.approvers == std::vector<Approver>{{"eva", must(SshPublicKey::parse(kKey))}});
  CHECK(origin_of(policy, "ttl.test.longest") == "p.toml:3");
  CHECK(origin_of(policy, "drivers.unix.access") == "p.toml:9");
  CHECK(origin_of(policy, "ttl.live.longest") == "built in");
  CHECK(must(read("cases = { require_basics = true }")).required_basics.size() == kBasics.size());
}

TEST_CASE("Policy file: what nobody wrote gives way to what somebody wrote") {
  const Policy shorter = must(read("[ttl.staging]\nlongest='30s'\n"));
  CHECK(shorter.of(Environment::staging) == Limits{30s, 30s, 30s});
  CHECK(must(read("[ttl.staging]\nshortest='1d'\n")).of(Environment::staging).standard ==
        std::chrono::days(1));
  CHECK(must(read("[ttl.live]\nlongest='1d'\n")).of(Environment::live).standard == 1h);
}

TEST_CASE("Policy file: what is no TOML is refused with its place") {
  check_refused("[ttl.live]\nlongest = 4h\n", "p.toml, line 2, column", "policy example");
  check_refused("[ttl.live", "p.toml, line 1, column 10: this is no TOML: ", "policy example");
  check_refused("a = 1\na = 2\n", "line 2", "");
  check_refused(std::string("[live]\nx = \"\xff\"\n"), "line 2", "");
  check_refused(std::string("a\0b", 3), "p.toml, line 1", "");
}

TEST_CASE("Policy file: an unknown word is refused with the one that was meant") {
  check_refused("[tll.live]\n", "p.toml, line 1, column 2: there is no rule \"tll\"",
                "did you mean \"ttl\"?");
  check_refused("[ttl.prod]\n", "line 1, column 6: there is no rule of ttl \"prod\"",
                "there are: staging, test, live");
  check_refused("[ttl.live]\n\nlongst='1h'\n",
                "line 3, column 1: there is no rule of ttl.live \"longst\"", "\"longest\"");
  check_refused("[drivers.wordpres]\n", "line 1, column 10: there is no driver \"wordpres\"",
                "\"wordpress\"");
  check_refused("[drivers.wordpress]\nroles=['x']\n", "line 2, column 1: there is no setting",
                "\"role\"");
  check_refused("[drivers.wordpress]\npassword=['x']\n", "there is no setting", "");
  check_refused("[passwords]\npolicies=['standard','standart']\n",
                "line 2, column 22: there is no password policy \"standart\"", "\"standard\"");
  check_refused("[drivers.unix]\npassword_policy=['strong']\n", "line 2, column 18", "hex");
  check_refused("[cases]\nrequire_basics=['sins']\n", "line 2, column 17: there is no basic",
                "\"since\"");
  check_refused("[[approvers]]\nnmae='x'\n", "there is no rule of approvers \"nmae\"", "\"name\"");
  check_refused("[quiet_hours]\nform='x'\n", "\"form\"", "\"from\"");
  check_refused("\"\\u001b[2J\" = 1\n", R"(there is no rule "\x1b[2J")", "");
}

TEST_CASE("Policy file: a value of another type is refused") {
  check_refused("ttl = 4\n", "line 1, column 7: ttl is not a table", "[ttl]");
  check_refused("[ttl.live]\nlongest = 4\n", "line 2, column 11: ttl.live.longest is not a text",
                "quotes");
  check_refused("[ttl.live]\nlongest = '4 h'\n", "line 2, column 11: ttl.live.longest: \"4 h\"",
                "30m, 8h");
  check_refused("[passwords]\nleast_bits = '128'\n", "not a whole number", "128 to 1000");
  check_refused("[passwords]\nleast_bits = 127\n", "not a whole number", "128 to 1000");
  check_refused("[passwords]\npolicies = 'standard'\n", "is not a list", "brackets");
  check_refused("[drivers.unix]\naccess = ['sftp', 1]\n", "column 19", "quotes");
  check_refused("[cases]\nrequire_basics = 1\n", "is not a list", "");
  check_refused("approvers = 'eva'\n", "not a list of tables", "[[approvers]]");
  check_refused("[quiet_hours]\nfrom = 22:00:00\nto='06:00'\n", "quiet_hours.from is not a text",
                "quotes");
}

TEST_CASE("Policy file: nonsense is refused") {
  check_refused("[ttl.live]\nshortest='2h'\nlongest='1h'\n",
                "line 2, column 10: ttl.live.shortest is longer than ttl.live.longest", "");
  check_refused("[ttl.live]\nshortest='5h'\n", "which is 4h", "");
  check_refused("[ttl.live]\nstandard='5h'\n",
                "line 2, column 10: ttl.live.standard is not between", "");
  check_refused("[ttl.live]\nlongest='1h'\nstandard='2h'\n", "line 3, column 10", "");
  check_refused("[ttl.staging]\nlongest='27w'\n", "longer than half a year", "5w");
  check_refused("[ttl.staging]\nlongest='0h'\n", "no time at all", "");
  check_refused("[passwords]\nleast_bits=140\n", "no password policy has so many", "128");
  check_refused("[drivers.unix]\naccess=[]\n", "allows nothing at all", "leave the rule out");
  check_refused("[drivers.unix]\naccess=['a','a']\n", "names \"a\" twice", "");
  check_refused("[quiet_hours]\nfrom='22:00'\n", "needs both from and to", "");
  check_refused("[quiet_hours]\nfrom='22:00'\nto='22:00'\n", "line 3, column 4", "");
  for (const char* time : {"24:00", "9:00", "09:60", "09-00", "0９:00", ""}) {
    check_refused(fmt::format("[quiet_hours]\nfrom='{}'\nto='06:00'\n", time),
                  "is not a time of day", "23:59");
  }
  check_refused("[quiet_hours]\nfrom='22:00'\nto='06:00'\nzone='Mars'\n", "cannot be \"Mars\"",
                "UTC");
}

TEST_CASE("Policy file: an approver has a name and an Ed25519 key that no other has") {
  const std::string eva = fmt::format("[[approvers]]\nname='eva'\nkey='{}'\n", kKey);
  CHECK(read(eva));
  check_refused("[[approvers]]\nname='eva'\n", "a name and a key", "");
  check_refused("[[approvers]]\nname='a b'\nkey='x'\n", "line 2, column 6", "");
  check_refused("[[approvers]]\nname='eva'\nkey='age1xyz'\n", "line 3, column 5", "ssh-keygen");
  check_refused(
      "[[approvers]]\nname='eva'\nkey='ecdsa-sha2-nistp256 "
      "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsc"
      "HR"
      "4fAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='\n",
      "ssh-ed25519", "");
  check_refused(eva + eva, "line 4, column 1: eva has the name or the key of another approver", "");
}

class PolicyFile {
 public:
  PolicyFile() { std::ofstream(path) << "[ttl.live]\nlongest='1h'\n"; }
  [[nodiscard]] Result<Policy> read() const {
    SP_ASSIGN(auto all, read_policy_file(path, vocabulary()));
    return std::move(all.policy);
  }
  tests::TempDir folder;
  std::filesystem::path path = folder.path() / "policy.toml";
};

TEST_CASE_METHOD(PolicyFile, "Policy file: one that others may read is read, with its name") {
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  const Policy policy = must(read());
  CHECK(policy.of(Environment::live).longest == 1h);
  CHECK(origin_of(policy, "ttl.live.longest") == path.string() + ":2");
}

TEST_CASE_METHOD(PolicyFile, "Policy file: one that others may write is refused") {
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK(error_of(read()) == Errc::permission_denied);
  }
}

TEST_CASE_METHOD(PolicyFile, "Policy file: one of somebody else is refused") {
  if (::geteuid() == 0) {
    REQUIRE(::chown(path.c_str(), 12345, 12345) == 0);
    CHECK(error_of(read()) == Errc::permission_denied);
  }
}

TEST_CASE_METHOD(PolicyFile, "Policy file: links and what is no file are refused") {
  const auto link = folder.path() / "link";
  std::filesystem::create_symlink(path, link);
  CHECK(error_of(read_policy_file(link, vocabulary())) == Errc::permission_denied);
  std::filesystem::create_hard_link(path, folder.path() / "second");
  CHECK(error_of(read()) == Errc::permission_denied);
  const auto pipe = folder.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error_of(read_policy_file(pipe, vocabulary())) == Errc::permission_denied);
  CHECK(error_of(read_policy_file(folder.path() / "none", vocabulary())) == Errc::not_found);
}

TEST_CASE_METHOD(PolicyFile, "Policy file: one of more than 64 kilobytes is refused") {
  std::ofstream(path, std::ios::app) << std::string(65'536, '#');
  CHECK(error_of(read()) == Errc::invalid_argument);
}

TEST_CASE("Policy file: values nested deeply are refused and not descended into for ever") {
  const std::string deep = "a = " + std::string(20'000, '[') + std::string(20'000, ']');
  CHECK(error_of(read(deep)) == Errc::invalid_argument);
}

}  // namespace
}  // namespace stagepass::policy
