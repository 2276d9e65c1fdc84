#include "private_postgres.hpp"

#include "targets/postgresql/connection.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <arpa/inet.h>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <stdexcept>
#include <support/content.hpp>
#include <support/results.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace stagepass::tests {
namespace {

constexpr Timeout kLongestLife = std::chrono::minutes(30);
constexpr int kTries = 300;
constexpr int kPauseMilliseconds = 50;

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

/// The newest that Debian has installed.
std::string program(const std::string& name) {
  std::filesystem::path newest;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql")) {
    newest = std::max(newest, version.path());
  }
  return newest / "bin" / name;
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

void must_run(const std::vector<std::string>& argv) {
  const CommandOutput output = run_program(argv);
  if (output.exit_status != 0) {
    throw std::runtime_error(argv[0] + ": " + output.standard_output + output.standard_error);
  }
}

/// PostgreSQL does not run as root.
std::vector<std::string> as_postgres(std::vector<std::string> argv) {
  std::vector<std::string> all = {"/usr/bin/setpriv", "--reuid",  "postgres",
                                  "--regid",          "postgres", "--init-groups",
                                  "--pdeathsig",      "INT",      "--"};
  all.insert(all.end(), argv.begin(), argv.end());
  return all;
}

constexpr const char* kConfiguration = R"(
listen_addresses = '127.0.0.1'
fsync = off
full_page_writes = off
max_prepared_transactions = 10
max_connections = 60
log_statement = 'all'
log_min_messages = log
ssl = on
ssl_cert_file = '../server.crt'
ssl_key_file = '../server.key'
unix_socket_directories = ''
)";

}  // namespace

CommandOutput run_program(const std::vector<std::string>& argv, const Secret* input) {
  system::PosixProcess process;
  Command command;
  command.argv = argv;
  command.input = input;
  return must(process.run(command));
}

PrivatePostgres::PrivatePostgres() : port_(free_port()) {
  if (::geteuid() != 0) {
    throw std::runtime_error("these tests start a server as the user postgres: run them as root");
  }
  make_certificate();
  const passwd* user = ::getpwnam("postgres");  // NOLINT(concurrency-mt-unsafe): one thread
  if (user == nullptr) {
    throw std::runtime_error("there is no user postgres");
  }
  for (const auto& name : {"", "server.key", "server.crt", "super"}) {
    if (name == std::string("super")) {
      write_text(path(name), kSuperuserPassword);
    }
    if (::chown(path(name).c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot give files to postgres");
    }
  }
  make_cluster();
  start();
}

PrivatePostgres::~PrivatePostgres() {
  server_.reset();
}

void PrivatePostgres::make_certificate() const {
  must_run({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", path("server.key"), "-out",
            path("server.crt")});
  must_run({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=other", "-keyout",
            path("other.key"), "-out", path("other.crt")});
}

void PrivatePostgres::make_cluster() const {
  must_run(as_postgres({program("initdb"), "--no-sync", "--no-instructions", "-A", "scram-sha-256",
                        "-U", kSuperuser, "--pwfile", path("super"), "-E", "UTF8", "--no-locale",
                        "-D", path("data")}));
  std::ofstream(path("data/postgresql.conf"), std::ios::app)
      << kConfiguration << fmt::format("port = {}\n", port_);
  std::filesystem::copy_file(path("data/pg_hba.conf"), path("hba"));
}

void PrivatePostgres::start() {
  Command command;
  command.argv = as_postgres({"/bin/sh", "-c", R"(exec "$0" -D "$1" >"$2" 2>&1)",
                              program("postgres"), path("data"), path("log")});
  command.timeout = kLongestLife;
  server_ = must(process_.start(command));
  wait_until_ready();
}

void PrivatePostgres::wait_until_ready() const {
  const Secret password = Secret::copy_of(std::string_view(kSuperuserPassword));
  for (int i = 0; i < kTries; ++i) {
    const auto opening = targets::PgConnection::open({"127.0.0.1", port_, "disable", ""},
                                                     {"postgres", kSuperuser, &password},
                                                     targets::Deadline(std::chrono::seconds(5)));
    if (opening && opening->connection) {
      return;
    }
    ::poll(nullptr, 0, kPauseMilliseconds);
  }
  throw std::runtime_error("postgres does not answer: " + log());
}

std::string PrivatePostgres::log() const {
  return content_of(path("log"));
}

void PrivatePostgres::set_first_access_rule(const std::string& line) const {
  write_text(path("data/pg_hba.conf"), line + "\n" + content_of(path("hba")));
}

PrivatePostgres& the_server() {
  static PrivatePostgres server;
  return server;
}

}  // namespace stagepass::tests
