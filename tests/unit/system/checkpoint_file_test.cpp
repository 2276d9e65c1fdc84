#include <stagepass/system/checkpoint_file.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/in_child.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

/// A system log that keeps what it is sent.
class LogSocket final {
 public:
  explicit LogSocket(const fs::path& path) : fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    text.copy(std::begin(address.sun_path), sizeof address.sun_path - 1);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  LogSocket(const LogSocket&) = delete;
  LogSocket& operator=(const LogSocket&) = delete;
  LogSocket(LogSocket&&) = delete;
  LogSocket& operator=(LogSocket&&) = delete;
  ~LogSocket() { ::close(fd_); }

  std::string line() const {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return {buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

 private:
  int fd_;
};

}  // namespace

TEST_CASE("Checkpoint file: gives back what was kept last, and is for nobody else", "[system]") {
  const TempDir folder;
  const fs::path path = folder.path() / "checkpoint";
  const auto file = system::checkpoint_file(path);
  CHECK_FALSE(must(file->read()));

  must(file->write("first\n"));
  must(file->write("second\n"));

  CHECK(must(file->read()) == "second\n");
  CHECK(mode_of(path) == 0600);
  CHECK(file->name() == path.string());
}

TEST_CASE("Checkpoint file: its folder is made when it is needed", "[system]") {
  const TempDir folder;
  const auto file = system::checkpoint_file(folder.path() / "anchor" / "checkpoint");
  CHECK_FALSE(must(file->read()));
  must(file->write("first\n"));
  CHECK(must(file->read()) == "first\n");
  CHECK(mode_of(folder.path() / "anchor") == 0700);
}

TEST_CASE("Checkpoint file: what a killed process left beside it is replaced", "[system]") {
  const TempDir folder;
  std::ofstream(folder.path() / ".checkpoint.new") << "half";
  const auto file = system::checkpoint_file(folder.path() / "checkpoint");

  must(file->write("whole\n"));

  CHECK(must(file->read()) == "whole\n");
  CHECK_FALSE(fs::exists(folder.path() / ".checkpoint.new"));
}

TEST_CASE("Checkpoint file: several writers at once leave one of them whole", "[system]") {
  const TempDir folder;
  const fs::path path = folder.path() / "checkpoint";
  std::vector<std::thread> writers;
  std::vector<std::string> problems(4);
  for (std::size_t writer = 0; writer < problems.size(); ++writer) {
    writers.emplace_back([&, writer] {
      const auto file = system::checkpoint_file(path);
      for (int round = 0; round < 50; ++round) {
        if (const auto written = file->write(std::string(1000, static_cast<char>('a' + writer)));
            !written) {
          problems[writer] = written.error().message;
        }
        if (const auto read = file->read(); !read || read->value_or("").size() != 1000) {
          problems[writer] = read ? "half of it was read" : read.error().message;
        }
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  CHECK(problems == std::vector<std::string>(4));
  const std::string last = must(system::checkpoint_file(path)->read()).value();
  CHECK(last == std::string(1000, last.front()));
}

TEST_CASE("Checkpoint file: where nothing can be written, what was kept stays", "[system]") {
  const auto file = system::checkpoint_file("/proc/stagepass/checkpoint");
  CHECK_FALSE(file->write("x\n"));
  CHECK_FALSE(must(file->read()));
}

TEST_CASE("System log: a checkpoint is sent as one line with its priority", "[system]") {
  const TempDir folder;
  const fs::path path = folder.path() / "log";
  const LogSocket socket(path);
  const auto log = system::system_log(path);

  must(log->write("stagepass/1\n7\nabc=\n"));

  const std::string line = socket.line();
  CHECK(line.starts_with("<85>stagepass["));
  CHECK(line.ends_with("]: checkpoint stagepass/1|7|abc="));
  CHECK_FALSE(must(log->read()));
}

TEST_CASE("System log: where nobody listens, that is said at once", "[system]") {
  const TempDir folder;
  CHECK(error_of(system::system_log(folder.path() / "nobody")->write("x\n")) == Errc::unavailable);
  CHECK(error_of(system::system_log(std::string(200, 'x'))->write("x\n")) ==
        Errc::invalid_argument);
}

}  // namespace stagepass::tests
