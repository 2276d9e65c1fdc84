#pragma once

#include <stagepass/ports/process.hpp>
#include <stagepass/system/posix_process.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <support/temp_dir.hpp>

namespace stagepass::tests {

/// OpenSSL's own server on loopback, for 127.0.0.1 only, with a certificate that nobody knows. It answers GET with a
/// page, and nothing else with anything. Ends with the object.
class TlsServer final {
 public:
  TlsServer();

  /// Of the certificate and its key.
  [[nodiscard]] std::string path(const std::string& name) const;
  [[nodiscard]] std::string certificate() const { return path("certificate"); }
  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const;

 private:
  TempDir folder_;
  system::PosixProcess process_;
  std::uint16_t port_ = 0;
  std::unique_ptr<RunningCommand> server_;
};

}  // namespace stagepass::tests
