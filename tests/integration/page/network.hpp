#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <support/cutting_proxy.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace stagepass::tests {

/// All the network that a browser is given: a proxy on loopback that passes nothing on. It is every server there is:
/// "http://ANYTHING/NAME" is the file NAME of a folder. What a browser asks on its own account is told apart.
class Network final : public LoopbackServer {
 public:
  explicit Network(std::filesystem::path folder) : folder_(std::move(folder)) { begin(); }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  Network(Network&&) = delete;
  Network& operator=(Network&&) = delete;
  ~Network() override;

  /// The first line of each request that came, but for those of the browser itself.
  [[nodiscard]] std::vector<std::string> seen() const;

 private:
  void serve(const system::FileDescriptor& client) override;
  void answer(const system::FileDescriptor& client);
  [[nodiscard]] std::string answer_to(const std::string& line) const;

  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::vector<std::string> seen_;
  // A browser opens connections in advance and says nothing on them: each has a thread, or they would hold up the rest.
  std::vector<std::jthread> threads_;
};

}  // namespace stagepass::tests
