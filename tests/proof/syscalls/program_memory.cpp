#include "program_memory.hpp"

#include <stagepass/system/files.hpp>

#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace stagepass::proof {
namespace {

struct Region {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string rights;
  std::string name;
};

Region parse_region(const std::string& line) {
  Region region;
  char dash = 0;
  std::string offset;
  std::string device;
  std::string inode;
  std::istringstream(line) >> std::hex >> region.begin >> dash >> region.end >> region.rights >>
      offset >> device >> inode >> region.name;
  return region;
}

bool is_worth_a_look(const Region& region) {
  const bool is_of_a_file = region.name.starts_with("/");
  const bool is_of_the_kernel = region.name.starts_with("[v");  // vvar, vdso, vsyscall
  return !is_of_the_kernel && (!is_of_a_file || region.rights[1] == 'w');
}

/// As far as it can be read: a guard page has nothing behind it.
std::string read_region(int memory, const Region& region) {
  std::string bytes(region.end - region.begin, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::pread(memory, bytes.data() + size, bytes.size() - size,
                                static_cast<off_t>(region.begin + size));
    if (got <= 0) {
      break;
    }
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

void for_each_region(
    pid_t process,
    const std::function<void(const std::string& where, std::string_view bytes)>& show) {
  const std::string folder = "/proc/" + std::to_string(process);
  const system::FileDescriptor memory(::open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  std::ifstream maps(folder + "/maps");
  if (!memory || !maps) {
    throw std::runtime_error("cannot look into the memory of the program");
  }
  for (std::string line; std::getline(maps, line);) {
    const Region region = parse_region(line);
    if (is_worth_a_look(region)) {
      show(line, read_region(memory.get(), region));
    }
  }
}

}  // namespace stagepass::proof
