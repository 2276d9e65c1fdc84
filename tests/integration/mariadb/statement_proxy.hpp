#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <support/cutting_proxy.hpp>

namespace stagepass::tests {

/// Stands between a client and a MariaDB server, reads the statements, and breaks off at one of
/// them. For connections without TLS.
class StatementProxy final : public LoopbackServer {
 public:
  struct Plan {
    bool refuse = false;             ///< closes every connection at once
    std::size_t drop_statement = 0;  ///< the server never hears of this one; 0: of all
    std::string lose_reply_to;       ///< the server does it, nobody hears of it; empty: none
    std::string before;              ///< ahead of this one, do …
    std::function<void()> act;       ///< … this
  };

  explicit StatementProxy(std::uint16_t server_port) : server_port_(server_port) { begin(); }
  StatementProxy(const StatementProxy&) = delete;
  StatementProxy& operator=(const StatementProxy&) = delete;
  StatementProxy(StatementProxy&&) = delete;
  StatementProxy& operator=(StatementProxy&&) = delete;
  ~StatementProxy() override { stop(); }

  /// For the connections that come from now on.
  void set(Plan plan);
  /// In the last connection.
  [[nodiscard]] std::size_t statements() const { return statements_; }

 private:
  enum class Then { go_on, wait_for_reply, end };

  void serve(const system::FileDescriptor& client) override;
  [[nodiscard]] Then take(const std::string& said, const Plan& plan);

  std::uint16_t server_port_;
  std::mutex mutex_;
  Plan plan_;
  std::atomic<std::size_t> statements_ = 0;
};

}  // namespace stagepass::tests
