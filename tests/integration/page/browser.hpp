#pragma once

#include "network.hpp"
#include "targets/http/http_client.hpp"

#include <stagepass/ports/process.hpp>
#include <stagepass/system/posix_process.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {

using Json = nlohmann::ordered_json;  // a hand-off's order is the page's

/// Debian's Chromium without a window, driven over WebDriver as a person would: with a profile of its own below a
/// temporary folder, and with a listener on loopback as its only way to any network, loopback included. Started once
/// for the program, ended with it. What fails throws std::runtime_error.
class Browser final {
 public:
  static Browser& instance();
  Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
  Browser(Browser&&) = delete;
  Browser& operator=(Browser&&) = delete;
  ~Browser();

  void open(const std::string& url);
  void reload();
  /// Ends the browser as a person does, so that it writes down what it wants to remember.
  void quit();

  /// Runs "return …" in the page; a promise is waited for.
  Json run(const std::string& script, const Json& arguments = Json::array());
  /// Waits until an expression of the page holds, looking whenever the document changes.
  void wait_until(const std::string& expression);

  void click(const std::string& selector);
  /// Key by key.
  void type(const std::string& selector, const std::string& keys);
  /// All at once into what has the focus, as the clipboard does.
  void paste(const std::string& selector, const std::string& text);
  /// What a person sees of it.
  std::string text(const std::string& selector);
  [[nodiscard]] bool is_shown(const std::string& selector);

  /// A command of the DevTools protocol.
  Json devtools(const std::string& command, const Json& parameters = Json::object());
  void answer_question(bool yes);
  void take_picture(const std::filesystem::path& file);

  /// What the browser's console has said since it was last asked, hints for developers left out.
  std::vector<std::string> console();
  /// The addresses that the page has asked for since it was last asked, also in vain.
  std::vector<std::string> addresses();
  /// What arrived at the listener, which has the files of `folder()` under every name: "GET http://HOST/NAME HTTP/1.1".
  [[nodiscard]] std::vector<std::string> arrived() const { return network_.seen(); }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  /// Where the browser keeps what it remembers.
  [[nodiscard]] std::filesystem::path profile() const { return folder() / "profile"; }

 private:
  void start_driver();
  [[nodiscard]] Json wanted() const;
  Json command(const std::string& method, const std::string& path, const Json& body = nullptr);
  Json in_session(const std::string& method, const std::string& path, const Json& body = nullptr);
  std::string element(const std::string& selector);
  std::vector<Json> log(const std::string& kind);

  TempDir folder_;
  Network network_{folder_.path()};
  system::PosixProcess process_;
  std::unique_ptr<RunningCommand> driver_;
  std::unique_ptr<targets::HttpClient> client_;
  std::string session_;
};

}  // namespace stagepass::tests
