#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <support/cutting_proxy.hpp>
#include <vector>

namespace stagepass::tests {

/// A request as it came.
struct SeenRequest {
  std::string line;  ///< "GET /path?query HTTP/1.1"
  std::string text;  ///< all of it
  std::string body;

  [[nodiscard]] bool is(std::string_view beginning) const { return line.starts_with(beginning); }
};

/// An HTTP server on loopback that answers with whatever a function says: one request for each
/// connection.
class HttpServer final : public LoopbackServer {
 public:
  /// Where the answer goes.
  class Client {
   public:
    explicit Client(int socket) : socket_(socket) {}
    /// False once it hears no more.
    [[nodiscard]] bool send(std::string_view bytes) const;
    /// Blocks for a while; false once it is gone.
    [[nodiscard]] bool stays(int milliseconds) const;

   private:
    int socket_;
  };
  using Answer = std::function<void(const SeenRequest&, const Client&)>;

  explicit HttpServer(Answer answer) : answer_(std::move(answer)) { begin(); }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;
  ~HttpServer() override { stop(); }

  [[nodiscard]] std::vector<SeenRequest> seen() const;
  [[nodiscard]] std::string url() const;

 private:
  void serve(const system::FileDescriptor& client) override;

  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<SeenRequest> seen_;
};

/// A whole answer.
[[nodiscard]] std::string http_answer(const std::string& status, const std::string& headers,
                                      const std::string& body);

/// What the server on this port of loopback answers to `text`, up to the end of the connection.
[[nodiscard]] std::string ask_server(std::uint16_t port, std::string_view text);

}  // namespace stagepass::tests
