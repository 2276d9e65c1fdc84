#include "oracle/seen.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <map>
#include <support/content.hpp>
#include <support/fake_driver.hpp>
#include <sys/file.h>
#include <unistd.h>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Result<SeenAccount> read_account(const std::string& target, const fs::path& file) {
  const std::string text = tests::content_of(file);
  try {
    const Json account = Json::parse(text);
    SeenAccount seen;
    seen.target = target;
    seen.user_name = file.filename().string();
    seen.marker = account.at("marker").get<std::string>();
    seen.public_key = account.value("public_key", "");
    const auto password = account.value("password", "");
    if (!password.empty()) {
      seen.password = Secret::copy_of(password);
    }
    const bool has_key = seen.password || !seen.public_key.empty();
    seen.login_possible = has_key && !account.value("disabled", false);
    return seen;
  } catch (const Json::exception& problem) {
    return fail(Errc::corrupt, "the account file " + file.string() +
                                   " of a fake target is damaged: " + problem.what());
  }
}

/// A session holds the lock on its file for as long as it lives.
bool is_alive(const fs::path& session) {
  const int fd = ::open(session.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  const bool is_locked = ::flock(fd, LOCK_EX | LOCK_NB) != 0;
  ::close(fd);
  return is_locked;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    files.push_back(entry.path());
  }
  return files;
}

/// Session files are called USER.PROCESS.
std::map<std::string, std::size_t> live_sessions(const fs::path& folder) {
  std::map<std::string, std::size_t> sessions;
  for (const fs::path& file : files_in(folder)) {
    if (is_alive(file)) {
      ++sessions[file.stem().string()];
    }
  }
  return sessions;
}

/// Sessions whose account is not there any more are the worst kind: they are seen too.
void add_sessions(Seen& seen, const std::string& target,
                  std::map<std::string, std::size_t> sessions) {
  for (SeenAccount& account : seen) {
    if (const auto found = sessions.extract(account.user_name); !found.empty()) {
      account.live_sessions = found.mapped();
    }
  }
  for (const auto& [user, count] : sessions) {
    SeenAccount left;
    left.target = target;
    left.user_name = user;
    left.exists = false;
    left.live_sessions = count;
    seen.push_back(std::move(left));
  }
}

}  // namespace

Result<Seen> see_state_folder(const std::string& target, const fs::path& folder) {
  Seen seen;
  for (const fs::path& file : files_in(folder / "accounts")) {
    SP_ASSIGN(SeenAccount account, read_account(target, file));
    seen.push_back(std::move(account));
  }
  add_sessions(seen, target, live_sessions(folder / "sessions"));
  return seen;
}

Seen see_fakes(tests::FakeDriverFactory& fakes) {
  Seen seen;
  for (const std::string& target : fakes.world_names()) {
    for (tests::FakeTarget::Snapshot& each : fakes.world(target).snapshot()) {
      SeenAccount account;
      account.target = target;
      account.user_name = std::move(each.user_name);
      account.exists = each.account.has_value();
      account.live_sessions = each.live_sessions;
      if (each.account) {
        account.marker = std::move(each.account->marker);
        account.public_key = std::move(each.account->public_key);
        account.password = std::move(each.account->password);
        const bool has_key = account.password || !account.public_key.empty();
        account.login_possible = has_key && !each.account->disabled;
      }
      seen.push_back(std::move(account));
    }
  }
  return seen;
}

}  // namespace stagepass::proof
