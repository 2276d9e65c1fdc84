#pragma once

#include <stagepass/ports/process.hpp>
#include <stagepass/system/posix_process.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <support/temp_dir.hpp>

namespace stagepass::tests {

/// back_office.php behind PHP's own web server on a free port of loopback. Ends with this object.
class PrivateBackOffice final {
 public:
  /// `environment`: SHOP_KIND and SHOP_PORT, the port of the database.
  explicit PrivateBackOffice(const std::map<std::string, std::string>& environment);
  PrivateBackOffice(const PrivateBackOffice&) = delete;
  PrivateBackOffice& operator=(const PrivateBackOffice&) = delete;
  PrivateBackOffice(PrivateBackOffice&&) = delete;
  PrivateBackOffice& operator=(PrivateBackOffice&&) = delete;
  ~PrivateBackOffice() = default;

  [[nodiscard]] std::string url() const;

 private:
  TempDir folder_;
  system::PosixProcess process_;
  std::uint16_t port_;
  std::unique_ptr<RunningCommand> server_;
};

/// What PHP says to a script that it reads from standard input.
[[nodiscard]] std::string ask_php(const std::string& script);

}  // namespace stagepass::tests
