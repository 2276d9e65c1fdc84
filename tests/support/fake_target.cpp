// A whole target in one program for tests of the command driver and the command line: it speaks the
// protocol in src/targets/command/command_driver.hpp and keeps its state in the folder that the
// setting `state` names.
//
//   accounts/USER   {"marker","password","disabled","ends_at","public_key"}; write one with another
//                   marker, and it is somebody else's
//   sessions/ID     a login that stays: its process id, locked while it lives
//   drafts/ID       an account that is being written
//   calls           a line "OPERATION USER" for each call
//   surroundings    its arguments and its environment at the last call, as the kernel shows them
//
// It misbehaves while these files exist in the folder:
//
//   down            answers "unreachable" and does nothing
//   silent          does nothing and never answers
//   lost_reply      the next call does its work and then dies without an answer (once)
//   cut             does its work, but ends after so many bytes of the answer, with status 0
//   says_ours       probe says that every account there is ours
//   lying_delete    delete and disable report success and change nothing
//   lying_listing   probe and verify do not see any account, but logins go on
//   lying_sessions  end_sessions reports success and ends none
//   lying_verify    verify says gone whatever is there
//   residue         verify reports each line of it as left behind
//   garbage         answers with the content of it, whatever was asked
//   unsupported     a line per operation that it says it does not know
//   problem         check reports each line of it as a problem

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <support/content.hpp>
#include <sys/file.h>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class Refused final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

class FakeTarget final {
 public:
  explicit FakeTarget(const Json& request)
      : state_(request.at("settings").at("state").get<std::string>()),
        request_(request),
        operation_(request.at("operation").get<std::string>()) {
    fs::create_directories(state_ / "accounts");
    fs::create_directories(state_ / "drafts");
    fs::create_directories(state_ / "sessions");
    if (request.contains("account")) {
      user_ = request.at("account").at("user").get<std::string>();
      marker_ = request.at("account").at("marker").get<std::string>();
    }
    if (user_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") != std::string::npos) {
      throw std::runtime_error("no such user name");
    }
    std::ofstream(state_ / "calls", std::ios::app)
        << operation_ << (user_.empty() ? "" : " ") << user_ << '\n';
    std::ofstream(state_ / "surroundings") << stagepass::tests::content_of("/proc/self/cmdline")
                                           << stagepass::tests::content_of("/proc/self/environ");
  }

  /// Prints the answer, unless it is to be lost; returns the exit status.
  int answer() {
    while (is_set("silent")) {
      ::pause();
    }
    if (is_set("garbage")) {
      std::cout << stagepass::tests::content_of(state_ / "garbage");
      return 0;
    }
    const Json reply = is_set("down") ? error("unreachable", "the fake target is down") : alone();
    if (fs::remove(state_ / "lost_reply")) {
      return 1;
    }
    if (is_set("cut")) {
      std::cout << reply.dump().substr(0, std::stoul(stagepass::tests::content_of(state_ / "cut")));
      return 0;
    }
    std::cout << reply.dump() << std::endl;
    while (operation_ == "login" && reply.at("ok")) {
      ::pause();
    }
    return 0;
  }

 private:
  [[nodiscard]] bool is_set(const std::string& knob) const { return fs::exists(state_ / knob); }
  [[nodiscard]] fs::path account_file() const { return state_ / "accounts" / user_; }

  static Json error(const std::string& word, const std::string& message) {
    return {{"ok", false}, {"error", word}, {"message", message}};
  }

  /// One call at a time, as a real target sees to it.
  Json alone() {
    const int folder = ::open((state_ / "accounts").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::flock(folder, LOCK_EX);
    Json reply = perform();
    ::close(folder);
    return reply;
  }

  Json perform() {
    const auto unknown = lines_of(state_ / "unsupported");
    if (std::find(unknown.begin(), unknown.end(), operation_) != unknown.end()) {
      return {{"ok", false}, {"error", "unsupported"}};
    }
    try {
      Json reply = result();
      reply["ok"] = true;
      return reply;
    } catch (const Refused& refusal) {
      return error("refused", refusal.what());
    }
  }

  Json result() {
    if (operation_ == "check") {
      return {{"findings", findings()}};
    }
    if (operation_ == "list") {
      return {{"accounts", marked_accounts()}};
    }
    if (operation_ == "probe") {
      const std::string there = is_set("lying_listing") ? "absent" : presence();
      return {{"presence", is_set("says_ours") && there != "absent" ? "ours" : there}};
    }
    if (operation_ == "verify") {
      return verification();
    }
    if (operation_ == "login") {
      log_in();
      return Json::object();
    }
    if (presence() == "foreign") {
      throw Refused("not an account of ours");
    }
    return change();
  }

  Json change() {
    if (operation_ == "create") {
      store({{"marker", marker_},
             {"password", request_.value("password", "")},
             {"public_key", request_.value("public_key", "")},
             {"ends_at", request_.at("ends_at")},
             {"disabled", false}});
      return Json::object();
    }
    if (operation_ == "end_sessions") {
      return {{"sessions", is_set("lying_sessions") ? 0 : end_sessions()}};
    }
    if (operation_ == "delete") {
      const bool there = fs::exists(account_file());
      if (!is_set("lying_delete")) {
        fs::remove(account_file());
      }
      return {{"removed", there}};
    }
    if (operation_ == "disable" && !is_set("lying_delete")) {
      update("disabled", true);
    } else if (operation_ == "set_end") {
      update("ends_at", request_.at("ends_at"));
    } else if (operation_ != "disable") {
      throw std::runtime_error("no such operation");
    }
    return Json::object();
  }

  [[nodiscard]] std::optional<Json> account() const {
    if (!fs::exists(account_file())) {
      return std::nullopt;
    }
    return Json::parse(stagepass::tests::content_of(account_file()));
  }

  [[nodiscard]] Json marked_accounts() const {
    Json marked = Json::array();
    for (const auto& entry : fs::directory_iterator(state_ / "accounts")) {
      const auto marker =
          Json::parse(stagepass::tests::content_of(entry)).at("marker").get<std::string>();
      if (marker.starts_with("stagepass/")) {
        marked.push_back({{"user", entry.path().filename().string()}, {"marker", marker}});
      }
    }
    return marked;
  }

  [[nodiscard]] std::string presence() const {
    const auto found = account();
    if (!found) {
      return "absent";
    }
    return found->at("marker") == marker_ ? "ours" : "foreign";
  }

  /// Complete or not at all, for we may be killed at any time.
  void store(const Json& account) const {
    const fs::path draft = state_ / "drafts" / std::to_string(::getpid());
    std::ofstream(draft) << account.dump();
    fs::rename(draft, account_file());
  }

  void update(const std::string& key, const Json& value) const {
    if (auto found = account()) {
      (*found)[key] = value;
      store(*found);
    }
  }

  [[nodiscard]] Json findings() const {
    Json findings = {{{"ok", true}, {"text", "the fake target is reachable"}}};
    for (const std::string& problem : lines_of(state_ / "problem")) {
      findings.push_back({{"ok", false}, {"text", problem}, {"remedy", "rm problem"}});
    }
    return findings;
  }

  [[nodiscard]] bool login_works() const {
    const auto found = account();
    return found && !found->at("disabled") && !request_.value("password", "").empty() &&
           found->at("password") == request_.at("password");
  }

  /// The lock goes with the process, however that ends.
  void log_in() const {
    if (!login_works()) {
      throw Refused("wrong user name or password");
    }
    const fs::path session = state_ / "sessions" / (user_ + "." + std::to_string(::getpid()));
    std::ofstream(session) << ::getpid();
    ::flock(::open(session.c_str(), O_RDONLY | O_CLOEXEC), LOCK_EX);
  }

  [[nodiscard]] Json verification() const {
    std::vector<std::string> residue = lines_of(state_ / "residue");
    for (const fs::path& session : sessions()) {
      if (is_alive(session)) {
        residue.push_back("a session of " + user_);
      }
    }
    std::string login = "not_tried";
    if (request_.contains("password")) {
      login = login_works() ? "accepted" : "refused";
    }
    if (is_set("lying_verify")) {
      login = "refused";
    }
    const bool hides = is_set("lying_verify") || is_set("lying_listing");
    return {{"gone", hides || !account()}, {"residue", residue}, {"login", login}};
  }

  [[nodiscard]] std::vector<fs::path> sessions() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(state_ / "sessions")) {
      if (entry.path().filename().string().starts_with(user_ + ".")) {
        found.push_back(entry.path());
      }
    }
    return found;
  }

  static bool is_alive(const fs::path& session) {
    const int fd = ::open(session.c_str(), O_RDONLY | O_CLOEXEC);
    const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) != 0;
    ::close(fd);
    return locked;
  }

  [[nodiscard]] int end_sessions() const {
    int ended = 0;
    for (const fs::path& session : sessions()) {
      if (is_alive(session)) {
        ::kill(std::stoi(stagepass::tests::content_of(session)), SIGKILL);
        wait_for_end(session);
        ++ended;
      }
      fs::remove(session);
    }
    return ended;
  }

  static void wait_for_end(const fs::path& session) {
    const int fd = ::open(session.c_str(), O_RDONLY | O_CLOEXEC);
    ::flock(fd, LOCK_EX);
    ::close(fd);
  }

  fs::path state_;
  const Json& request_;
  std::string operation_;
  std::string user_;
  std::string marker_;
};

}  // namespace

int main() {
  try {
    const Json request = Json::parse(std::cin);
    return FakeTarget(request).answer();
  } catch (const std::exception& problem) {
    std::cout << Json({{"ok", false}, {"error", "invalid"}, {"message", problem.what()}}).dump()
              << std::endl;
    return 0;
  }
}
