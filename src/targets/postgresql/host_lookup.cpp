#include "targets/postgresql/host_lookup.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <array>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace stagepass::targets {
namespace {

/// What the resolver's thread works with; must not move or go while it does.
struct Lookup {
  std::string host;
  addrinfo hints{};
  gaicb request{};

  explicit Lookup(std::string name) : host(std::move(name)) {
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    request.ar_name = host.c_str();
    request.ar_request = &hints;
  }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  Lookup(Lookup&&) = delete;
  Lookup& operator=(Lookup&&) = delete;
  ~Lookup() {
    if (request.ar_result != nullptr) {
      ::freeaddrinfo(request.ar_result);
    }
  }
};

/// False if the time passed first.
bool finished(gaicb& request, const Deadline& deadline) {
  const std::array<const gaicb*, 1> all = {&request};
  while (::gai_error(&request) == EAI_INPROGRESS) {
    if (deadline.passed()) {
      return ::gai_cancel(&request) == EAI_CANCELED;
    }
    const auto left = deadline.remaining();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec patience{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
    ::gai_suspend(all.data(), 1, &patience);
  }
  return true;
}

std::string text_of(const addrinfo& address) {
  std::array<char, NI_MAXHOST> text{};
  return ::getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(), nullptr, 0,
                       NI_NUMERICHOST) == 0
             ? std::string(text.data())
             : std::string();
}

}  // namespace

Result<std::vector<std::string>> addresses_of(const std::string& host, const Deadline& deadline) {
  auto lookup = std::make_unique<Lookup>(host);
  std::array<gaicb*, 1> all = {&lookup->request};
  int error = ::getaddrinfo_a(GAI_NOWAIT, all.data(), 1, nullptr);
  if (error == 0 && !finished(lookup->request, deadline)) {
    static_cast<void>(lookup.release());  // the resolver still writes into it
    return fail(Errc::unreachable, fmt::format("the address of {} was not found in time", host));
  }
  error = error == 0 ? ::gai_error(&lookup->request) : error;
  std::vector<std::string> addresses;
  for (const addrinfo* each = lookup->request.ar_result; error == 0 && each != nullptr;
       each = each->ai_next) {
    if (std::string text = text_of(*each); !text.empty()) {
      addresses.push_back(std::move(text));
    }
  }
  if (addresses.empty()) {
    return fail(Errc::unreachable,
                fmt::format("the host {} is not known: {}", host,
                            escape_untrusted(error == 0 ? "no address" : ::gai_strerror(error))),
                "check the setting host");
  }
  return addresses;
}

}  // namespace stagepass::targets
