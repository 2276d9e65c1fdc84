#include "private_mariadb.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <support/content.hpp>
#include <support/results.hpp>
#include <sys/socket.h>

namespace stagepass::tests {
namespace {

constexpr Timeout kLongestLife = std::chrono::minutes(20);
constexpr int kTries = 300;
constexpr int kPauseMilliseconds = 100;

void must_run(const std::vector<std::string>& argv) {
  const CommandOutput output = run_program(argv);
  if (output.exit_status != 0) {
    throw std::runtime_error(argv.front() + ": " + output.standard_error + output.standard_output);
  }
}

}  // namespace

CommandOutput run_program(const std::vector<std::string>& argv,
                          const std::map<std::string, std::string>& environment) {
  system::PosixProcess process;
  Command command;
  command.argv = argv;
  command.environment = environment;
  command.timeout = std::chrono::minutes(2);
  return must(process.run(command));
}

std::uint16_t free_port() {
  const system::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  return ntohs(address.sin_port);
}

PrivateMariadb& PrivateMariadb::instance() {
  static PrivateMariadb server;
  return server;
}

PrivateMariadb::PrivateMariadb() : port_(free_port()) {
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  make_certificates();
  // A folder of its own for temporary files: a server that begins removes those of others in a common one.
  std::filesystem::create_directory(path("tmp"));
  must_run({"/usr/bin/chown", "-R", "mysql:", folder_.path()});
  must_run({"/usr/bin/mariadb-install-db", "--no-defaults", "--datadir=" + path("data").string(),
            "--tmpdir=" + path("tmp").string(), "--user=mysql",
            "--auth-root-authentication-method=normal", "--skip-test-db",
            "--innodb-log-file-size=8M"});
  start();
  root("DELETE FROM mysql.global_priv WHERE User = ''; FLUSH PRIVILEGES;");
}

void PrivateMariadb::make_certificates() const {
  for (const std::string name : {"ca", "other-ca"}) {
    must_run({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
              "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=" + name, "-keyout",
              path(name + ".key"), "-out", path(name + ".pem")});
  }
  must_run({"/usr/bin/openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", path("server.key"), "-out",
            path("server.csr")});
  must_run({"/usr/bin/openssl", "x509", "-req", "-in", path("server.csr"), "-CA", ca(), "-CAkey",
            path("ca.key"), "-CAcreateserial", "-copy_extensions", "copy", "-out",
            path("server.pem")});
}

/// As the user mysql from the beginning: who changes his user is no longer told when we die.
void PrivateMariadb::start() {
  Command command;
  command.argv = {"/usr/bin/setpriv",
                  "--reuid=mysql",
                  "--regid=mysql",
                  "--init-groups",
                  "--pdeathsig=KILL",
                  "--",
                  "/usr/sbin/mariadbd",
                  "--no-defaults",
                  "--datadir=" + path("data").string(),
                  "--tmpdir=" + path("tmp").string(),
                  "--socket=" + socket().string(),
                  "--pid-file=" + path("pid").string(),
                  "--log-error=" + path("log").string(),
                  "--bind-address=127.0.0.1",
                  fmt::format("--port={}", port_),
                  "--ssl-cert=" + path("server.pem").string(),
                  "--ssl-key=" + path("server.key").string(),
                  "--innodb-buffer-pool-size=32M",
                  "--innodb-log-file-size=8M",
                  "--innodb-flush-log-at-trx-commit=0",
                  "--skip-log-bin"};
  command.timeout = kLongestLife;
  server_ = must(process_.start(command));
  wait_until_ready();
}

void PrivateMariadb::wait_until_ready() const {
  for (int i = 0; i < kTries; ++i) {
    if (run_program({"/usr/bin/mariadb-admin", "--no-defaults", "-uroot", "-S", socket(), "ping"})
            .exit_status == 0) {
      return;
    }
    ::poll(nullptr, 0, kPauseMilliseconds);
  }
  throw std::runtime_error("mariadbd does not answer: " + content_of(path("log")));
}

std::string PrivateMariadb::root(const std::string& statements) const {
  const CommandOutput output =
      run_program({"/usr/bin/mariadb", "--no-defaults", "-uroot", "-S", socket(), "--batch",
                   "--skip-column-names", "-e", statements});
  if (output.exit_status != 0) {
    throw std::runtime_error(statements + ": " + output.standard_error);
  }
  return output.standard_output;
}

}  // namespace stagepass::tests
