#pragma once

#include <stagepass/system/files.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace stagepass::tests {

/// A listening socket on a free port of 127.0.0.1 and a thread that serves one connection after the
/// other until the object is gone.
class LoopbackServer {
 public:
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  LoopbackServer(LoopbackServer&&) = delete;
  LoopbackServer& operator=(LoopbackServer&&) = delete;
  virtual ~LoopbackServer() = default;

  [[nodiscard]] std::uint16_t port() const { return port_; }

 protected:
  LoopbackServer();
  /// Derived classes begin when they are complete, and stop before they go.
  void begin();
  void stop();

  virtual void serve(const system::FileDescriptor& client) = 0;

  /// Blocks until there is something to read on one of the sockets (-1: none); false once the
  /// object is to stop.
  [[nodiscard]] bool wait_for_bytes(int first, int second = -1) const;

 private:
  system::FileDescriptor listener_;
  system::FileDescriptor stop_event_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

/// Stands between a client and a server on this host and harms what the server says.
class CuttingProxy final : public LoopbackServer {
 public:
  enum class Harm {
    none,
    reset,  ///< after so many bytes of the server the connection is reset
    close,  ///< the same, but ended politely
    stall,  ///< the same, but left open without a word more
    slice,  ///< every byte comes alone
  };
  struct Plan {
    Harm harm = Harm::none;
    std::size_t after = 0;
  };

  explicit CuttingProxy(std::uint16_t server_port) : server_port_(server_port) { begin(); }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  CuttingProxy(CuttingProxy&&) = delete;
  CuttingProxy& operator=(CuttingProxy&&) = delete;
  ~CuttingProxy() override { stop(); }

  /// For the connections that come from now on.
  void set(Plan plan);
  /// What the server said in the last connection, as far as it was passed on.
  [[nodiscard]] std::size_t bytes_passed() const { return passed_; }

 private:
  void serve(const system::FileDescriptor& client) override;
  [[nodiscard]] bool pass_on(const system::FileDescriptor& server,
                             const system::FileDescriptor& client, Plan plan);

  std::uint16_t server_port_;
  std::mutex mutex_;
  Plan plan_;
  std::atomic<std::size_t> passed_ = 0;
};

/// A server that says the same to everybody.
class TalkingServer final : public LoopbackServer {
 public:
  enum class Then { close, listen, repeat };

  TalkingServer(std::string text, Then then) : text_(std::move(text)), then_(then) { begin(); }
  TalkingServer(const TalkingServer&) = delete;
  TalkingServer& operator=(const TalkingServer&) = delete;
  TalkingServer(TalkingServer&&) = delete;
  TalkingServer& operator=(TalkingServer&&) = delete;
  ~TalkingServer() override { stop(); }

 private:
  void serve(const system::FileDescriptor& client) override;

  std::string text_;
  Then then_;
};

}  // namespace stagepass::tests
