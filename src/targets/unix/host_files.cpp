#include "targets/unix/host_files.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace stagepass::targets {
namespace {

Failure failed_file(std::string_view verb, const std::filesystem::path& path, int error) {
  const Errc code = error == EACCES || error == EPERM ? Errc::permission_denied : Errc::unavailable;
  return fail(code, fmt::format("cannot {} {}: {}", verb, escape_untrusted(path.string()),
                                system::describe_errno(error)));
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const system::FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) {
    return failed_file("sync", folder, errno);
  }
  return {};
}

Result<void> write_new_file(const std::filesystem::path& path, std::string_view text, mode_t mode) {
  const system::FileDescriptor fd(::open(
      path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!fd) {
    return failed_file("write", path, errno);
  }
  SP_TRY(system::write_all(fd.get(),
                           Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
  if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0) {
    return failed_file("write", path, errno);
  }
  return {};
}

}  // namespace

Result<std::optional<std::string>> read_text_file(const std::filesystem::path& path) {
  const system::FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::nullopt;
    }
    return failed_file("read", path, errno);
  }
  std::string text;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == ESRCH) {
      return std::nullopt;  // a file of /proc whose process ended after we had opened it
    }
    if (got < 0) {
      return failed_file("read", path, errno);
    }
    if (got == 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

bool is_absent(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::symlink_status(path, error).type() ==
         std::filesystem::file_type::not_found;
}

Result<void> replace_text_file(const std::filesystem::path& path, std::string_view text,
                               mode_t mode) {
  std::filesystem::path fresh = path;
  fresh += ".new";
  SP_TRY(write_new_file(fresh, text, mode));
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    return failed_file("replace", path, errno);
  }
  return sync_folder(path.parent_path());
}

Result<void> remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
    return failed_file("remove", path, errno);
  }
  return {};
}

Result<void> make_root_folder(const std::filesystem::path& folder, mode_t mode) {
  const bool made = ::mkdir(folder.c_str(), S_IRWXU) == 0;
  if (!made && errno != EEXIST) {
    return failed_file("make the folder", folder, errno);
  }
  if (made && ::chmod(folder.c_str(), mode) != 0) {  // our umask would take bits from mkdir's mode
    return failed_file("make the folder", folder, errno);
  }
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != 0) {
    return fail(Errc::conflict, fmt::format("{} is in the way: not a folder of root's",
                                            escape_untrusted(folder.string())));
  }
  return {};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string_view> found;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
      return found;
    }
    const std::size_t end = text.find_first_of(kBlanks, begin);
    found.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) {
      return found;
    }
    text.remove_prefix(end);
  }
}

}  // namespace stagepass::targets
