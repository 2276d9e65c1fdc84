// Prints the median time in ms of making 4 KiB durable in a folder: what the disk itself costs a
// command that must not lose what it did.
//
//   fsync_speed FOLDER RUNS

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

/// A file that has no name, so that nothing is left of it.
int open_nameless(const std::string& folder) {
  return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

double time_one_write(int file) {
  constexpr std::array<char, 4096> kBlock{};
  const auto began = std::chrono::steady_clock::now();
  const bool durable =
      ::write(file, kBlock.data(), kBlock.size()) == static_cast<ssize_t>(kBlock.size()) &&
      ::fsync(file) == 0;
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  return durable ? took.count() : -1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: fsync_speed FOLDER RUNS\n");
    return EXIT_FAILURE;
  }
  const int file = open_nameless(argv[1]);
  std::vector<double> times(std::max<std::size_t>(1, std::strtoul(argv[2], nullptr, 10)));
  std::generate(times.begin(), times.end(), [file] { return time_one_write(file); });
  ::close(file);
  std::sort(times.begin(), times.end());
  if (times.front() < 0) {
    fmt::print(stderr, "fsync_speed: error: cannot write in {}\n", argv[1]);
    return EXIT_FAILURE;
  }
  fmt::print("{:.2f}\n", times[times.size() / 2]);
  return EXIT_SUCCESS;
}
